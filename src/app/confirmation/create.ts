import { fromHex } from "../../core/encoding/bytes.ts";
import type { CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { comparisonCode } from "../../core/confirmation/challenge.ts";
import { dueAt } from "../../core/confirmation/decision.ts";
import { everyoneIn, policyHash, whoMayVote, type Policy } from "../../core/policy/policy.ts";
import { tellingOf } from "../../core/display/telling.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import { checkMonthLimit } from "../../core/account/plan-limits.ts";
import { monthOf } from "../../core/account/month.ts";
import { isKeyActive } from "../../store/account/api-keys.ts";
import { activePasskeysOf } from "../../store/account/passkeys.ts";
import { findPersonByName } from "../../store/account/people.ts";
import { findLastDirectoryChange } from "../../store/stream/outbox.ts";
import { areRulesInForce } from "../../store/stream/directory-rows.ts";
import { readMonthUse } from "../../store/account/usage.ts";
import { findConfirmation } from "../../store/confirmation/confirmations.ts";
import type { NewTrailRow } from "../../store/account/trail.ts";
import { findCreateKey, type IdempotencyKey } from "../../store/confirmation/idempotency-keys.ts";
import type { ConfirmationRow, NewConfirmationRow } from "../../store/rows.ts";
import { isSandbox } from "../../store/shards/sandboxes.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester, RequestProject } from "../account/principal.ts";
import { doneToChange, trailRow } from "../acts/trail-entry.ts";
import { newConfirmationId, type Runtime } from "../runtime.ts";
import { confirmationEvent } from "../sending/confirmation-event.ts";
import { SANDBOX_REQUESTS_MAX } from "../sandbox/sandbox-limits.ts";
import { findReusable, type RequestIdentity } from "./deduplicate.ts";
import { storeConfirmation } from "./store-confirmation.ts";

// Creates a confirmation. Nobody is notified, and the call is not answered, before the rows are stored.

export interface CreateInput {
  readonly type: ConfirmationRow["type"];
  readonly project: RequestProject;
  readonly requester: Requester;
  readonly action: string;
  readonly payload: CanonicalPayload;
  /** One person who decides alone, by username or by id, or a policy. */
  readonly approver: { readonly username: string } | string | Policy;
  readonly createdAt: number;
  readonly expiresInMilliseconds: number;
  readonly executeWithinMilliseconds: number | null;
  /** The change of the directory that the policy rests on, which must be the last one; null if it rests on none. */
  readonly directory?: number | null;
  /** Whether the rules could have chosen its policy: without one there must be no rules. */
  readonly isRuled?: boolean;
  readonly metadata: JsonObject | null;
  /** What the audit trail says of it; of a change it has an entry of its own. */
  readonly entry?: (request: NewConfirmationRow) => NewTrailRow;
  /** For clients that repeat their requests. */
  readonly identity?: RequestIdentity | undefined;
}

export interface CreatedConfirmation {
  readonly row: NewConfirmationRow;
  readonly replayed: boolean;
}

export async function createConfirmation(
  runtime: Runtime,
  store: TenantStore,
  input: CreateInput,
  idempotency: IdempotencyKey | null = null,
): Promise<Result<CreatedConfirmation>> {
  const approverId = await approverIdOf(store, input);
  if (approverId === undefined) return refusalReason(store, input, idempotency, runtime.now());
  const row = newRow(runtime, store, input, approverId);
  // Time alone would approve it, and nobody would judge whether its signers are still entitled.
  if (row.type !== "decision" && row.dueAt < row.expiresAt)
    throw new RangeError("a change of the directory has no escalations");
  const { requester } = input;
  const draft = {
    row,
    audience: approverId === null ? everybodyOf(input) : [approverId],
    asked: approverId === null ? askedOf(input) : [approverId],
    ...(row.type === "decision" && {
      event: confirmationEvent("confirmation.created", row, { id: row.id, at: row.createdAt }),
    }),
    signer: isNamed(input.approver) ? approverId : null,
    key: requester.kind === "key" ? requester.id : null,
    directory: input.directory ?? null,
    isWithoutRules: input.isRuled === true && row.policy === null,
    idempotency,
    projectMax: row.type === "decision" ? await requestsMax(store) : undefined,
    ...(row.type === "decision"
      ? input.entry && { entry: input.entry(row) }
      : { entry: entryOf(runtime, row, requester) }),
  };
  return (await storeConfirmation(runtime, store, draft))
    ? accept({ row, replayed: false })
    : refusalReason(store, input, idempotency, row.createdAt);
}

/** Undefined: any number. */
async function requestsMax(store: TenantStore): Promise<number | undefined> {
  return (await isSandbox(store)) ? SANDBOX_REQUESTS_MAX : undefined;
}

function entryOf(runtime: Runtime, row: NewConfirmationRow, requester: Requester): NewTrailRow {
  const { kind, id, name, place = "" } = requester;
  const by = { kind: kind === "oauth" ? "key" : kind, id, name, place } as const;
  return trailRow(runtime, by, doneToChange("change.requested", row));
}

/** Why the row was not inserted at this time. An earlier answer to the same request comes before every refusal. */
async function refusalReason(
  store: TenantStore,
  input: CreateInput,
  idempotency: IdempotencyKey | null,
  now: number,
): Promise<Result<CreatedConfirmation>> {
  const { approver, identity, requester } = input;
  const earlier = idempotency && (await replay(store, idempotency, now));
  if (earlier) return earlier;
  const existing = identity && (await findReusable(store, identity));
  if (existing) return accept({ row: existing, replayed: true });
  const refusal = isNamed(approver) ? await refuseApprover(store, approver.username) : undefined;
  if (refusal) return refusal;
  if (!(await isKeyActive(store, requester.id, now)))
    return refuse("unauthorized", "this API key is no longer valid");
  if (await isOutdated(store, input)) return RULES_CHANGED;
  const who = isNamed(approver) ? `“${approver.username}”` : "people under a policy";
  return refuseQuota(store, who, now);
}

export const RULES_CHANGED = refuse(
  "rules_changed",
  "the organisation's rules or people changed at this moment; ask again",
);

/** Whether what its policy rests on has changed since it was read. */
async function isOutdated(store: TenantStore, input: CreateInput): Promise<boolean> {
  if (isNamed(input.approver) && input.isRuled === true) return areRulesInForce(store);
  const { directory = null } = input;
  return directory !== null && (await findLastDirectoryChange(store))?.seq !== directory;
}

/** Which quota is used up: that of the plan, of a sandbox, or of the key's requests for one person. */
async function refuseQuota(store: TenantStore, who: string, now: number): Promise<Result<never>> {
  // Fewer than may wait for one person.
  if ((await requestsMax(store)) !== undefined)
    return refuse(
      "quota_exceeded",
      `a demo organisation has ${SANDBOX_REQUESTS_MAX} requests; begin the demo again, or create your own organisation`,
    );
  const month = monthOf(now);
  const { plan, requests } = await readMonthUse(store, month);
  return (
    checkMonthLimit(plan, month, requests) ??
    refuse(
      "quota_exceeded",
      `too many requests of this API key wait for ${who}; ask again when some are decided or have expired, or cancel what is no longer needed`,
    )
  );
}

/** Why nobody with this username could decide: such a request is refused at once. */
async function refuseApprover(store: TenantStore, username: string): Promise<Result<never> | undefined> {
  const person = await findPersonByName(store, username);
  if (person === undefined || person.removedAt !== null)
    return refuse("unknown_approver", `there is no approver "${username}"; check the user name`);
  if (!mayDecide(person))
    return refuse("unknown_approver", `"${username}" may read, not decide; ask somebody with another role`);
  if ((await activePasskeysOf(store, person.id)).length === 0)
    return refuse(
      "approver_without_passkey",
      `"${username}" has no active passkey yet; ask again when there is one`,
    );
  return undefined;
}

export function codeOf({
  id,
  payloadHash,
  action,
}: Pick<ConfirmationRow, "id" | "payloadHash" | "action">): string {
  return comparisonCode(id, expectOk(fromHex(payloadHash)), action);
}

export function executeWithinSecondsOf({
  executeWithinMs,
}: Pick<ConfirmationRow, "executeWithinMs">): number | null {
  return executeWithinMs === null ? null : executeWithinMs / 1_000;
}

function isNamed(approver: CreateInput["approver"]): approver is { readonly username: string } {
  return typeof approver === "object" && "username" in approver;
}

/** The person who decides alone; null for a policy, undefined if nobody has this username. */
async function approverIdOf(
  store: TenantStore,
  { approver }: CreateInput,
): Promise<string | null | undefined> {
  if (typeof approver === "string") return approver;
  return isNamed(approver) ? (await findPersonByName(store, approver.username))?.id : null;
}

/** Everybody who may ever sign it. */
function everybodyOf({ approver }: CreateInput): readonly string[] {
  return typeof approver === "string" || isNamed(approver) ? [] : [...everyoneIn(approver)];
}

/** Everybody who may sign it at once. */
function askedOf({ approver, requester }: CreateInput): readonly string[] {
  return typeof approver === "string" || isNamed(approver)
    ? []
    : [...whoMayVote(approver, 1, 0, requester.person)];
}

/** The first answer to a request with this idempotency key, or the refusal of another request. */
export async function replay(
  store: TenantStore,
  idempotency: IdempotencyKey,
  now: number,
): Promise<Result<CreatedConfirmation> | undefined> {
  const earlier = await findCreateKey(store, idempotency, now);
  if (earlier === undefined) return undefined;
  if (earlier.requestHash !== idempotency.requestHash)
    return refuse("idempotency_mismatch", "this Idempotency-Key was used with another request");
  const row = await findConfirmation(store, earlier.confirmationId);
  return row && accept({ row, replayed: true });
}

function newRow(
  runtime: Runtime,
  store: TenantStore,
  input: CreateInput,
  approverId: string | null,
): NewConfirmationRow {
  const now = input.createdAt;
  const { requester, project, approver, identity, payload } = input;
  const policy = typeof approver === "string" || isNamed(approver) ? null : approver;
  const expiresAt = now + input.expiresInMilliseconds;
  return {
    tenantId: store.tenantId,
    id: newConfirmationId(runtime, store.tenantId),
    type: input.type,
    projectId: project.id,
    projectName: project.name,
    requesterKind: requester.kind,
    requesterId: requester.id,
    requesterName: requester.name,
    requesterPerson: requester.person,
    action: input.action,
    payload: payload.text,
    payloadHash: payload.hash,
    displayOrder: canonicalText(payload.order),
    policy: policy && canonicalText(policy),
    policyHash: policy && policyHash(policy),
    metadata: input.metadata && canonicalText(input.metadata),
    status: "pending",
    version: 0,
    escalated: 0,
    createdAt: now,
    expiresAt,
    dueAt: policy === null ? expiresAt : dueAt(policy, { createdAt: now, expiresAt, escalated: 0 }),
    executeWithinMs: input.executeWithinMilliseconds,
    decidedAt: null,
    decidedSeq: null,
    overriddenBy: null,
    consumedAt: null,
    lockHash: identity?.lockHash ?? null,
    dedupeKey: identity?.dedupeKey ?? null,
    deliveredAt: null,
    approverId,
    projectMode: project.mode,
    erasedAt: null,
    policyName: policy === null || policy.name === "" ? null : policy.name,
    telling: input.type === "decision" ? JSON.stringify(tellingOf(input.action, payload)) : null,
  };
}
