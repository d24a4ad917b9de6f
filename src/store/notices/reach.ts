import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { channels, notices } from "../schema.ts";
import type { ChannelRow } from "../rows.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";

// Who can be reached.

const IS_ACTIVE = and(isNull(channels.endedAt), isNotNull(channels.verifiedAt));

/** The channels of these people that get notices. */
export async function channelsOfPeople(
  store: TenantStore,
  people: readonly string[],
): Promise<readonly ChannelRow[]> {
  return store.selectIn(channels, channels.personId, people, and(isNotNull(channels.personId), IS_ACTIVE));
}

export async function channelsOfProject(store: TenantStore, project: string): Promise<readonly ChannelRow[]> {
  return store.select(channels, and(eq(channels.projectId, project), IS_ACTIVE));
}

const ONE_NOTICE = prepared<typeof notices, "channelId">(notices, (scope) =>
  scope.selectColumns(notices, ["channelId"], eq(notices.confirmationId, value("confirmation"))).limit(1),
);

/** Whether anybody gets a notice of this request. */
export async function isNotified(store: TenantStore, confirmation: string): Promise<boolean> {
  const [found] = await store.run([ONE_NOTICE.with({ confirmation })]);
  return found.length > 0;
}
