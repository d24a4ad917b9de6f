import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Change } from "../../core/stream/change-format.ts";
import { countTemplatesInForce, findTemplateOf } from "../../store/stream/template-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";

/** With the largest documents 6 MB, all in one answer. */
const TEMPLATES_MAX = 200;

/** Asked for a request and again for its signature: several requests may have been created while there was one place. */
export async function checkTemplateLimit(store: TenantStore, change: Change): Promise<Result<"allowed">> {
  if (change.change !== "template.changed" || change.template === null) return accept("allowed");
  if ((await findTemplateOf(store, change.action)) !== undefined) return accept("allowed");
  return (await countTemplatesInForce(store, TEMPLATES_MAX)) < TEMPLATES_MAX
    ? accept("allowed")
    : refuse("quota_exceeded", `there are ${TEMPLATES_MAX} templates already; remove one first`);
}
