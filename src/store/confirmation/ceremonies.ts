import { and, eq } from "drizzle-orm";
import { ceremonies, votes } from "../schema.ts";
import type { CeremonyRow, VoteRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";
import { USE_CEREMONY } from "./decision-chain.ts";

export async function insertCeremony(store: TenantStore, ceremony: CeremonyRow): Promise<void> {
  await store.insert(ceremonies, ceremony);
}

export async function findCeremony(store: TenantStore, id: string): Promise<CeremonyRow | undefined> {
  return store.first(ceremonies, eq(ceremonies.id, id));
}

/** The ceremony, and the person's vote on its confirmation, of one moment. */
export async function readCeremonyAndVote(
  store: TenantStore,
  { id, confirmationId, personId }: CeremonyRow,
): Promise<{ readonly ceremony: CeremonyRow | undefined; readonly vote: VoteRow | undefined }> {
  const [[ceremony], [vote]] = await store.read([
    store.select(ceremonies, eq(ceremonies.id, id)),
    store.select(votes, and(eq(votes.confirmationId, confirmationId), eq(votes.personId, personId))),
  ]);
  return { ceremony, vote };
}

/** Uses a ceremony without a step: the assertion that came with it was refused. */
export async function useCeremony(
  store: TenantStore,
  ceremony: string,
  attempt: string,
  now: number,
): Promise<void> {
  await store.run([USE_CEREMONY.with({ ceremony, step: attempt, now })]);
}
