import type { Context, MiddlewareHandler } from "hono";
import { secretHash } from "../app/account/secret-hash.ts";
import { refuse } from "../core/refusal.ts";
import type { Answer } from "../desk/answer.ts";
import { NO_SESSION } from "../app/account/passkey-session.ts";
import type { HonoEnv } from "./context.ts";
import { HttpRefusal } from "./http-refusal.ts";

// Limits for each network address, for calls that have neither a valid key nor a session. The platform counts them in
// the bindings ADDRESS_LIMIT and SIGNUP_LIMIT. Without the binding, and without the platform's header, there is no limit: then the
// runtime serves one machine, or something in front of it limits its clients.

/** The period of ADDRESS_LIMIT in wrangler.toml. */
const PERIOD_SECONDS = 10;
/** The period of SIGNUP_LIMIT in wrangler.toml. */
const SIGN_UP_PERIOD_SECONDS = 60;

/** What is counted apart: an office that signs in can still verify approvals. */
type LimitedUse =
  | "sign-in"
  | "enrolment"
  | "sign-up"
  | "demo"
  | "verification"
  | "unsubscribing"
  | "unknown API key"
  | "unknown session";

export function limitAddress(use: LimitedUse): MiddlewareHandler<HonoEnv> {
  return async (context, next) => {
    const network = networkOf(context);
    if (network !== undefined && !(await countCall(context, network, use))) throw tooMany(use);
    await next();
  };
}

/** Besides the limit of its kind: each of these calls stores rows, although nobody is known yet. */
export function limitNewOrganisations(use: "sign-up" | "demo"): MiddlewareHandler<HonoEnv> {
  return async (context, next) => {
    const network = networkOf(context);
    if (network !== undefined && !(await countIn(context.env.SIGNUP_LIMIT, `${use} ${network}`)))
      throw tooMany(use, SIGN_UP_PERIOD_SECONDS);
    await next();
  };
}

/** 1,000 texts of at most 64 characters. Beyond that the oldest is forgotten, and its calls are counted again. */
const REMEMBERED_MAX = 1_000;

/** What this Worker knows of those who send keys, or sessions. */
class Guesses {
  readonly #use: LimitedUse;
  /** Networks that have sent too many unknown ones, with the time until which they are refused. */
  readonly #refusedUntil = new Map<string, number>();
  /** Hashes of those that were valid once. It only decides who is refused unread, not who gets an answer. */
  readonly #known = new Map<string, true>();

  constructor(use: LimitedUse) {
    this.#use = use;
  }

  /**
   * A network that sent too many unknown ones is refused before another one is looked at, so that guessing is slow.
   * Those that worked before still work: its other agents and people go on.
   */
  check(context: Context<HonoEnv>, network: string, hash: string): void {
    const { now } = context.get("platform");
    if (now() < (this.#refusedUntil.get(network) ?? 0) && !this.#known.has(hash)) throw tooMany(this.#use);
  }

  noteKnown(hash: string): void {
    remember(this.#known, hash, true);
  }

  /** False if there were too many: then the network is refused for a period. */
  async countUnknown(context: Context<HonoEnv>, network: string): Promise<boolean> {
    if (await countCall(context, network, this.#use)) return true;
    remember(this.#refusedUntil, network, context.get("platform").now() + PERIOD_SECONDS * 1_000);
    return false;
  }
}

const guessedKeys = new Guesses("unknown API key");
const guessedSessions = new Guesses("unknown session");

/** For routes that take an API key. */
export const limitUnknownKeys: MiddlewareHandler<HonoEnv> = async (context, next) => {
  const network = networkOf(context);
  if (network === undefined) return next();
  const key = secretHash(context.req.header("x-api-key") ?? "");
  guessedKeys.check(context, network, key);
  await next();
  // An error may come from before the key was looked up.
  if (context.res.ok) return guessedKeys.noteKnown(key);
  if (context.res.status !== 401 || (await guessedKeys.countUnknown(context, network))) return;
  // Otherwise headers of the discarded answer would end up in the refusal.
  context.res = undefined;
  throw tooMany("unknown API key");
};

/** For a call with a session's cookie. `ask` looks the session up. */
export async function limitUnknownSessions<Value>(
  context: Context<HonoEnv>,
  session: string,
  ask: () => Promise<Answer<Value>>,
): Promise<Answer<Value>> {
  const network = networkOf(context);
  if (network === undefined) return ask();
  guessedSessions.check(context, network, session);
  const answer = await ask();
  const isKnown = answer.result.ok || answer.result.refusal.code !== NO_SESSION.refusal.code;
  if (isKnown) guessedSessions.noteKnown(session);
  else if (!(await guessedSessions.countUnknown(context, network))) throw tooMany("unknown session");
  return answer;
}

/** False if there were too many. A failure of the platform's counter refuses nobody. */
async function countCall(context: Context<HonoEnv>, network: string, use: LimitedUse): Promise<boolean> {
  return countIn(context.env.ADDRESS_LIMIT, `${use} ${network}`);
}

async function countIn(binding: RateLimit | undefined, key: string): Promise<boolean> {
  const counted = await binding?.limit({ key }).catch(() => undefined);
  return counted?.success ?? true;
}

function tooMany(use: LimitedUse, seconds = PERIOD_SECONDS): HttpRefusal {
  const detail = `your network made too many calls of this kind (${use}); wait ${seconds} s, then try again`;
  const { refusal } = refuse("rate_limited", detail);
  return new HttpRefusal(refusal, undefined, { "retry-after": `${seconds}` });
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED_MAX && oldest !== undefined) map.delete(oldest);
}

function networkOf(context: Context<HonoEnv>): string | undefined {
  const address = context.req.header("cf-connecting-ip");
  return address === undefined ? undefined : networkOfAddress(address);
}

/** Groups of an IPv6 address that name the network: a customer gets at least a /64, and may use all of it. */
const NETWORK_GROUPS = 4;
const GROUPS = 8;

/** An IPv4 address as it is; of an IPv6 address the first half. */
export function networkOfAddress(address: string): string {
  if (!address.includes(":")) return address;
  const [before, after] = address.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const missing = after === undefined ? 0 : GROUPS - (before?.length ?? 0) - after.length;
  const groups = [...(before ?? []), ...Array<string>(Math.max(0, missing)).fill("0"), ...(after ?? [])];
  return groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""))
    .join(":");
}
