import type { AuditReport, AuditSummary } from "../core/evidence/audit.ts";
import { checkLine, plain, withoutOutcome } from "./verify-report.ts";

const NAME_WIDTH = 18;
/** The limit of an audit, printed after its success. */
const LIMIT =
  "An audit can't find a record that was sealed under a label outside the stream. To find one, check\nevery receipt that you have against this export: verify RECEIPT --history EXPORT.";

/** One JSON object for scripts. */
export function auditForMachines({ verified, summary, checks }: AuditReport): string {
  return JSON.stringify({ verified, ...summary, checks });
}

/** The verdict first. */
export function auditForPeople({ verified, summary, checks }: AuditReport): string {
  const failed = checks.filter(({ status }) => status === "failed");
  const open = checks.filter(({ status }) => status === "absent").map(({ name }) => name);
  const rest = open.length === 0 ? "" : ` Not checked, because something is missing: ${open.join(", ")}.`;
  const facts = summary === null ? [] : ["", ...table(summary)];
  if (verified)
    return [`COMPLETE AND VERIFIED.${rest}`, LIMIT, ...facts, "", ...checks.map(checkLine)].join("\n");
  return withoutOutcome(
    [
      `NOT VERIFIED: ${failed.map(({ name }) => name).join(", ")}.`,
      ...failed.map(({ detail }) => plain(detail)),
      ...facts,
      "",
      ...checks.map(checkLine),
    ].join("\n"),
  );
}

function table(summary: AuditSummary): readonly string[] {
  const {
    records,
    decisions,
    tests,
    withheld,
    unknownChoices,
    people,
    passkeys,
    erasures,
    log,
    newer,
    lookahead,
  } = summary;
  return [
    line("Organisation id", summary.stream),
    line("Log", `${plain(log.origin)}, ${log.size} entries`),
    line("Complete up to", `entry ${log.exportSize} of the log`),
    line("Sealed since", newer === 0 ? "none" : `${newer}, not in this export`),
    line("Looked ahead", `${lookahead} labels`),
    ...counted("Records", records),
    ...counted("Decisions", decisions),
    ...counted("Tests", tests),
    line("Withheld", withheld === 0 ? "none" : `${withheld} contents; only their hashes were checked`),
    line(
      "Choices unknown",
      unknownChoices === 0 ? "none" : `${unknownChoices}; the rules look at contents that are withheld`,
    ),
    line("People", people),
    line("Passkeys", `${passkeys.active} active, ${passkeys.revoked} revoked`),
    ...(erasures.length === 0 ? [line("Erasures", "none")] : []),
    ...erasures.map(({ by, rule, seqs }) => line("Erased", `${seqs} by record ${by}, under: ${plain(rule)}`)),
    line("Unsealed", "none: an export contains only sealed records"),
  ];
}

function line(name: string, value: string | number): string {
  return `${name.padEnd(NAME_WIDTH)} ${value}`;
}

/** The sum, then each kind. */
function counted(name: string, counts: Readonly<Record<string, number>>): readonly string[] {
  const sum = Object.values(counts).reduce((total, count) => total + count, 0);
  const kinds = Object.entries(counts).map(([kind, count]) =>
    line("", `${String(count).padStart(8)} ${kind}`),
  );
  return [line(name, sum), ...kinds];
}
