import { canonicalText } from "../../core/encoding/jcs.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Change } from "../../core/stream/change-format.ts";
import { countPendingChanges, findSameRequests } from "../../store/confirmation/confirmations.ts";
import { countTemplatesInForce, findTemplateOf } from "../../store/stream/template-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";

/** With the largest documents 6 MB, all in one answer. */
const TEMPLATES_MAX = 200;

/** As many as a page of an inbox has, where changes come first: no API key may push everything else out. */
const WAITING_MAX = 50;

/** A request that is pending already can be asked for again. */
export async function checkWaitingTemplates(
  store: TenantStore,
  change: Change,
  now: number,
): Promise<Result<"allowed">> {
  const type = change.change;
  if ((await countPendingChanges(store, type, now, WAITING_MAX)) < WAITING_MAX) return accept("allowed");
  const same = await findSameRequests(store, { type, payload: canonicalText(change) }, ["pending"]);
  return same.some(({ expiresAt }) => expiresAt > now)
    ? accept("allowed")
    : refuse(
        "quota_exceeded",
        `${WAITING_MAX} changes of templates wait for a signature; ask again when some are decided or have expired`,
      );
}

/** Asked for a request and again for its signature: several requests may have been created while there was one place. */
export async function checkTemplateLimit(store: TenantStore, change: Change): Promise<Result<"allowed">> {
  if (change.change !== "template.changed" || change.template === null) return accept("allowed");
  if ((await findTemplateOf(store, change.action)) !== undefined) return accept("allowed");
  return (await countTemplatesInForce(store, TEMPLATES_MAX)) < TEMPLATES_MAX
    ? accept("allowed")
    : refuse("quota_exceeded", `there are ${TEMPLATES_MAX} templates already; remove one first`);
}
