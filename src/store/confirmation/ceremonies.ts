import { and, eq, sql } from "drizzle-orm";
import { makeLookUp } from "../memory/look-up.ts";
import { ceremonies, votes } from "../schema.ts";
import type { CeremonyRow, VoteRow } from "../rows.ts";
import { prepared, type TenantStore } from "../tenant-store.ts";
import { USE_CEREMONY } from "./decision-chain.ts";

const CEREMONY = prepared(ceremonies, (scope) =>
  scope.select(ceremonies, eq(ceremonies.id, sql.placeholder("id"))),
);
const INSERT_CEREMONY = prepared(
  ceremonies,
  (scope) => {
    const names = ["id", "confirmationId", "personId", "salt", "issuedAt", "expiresAt"];
    const values = sql.join(
      names.map((name) => sql`${sql.placeholder(name)}`),
      sql`, `,
    );
    return scope.insertFrom(ceremonies, (tenant) => sql`SELECT ${tenant}, ${values}, NULL, NULL`).returning();
  },
  { changesOnly: "id" },
);

export const ceremonyById = (id: string) =>
  makeLookUp(
    (memory) => memory.ceremonies,
    id,
    [CEREMONY.with({ id })],
    ([[ceremony]]) => ceremony,
  );

export async function insertCeremony(
  store: TenantStore,
  { tenantId: _tenantId, ...ceremony }: CeremonyRow,
): Promise<void> {
  await store.run([INSERT_CEREMONY.with(ceremony)], ([[inserted]], change) => {
    if (inserted) change.keep(ceremonyById(inserted.id), inserted);
  });
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
