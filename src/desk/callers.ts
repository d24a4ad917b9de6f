import { type Scope } from "../core/confirmation/scopes.ts";
import { principalOf, requireScope, UNAUTHORIZED, type Principal } from "../app/account/principal.ts";
import { NO_SESSION, readSession, requireActive, type Session } from "../app/account/passkey-session.ts";
import type { Runtime } from "../app/runtime.ts";
import { accept, refuse, type Result } from "../core/refusal.ts";
import { updateKeyLastUse } from "../store/account/api-keys.ts";
import type { ApiKeyRow, PersonRow } from "../store/rows.ts";
import { isSandbox } from "../store/shards/sandboxes.ts";
import { isMovingError } from "../store/shards/moved-tenants.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { answerUnknown, type Answer } from "./answer.ts";
import type { LimitName, RateLimits, RateReport } from "./rate-limits.ts";

/** "Last used" helps to find unused keys: a minute is exact enough, and avoids a write for each request. */
const LAST_USED_MILLISECONDS = 60_000;

/** What the limit of a call says. Without a rate, the call was not counted. */
interface Counted {
  readonly rate: RateReport | null;
  readonly result: Result<null>;
}

/** A person with a session. */
export interface SignedIn {
  readonly store: TenantStore;
  readonly person: PersonRow;
  readonly session: Session;
}

interface CallersOf {
  readonly runtime: Runtime;
  readonly rates: RateLimits;
  /** Instead of `rates`, if the tenant is a sandbox. */
  readonly sandboxRates: RateLimits;
  /** Undefined if there is no such tenant. */
  readonly open: () => Promise<TenantStore | undefined>;
}

/**
 * Who calls. Every call of the Desk for a client comes through here: it authenticates, checks the scope of an API key or
 * that the passkey of a session counts, and counts the call.
 */
export class Callers {
  readonly #of: CallersOf;
  readonly #lastUses = new Map<string, number>();

  constructor(of: CallersOf) {
    this.#of = of;
  }

  /** `scope` is null for what every key may know, and `limit` for what completes a call that was counted. */
  async withKey<Value>(
    keyHash: string,
    scope: Scope | null,
    limit: LimitName | null,
    run: (principal: Principal) => Promise<Result<Value>>,
  ): Promise<Answer<Value>> {
    const { runtime, open } = this.#of;
    const store = await open();
    if (store === undefined) return answerUnknown(UNAUTHORIZED);
    const principal = await principalOf(store, keyHash, runtime.now());
    if (!principal.ok) return answerUnknown(principal);
    const { key } = principal.value;
    this.#markUsed(store, key);
    const { rate, result: allowed } = await this.#count(store, limit, key.id);
    const checked = allowed.ok && scope !== null ? requireScope(principal.value, scope) : allowed;
    return { result: checked.ok ? await unlessMoving(run(principal.value)) : checked, rate, renewed: false };
  }

  /** For everything that needs the rights of a person's role. */
  async withSession<Value>(
    sessionHash: string,
    limit: LimitName | null,
    run: (signedIn: SignedIn) => Promise<Result<Value>>,
  ): Promise<Answer<Value>> {
    return this.withAnySession(sessionHash, limit, async (signedIn) => {
      const active = requireActive(signedIn.session);
      return active.ok ? run(signedIn) : active;
    });
  }

  /** Also before the passkey counts: for what a person may see of their own enrolment. */
  async withAnySession<Value>(
    sessionHash: string,
    limit: LimitName | null,
    run: (signedIn: SignedIn) => Promise<Result<Value>>,
  ): Promise<Answer<Value>> {
    const { runtime, open } = this.#of;
    const store = await open();
    const session = store && (await readSession(runtime, store, sessionHash));
    if (store === undefined || session === undefined) return answerUnknown(NO_SESSION);
    const { rate, result: allowed } = await this.#count(store, limit, session.id);
    const result = allowed.ok ? await unlessMoving(run({ store, person: session.person, session })) : allowed;
    return { result, rate, renewed: session.renewed };
  }

  /** The session as it is now, for a call that has waited. */
  async again(signedIn: SignedIn, sessionHash: string): Promise<Result<SignedIn>> {
    const session = requireActive(await readSession(this.#of.runtime, signedIn.store, sessionHash));
    return session.ok
      ? accept({ ...signedIn, person: session.value.person, session: session.value })
      : session;
  }

  /** Without a key or a session: signing in and enrolment. `unknown` answers for a tenant that does not exist. */
  async withSecret<Value>(
    limit: LimitName,
    unknown: Result<Value>,
    run: (store: TenantStore) => Promise<Result<Value>>,
  ): Promise<Answer<Value>> {
    const store = await this.#of.open();
    if (store === undefined) return answerUnknown(unknown);
    const { rate, result: allowed } = await this.#count(store, limit, store.tenantId);
    // The caller may be a stranger, so an answer doesn't say what is left: that would show whether there is such a
    // tenant, and how busy it is.
    return allowed.ok
      ? answerUnknown(await unlessMoving(run(store)))
      : { result: allowed, rate, renewed: false };
  }

  /** `limit` is null for what completes a call that was counted. A sandbox counts as one owner. */
  async #count(store: TenantStore, limit: LimitName | null, owner: string): Promise<Counted> {
    if (limit === null) return { rate: null, result: accept(null) };
    const { rates, sandboxRates } = this.#of;
    return (await isSandbox(store)) ? sandboxRates.take(limit, store.tenantId) : rates.take(limit, owner);
  }

  #markUsed(store: TenantStore, key: ApiKeyRow): void {
    const now = this.#of.runtime.now();
    if (now < (this.#lastUses.get(key.id) ?? 0) + LAST_USED_MILLISECONDS) return;
    this.#lastUses.set(key.id, now);
    // Nobody waits for it, and nobody minds if it fails.
    void updateKeyLastUse(store, key, now).catch(() => undefined);
  }
}

/** A tenant that is moving to another shard is only read meanwhile: its database refuses every change. */
async function unlessMoving<Value>(work: Promise<Result<Value>>): Promise<Result<Value>> {
  try {
    return await work;
  } catch (problem) {
    if (isMovingError(problem)) return MOVING;
    throw problem;
  }
}

const MOVING = refuse(
  "tenant_moving",
  "the data of your organisation is being moved, and nothing can be changed meanwhile; try again in a minute",
);
