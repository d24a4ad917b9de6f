import { isManager, type Member } from "../../core/stream/directory.ts";
import { isJsonObject, parseJsonText, type JsonObject } from "../../core/encoding/strict-json.ts";
import { toHex } from "../../core/encoding/bytes.ts";
import {
  encodeReceipt,
  RECEIPT_LIMITS,
  RECEIPT_MAX_CHANGES,
  type Receipt,
} from "../../core/evidence/receipt.ts";
import { parsePolicy } from "../../core/confirmation/policy.ts";
import type { Person } from "../../core/confirmation/statement.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import type { VoteRow } from "../../store/rows.ts";
import { directoryRecordsBefore } from "../../store/stream/outbox.ts";
import { recordSourcesOf, type RecordSource } from "../../store/stream/record-sources.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { LoadedConfirmation } from "../confirmation/load.ts";
import { signedVoteOf } from "../confirmation/view.ts";
import { changeOf } from "../directory/change.ts";
import { buildRecord, readCommitments } from "../sealing/build-record.ts";
import type { Runtime } from "../runtime.ts";

/** The records of the directory that receipts contain. */
const DIRECTORY_TYPES = [
  "stream.created",
  "credential.endorsed",
  "credential.revoked",
  "role.changed",
  "recovered",
] as const;

/** The evidence file of a sealed decision. */
export async function receiptOf(
  runtime: Runtime,
  store: TenantStore,
  { row, decided }: LoadedConfirmation,
): Promise<Result<Uint8Array>> {
  if (decided === undefined || decided.index === null || row.decidedSeq === null)
    return refuse("not_found", "there is no receipt before the decision is sealed");
  const tenant = await store.own();
  const earlier = await directoryRecordsBefore(store, row.decidedSeq, DIRECTORY_TYPES);
  const all = await recordSourcesOf(store, [...earlier, decided]);
  const [history, decision] = [all.slice(0, -1), all.at(-1)];
  const [created] = history;
  if (created === undefined || decision === undefined)
    return refuse("not_found", "the tenant's stream has no first record");
  const changes = neededBy(decision.votes, history);
  if (changes.length > RECEIPT_MAX_CHANGES) return tooLarge();
  const sources = [created, ...changes, decision];
  const commitments = await readCommitments(
    store,
    sources.map((source) => source.row),
  );
  const proofs = await runtime.log.proofs(sources.map((source) => source.row.index ?? 0));
  const sealed = sources.map((source, at) => {
    const { record, label } = buildRecord(tenant, source, commitments);
    const proof = proofs[at] ?? "";
    const evidence = source.confirmation ? evidenceOf(source) : {};
    return { record, entrySalt: source.row.entrySalt, label: toHex(label), proof, ...evidence };
  });
  const receipt = {
    v: 1,
    kind: "countersign/receipt",
    created: sealed[0],
    changes: sealed.slice(1, -1),
    decision: sealed.at(-1),
    anchor: null,
  };
  const file = encodeReceipt(receipt as unknown as Receipt);
  return file.length > RECEIPT_LIMITS.maxBytes ? tooLarge() : accept(file);
}

/** No verifier would accept such a file. */
const tooLarge = () =>
  refuse(
    "receipt_too_large",
    `the receipt would hold more than ${RECEIPT_MAX_CHANGES} changes of passkeys and roles, or ${RECEIPT_LIMITS.maxBytes} bytes; the export of the whole history proves this decision, too`,
  );

/** What people signed. */
export function evidenceOf({ row, confirmation, votes }: RecordSource) {
  const signed = votes.map(signedVoteOf);
  const payload = expectOk(parseJsonText(confirmation?.payload ?? ""));
  const policy = confirmation?.policy
    ? expectOk(parsePolicy(expectOk(parseJsonText(confirmation.policy))))
    : null;
  return {
    statements: signed.map(({ statement }) => statement),
    assertions: signed.map(({ assertion }) => assertion),
    policy,
    payloadHash: confirmation?.payloadHash ?? "",
    payloadSalt: row.payloadSalt,
    payload: isJsonObject(payload) ? payload : null,
  };
}

/**
 * Every change about the signers, and about the people who signed these changes, back to the owner's first passkey. A
 * receipt has all changes about everybody in it, so that a verifier knows their passkeys and roles at each time.
 */
function neededBy(votes: readonly VoteRow[], history: readonly RecordSource[]): readonly RecordSource[] {
  const about = Map.groupBy(history.slice(1), (source) => subjectOf(source)?.id);
  const seen = new Set<string>();
  const needed = new Set<RecordSource>();
  const queue = votes.map(({ personId }) => personId);
  for (let person = queue.pop(); person !== undefined; person = queue.pop()) {
    if (seen.has(person)) continue;
    seen.add(person);
    for (const source of about.get(person) ?? []) {
      needed.add(source);
      queue.push(...source.votes.map(({ personId }) => personId));
      if (isSingleRecovery(source)) queue.push(...peopleBefore(source, history, isManager));
      if (isAboutOwner(source, history)) queue.push(...peopleBefore(source, history, isOwner));
    }
  }
  return history.filter((source) => needed.has(source));
}

function subjectOf({ confirmation }: RecordSource): Person | undefined {
  const change = confirmation && changeOf(confirmation);
  return change !== undefined && "person" in change ? change.person : undefined;
}

/** With one signature it is valid only if nobody else could have signed. */
function isSingleRecovery({ row, votes }: RecordSource): boolean {
  return row.type === "recovered" && votes.length === 1;
}

/** Valid only if another owner could still sign afterwards. */
function isAboutOwner(source: RecordSource, history: readonly RecordSource[]): boolean {
  const { type } = source.row;
  const subject = subjectOf(source)?.id ?? "";
  const mayRemove = type === "credential.revoked" || type === "role.changed";
  return mayRemove && peopleBefore(source, history, isOwner).includes(subject);
}

function isOwner({ role }: Pick<Member, "role">): boolean {
  return role === "owner";
}

/** Everybody who has had such a role before this record. The first owner is among them. */
function peopleBefore(
  { row }: RecordSource,
  history: readonly RecordSource[],
  isIncluded: (member: Pick<Member, "role">) => boolean,
): readonly string[] {
  return history.flatMap((source) => {
    if (source.row.body !== null) {
      const { person } = expectOk(parseJsonText(source.row.body)) as { person: Person & JsonObject };
      return [person.id];
    }
    const change = source.confirmation && changeOf(source.confirmation);
    const had = change !== undefined && "role" in change && isIncluded(change);
    return had && source.row.seq < row.seq ? [change.person.id] : [];
  });
}
