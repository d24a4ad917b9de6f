import { UNAUTHORIZED } from "../../app/account/principal.ts";
import { parseApiKey } from "../../core/confirmation/api-key.ts";
import type { RequestContext } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { findDesk, type GetDesk } from "./desk-of.ts";

/** An API key that may exist: its tenant's Desk knows. */
export interface KeyCaller {
  readonly desk: GetDesk;
  /** The hash of the key's text. */
  readonly key: string;
}

/** Who calls. A text that can't be a key is refused here; every other one, by the Desk. */
export async function keyCallerOf(context: RequestContext): Promise<KeyCaller> {
  const parsed = parseApiKey(context.req.header("x-api-key") ?? "");
  const { ref, hash } = orRefuse(parsed.ok ? parsed : UNAUTHORIZED);
  const desk = await findDesk(context, ref);
  return desk === undefined ? orRefuse(UNAUTHORIZED) : { desk, key: hash };
}
