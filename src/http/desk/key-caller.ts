import { UNAUTHORIZED } from "../../app/account/principal.ts";
import { parseApiKey } from "../../core/confirmation/api-key.ts";
import type { Env } from "../../env.ts";
import { deskOf, type DeskCalls } from "./desk-of.ts";
import { orRefuse } from "../http-refusal.ts";

/** An API key that may exist: its tenant's Desk knows. */
export interface KeyCaller {
  readonly desk: DeskCalls;
  /** The hash of the key's text. */
  readonly key: string;
}

/** Who calls. A text that can't be a key is refused here; every other one, by the Desk. */
export function keyCallerOf(env: Env, headers: Headers): KeyCaller {
  const parsed = parseApiKey(headers.get("x-api-key") ?? "");
  const { ref, hash } = orRefuse(parsed.ok ? parsed : UNAUTHORIZED);
  return { desk: deskOf(env, ref), key: hash };
}
