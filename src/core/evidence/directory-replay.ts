import { toHex } from "../encoding/bytes.ts";
import { firstDirectory, type Directory } from "../stream/directory.ts";
import { applyChange } from "../stream/directory-change.ts";
import { parseChange } from "../stream/change-format.ts";
import type { Creation, SignedChange } from "./receipt.ts";
import { NO_PREVIOUS, recordCommit, streamId } from "../stream/record.ts";
import { refuse, type Result } from "../refusal.ts";
import { base64urlBytes, signedFailure, type Failure } from "./signed-record.ts";

// Rebuilds the directory from the owner's first passkey. Each change must be signed by people whom the
// changes before it entitled. A receipt holds the changes that its signers depend on, an export all of them.

export function creationFailure({ record }: Creation): Failure {
  if (record.stream !== streamId(record.body.genesis))
    return "the stream's id is not the hash of its first record's genesis";
  if (record.seq !== 0 || record.prev !== NO_PREVIOUS)
    return "the stream does not start with its owner's passkey";
  return undefined;
}

interface ReplayResult {
  readonly directory: Directory;
  readonly failure: Failure;
}

/** The directory after these changes. With a failure, it is the directory before the change that failed. */
export async function replayDirectory(
  created: Creation,
  changes: readonly SignedChange[],
): Promise<ReplayResult> {
  let directory = firstDirectory(created.record);
  let failure = creationFailure(created);
  let seq = 0;
  for (const change of changes) {
    if (failure !== undefined) break;
    if (change.record.seq <= seq) failure = "the changes of the directory are not in order";
    else if (change.record.stream !== created.record.stream) failure = "a change belongs to another stream";
    else {
      const next = await applySignedChange(directory, change, created.record.body.genesis.rp);
      if (next.ok) directory = next.value;
      else failure = `change ${change.record.seq} (${change.record.type}): ${next.refusal.detail}`;
    }
    seq = change.record.seq;
  }
  return { directory, failure };
}

/** The directory after this change, if it was signed as required. */
export async function applySignedChange(
  directory: Directory,
  sealed: SignedChange,
  rp: string,
): Promise<Result<Directory>> {
  const failure = await signedFailure(sealed, directory, rp);
  if (failure !== undefined) return refuse("change_invalid", failure);
  if (sealed.record.body.outcome !== "approved") return refuse("change_invalid", "it was not approved");
  if (sealed.payload === null) return refuse("change_invalid", "its content is withheld");
  const change = parseChange(sealed.payload);
  if (!change.ok)
    return refuse("change_invalid", `its content is not a change of the directory: ${change.refusal.detail}`);
  if (change.value.change !== sealed.record.type)
    return refuse("change_invalid", "it is sealed as another kind of change");
  const signers = sealed.statements
    .filter(({ vote }) => vote === "approve")
    .map(({ approver }) => approver.id);
  return applyChange(directory, change.value, signers, sealed.record.seq);
}

/** The commitment of a sealed record, as the log and the next record hold it. */
export function commitOf(sealed: {
  readonly record: Parameters<typeof recordCommit>[0];
  readonly entrySalt: string;
}): string {
  return toHex(recordCommit(sealed.record, base64urlBytes(sealed.entrySalt)));
}
