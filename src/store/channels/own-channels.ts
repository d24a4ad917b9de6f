import { and, desc, eq, gt, isNotNull, isNull, ne, sql, type SQL } from "drizzle-orm";
import type { ChannelRow, ProjectRow } from "../rows.ts";
import { audience, channels, confirmations, projects } from "../schema.ts";
import type { Run } from "../prepared-statement.ts";
import { runOnce, type TenantStore } from "../tenant-store.ts";

// Channels of a person or of a project, as the page that lists them reads and changes them.

/** Whose channel it is. */
export type Owner =
  | { readonly kind: "person"; readonly id: string }
  | { readonly kind: "project"; readonly id: string };

export function isOf({ kind, id }: Owner): SQL {
  return eq(kind === "person" ? channels.personId : channels.projectId, id);
}

/** Of a channel that is of no use any more: an address is personal, and a hook's address is a secret. */
export const EMPTIED = {
  name: "",
  address: "",
  keys: sql`CASE WHEN ${channels.keys} IS NULL THEN NULL ELSE '{}' END`,
};

/** Those in use, oldest first. */
export async function readChannels(store: TenantStore, owner: Owner): Promise<readonly ChannelRow[]> {
  const rows = await store.select(channels, and(isOf(owner), isNull(channels.endedAt)));
  return rows.toSorted((one, other) => one.createdAt - other.createdAt);
}

/** Those that ended since this time without the person, newest first. */
export async function readLostChannels(
  store: TenantStore,
  person: string,
  since: number,
  limit: number,
): Promise<readonly ChannelRow[]> {
  const isLost = and(
    eq(channels.personId, person),
    isNotNull(channels.endedAt),
    gt(channels.endedAt, since),
    ne(channels.address, ""),
  );
  return store.select(channels, isLost).orderBy(desc(channels.createdAt)).limit(limit);
}

export async function findChannel(store: TenantStore, id: string): Promise<ChannelRow | undefined> {
  return store.first(channels, eq(channels.id, id));
}

export async function findChannelOf(
  store: TenantStore,
  owner: Owner,
  id: string,
): Promise<ChannelRow | undefined> {
  return store.first(channels, and(eq(channels.id, id), isOf(owner)));
}

/** With this address, of those in use. */
export async function findChannelByAddress(
  store: TenantStore,
  owner: Owner,
  { kind, address }: Pick<ChannelRow, "kind" | "address">,
): Promise<ChannelRow | undefined> {
  const isSame = and(eq(channels.kind, kind), eq(channels.address, address));
  return store.first(channels, and(isOf(owner), isSame, isNull(channels.endedAt)));
}

type Shown = Pick<ChannelRow, "name" | "use">;

/** False if it has ended, or is no longer as the person saw it: then nothing changes. */
export async function changeChannel(
  store: TenantStore,
  {
    id,
    owner,
    was,
    now,
  }: { readonly id: string; readonly owner: Owner; readonly was: Shown; readonly now: Shown },
  entry: Run,
): Promise<boolean> {
  const isSame = and(eq(channels.name, was.name), eq(channels.use, was.use));
  const change = store
    .update(channels, { ...now }, and(eq(channels.id, id), isOf(owner), isNull(channels.endedAt), isSame))
    .returning({ id: channels.id });
  const [changed] = await store.run([runOnce(change), entry]);
  return changed.length > 0;
}

/** Repeated, it changes nothing. */
export async function removeChannel(
  store: TenantStore,
  { id, owner, now }: { readonly id: string; readonly owner: Owner; readonly now: number },
  entry: Run,
): Promise<void> {
  const isKept = and(eq(channels.id, id), isOf(owner), ne(channels.address, ""));
  await store.batch([
    store.update(channels, { ...EMPTIED, endedAt: now, endedBecause: "removed" }, isKept),
    entry,
  ]);
}

/** The address stays: its owner sees why no notice comes there any more. */
export async function unsubscribeChannel(
  store: TenantStore,
  id: string,
  now: number,
  entry: Run,
): Promise<void> {
  const isOpen = and(eq(channels.id, id), isNull(channels.endedAt));
  await store.batch([store.update(channels, { endedAt: now, endedBecause: "unsubscribed" }, isOpen), entry]);
}

/** Only if it has this address still. */
export async function verifyChannel(
  store: TenantStore,
  { id, address, now }: { readonly id: string; readonly address: string; readonly now: number },
  entry: Run,
): Promise<void> {
  const waits = and(eq(channels.id, id), eq(channels.address, address), isNull(channels.verifiedAt));
  await store.batch([
    store.update(channels, { verifiedAt: now }, and(waits, isNull(channels.endedAt))),
    entry,
  ]);
}

/** Of the last requests of which this person is asked. */
export async function readAskingProjects(
  store: TenantStore,
  person: string,
  requests: number,
): Promise<readonly ProjectRow[]> {
  const asked = store
    .selectColumns(audience, ["confirmationId"], eq(audience.personId, person))
    .orderBy(desc(audience.confirmationId))
    .limit(requests);
  const isAsking = and(eq(confirmations.type, "decision"), sql`${confirmations.id} IN ${asked}`);
  const asking = store.selectColumns(confirmations, ["projectId"], isAsking);
  return store.select(projects, and(sql`${projects.id} IN ${asking}`, isNull(projects.archivedAt)));
}
