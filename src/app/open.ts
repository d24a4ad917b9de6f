import { and, eq, lte } from "drizzle-orm";
import { fromHex, toHex, type Bytes } from "../core/bytes.ts";
import { comparisonCode } from "../core/challenge.ts";
import { mayDecide } from "../core/directory.ts";
import { sha256 } from "../core/hash.ts";
import { canonicalBytes, canonicalText } from "../core/jcs.ts";
import { PAYLOAD_MAX_BYTES, type JsonObject } from "../core/json.ts";
import { peopleOf, policyHash, requirementsAfter, soleApprover, type Policy } from "../core/policy.ts";
import { accept, expectOk, refuse, type Result } from "../core/refusal.ts";
import { asked, confirmations, idempotency, people, type ConfirmationRow } from "../store/schema.ts";
import type { Statement, TenantStore } from "../store/tenant.ts";
import { undelivered, type Call } from "./call.ts";
import { wakeAt } from "./clerkcalls.ts";
import { activePasskeys } from "./passkeys.ts";
import { newId, type World } from "./world.ts";

// Ask: write the request down whole, then ring the tenant's clerk. Nothing is notified, and no answer
// given, before the rows are there.

export const IDEMPOTENCY_HOURS = 24;

export interface Requester {
  readonly kind: ConfirmationRow["requesterKind"];
  readonly id: string;
  readonly name: string;
  readonly person: string | null;
}

export interface Request {
  readonly type: ConfirmationRow["type"];
  readonly project: { readonly id: string; readonly name: string };
  readonly requester: Requester;
  readonly action: string;
  readonly payload: JsonObject;
  /** One person who decides alone, or a policy. */
  readonly approver: string | Policy;
  readonly expiresInMilliseconds: number;
  readonly executeWithinMilliseconds: number | null;
  readonly metadata: JsonObject | null;
  /** For a door whose clients repeat their calls. */
  readonly call?: Call | undefined;
}

export interface Opened {
  readonly row: ConfirmationRow;
  readonly replayed: boolean;
}

/** The same name with the same request gives the first answer again; with another it is refused. */
export interface Idempotency {
  readonly key: string;
  readonly name: string;
  readonly requestHash: string;
}

export async function open(
  world: World,
  store: TenantStore,
  request: Request,
  once?: Idempotency,
): Promise<Result<Opened>> {
  const payload = canonicalBytes(request.payload);
  if (payload.length > PAYLOAD_MAX_BYTES) {
    return refuse(
      "json_too_large",
      `the payload's canonical form has more than ${PAYLOAD_MAX_BYTES} bytes`,
      "",
    );
  }
  const row = newRow(world, store, request, payload);
  const signers = peopleOf(requirementsAfter(policyOf(request), Number.POSITIVE_INFINITY));
  const { tenantId: _tenant, ...values } = row;
  const statements: Statement[] = [
    store.insert(confirmations, values),
    ...[...signers].map((personId) => store.insert(asked, { personId, confirmationId: row.id })),
  ];
  if (once) {
    const { key: keyId, name, requestHash } = once;
    const dead = lte(idempotency.createdAt, row.createdAt - IDEMPOTENCY_HOURS * 3_600_000);
    statements.push(
      store.remove(idempotency, and(eq(idempotency.keyId, keyId), dead)),
      store.insert(idempotency, {
        keyId,
        name,
        operation: "create",
        requestHash,
        confirmationId: row.id,
        createdAt: row.createdAt,
      }),
    );
  }
  try {
    await store.batch(statements);
  } catch (problem) {
    // Two requests with one name, or the same call twice, at once: the row of the first is there now.
    const winner = once && (await replayed(store, once, world.now()));
    if (winner) return winner;
    const same = request.call && (await undelivered(store, request.call));
    if (same) return accept({ row: same, replayed: true });
    throw problem;
  }
  await wakeAt(world, store.tenantId, row.expiresAt);
  return accept({ row, replayed: false });
}

/** The person of this name, if they could sign: a request that nobody could answer is refused at once. */
export async function approverNamed(
  store: TenantStore,
  username: string,
): Promise<Result<{ id: string; username: string }>> {
  const person = await store.first(people, eq(people.username, username));
  if (person === undefined) return refuse("unknown_approver", `there is no approver "${username}"`);
  if (!mayDecide(person)) return refuse("unknown_approver", `"${username}" may read, not decide`);
  if ((await activePasskeys(store, person.id)).length === 0) {
    return refuse("approver_without_passkey", `"${username}" has no passkey that counts yet`);
  }
  return accept({ id: person.id, username: person.username });
}

export function codeOf({
  id,
  payloadHash,
  action,
}: Pick<ConfirmationRow, "id" | "payloadHash" | "action">): string {
  return comparisonCode(id, expectOk(fromHex(payloadHash)), action);
}

function policyOf({ approver }: Request): Policy {
  return typeof approver === "string" ? soleApprover(approver) : approver;
}

/** The first answer to a request of this name, or the refusal of another one under it. */
export async function replayed(
  store: TenantStore,
  once: Idempotency,
  now: number,
): Promise<Result<Opened> | undefined> {
  const mine = and(
    eq(idempotency.keyId, once.key),
    eq(idempotency.operation, "create"),
    eq(idempotency.name, once.name),
  );
  const earlier = await store.first(idempotency, mine);
  if (earlier === undefined || earlier.createdAt + IDEMPOTENCY_HOURS * 3_600_000 <= now) return undefined;
  if (earlier.requestHash !== once.requestHash) {
    return refuse("idempotency_mismatch", "this Idempotency-Key was used with another request");
  }
  const row = await store.first(confirmations, eq(confirmations.id, earlier.confirmationId));
  return row && accept({ row, replayed: true });
}

function newRow(world: World, store: TenantStore, request: Request, payload: Bytes): ConfirmationRow {
  const now = world.now();
  const { requester, project, approver, call } = request;
  const policy = typeof approver === "string" ? null : approver;
  return {
    tenantId: store.tenantId,
    id: newId(world, "c"),
    type: request.type,
    projectId: project.id,
    projectName: project.name,
    requesterKind: requester.kind,
    requesterId: requester.id,
    requesterName: requester.name,
    requesterPerson: requester.person,
    action: request.action,
    payload: canonicalText(request.payload),
    payloadHash: toHex(sha256(payload)),
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
  };
}
