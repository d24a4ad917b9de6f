import { eq, sql } from "drizzle-orm";
import { makeLookUp } from "../memory/look-up.ts";
import { ceremonies, openings } from "../schema.ts";
import type { CeremonyRow } from "../rows.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";
import { USE_CEREMONY } from "./decision-chain.ts";

const CEREMONY = prepared(ceremonies, (scope) =>
  scope.select(ceremonies, eq(ceremonies.id, sql.placeholder("id"))),
);
const INSERT_CEREMONY = prepared(
  ceremonies,
  (scope) => {
    const names = ["id", "confirmationId", "personId", "salt", "issuedAt", "expiresAt"];
    const values = sql.join(names.map(value), sql`, `);
    return scope
      .insertFrom(ceremonies, (tenant) => sql`SELECT ${tenant}, ${values}, NULL, NULL, ${value("stage")}`)
      .returning();
  },
  "id",
);

/** When this person first opened the request. */
const INSERT_OPENING = prepared(openings, (scope) =>
  scope
    .insertFrom(
      openings,
      (tenant) => sql`SELECT ${tenant}, ${value("confirmationId")}, ${value("personId")}, ${value("issuedAt")}
        WHERE TRUE`,
    )
    .onConflictDoNothing(),
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
  await store.run([INSERT_CEREMONY.with(ceremony), INSERT_OPENING.with(ceremony)], ([[inserted]], change) => {
    if (inserted) change.keep(ceremonyById(inserted.id), inserted);
  });
}

/**
 * Uses a ceremony without a step: the assertion that came with it was refused. False if another call has used it.
 */
export async function useCeremony(
  store: TenantStore,
  ceremony: string,
  attempt: string,
  now: number,
): Promise<boolean> {
  const use = USE_CEREMONY.with({ ceremony, step: attempt, now });
  const { found } = await store.change([use], ceremonyById(ceremony));
  const isOwn = found?.usedBy === attempt;
  // Another instance of the Desk may have used it for a vote that this one does not remember.
  if (!isOwn) store.memory?.clear();
  return isOwn;
}
