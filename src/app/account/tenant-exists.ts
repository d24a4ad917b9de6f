import { openTenant } from "../../store/tenant-lookup.ts";
import type { Platform } from "../runtime.ts";

export async function tenantExists(
  { databases }: Pick<Platform, "databases">,
  ref: string,
): Promise<boolean> {
  return (await openTenant(databases, ref)) !== undefined;
}
