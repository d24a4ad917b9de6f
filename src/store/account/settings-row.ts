import { and, eq, sql, type SQL } from "drizzle-orm";
import type { PlanName } from "../../core/account/plans.ts";
import type { Settings } from "../../core/account/settings.ts";
import type { Run } from "../prepared-statement.ts";
import { tenants } from "../schema.ts";
import type { TenantStore } from "../tenant-store.ts";

/** False if the settings were no longer as this person saw them: then nothing changes. */
export async function changeSettings(
  store: TenantStore,
  was: Settings,
  now: Settings,
  entry: Run,
): Promise<boolean> {
  const columns = Object.keys(was) as (keyof Settings)[];
  const same = columns.map((name): SQL => sql`${tenants[name]} IS ${was[name]}`);
  await store.batch([store.updateOwn({ ...now }, and(...same)), entry]);
  const own = await store.own();
  return columns.every((name) => own[name] === now[name]);
}

/** False if the plan was another one by then: then nothing changes. */
export async function changePlan(
  store: TenantStore,
  { from, to }: { readonly from: PlanName; readonly to: PlanName },
  entry: Run,
): Promise<boolean> {
  await store.batch([store.updateOwn({ plan: to }, eq(tenants.plan, from)), entry]);
  return (await store.own()).plan === to;
}
