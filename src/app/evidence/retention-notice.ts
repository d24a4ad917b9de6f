import { historyOf, noticeOf, type RetentionNotice } from "../../core/account/retention.ts";
import { findRetention } from "../../store/stream/erasures.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Platform } from "../runtime.ts";
import { announcementOf } from "./erase-old.ts";

/** The erasure to notify people of; null if none is announced. */
export async function retentionNotice(
  { now }: Pick<Platform, "now">,
  store: TenantStore,
): Promise<RetentionNotice | null> {
  const { plan, retentionDays } = await store.own();
  if (historyOf(plan, retentionDays) === null) return null;
  const known = announcementOf(await findRetention(store));
  return known === undefined ? null : noticeOf(known, now());
}
