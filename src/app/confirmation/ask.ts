import { toHex } from "../../core/encoding/bytes.ts";
import type { CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { hashOfJson } from "../../core/encoding/jcs.ts";
import { EXPIRES_MAX_SECONDS } from "../../core/confirmation/statement.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { claimsChange } from "../../core/stream/change-format.ts";
import { findEarlier } from "../../store/confirmation/deliveries.ts";
import type { IdempotencyKey } from "../../store/confirmation/idempotency-keys.ts";
import { areRulesInForce } from "../../store/stream/directory-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Principal } from "../account/principal.ts";
import type { Runtime } from "../runtime.ts";
import { choosePolicy, type PolicyChoice } from "../policies/choose-policy.ts";
import {
  createConfirmation,
  replay,
  RULES_CHANGED,
  type CreatedConfirmation,
  type CreateInput,
} from "./create.ts";
import { identityOf, type RequestIdentity } from "./deduplicate.ts";
import { read } from "./read.ts";
import { locksAfter, rejectionLock } from "./rejection-lock.ts";
import { viewOf, viewOfNew, type ConfirmationView } from "./view.ts";

export interface AskInput {
  readonly username: string | null;
  readonly action: string;
  readonly payload: CanonicalPayload;
  /** Null: as the organisation has set. */
  readonly expiresInSeconds: number | null;
  readonly executeWithinSeconds: number | null;
  readonly metadata: JsonObject | null;
  readonly policy: string | null;
}

export interface AskOptions {
  readonly protocol: "rest" | "mcp";
  readonly idempotencyKey: string | null;
}

export interface Asked {
  readonly view: ConfirmationView;
  readonly replayed: boolean;
}

/** Asks for a person's decision with an API key, optionally with an Idempotency-Key. */
export async function ask(
  runtime: Runtime,
  principal: Principal,
  input: AskInput,
  options: AskOptions,
): Promise<Result<Asked>> {
  const created = await create(runtime, principal, input, options);
  if (!created.ok) return created;
  const { row, replayed } = created.value;
  // Without a policy nothing but the user name is needed to answer.
  if (!replayed && row.policy === null)
    return accept({ view: viewOfNew(row, input.username ?? ""), replayed });
  const loaded = await read(runtime, principal, row.id);
  return loaded.ok ? accept({ view: viewOf(runtime, loaded.value), replayed }) : loaded;
}

async function create(
  runtime: Runtime,
  principal: Principal,
  input: AskInput,
  { protocol, idempotencyKey }: AskOptions,
): Promise<Result<CreatedConfirmation>> {
  const { store, key } = principal;
  // A decision changes no passkey, so verifiers reject one whose payload is an approved change, and the page of a request
  // shows nothing that calls itself one.
  if (claimsChange(input.payload.value))
    return refuse("validation_failed", "an API key can't ask for a change of who may sign", "/payload");
  const idempotency =
    idempotencyKey === null ? null : { key: key.id, name: idempotencyKey, requestHash: requestHashOf(input) };
  const isReused = protocol === "mcp" && idempotency === null;
  const identity =
    protocol === "mcp" || key.agent
      ? identityOf(key.id, input, isReused, await areRulesInForce(store))
      : undefined;
  const repeated = identity && (await findRepeated(runtime, store, identity, idempotency));
  if (repeated) return repeated;
  return createUnderPolicy(runtime, principal, input, identity, idempotency);
}

/** Rules and people may change between the choice of the policy and the insert. */
const CHOICES_MAX = 3;

async function createUnderPolicy(
  runtime: Runtime,
  { store, project, requester }: Principal,
  input: AskInput,
  identity: RequestIdentity | undefined,
  idempotency: IdempotencyKey | null,
): Promise<Result<CreatedConfirmation>> {
  const { action, payload, metadata } = input;
  const { defaultExpirySeconds } = await store.own();
  let created: Result<CreatedConfirmation> = RULES_CHANGED;
  for (let round = 0; round < CHOICES_MAX && isRulesChanged(created); round++) {
    const createdAt = runtime.now();
    const choice = await choosePolicy(runtime, store, { ...input, project, requester, createdAt });
    if (!choice.ok) return choice;
    const { approver, directory } = choice.value;
    const times = timesUnder(approver, {
      ...input,
      expiresInSeconds: input.expiresInSeconds ?? defaultExpiry(approver, defaultExpirySeconds),
    });
    const asked = { type: "decision", project, requester, action, payload, metadata, identity } as const;
    const draft = { ...asked, ...times, approver, createdAt, directory, isRuled: true };
    created = await createConfirmation(runtime, store, draft, idempotency);
  }
  return created;
}

function isRulesChanged(created: Result<unknown>): boolean {
  return !created.ok && created.refusal.code === RULES_CHANGED.refusal.code;
}

/** Those whom the last escalation asks have as long as everybody else. */
function defaultExpiry(approver: PolicyChoice["approver"], seconds: number): number {
  const last = "username" in approver ? undefined : approver.escalations.at(-1);
  return Math.min(EXPIRES_MAX_SECONDS, (last?.afterSeconds ?? 0) + seconds);
}

/** A policy can shorten both times, not lengthen them. */
function timesUnder(
  approver: PolicyChoice["approver"],
  {
    expiresInSeconds,
    executeWithinSeconds,
  }: { readonly expiresInSeconds: number; readonly executeWithinSeconds: number | null },
): Pick<CreateInput, "expiresInMilliseconds" | "executeWithinMilliseconds"> {
  const policy = "username" in approver ? undefined : approver;
  const within = Math.min(
    executeWithinSeconds ?? Number.POSITIVE_INFINITY,
    policy?.executeWithinSeconds ?? Number.POSITIVE_INFINITY,
  );
  return {
    expiresInMilliseconds: Math.min(expiresInSeconds, policy?.expiresInSeconds ?? expiresInSeconds) * 1_000,
    executeWithinMilliseconds: Number.isFinite(within) ? within * 1_000 : null,
  };
}

function requestHashOf(input: AskInput): string {
  return toHex(hashOfJson({ ...input, payload: input.payload.hash }));
}

/** The confirmation of an equal earlier request, or the refusal because a person has just rejected it. */
async function findRepeated(
  runtime: Runtime,
  store: TenantStore,
  identity: RequestIdentity,
  idempotency: IdempotencyKey | null,
): Promise<Result<CreatedConfirmation> | undefined> {
  const earlier = idempotency && (await replay(store, idempotency, runtime.now()));
  if (earlier) return earlier;
  const { undelivered, rejection } = await findEarlier(store, identity, locksAfter(runtime.now()));
  if (undelivered) return accept({ row: undelivered, replayed: true });
  return rejection && rejectionLock(rejection);
}
