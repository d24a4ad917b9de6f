import { and, eq } from "drizzle-orm";
import { fromHex } from "../../core/encoding/bytes.ts";
import type { CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { comparisonCode } from "../../core/confirmation/challenge.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { peopleOf, policyHash, requirementsAfter, type Policy } from "../../core/confirmation/policy.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { IDEMPOTENCY_HOURS, type Idempotency, type NewConfirmation } from "../../store/new-confirmations.ts";
import { confirmations, idempotency, people, type ConfirmationRow } from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester } from "../account/api-keys.ts";
import { undelivered, type Call } from "./deduplicate.ts";
import { activePasskeys } from "../account/passkeys.ts";
import { newId, type Runtime } from "../runtime.ts";
import { writeConfirmation } from "./write-confirmation.ts";

// Ask: write the request down whole. Nothing is notified, and no answer given, before the rows are there.

export interface Request {
  readonly type: ConfirmationRow["type"];
  readonly project: { readonly id: string; readonly name: string };
  readonly requester: Requester;
  readonly action: string;
  readonly payload: CanonicalPayload;
  /** One person who decides alone, by name or by id, or a policy. */
  readonly approver: { readonly username: string } | string | Policy;
  readonly expiresInMilliseconds: number;
  readonly executeWithinMilliseconds: number | null;
  readonly metadata: JsonObject | null;
  /** For a door whose clients repeat their calls. */
  readonly call?: Call | undefined;
}

export interface CreatedConfirmation {
  readonly row: ConfirmationRow;
  readonly replayed: boolean;
}

export async function createConfirmation(
  runtime: Runtime,
  store: TenantStore,
  request: Request,
  once?: Idempotency,
): Promise<Result<CreatedConfirmation>> {
  const row = newRow(runtime, store, request);
  const { requester } = request;
  const draft = {
    row,
    asks: asksOf(request),
    key: requester.kind === "key" ? requester.id : null,
    once: once ?? null,
  };
  return (await writeConfirmation(runtime, store, draft))
    ? accept({ row, replayed: false })
    : whyNot(runtime, store, request, once);
}

/** A fact that did not hold at that moment. What was answered once comes before anything else. */
async function whyNot(
  runtime: Runtime,
  store: TenantStore,
  { approver, call }: Request,
  once: Idempotency | undefined,
): Promise<Result<CreatedConfirmation>> {
  const earlier = once && (await replayed(store, once, runtime.now()));
  if (earlier) return earlier;
  const same = call && (await undelivered(store, call));
  if (same) return accept({ row: same, replayed: true });
  if (typeof approver === "object" && "username" in approver) {
    const unable = await unableApprover(store, approver.username);
    if (unable) return unable;
  }
  return refuse("unauthorized", "this API key is no longer valid");
}

/** Why nobody of this name could answer: such a request is refused at once. */
async function unableApprover(store: TenantStore, username: string): Promise<Result<never> | undefined> {
  const person = await store.first(people, eq(people.username, username));
  if (person === undefined) return refuse("unknown_approver", `there is no approver "${username}"`);
  if (!mayDecide(person)) return refuse("unknown_approver", `"${username}" may read, not decide`);
  if ((await activePasskeys(store, person.id)).length === 0)
    return refuse("approver_without_passkey", `"${username}" has no passkey that counts yet`);
  return undefined;
}

export function codeOf({
  id,
  payloadHash,
  action,
}: Pick<ConfirmationRow, "id" | "payloadHash" | "action">): string {
  return comparisonCode(id, expectOk(fromHex(payloadHash)), action);
}

/** Everyone who may ever sign it, but for whom its row names. */
function asksOf({ approver }: Request): NewConfirmation["asks"] {
  if (typeof approver === "string") return { people: [] };
  if ("username" in approver) return approver;
  return { people: [...peopleOf(requirementsAfter(approver, Number.POSITIVE_INFINITY))] };
}

/** The call of this kind that has this key's name, for as long as names last. */
export async function namedCall(
  store: TenantStore,
  operation: "create" | "consume",
  { key, name }: Pick<Idempotency, "key" | "name">,
  now: number,
) {
  const mine = and(
    eq(idempotency.keyId, key),
    eq(idempotency.operation, operation),
    eq(idempotency.name, name),
  );
  const call = await store.first(idempotency, mine);
  const dead = call !== undefined && call.createdAt + IDEMPOTENCY_HOURS * 3_600_000 <= now;
  return dead ? undefined : call;
}

/** The first answer to a request of this name, or the refusal of another one under it. */
export async function replayed(
  store: TenantStore,
  once: Idempotency,
  now: number,
): Promise<Result<CreatedConfirmation> | undefined> {
  const earlier = await namedCall(store, "create", once, now);
  if (earlier === undefined) return undefined;
  if (earlier.requestHash !== once.requestHash) {
    return refuse("idempotency_mismatch", "this Idempotency-Key was used with another request");
  }
  const row = await store.first(confirmations, eq(confirmations.id, earlier.confirmationId));
  return row && accept({ row, replayed: true });
}

function newRow(runtime: Runtime, store: TenantStore, request: Request): ConfirmationRow {
  const now = runtime.now();
  const { requester, project, approver, call } = request;
  const policy = typeof approver === "string" || "username" in approver ? null : approver;
  return {
    tenantId: store.tenantId,
    id: newId(runtime, "c"),
    type: request.type,
    projectId: project.id,
    projectName: project.name,
    requesterKind: requester.kind,
    requesterId: requester.id,
    requesterName: requester.name,
    requesterPerson: requester.person,
    action: request.action,
    payload: request.payload.text,
    payloadHash: request.payload.hash,
    policy: policy && canonicalText(policy),
    policyHash: policy && policyHash(policy),
    metadata: request.metadata && canonicalText(request.metadata),
    status: "pending",
    version: 0,
    escalated: 0,
    createdAt: now,
    expiresAt: now + request.expiresInMilliseconds,
    executeWithinMs: request.executeWithinMilliseconds,
    decidedAt: null,
    decidedSeq: null,
    overriddenBy: null,
    consumedAt: null,
    callHash: call?.hash ?? null,
    dedupeKey: call?.once === true ? call.hash : null,
    deliveredAt: null,
    approverId: typeof approver === "string" ? approver : null,
  };
}
