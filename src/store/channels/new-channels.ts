import { and, eq, gt, isNull, lte, sql, type SQL } from "drizzle-orm";
import {
  LINK_PAUSE_SECONDS,
  LINKS_PER_DAY_MAX,
  NEW_CHANNELS_PER_DAY_MAX,
  PERSON_CHANNELS_MAX,
  PROJECT_CHANNELS_MAX,
} from "../../core/notice/channel-limits.ts";
import type { ChannelRow } from "../rows.ts";
import { channels } from "../schema.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, runOnce, type Scope, type TenantStore, value } from "../tenant-store.ts";
import { EMPTIED, type Owner } from "./own-channels.ts";

const DAY_MILLISECONDS = 24 * 3_600_000;

export type NewChannel = Pick<
  ChannelRow,
  "id" | "kind" | "name" | "address" | "keys" | "use" | "createdAt" | "verifiedAt" | "linkedAt"
>;

/** Whether fewer than `max` match. */
const areFewer = (scope: Scope, max: number, where: SQL | undefined): SQL =>
  sql`NOT EXISTS ${scope
    .selectColumns(channels, ["id"], where)
    .limit(1)
    .offset(max - 1)}`;

/** Links that were sent to addresses of this person since this time. */
const linksSince = (tenant: SQL, person: SQL, since: SQL): SQL =>
  sql`coalesce((SELECT sum(l.links) FROM ${channels} l WHERE l.tenant_id = ${tenant} AND l.person_id = ${person}
    AND l.linked_at > ${since}), 0)`;

/** Only if this one does not exist, the owner has no other one like it, and there is room. */
const insertIf = (
  { kind, max }: { readonly kind: Owner["kind"]; readonly max: number },
  more: (scope: Scope, tenant: SQL) => SQL,
) =>
  prepared<typeof channels, never>(channels, (scope) => {
    const isOwn = eq(kind === "person" ? channels.personId : channels.projectId, value("owner"));
    const isOpen = and(isOwn, isNull(channels.endedAt));
    const isLike = and(eq(channels.kind, value("kind")), eq(channels.address, value("address")));
    const same = scope.select(channels, eq(channels.id, value("id")));
    const equal = scope.select(channels, and(isOpen, isLike));
    const owner = kind === "person" ? sql`${value("owner")}, NULL` : sql`NULL, ${value("owner")}`;
    return scope.insertFrom(
      channels,
      (tenant) => sql`SELECT ${tenant}, ${value("id")}, ${owner}, ${value("kind")}, ${value("name")},
          ${value("address")}, ${value("keys")}, ${value("use")}, ${value("createdAt")}, ${value("verifiedAt")}, NULL,
          NULL, ${value("linkedAt")}, ${value("linkedAt")} IS NOT NULL
        WHERE NOT EXISTS ${same} AND NOT EXISTS ${equal} AND ${areFewer(scope, max, isOpen)} AND ${more(scope, tenant)}`,
    );
  });

const INSERT_OF_PERSON = insertIf({ kind: "person", max: PERSON_CHANNELS_MAX }, (scope, tenant) => {
  const isNew = and(eq(channels.personId, value("owner")), gt(channels.createdAt, value("dayBefore")));
  const mayLink = sql`(${value("linkedAt")} IS NULL
    OR ${linksSince(tenant, value("owner"), value("dayBefore"))} < ${LINKS_PER_DAY_MAX})`;
  return sql`${areFewer(scope, NEW_CHANNELS_PER_DAY_MAX, isNew)} AND ${mayLink}`;
});
const INSERT_OF_PROJECT = insertIf({ kind: "project", max: PROJECT_CHANNELS_MAX }, () => sql`TRUE`);

/** Nothing is inserted if a limit is reached; its caller looks whether it was. */
export async function insertChannelIf(
  store: TenantStore,
  { kind, id }: Owner,
  channel: NewChannel,
  entry: Run,
): Promise<void> {
  await store.batch([insertion({ kind, id }, channel), entry]);
}

function insertion({ kind, id: owner }: Owner, channel: NewChannel): Run {
  const values = { ...channel, owner };
  return kind === "person"
    ? INSERT_OF_PERSON.with({ ...values, dayBefore: channel.createdAt - DAY_MILLISECONDS })
    : INSERT_OF_PROJECT.with(values);
}

const isEndpoint = (address: string) =>
  sql`${channels.kind} = 'push' AND ${channels.address} = ${address} AND ${channels.endedAt} IS NULL`;

/**
 * The subscription of a browser. It belongs to the person who added it last: another person's channel with it ends, and
 * one's own gets the new keys.
 */
export async function insertSubscription(
  store: TenantStore,
  person: string,
  channel: NewChannel,
  entry: Run,
): Promise<void> {
  const { address, keys, createdAt: now } = channel;
  const isOwn = eq(channels.personId, person);
  const ended = { ...EMPTIED, endedAt: now, endedBecause: "removed" } as const;
  await store.batch([
    store.update(channels, ended, and(isEndpoint(address), sql`${channels.personId} <> ${person}`)),
    store.update(channels, { keys }, and(isEndpoint(address), isOwn)),
    insertion({ kind: "person", id: person }, channel),
    entry,
  ]);
}

/** False if the last link was sent just now, or many were sent lately: then nothing changes. */
export async function noteLink(
  store: TenantStore,
  { id, person, now }: { readonly id: string; readonly person: string; readonly now: number },
  entry: Run,
): Promise<boolean> {
  const isDue = and(
    eq(channels.id, id),
    eq(channels.personId, person),
    isNull(channels.verifiedAt),
    isNull(channels.endedAt),
    lte(channels.linkedAt, now - LINK_PAUSE_SECONDS * 1_000),
  );
  const links = linksSince(sql`${store.tenantId}`, sql`${person}`, sql`${now - DAY_MILLISECONDS}`);
  const note = store
    .update(
      channels,
      { linkedAt: now, links: sql`${channels.links} + 1` },
      and(isDue, sql`${links} < ${LINKS_PER_DAY_MAX}`),
    )
    .returning({ id: channels.id });
  const [noted] = await store.run([runOnce(note), entry]);
  return noted.length > 0;
}
