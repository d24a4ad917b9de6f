import type { Context, MiddlewareHandler } from "hono";
import { secretHash } from "../app/account/secret-hash.ts";
import { refuse } from "../core/refusal.ts";
import type { HonoEnv } from "./context.ts";
import { HttpRefusal } from "./http-refusal.ts";

// Limits for each network address, for calls that have neither a valid key nor a session. The platform counts them in
// the binding ADDRESS_LIMIT. Without the binding, and without the platform's header, there is no limit: then the
// runtime serves one machine, or something in front of it limits its clients.

/** The period of ADDRESS_LIMIT in wrangler.toml. */
const PERIOD_SECONDS = 10;

/** What is counted apart: an office that signs in can still verify approvals. */
type LimitedUse = "sign-in" | "enrolment" | "verification" | "unknown API key";

export function limitAddress(use: LimitedUse): MiddlewareHandler<HonoEnv> {
  return async (context, next) => {
    const network = networkOf(context);
    if (network !== undefined && !(await countCall(context, network, use))) throw tooMany(use);
    await next();
  };
}

/** 1,000 texts of at most 64 characters. Beyond that the oldest is forgotten, and its calls are counted again. */
const REMEMBERED_MAX = 1_000;

/** Networks that have sent too many unknown keys, with the time until which they are refused. */
const refusedUntil = new Map<string, number>();
/** Hashes of keys that were valid once. It only decides who is refused unread, not who gets an answer. */
const knownKeys = new Map<string, true>();

/**
 * For routes that take an API key. A network that sent too many unknown keys is refused before its keys are looked at,
 * so that guessing is slow. Keys that worked before still work: its other agents go on.
 */
export const limitUnknownKeys: MiddlewareHandler<HonoEnv> = async (context, next) => {
  const network = networkOf(context);
  if (network === undefined) return next();
  const { now } = context.get("platform");
  const key = secretHash(context.req.header("x-api-key") ?? "");
  if (now() < (refusedUntil.get(network) ?? 0) && !knownKeys.has(key)) throw tooMany("unknown API key");
  await next();
  // An error may come from before the key was looked up.
  if (context.res.ok) return remember(knownKeys, key, true);
  if (context.res.status !== 401) return;
  if (await countCall(context, network, "unknown API key")) return;
  remember(refusedUntil, network, now() + PERIOD_SECONDS * 1_000);
  // Otherwise headers of the discarded answer would end up in the refusal.
  context.res = undefined;
  throw tooMany("unknown API key");
};

/** False if there were too many. A failure of the platform's counter refuses nobody. */
async function countCall(context: Context<HonoEnv>, network: string, use: LimitedUse): Promise<boolean> {
  const counted = await context.env.ADDRESS_LIMIT?.limit({ key: `${use} ${network}` }).catch(() => undefined);
  return counted?.success ?? true;
}

function tooMany(use: LimitedUse): HttpRefusal {
  const detail = `your network made too many calls of this kind (${use}); wait ${PERIOD_SECONDS} s, then try again`;
  const { refusal } = refuse("rate_limited", detail);
  return new HttpRefusal(refusal, undefined, { "retry-after": `${PERIOD_SECONDS}` });
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
