import type { Platform } from "../../app/runtime.ts";
import { tenantExists } from "../../app/tenant-exists.ts";
import type { Desk } from "../../desk/desk.ts";
import type { Env } from "../../env.ts";
import type { RequestContext } from "../context.ts";

/** What a Desk can be asked. */
type DeskCalls = Omit<Desk, "alarm" | "fetch">;

/** A tenant's Desk, for one call. Ask for it again for the next: if it was replaced, its old stub answers no more. */
export type GetDesk = () => DeskCalls;

/** Of tenants that exist. A ref has 8 characters, so they take a megabyte. */
const REFS_MAX = 10_000;
const refs = new Set<string>();

/**
 * The Desk of a tenant; undefined if there is no such tenant. The first call of a ref in this Worker looks it up: some
 * runtimes keep a file for each Durable Object that was ever called, and an invented ref must leave nothing.
 */
export async function findDesk(context: RequestContext, ref: string): Promise<GetDesk | undefined> {
  if (!refs.has(ref) && !(await exists(context.get("platform"), ref))) return undefined;
  return () => deskOf(context.env, ref);
}

async function exists(platform: Platform, ref: string): Promise<boolean> {
  if (!(await tenantExists(platform, ref))) return false;
  if (refs.size >= REFS_MAX) refs.clear();
  refs.add(ref);
  return true;
}

/** For a ref that was read from a row. */
export function deskOf(env: Env, ref: string): DeskCalls {
  return env.DESK.getByName(ref) as unknown as DeskCalls;
}
