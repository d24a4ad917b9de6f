import type { MiddlewareHandler } from "hono";
import {
  principalOf,
  cachedPrincipalOf,
  isStillActive,
  UNAUTHORIZED,
  type Principal,
  type Scope,
} from "../app/account/principal.ts";
import { refuse } from "../core/refusal.ts";
import type { HonoEnv } from "./context.ts";
import { HttpRefusal, orRefuse } from "./http-refusal.ts";

// Who calls, and whether the key may do this. Both come before anything of the request is read.

export interface KeyEnv extends HonoEnv {
  Variables: HonoEnv["Variables"] & {
    /** The tenant, project and key that the call acts for. */
    readonly principal: Principal;
    /** True once a statement of this call has found the key active. */
    isKeyChecked?: boolean;
  };
}

export const authenticate: MiddlewareHandler<KeyEnv> = async (context, next) => {
  const key = context.req.header("x-api-key");
  context.set("principal", orRefuse(await principalOf(context.get("runtime"), key)));
  await next();
};

/**
 * Accepts a key that is in the cache. Unless a statement of the handler has checked the key, it is looked up before
 * the answer is sent: a revoked key learns only that it is revoked.
 */
export const authenticateWithCache: MiddlewareHandler<KeyEnv> = async (context, next) => {
  const runtime = context.get("runtime");
  const principal = orRefuse(await cachedPrincipalOf(runtime, context.req.header("x-api-key")));
  context.set("principal", principal);
  await next();
  if (context.get("isKeyChecked") === true || (await isStillActive(runtime, principal))) return;
  // Otherwise headers of the discarded answer would end up in the refusal.
  context.res = undefined;
  throw new HttpRefusal(UNAUTHORIZED.refusal);
};

export function requireScope(scope: Scope): MiddlewareHandler<KeyEnv> {
  return async (context, next) => {
    if (!context.get("principal").scopes.has(scope))
      orRefuse(refuse("forbidden_scope", `this key lacks the scope ${scope}; use a key that has it`));
    await next();
  };
}
