import { inject } from "vitest";
import { DecidingPerson } from "./running/deciding-person.ts";
import { DescribedApi } from "./described-api.ts";
import type { PageSetting } from "./run-page.ts";

/** What a page needs of the running product: an organisation of its own, whose owner has a passkey. */
export async function settingOf(name: string): Promise<PageSetting> {
  const { url, tenants, receivers } = inject("product");
  const tenant = tenants[name];
  if (tenant === undefined) throw new Error(`there is no tenant ${name}`);
  return {
    places: { product: url, receiverPort: receivers["documents"] ?? 0 },
    tenant,
    alex: await DecidingPerson.enrol(url, tenant.enrolUrl),
    api: await DescribedApi.read(url),
  };
}
