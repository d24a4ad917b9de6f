import { base64urlBytes, toHex } from "../encoding/bytes.ts";
import { canonicalText } from "../encoding/jcs.ts";
import { applyEffect } from "../stream/apply-effect.ts";
import { applyChange } from "../stream/directory-change.ts";
import { effectOf, isPersonEffect } from "../stream/change-effect.ts";
import { parseChange } from "../stream/change-format.ts";
import { firstDirectory, isManager, type Directory } from "../stream/directory.ts";
import {
  NO_PREVIOUS,
  recordCommit,
  streamId,
  type ChangeRecord,
  type CreatedRecord,
  type DecisionRecord,
  type StreamRecord,
} from "../stream/record.ts";
import { isDocumentKind, openRulebook } from "../stream/rulebook.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { changesToProve } from "./choice/changes-to-prove.ts";
import { PastDirectories } from "./choice/past-directories.ts";
import type { DirectoryLink, SignedChange, SignedRecord } from "./receipt.ts";
import type { Failure } from "./check.ts";
import { signedFailure, type Before } from "./signed-record.ts";

// Rebuilds the directory from the owner's first passkey. Each change must be signed by people whom the changes before
// it entitled.

export function creationFailure(record: CreatedRecord): Failure {
  if (record.stream !== streamId(record.body.genesis))
    return "the stream's id is not the hash of its first record's genesis";
  if (record.seq !== 0 || record.prev !== NO_PREVIOUS)
    return "the stream does not start with its owner's passkey";
  return undefined;
}

interface ReplayResult {
  readonly directory: Directory;
  readonly failure: Failure;
  /** The directory after each of the changes. */
  readonly past: PastDirectories;
}

/**
 * The directory after these changes. With a failure, it is the directory before the change that failed. A change
 * without evidence is applied as its record states it, if the decision doesn't rest on it.
 */
export async function replayDirectory(
  created: CreatedRecord,
  links: readonly DirectoryLink[],
  decision: SignedRecord,
): Promise<ReplayResult> {
  const evidences = [decision.evidence, ...links.map(({ evidence }) => evidence)];
  const records = links.map(({ record }) => record);
  const signers = evidences.flatMap(
    (evidence) => evidence?.signers.map(({ statement }) => statement.approver.id) ?? [],
  );
  const proven = {
    people: peopleToProve(created, records, decision.record, signers),
    changes: changesToProve(created, records, decision),
  };
  // Otherwise a change could be sealed again after another one undid it.
  const confirmations = new Set([decision.record.body.confirmation]);
  let directory = firstDirectory(created);
  const past = new PastDirectories();
  past.add(created, directory);
  let failure = creationFailure(created);
  let isWhole = true;
  let previous: CreatedRecord | ChangeRecord = created;
  for (const { record, evidence } of links) {
    if (failure !== undefined) break;
    if (record.seq <= previous.seq) failure = "the changes of the directory are not in order";
    else if (record.stream !== created.stream) failure = "a change belongs to another stream";
    else if (confirmations.has(record.body.confirmation)) failure = "one request is sealed twice";
    else if (previous.type === "tenant.deleted") failure = afterDeletion(record, previous);
    else {
      isWhole &&= record.body.directory.seq === previous.seq;
      if (!isWhole && evidence !== null) directory = withUnknown(directory, record);
      const before = { directory, rp: created.body.genesis.rp, times: [created.at, previous.at], past };
      const next: Result<Directory> =
        evidence === null
          ? applyUnproven(directory, record, proven, isWhole)
          : await applySignedChange({ record, evidence }, before);
      if (next.ok) {
        directory = next.value;
        past.add(record, directory);
      } else failure = `change ${record.seq} (${record.type}): ${next.refusal.detail}`;
    }
    confirmations.add(record.body.confirmation);
    previous = record;
  }
  if (previous.type === "tenant.deleted") failure ??= afterDeletion(decision.record, previous);
  isWhole &&= decision.record.body.directory.seq === previous.seq;
  if (!isWhole) directory = withUnknown(directory, decision.record);
  return { directory, failure, past };
}

/** A change that is left out may have set the version that this record replaces. */
function withUnknown(directory: Directory, { type, body }: ChangeRecord | DecisionRecord): Directory {
  const effect = "change" in body ? body.change : null;
  if (!isDocumentKind(type) || effect === null || isPersonEffect(effect)) return directory;
  return { ...directory, rulebook: openRulebook(directory.rulebook, type, effect) };
}

/** The deletion of an organisation is the last record of its stream. */
export function afterDeletion(
  { seq }: Pick<StreamRecord, "seq">,
  deleted: Pick<StreamRecord, "seq">,
): string {
  return `record ${seq} follows record ${deleted.seq}, which deleted the organisation`;
}

/**
 * The people whose every change needs its evidence: the signers, the person whom a decided change is about, and
 * everybody who ever was an owner or admin, because how many managers there are decides how many must sign a recovery.
 */
export function peopleToProve(
  created: CreatedRecord,
  changes: readonly ChangeRecord[],
  decided: DecisionRecord | ChangeRecord,
  signers: readonly string[],
): ReadonlySet<string> {
  const managers = changes.flatMap(({ body: { change } }) =>
    change !== null && isPersonEffect(change) && change.role !== null && isManager({ role: change.role })
      ? [change.person]
      : [],
  );
  const effect = "change" in decided.body ? decided.body.change : null;
  const subject = effect !== null && isPersonEffect(effect) ? effect.person : undefined;
  return new Set([
    created.body.person.id,
    ...managers,
    ...signers,
    ...(subject === undefined ? [] : [subject]),
  ]);
}

/**
 * The directory after a change of which only the record is given. If a change before it is left out, it may rest on
 * that one, so it is not applied. The check "revocation" says that a change is missing.
 */
function applyUnproven(
  directory: Directory,
  { seq, type, body: { change } }: ChangeRecord,
  proven: { readonly people: ReadonlySet<string>; readonly changes: ReadonlySet<number> },
  isWhole: boolean,
): Result<Directory> {
  const isPersonToProve = change !== null && isPersonEffect(change) && proven.people.has(change.person);
  if (isPersonToProve || proven.changes.has(seq))
    return refuse("change_invalid", "the file leaves out who signed it");
  return isWhole ? applyEffect(directory, type, change, seq) : accept(directory);
}

/** The directory after this change, if it was signed as required. */
export async function applySignedChange(signed: SignedChange, before: Before): Promise<Result<Directory>> {
  const failure = await signedFailure(signed, before);
  return failure === undefined ? applyApproved(signed, before.directory) : refuse("change_invalid", failure);
}

/** The directory after this change, whose signatures are checked. */
export function applyApproved({ record, evidence }: SignedChange, directory: Directory): Result<Directory> {
  if (evidence.payload === null) return refuse("change_invalid", "its content is withheld");
  const change = parseChange(evidence.payload);
  if (!change.ok)
    return refuse("change_invalid", `its content is not a change of the directory: ${change.refusal.detail}`);
  if (change.value.change !== record.type)
    return refuse("change_invalid", "it is sealed as another kind of change");
  if (canonicalText(effectOf(change.value)) !== canonicalText(record.body.change))
    return refuse("change_invalid", "its record states another change than the one that people signed");
  if (change.value.change === "tenant.deleted" && change.value.tenant.stream !== record.stream)
    return refuse("change_invalid", "it deletes another organisation");
  const approvers = evidence.signers.flatMap(({ statement }) =>
    statement.vote === "approve" ? [statement.approver.id] : [],
  );
  return applyChange(directory, change.value, approvers, record.seq);
}

/** The commitment of a record, as the log and the next record hold it. */
export function commitOf(opened: { readonly record: StreamRecord; readonly entrySalt: string }): string {
  return toHex(recordCommit(opened.record, base64urlBytes(opened.entrySalt)));
}
