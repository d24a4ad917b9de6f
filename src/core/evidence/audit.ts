import { hexBytes } from "../encoding/bytes.ts";
import type { Checkpoint } from "../tlog/checkpoint.ts";
import { proveConsistency, type LogReader } from "../tlog/log-entries.ts";
import { STREAM_CHECKS, StreamChecker, type StreamFindings } from "./stream-checker.ts";
import { afterDeletion } from "./directory-replay.ts";
import type { ExportFile, ExportHeader } from "./export.ts";
import type { Erasure } from "../stream/erased-records.ts";
import { LOOKAHEAD_LABELS, compareWithLog, type LogComparison, type Progress } from "./log-comparison.ts";
import { TOO_FEW_WITNESSES } from "./log-checks.ts";
import type { Refusal, Result } from "../refusal.ts";
import { judgeCheckpoint, NO_QUORUM, type TrustPolicy } from "../tlog/trust-policy.ts";
import {
  absentCheck,
  checkResult,
  isVerified,
  malformedChecks,
  TENANT_CHECK,
  tenantCheck,
  type Check,
  type Failure,
  type Failures,
} from "./check.ts";

// Audits a tenant's whole history against the whole log, as a list of named checks.

/** The text of each check when it passes. */
export const AUDIT_CHECKS = {
  form: "The file is a whole export in its one canonical form.",
  tenant: TENANT_CHECK,
  key: "The stream key is the one that the organisation's first record names.",
  chain: "Every record follows the one before it, without a gap.",
  time: "No record is dated before the records that it follows.",
  directory: "Every passkey and every role was approved by people entitled to do so.",
  decisions:
    "Every decision follows from what people signed, with passkeys active then, under the policy that the rules demanded.",
  uses: "Every use follows an approval, and is its only use.",
  erased: "Every erased record is announced by a later record.",
  revocation: "No erased record can have revoked a passkey that signed later.",
  log: "The log that you trust signed its newest state, which extends the state of the export.",
  witnesses: "Enough independent witnesses saw the same state of the log.",
  places: "Every record is in the log under its own label, in order.",
  fork: "No label of the organisation has a second entry in the log.",
  hidden: "No record is left out at the end: none of the organisation's next labels is in the log.",
} as const;

type AuditCheckName = keyof typeof AUDIT_CHECKS;
type AuditCheck = Check<AuditCheckName>;

export interface AuditOptions {
  /** The organisation id of the expected tenant, or ANY_TENANT. */
  readonly tenant?: string;
  readonly trust: TrustPolicy;
  /** The log's newest checkpoint, as the log serves it. */
  readonly checkpoint: string;
  readonly log: LogReader;
  /** How many of the tenant's next labels to look for; fewer prove less. */
  readonly lookahead?: number;
  readonly progress?: Progress;
}

export interface AuditSummary {
  readonly stream: string;
  readonly records: Readonly<Record<string, number>>;
  readonly decisions: Readonly<Record<string, number>>;
  /** Outcomes of test projects: they decided nothing real. */
  readonly tests: Readonly<Record<string, number>>;
  /** Decisions whose content is not in the export; only its hash was checked. */
  readonly withheld: number;
  /** Decisions of which the export does not say enough to choose their policy again. */
  readonly unknownChoices: number;
  readonly people: number;
  readonly passkeys: { readonly active: number; readonly revoked: number };
  readonly erasures: readonly Erasure[];
  readonly log: { readonly origin: string; readonly size: number; readonly exportSize: number };
  /** Sealed after the export was made; the export is complete without them. */
  readonly newer: number;
  /** How many of the tenant's next labels were looked for. */
  readonly lookahead: number;
}

export interface AuditReport {
  /** No check failed, and none is absent but those in MAY_BE_ABSENT. */
  readonly verified: boolean;
  readonly checks: readonly AuditCheck[];
  readonly summary: AuditSummary | null;
}

const MAY_BE_ABSENT: ReadonlySet<AuditCheckName> = new Set(["tenant", "witnesses", "revocation"]);

export async function auditExport(file: Result<ExportFile>, options: AuditOptions): Promise<AuditReport> {
  if (!file.ok) return formFailed(file.refusal);
  const { header, rows } = file.value;
  const checker = new StreamChecker(header);
  for await (const row of rows) {
    if (!row.ok) return formFailed(row.refusal);
    await checker.add(row.value);
  }
  const findings = checker.findings();
  const states = await logStates(header, findings, options);
  const comparison =
    "failure" in states ? undefined : await compareRecords(header, findings, options, states);
  const checks = [
    check("form", undefined),
    ownTenantCheck(header, findings.failures, options.tenant),
    ...STREAM_CHECKS.filter((name) => name !== "tenant").map((name) =>
      check(name, faultOf(findings.failures, name)),
    ),
    revocationCheck(findings),
    ...logChecks(states, comparison, options.trust),
    check("places", findings.labelFailure ?? comparison?.places, comparison),
    check("fork", comparison?.fork, comparison),
    check("hidden", comparison?.hidden ?? afterDeletionFailure(findings, comparison), comparison),
  ];
  const verified = isVerified(checks, MAY_BE_ABSENT);
  return { verified, checks, summary: summaryOf(header, findings, states, comparison, options.lookahead) };
}

interface LogStates {
  readonly newest: Checkpoint;
  /** The log's state when the export was made. */
  readonly exported: Checkpoint;
  readonly quorumMet: boolean;
}

/** The newest state of the log, and that of the export, which must be a prefix of it. */
async function logStates(
  header: ExportHeader,
  { logOrigin }: StreamFindings,
  { checkpoint, trust, log }: AuditOptions,
): Promise<LogStates | { readonly failure: string }> {
  const newest = await judgeCheckpoint(checkpoint, trust);
  if (!newest.ok) return { failure: newest.refusal.detail };
  const { checkpoint: state, quorumMet } = newest.value;
  for (const origin of [state.origin, header.logOrigin]) {
    if (origin !== logOrigin)
      return { failure: `the organisation's log is ${logOrigin ?? "not named"}, not ${origin}` };
  }
  const exported = { origin: header.logOrigin, size: header.logSize, root: hexBytes(header.logRoot) };
  const grown = await proveConsistency(exported, state, log.fetchTile);
  if (!grown.ok) return { failure: `the log does not extend the export's state: ${grown.refusal.detail}` };
  return { newest: state, exported, quorumMet };
}

async function compareRecords(
  { streamKey }: ExportHeader,
  { commits }: StreamFindings,
  { log, progress, lookahead = LOOKAHEAD_LABELS }: AuditOptions,
  { newest, exported }: LogStates,
): Promise<LogComparison> {
  const records = { streamKey: hexBytes(streamKey), commits, exportSize: exported.size, lookahead };
  return compareWithLog(records, newest, log, progress ?? (() => undefined));
}

function logChecks(
  states: LogStates | { readonly failure: string },
  comparison: LogComparison | undefined,
  { quorum }: TrustPolicy,
): readonly AuditCheck[] {
  const failure = "failure" in states ? states.failure : comparison?.log;
  if ("failure" in states)
    return [check("log", failure), absentCheck("witnesses", "the state of the log is not proven")];
  if (quorum === NO_QUORUM)
    return [check("log", failure), absentCheck("witnesses", "your trust policy asks for no witness")];
  const few = states.quorumMet ? undefined : TOO_FEW_WITNESSES;
  return [check("log", failure), check("witnesses", few)];
}

/** The first record must be of the organisation, too. */
function ownTenantCheck({ stream }: ExportHeader, failures: Failures, named: string | undefined): AuditCheck {
  const failure = faultOf(failures, "tenant");
  return failure === undefined ? tenantCheck("export", stream, named) : check("tenant", failure);
}

/** Records may be sealed after an export was made, but none after the deletion of the organisation. */
function afterDeletionFailure({ deletion }: StreamFindings, comparison: LogComparison | undefined): Failure {
  return deletion === undefined || comparison === undefined || comparison.newer === 0
    ? undefined
    : afterDeletion({ seq: deletion + 1 }, { seq: deletion });
}

/** A passkey revoked before a decision fails `decisions`; an erased record could have been such a revocation. */
function revocationCheck({ signedAfterErased }: StreamFindings): AuditCheck {
  return signedAfterErased === undefined
    ? check("revocation", undefined)
    : absentCheck(
        "revocation",
        `record ${signedAfterErased} is signed, and a record before it is erased, which may have revoked a passkey`,
      );
}

function faultOf(failures: Failures, name: string): Failure {
  const failure = failures.get(name);
  if (failure === undefined) return undefined;
  return failure.more === 0 ? failure.first : `${failure.first}; and ${failure.more} more of this kind`;
}

/** The checks of the records in the log are absent if the log could not be read. */
function check(name: AuditCheckName, failure: Failure, comparison?: LogComparison): AuditCheck {
  const needsLog = name === "places" || name === "fork" || name === "hidden";
  if (failure === undefined && needsLog && (comparison === undefined || comparison.log !== undefined))
    return absentCheck(name, "the log could not be read");
  return checkResult(name, failure, AUDIT_CHECKS[name]);
}

function formFailed(refusal: Refusal): AuditReport {
  const names = Object.keys(AUDIT_CHECKS) as AuditCheckName[];
  const checks = malformedChecks(names, refusal, "the file could not be read to its end");
  return { verified: false, checks, summary: null };
}

function summaryOf(
  { stream, logOrigin }: ExportHeader,
  { directory, records, decisions, tests, withheld, unknownChoices, erasures }: StreamFindings,
  states: LogStates | { readonly failure: string },
  comparison: LogComparison | undefined,
  lookahead = LOOKAHEAD_LABELS,
): AuditSummary {
  const passkeys = [...(directory?.passkeys.values() ?? [])];
  const revoked = passkeys.filter(({ revokedAt }) => revokedAt !== null).length;
  const proven = "failure" in states ? undefined : states;
  return {
    stream,
    records,
    decisions,
    tests,
    withheld,
    unknownChoices,
    people: directory?.members.size ?? 0,
    passkeys: { active: passkeys.length - revoked, revoked },
    erasures,
    log: { origin: logOrigin, size: proven?.newest.size ?? 0, exportSize: proven?.exported.size ?? 0 },
    newer: comparison?.newer ?? 0,
    lookahead,
  };
}
