import { accept, refuse, type Result } from "../core/refusal.ts";

// How often one key or one session may call, so that a tenant's Desk has time for all of its callers.
// A Desk answers about 1,000 calls a second.

interface Limit {
  /** So many calls in a burst, and so many in each window after it. */
  readonly quota: number;
  readonly windowSeconds: number;
  /** For the refusal: who may do what. */
  readonly rule: string;
}

const MINUTE = 60;

export const LIMITS = {
  // Of one API key.
  /** 10 a second: a hundredth of what a Desk answers. */
  creates: perMinute(600, "this API key may create 600 requests a minute"),
  /** 100 a second: a tenth of what a Desk answers. A poll of a pending request seldom reads the database. */
  polls: perMinute(6_000, "this API key may make 6,000 calls a minute"),
  /** Of one key or session. 256 waits of 25 s each start 10 times a second. Twice that, for those that end early. */
  waits: perMinute(1_200, "this API key or session may start 1,200 waits a minute"),
  /** Of one key or session. One a second: each reads the tenant's whole history. */
  exports: perMinute(60, "this API key or session may start 60 exports a minute"),

  /** Of one key or session. A test notice or a link in a mail for each channel, and some to try again. */
  messages: perMinute(30, "this API key or session may send 30 test messages and links a minute"),

  // Of one session.
  /** One a second. Each writes a row, and a person needs longer to read a request. */
  ceremonies: perMinute(60, "a session may open 60 requests a minute to sign them"),
  /** 20 a second: pages that a person opens, and what their scripts read. */
  reads: perMinute(1_200, "a session may read 1,200 times a minute"),
  /** Two for each ceremony. Each is a transaction, and most verify a signature twice. */
  changes: perMinute(120, "a session may make 120 changes a minute"),

  // Of one tenant, because the caller is not known yet. Each verifies a signature twice, some 2 ms of the Desk.
  /** 10 a second take 2 % of the Desk. 600 people can sign in within the same minute. */
  signIns: perMinute(600, "600 sign-ins a minute are possible in this organisation"),
  /** 2 a second: an invitation for each. */
  enrolments: perMinute(120, "120 enrolments a minute are possible in this organisation"),
  /** 10 a second: mail programs may follow the links of many people at once. */
  unsubscribes: perMinute(600, "600 links of mails can be followed a minute in this organisation"),
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof LIMITS;
export type Rates = Readonly<Record<LimitName, Limit>>;

/**
 * Of a whole sandbox, whatever its keys and sessions are: anybody gets one without an account. The demo makes one request
 * and some ten calls a minute, and a wait ends every 25 s; this is enough for some tabs and a curious person.
 */
export const SANDBOX_LIMITS: Rates = {
  creates: inSandbox(20),
  polls: inSandbox(120),
  waits: inSandbox(120),
  exports: inSandbox(2),
  messages: inSandbox(2),
  ceremonies: inSandbox(30),
  reads: inSandbox(300),
  changes: inSandbox(30),
  signIns: inSandbox(10),
  enrolments: inSandbox(10),
  unsubscribes: inSandbox(10),
};

function inSandbox(quota: number): Limit {
  return perMinute(quota, `a demo organisation may make ${quota} calls of this kind a minute`);
}

function perMinute(quota: number, rule: string): Limit {
  return { quota, windowSeconds: MINUTE, rule };
}

/** One limit after a call, for the headers of its answer. */
export interface RateReport {
  readonly name: LimitName;
  readonly quota: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** The limit keeps up with `remaining` calls in this time. If none remains: when the next call is possible. */
  readonly resetSeconds: number;
}

interface Bucket {
  readonly name: LimitName;
  tokens: number;
  /** When `tokens` was right. */
  at: number;
}

/** A bucket takes some 200 bytes, so all of them take 4 MB of the 128 MB that an object has. */
const BUCKETS_MAX = 20_000;

/** Token buckets: a full one has the quota of its limit, and refills at the rate of the limit. */
export class RateLimits {
  readonly #limits: Rates;
  readonly #now: () => number;
  readonly #bucketsMax: number;
  /** By limit and owner. The first was unused for the longest time. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: Rates, now: () => number, bucketsMax: number = BUCKETS_MAX) {
    this.#limits = limits;
    this.#now = now;
    this.#bucketsMax = bucketsMax;
  }

  /** Counts one call of this owner: a key, a session, or the tenant itself. */
  take(name: LimitName, owner: string): { readonly result: Result<null>; readonly rate: RateReport } {
    const { quota, windowSeconds, rule } = this.#limits[name];
    const perSecond = quota / windowSeconds;
    const bucket = this.#bucketOf(name, owner);
    this.#refill(bucket);
    const isAllowed = bucket.tokens >= 1;
    if (isAllowed) bucket.tokens--;
    const remaining = Math.floor(bucket.tokens);
    // Without tokens, the time until there is one.
    const seconds = remaining > 0 ? remaining / perSecond : (1 - bucket.tokens) / perSecond;
    const resetSeconds = Math.max(1, Math.ceil(seconds));
    const detail = `${rule}; wait ${resetSeconds} s, then repeat the call, and call less often`;
    return {
      result: isAllowed ? accept(null) : refuse("rate_limited", detail),
      rate: { name, quota, windowSeconds, remaining, resetSeconds },
    };
  }

  /** How many buckets are in memory. */
  get size(): number {
    return this.#buckets.size;
  }

  #bucketOf(name: LimitName, owner: string): Bucket {
    const own = `${name} ${owner}`;
    if (!this.#buckets.has(own)) this.#dropFull();
    // Owners for whom there is no place share one bucket. Dropping a bucket that is in use would refill it.
    const id = this.#buckets.has(own) || this.#buckets.size < this.#bucketsMax ? own : name;
    const bucket = this.#buckets.get(id) ?? { name, tokens: this.#limits[name].quota, at: this.#now() };
    this.#buckets.delete(id);
    this.#buckets.set(id, bucket);
    return bucket;
  }

  /** A full bucket is as good as a new one, and one that was unused for a window is full. */
  #dropFull(): void {
    for (const [id, bucket] of this.#buckets) {
      if (this.#buckets.size < this.#bucketsMax) return;
      this.#refill(bucket);
      if (bucket.tokens < this.#limits[bucket.name].quota) return;
      this.#buckets.delete(id);
    }
  }

  #refill(bucket: Bucket): void {
    const { quota, windowSeconds } = this.#limits[bucket.name];
    const now = this.#now();
    // A clock that was set back refills nothing, and does not stop later refills.
    const elapsed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(quota, bucket.tokens + (elapsed * quota) / (windowSeconds * 1_000));
    bucket.at = now;
  }
}
