import { inArray } from "drizzle-orm";
import { fromHex, toHex } from "../core/bytes.ts";
import { isJsonObject, parseJsonText } from "../core/json.ts";
import { encodeReceipt, type Receipt } from "../core/receipt.ts";
import { parsePolicy } from "../core/policy.ts";
import { NO_PREVIOUS, recordLabel } from "../core/record.ts";
import { accept, expectOk, refuse, type Result } from "../core/refusal.ts";
import { confirmations, credentials, outbox, votes, type OutboxRow, type VoteRow } from "../store/schema.ts";
import type { SealedRows } from "../store/steps.ts";
import type { TenantStore } from "../store/tenant.ts";
import { changeOf } from "./change.ts";
import type { Loaded } from "./loaded.ts";
import { inOrder, recordOf } from "./recordof.ts";
import { signedBy } from "./view.ts";
import type { World } from "./world.ts";

/** The evidence file of a decision that is sealed. */
export async function receiptOf(
  world: World,
  store: TenantStore,
  { row, decided, votes: cast }: Loaded,
): Promise<Result<Uint8Array>> {
  if (decided === undefined || decided.index === null || row.decidedSeq === null)
    return refuse("not_found", "there is no receipt before the decision is sealed");
  const tenant = await store.own();
  const history = await directoryBefore(store, row.decidedSeq);
  const [created] = history;
  if (created === undefined) return refuse("not_found", "the tenant's stream has no beginning");
  const needed = neededBy(cast, history.slice(1), await endorsementsOf(store));
  const sources = [created, ...needed, { row: decided, confirmation: row, votes: cast }];
  const commits = await commitsOf(store, sources);
  const proofs = await world.log.proofs(sources.map(({ row: sealed }) => sealed.index ?? 0));
  const placed = sources.map((source, place) => {
    const { seq, entrySalt, directorySeq } = source.row;
    const previous = seq === 0 ? NO_PREVIOUS : (commits.get(seq - 1) ?? "");
    const record = recordOf(source, tenant.stream ?? "", previous, commits.get(directorySeq) ?? "");
    const label = toHex(recordLabel(expectOk(fromHex(tenant.streamKey)), seq));
    return {
      record,
      entrySalt,
      label,
      proof: proofs[place] ?? "",
      ...(source.confirmation ? evidenceOf(source) : {}),
    };
  });
  const receipt = {
    v: 1,
    kind: "countersign/receipt",
    created: placed[0],
    changes: placed.slice(1, -1),
    decision: placed.at(-1),
    anchor: null,
  };
  return accept(encodeReceipt(receipt as unknown as Receipt));
}

function evidenceOf({ row, confirmation, votes: cast }: SealedRows) {
  const signed = cast.map(signedBy);
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

/** The beginning and every sealed change before this seq, in order. */
async function directoryBefore(store: TenantStore, seq: number): Promise<readonly SealedRows[]> {
  const kinds = ["stream.created", "credential.endorsed", "credential.revoked", "role.changed"] as const;
  const rows = await store.select(outbox, inArray(outbox.type, [...kinds])).orderBy(outbox.seq);
  const earlier = rows.filter((row) => row.seq < seq && row.index !== null);
  const ids = earlier.flatMap(({ confirmationId }) => (confirmationId === null ? [] : [confirmationId]));
  const about = await store.selectIn(confirmations, confirmations.id, ids);
  const cast = (await store.selectIn(votes, votes.confirmationId, ids)).toSorted(inOrder);
  return earlier.map((row) => ({
    row,
    confirmation: about.find(({ id }) => id === row.confirmationId),
    votes: cast.filter(({ confirmationId }) => confirmationId === row.confirmationId),
  }));
}

async function endorsementsOf(store: TenantStore): Promise<ReadonlyMap<string, number>> {
  const keys = await store.select(credentials);
  return new Map(keys.flatMap(({ id, endorsedSeq }) => (endorsedSeq === null ? [] : [[id, endorsedSeq]])));
}

/** The changes that the signers' passkeys and roles rest on, and theirs who signed those, back to the first. */
function neededBy(
  cast: readonly VoteRow[],
  changes: readonly SealedRows[],
  endorsements: ReadonlyMap<string, number>,
): readonly SealedRows[] {
  const wanted = new Set<SealedRows>();
  const queue = [...cast];
  for (let vote = queue.pop(); vote !== undefined; vote = queue.pop()) {
    const { personId, credentialId } = vote;
    const restsOn = changes.filter(
      (source) => source.row.seq === endorsements.get(credentialId) || givesRole(source, personId),
    );
    for (const source of restsOn.filter((one) => !wanted.has(one))) {
      wanted.add(source);
      queue.push(...source.votes);
    }
  }
  return changes.filter((source) => wanted.has(source));
}

function givesRole({ confirmation }: SealedRows, person: string): boolean {
  const change = confirmation && changeOf(confirmation);
  return change?.change === "role.changed" && change.person.id === person;
}

async function commitsOf(
  store: TenantStore,
  sources: readonly SealedRows[],
): Promise<ReadonlyMap<number, string>> {
  const wanted = new Set(sources.flatMap(({ row }: { row: OutboxRow }) => [row.seq - 1, row.directorySeq]));
  const rows = await store.selectIn(outbox, outbox.seq, [...wanted]);
  return new Map(rows.map(({ seq, commitment }) => [seq, commitment ?? ""]));
}
