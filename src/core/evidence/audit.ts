import type { Checkpoint } from "../tlog/checkpoint.ts";
import { proveConsistency, type LogReader } from "../tlog/log-entries.ts";
import {
  STREAM_CHECKS,
  StreamChecker,
  type Erasure,
  type StreamFindings,
  type Failures,
} from "./stream-checker.ts";
import type { ExportHeader, ExportFile } from "./export.ts";
import { LOOKAHEAD_LABELS, compareWithLog, type LogComparison, type Progress } from "./log-comparison.ts";
import type { Result } from "../refusal.ts";
import { hexBytes, type Failure } from "./signed-record.ts";
import { judgeCheckpoint, NO_QUORUM, type TrustPolicy } from "../tlog/trust-policy.ts";
import { absent, ANY_TENANT, checked, type Check } from "./verify.ts";

// The judgement of a tenant's whole history against the whole log: named checks, each passed, failed or
// absent, in words for someone who knows no cryptography.

/** What each check says when it passes. */
export const AUDIT_CHECKS = {
  form: "The file is a whole export in its one canonical form.",
  tenant: "It is the tenant that you named, and no look-alike.",
  key: "The stream key is the one that the tenant's beginning names.",
  chain: "Every record follows the one before it, without a gap.",
  time: "No record is dated before those that it follows.",
  directory: "Every passkey and every role was given by somebody entitled to it.",
  decisions: "Every decision follows from what people signed, with passkeys that counted then.",
  uses: "Every use is of an approval, after it, and the only one.",
  erased: "Every erased record is named by a record of its erasure.",
  log: "The log that you trust signed its state, which grew out of that of the export.",
  witnesses: "Enough independent witnesses saw the same state of the log.",
  places: "Every record stands in the log under its own label, in its order.",
  fork: "No second record stands in the log under one of these labels.",
  hidden: "No record is left out at the end: none of the tenant's next labels stands in the log.",
} as const;

type AuditCheckName = keyof typeof AUDIT_CHECKS;
type AuditCheck = Check<AuditCheckName>;

export interface AuditOptions {
  /** The stream id that was pinned, or ANY_TENANT for whoever says so explicitly. */
  readonly tenant?: string;
  readonly trust: TrustPolicy;
  /** The log's newest, as it is served. */
  readonly checkpoint: string;
  readonly log: LogReader;
  /** How many labels to look for; fewer prove less. */
  readonly lookahead?: number;
  readonly progress?: Progress;
}

export interface AuditSummary {
  readonly stream: string;
  readonly records: Readonly<Record<string, number>>;
  readonly decisions: Readonly<Record<string, number>>;
  /** Decisions whose content is not in the export: of these only the hash was checked. */
  readonly withheld: number;
  readonly people: number;
  readonly passkeys: { readonly active: number; readonly revoked: number };
  readonly erasures: readonly Erasure[];
  readonly log: { readonly origin: string; readonly size: number; readonly exportSize: number };
  /** Sealed after the export was made; the export is complete without them. */
  readonly newer: number;
  /** Labels that were looked for. */
  readonly lookahead: number;
}

export interface AuditReport {
  /** Nothing failed, and nothing is unchecked but what the auditor may do without. */
  readonly verified: boolean;
  readonly checks: readonly AuditCheck[];
  readonly summary: AuditSummary | null;
}

const MAY_BE_ABSENT: ReadonlySet<AuditCheckName> = new Set(["tenant", "witnesses"]);

export async function auditExport(opened: Result<ExportFile>, options: AuditOptions): Promise<AuditReport> {
  if (!opened.ok) return formFailed(told(opened.refusal));
  const { header, rows } = opened.value;
  const examiner = new StreamChecker(header);
  for await (const row of rows) {
    if (!row.ok) return formFailed(told(row.refusal));
    await examiner.add(row.value);
  }
  const examined = examiner.result();
  const states = await statesOf(header, examined, options);
  const placement = "failure" in states ? undefined : await place(header, examined, options, states);
  const checks = [
    check("form", undefined),
    tenantCheck(header, examined.failures, options.tenant),
    ...STREAM_CHECKS.filter((name) => name !== "tenant").map((name) =>
      check(name, faultOf(examined.failures, name)),
    ),
    ...logChecks(states, placement, options.trust),
    check("places", examined.misplaced ?? placement?.places, placement),
    check("fork", placement?.fork, placement),
    check("hidden", placement?.hidden, placement),
  ];
  const verified = checks.every(
    ({ name, status }) => status === "passed" || (status === "absent" && MAY_BE_ABSENT.has(name)),
  );
  return { verified, checks, summary: summaryOf(header, examined, states, placement, options.lookahead) };
}

interface States {
  readonly newest: Checkpoint;
  /** The log's when the export was made. */
  readonly exported: Checkpoint;
  readonly quorumMet: boolean;
}

/** The state of the log, and that of the export, which it must have grown from. */
async function statesOf(
  header: ExportHeader,
  { logOrigin }: StreamFindings,
  { checkpoint, trust, log }: AuditOptions,
): Promise<States | { readonly failure: string }> {
  const newest = await judgeCheckpoint(checkpoint, trust);
  if (!newest.ok) return { failure: newest.refusal.detail };
  const { checkpoint: state, quorumMet } = newest.value;
  for (const origin of [state.origin, header.logOrigin]) {
    if (origin !== logOrigin)
      return { failure: `the tenant's log is ${logOrigin ?? "not named"}, not ${origin}` };
  }
  const exported = { origin: header.logOrigin, size: header.logSize, root: hexBytes(header.logRoot) };
  const grown = await proveConsistency(exported, state, log.fetchTile);
  if (!grown.ok)
    return { failure: `the log did not grow out of the export's state: ${grown.refusal.detail}` };
  return { newest: state, exported, quorumMet };
}

async function place(
  { streamKey }: ExportHeader,
  { commits }: StreamFindings,
  { log, progress, lookahead = LOOKAHEAD_LABELS }: AuditOptions,
  { newest, exported }: States,
): Promise<LogComparison> {
  const wanted = { streamKey: hexBytes(streamKey), commits, exportSize: exported.size, lookahead };
  return compareWithLog(wanted, newest, log, progress ?? (() => undefined));
}

function logChecks(
  states: States | { readonly failure: string },
  placement: LogComparison | undefined,
  { quorum }: TrustPolicy,
): readonly AuditCheck[] {
  const failure = "failure" in states ? states.failure : placement?.log;
  if ("failure" in states)
    return [check("log", failure), absent("witnesses", "the state of the log is not proven")];
  if (quorum === NO_QUORUM)
    return [check("log", failure), absent("witnesses", "your trust policy asks for no witness")];
  const few = states.quorumMet ? undefined : "too few of the witnesses that you trust have signed";
  return [check("log", failure), check("witnesses", few)];
}

function tenantCheck({ stream }: ExportHeader, failures: Failures, tenant: string | undefined): AuditCheck {
  const failure = faultOf(failures, "tenant");
  if (failure !== undefined) return check("tenant", failure);
  if (tenant === ANY_TENANT) return absent("tenant", `you asked for no particular tenant; this is ${stream}`);
  if (tenant === undefined) return check("tenant", `no tenant was pinned; this export is of ${stream}`);
  return check("tenant", tenant === stream ? undefined : `the export is of the tenant ${stream}`);
}

function faultOf(failures: Failures, name: string): Failure {
  const found = failures.get(name);
  if (found === undefined) return undefined;
  return found.more === 0 ? found.first : `${found.first}; and ${found.more} more of this kind`;
}

/** A check of records against the log is absent where the log could not be read. */
function check(name: AuditCheckName, failure: Failure, placement?: LogComparison): AuditCheck {
  const needsLog = name === "places" || name === "fork" || name === "hidden";
  if (failure === undefined && needsLog && (placement === undefined || placement.log !== undefined))
    return absent(name, "the log could not be read");
  return checked(name, failure, AUDIT_CHECKS[name]);
}

function formFailed(detail: string): AuditReport {
  const names = Object.keys(AUDIT_CHECKS) as AuditCheckName[];
  const checks = names.map((name) =>
    name === "form" ? check(name, detail) : absent(name, "the file could not be read to its end"),
  );
  return { verified: false, checks, summary: null };
}

function told({ detail, at }: { readonly detail: string; readonly at?: string }): string {
  return at ? `${detail} (at ${at})` : detail;
}

function summaryOf(
  { stream, logOrigin }: ExportHeader,
  { directory, records, decisions, withheld, erasures }: StreamFindings,
  states: States | { readonly failure: string },
  placement: LogComparison | undefined,
  lookahead = LOOKAHEAD_LABELS,
): AuditSummary {
  const passkeys = [...(directory?.passkeys.values() ?? [])];
  const revoked = passkeys.filter(({ revokedAt }) => revokedAt !== null).length;
  const known = "failure" in states ? undefined : states;
  return {
    stream,
    records,
    decisions,
    withheld,
    people: directory?.members.size ?? 0,
    passkeys: { active: passkeys.length - revoked, revoked },
    erasures,
    log: { origin: logOrigin, size: known?.newest.size ?? 0, exportSize: known?.exported.size ?? 0 },
    newer: placement?.newer ?? 0,
    lookahead,
  };
}
