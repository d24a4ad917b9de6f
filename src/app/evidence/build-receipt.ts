import { and, eq, inArray } from "drizzle-orm";
import { fromHex, toHex } from "../../core/encoding/bytes.ts";
import { isManager } from "../../core/stream/directory.ts";
import { isJsonObject, parseJsonText, type JsonObject } from "../../core/encoding/strict-json.ts";
import { encodeReceipt, type Receipt } from "../../core/evidence/receipt.ts";
import { parsePolicy } from "../../core/confirmation/policy.ts";
import { NO_PREVIOUS, recordLabel } from "../../core/stream/record.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { confirmations, outbox, votes, type OutboxRow, type VoteRow } from "../../store/schema.ts";
import { CHANGES_THE_DIRECTORY, counted } from "../../store/decision-chain.ts";
import type { SealedRows } from "../../store/steps.ts";
import type { Person } from "../../core/confirmation/statement.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { changeOf } from "../directory/change.ts";
import type { Loaded } from "../confirmation/load.ts";
import { inOrder, recordOf } from "../sealing/build-record.ts";
import { signedBy } from "../confirmation/view.ts";
import type { Runtime } from "../runtime.ts";

/** The evidence file of a decision that is sealed. */
export async function receiptOf(
  runtime: Runtime,
  store: TenantStore,
  { row, decided }: Loaded,
): Promise<Result<Uint8Array>> {
  if (decided === undefined || decided.index === null || row.decidedSeq === null)
    return refuse("not_found", "there is no receipt before the decision is sealed");
  const tenant = await store.own();
  const history = await directoryBefore(store, row.decidedSeq);
  const [created] = history;
  if (created === undefined) return refuse("not_found", "the tenant's stream has no beginning");
  const cast = (await store.select(votes, and(eq(votes.confirmationId, row.id), counted()))).toSorted(
    inOrder,
  );
  const needed = neededBy(cast, history);
  const sources = [created, ...needed, { row: decided, confirmation: row, votes: cast }];
  const commits = await commitsOf(store, sources);
  const proofs = await runtime.log.proofs(sources.map(({ row: sealed }) => sealed.index ?? 0));
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

/** What people signed. */
export function evidenceOf({ row, confirmation, votes: cast }: SealedRows) {
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
  const kinds = [
    "stream.created",
    "credential.endorsed",
    "credential.revoked",
    "role.changed",
    "recovered",
  ] as const;
  const rows = await store
    .select(outbox, and(inArray(outbox.type, [...kinds]), CHANGES_THE_DIRECTORY))
    .orderBy(outbox.seq);
  const earlier = rows.filter((row) => row.seq < seq && row.index !== null);
  const ids = earlier.flatMap(({ confirmationId }) => (confirmationId === null ? [] : [confirmationId]));
  const about = await store.selectIn(confirmations, confirmations.id, ids);
  const cast = (await store.selectIn(votes, votes.confirmationId, ids, counted())).toSorted(inOrder);
  return earlier.map((row) => ({
    row,
    confirmation: about.find(({ id }) => id === row.confirmationId),
    votes: cast.filter(({ confirmationId }) => confirmationId === row.confirmationId),
  }));
}

/**
 * Every change about the signers, and about those who signed these, back to the owner's first passkey: who is
 * in the receipt at all is in it whole, so that a stranger counts passkeys, roles and managers as they were.
 */
function neededBy(cast: readonly VoteRow[], history: readonly SealedRows[]): readonly SealedRows[] {
  const about = Map.groupBy(history.slice(1), (source) => subjectOf(source)?.id);
  const seen = new Set<string>();
  const wanted = new Set<SealedRows>();
  const queue = cast.map(({ personId }) => personId);
  for (let person = queue.pop(); person !== undefined; person = queue.pop()) {
    if (seen.has(person)) continue;
    seen.add(person);
    for (const source of about.get(person) ?? []) {
      wanted.add(source);
      queue.push(...source.votes.map(({ personId }) => personId));
      if (isLoneRecovery(source)) queue.push(...managersBefore(source, history));
    }
  }
  return history.filter((source) => wanted.has(source));
}

function subjectOf({ confirmation }: SealedRows): Person | undefined {
  const change = confirmation && changeOf(confirmation);
  return change !== undefined && "person" in change ? change.person : undefined;
}

/** Signed by one, it holds only where there was nobody else who could have signed, too. */
function isLoneRecovery({ row, votes: cast }: SealedRows): boolean {
  return row.type === "recovered" && cast.length === 1;
}

/** Everyone who had ever been able to manage people by then, the first owner among them. */
function managersBefore({ row }: SealedRows, history: readonly SealedRows[]): readonly string[] {
  return history.flatMap((source) => {
    if (source.row.body !== null) {
      const { person } = expectOk(parseJsonText(source.row.body)) as { person: Person & JsonObject };
      return [person.id];
    }
    const change = source.confirmation && changeOf(source.confirmation);
    const manages = change !== undefined && "role" in change && isManager(change);
    return manages && source.row.seq < row.seq ? [change.person.id] : [];
  });
}

async function commitsOf(
  store: TenantStore,
  sources: readonly SealedRows[],
): Promise<ReadonlyMap<number, string>> {
  const wanted = new Set(sources.flatMap(({ row }: { row: OutboxRow }) => [row.seq - 1, row.directorySeq]));
  const rows = await store.selectIn(outbox, outbox.seq, [...wanted]);
  return new Map(rows.map(({ seq, commitment }) => [seq, commitment ?? ""]));
}
