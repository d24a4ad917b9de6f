import { and, eq, gt, inArray, lte, sql, type SQL } from "drizzle-orm";
import { activePasskeys, findPasskeyOf } from "../account/passkeys.ts";
import { personById, usernamesOf } from "../account/people.ts";
import { lookUp, makeLookUp } from "../memory/look-up.ts";
import { audience, confirmations, outbox, people, votes } from "../schema.ts";
import type {
  CeremonyRow,
  ConfirmationRow,
  ConfirmationRows,
  CredentialRow,
  OutboxRow,
  PersonRow,
  Tenant,
  VoteRow,
} from "../rows.ts";
import { ceremonyById } from "./ceremonies.ts";
import { ownTenant, prepared, type Scope, type TenantStore } from "../tenant-store.ts";

const ID = sql.placeholder("id");
const CONFIRMATION = prepared(confirmations, (scope) =>
  scope.select(confirmations, eq(confirmations.id, ID)),
);
const VOTES = prepared(votes, (scope) => scope.select(votes, eq(votes.confirmationId, ID)).orderBy(votes.at));
const AUDIENCE = prepared(people, (scope) =>
  scope.select(
    people,
    sql`${people.id} IN (SELECT ${audience.personId} FROM ${audience}
      WHERE ${audience.tenantId} = ${scope.tenantId} AND ${audience.confirmationId} = ${ID})`,
  ),
);
const RECORDS = prepared(outbox, (scope) =>
  scope.select(outbox, eq(outbox.confirmationId, ID)).orderBy(outbox.seq),
);

function selectRows(id: string) {
  return [
    CONFIRMATION.with({ id }),
    VOTES.with({ id }),
    AUDIENCE.with({ id }),
    RECORDS.with({ id }),
  ] as const;
}

type Results = readonly [
  readonly ConfirmationRow[],
  readonly VoteRow[],
  readonly PersonRow[],
  readonly OutboxRow[],
];

function rowsFrom([[row], voteRows, members, records]: Results): ConfirmationRows | undefined {
  return row && { row, votes: voteRows, audience: members, records };
}

export const confirmationRows = (id: string) =>
  makeLookUp((memory) => memory.confirmations, id, selectRows(id), rowsFrom);

export async function readConfirmation(
  store: TenantStore,
  id: string,
): Promise<ConfirmationRows | undefined> {
  const [rows] = await lookUp(store, [confirmationRows(id)]);
  return rows;
}

/** Everything that a signed vote is checked against. A ceremony or passkey of somebody else is undefined. */
interface RowsForVote {
  readonly tenant: Tenant | undefined;
  readonly person: PersonRow | undefined;
  readonly ceremony: CeremonyRow | undefined;
  readonly passkey: CredentialRow | undefined;
  readonly rows: ConfirmationRows | undefined;
}

export async function readForVote(
  store: TenantStore,
  ids: { confirmation: string; person: string; ceremony: string; passkey: string },
): Promise<RowsForVote> {
  const { confirmation, person: personId } = ids;
  const [tenant, person, ceremony, passkeys, rows] = await lookUp(store, [
    ownTenant,
    personById(personId),
    ceremonyById(ids.ceremony),
    activePasskeys(personId),
    confirmationRows(confirmation),
  ]);
  const isOwn = ceremony?.confirmationId === confirmation && ceremony.personId === personId;
  const active = passkeys?.find(({ id }) => id === ids.passkey);
  // Only a passkey that is not active is read separately: the refusal says why it does not count.
  const passkey = active ?? (await findPasskeyOf(store, personId, ids.passkey));
  return { tenant, person, ceremony: isOwn ? ceremony : undefined, passkey, rows };
}

export async function findConfirmation(store: TenantStore, id: string): Promise<ConfirmationRow | undefined> {
  return store.first(confirmations, eq(confirmations.id, id));
}

/** A condition: the record of the confirmation's outcome is in the log. */
export function isOutcomeSealed({ tenantId }: Pick<Scope, "tenantId">): SQL {
  return sql`EXISTS (SELECT 1 FROM ${outbox} WHERE ${outbox.tenantId} = ${tenantId}
    AND ${outbox.seq} = ${confirmations.decidedSeq} AND ${outbox.index} IS NOT NULL)`;
}

/** People have signed it, and that is not in the log yet. Everybody else sees it as pending. */
export function isSignedUnsealed({ tenantId }: Pick<Scope, "tenantId">): SQL {
  return sql`${confirmations.id} IN (SELECT ${outbox.confirmationId} FROM ${outbox}
    WHERE ${outbox.tenantId} = ${tenantId} AND ${outbox.index} IS NULL AND ${outbox.type} <> 'consumed')
    AND +${confirmations.status} IN ('approved', 'rejected')`;
}

/** The ids of those whose outcome is sealed. */
export async function sealedAmong(
  store: TenantStore,
  rows: readonly Pick<ConfirmationRow, "decidedSeq">[],
): Promise<ReadonlySet<string>> {
  const seqs = rows.flatMap(({ decidedSeq }) => (decidedSeq === null ? [] : [decidedSeq]));
  const records = await store.selectIn(outbox, outbox.seq, seqs);
  return new Set(
    records.flatMap(({ index, confirmationId }) =>
      index === null || confirmationId === null ? [] : [confirmationId],
    ),
  );
}

export async function isInAudience(
  store: TenantStore,
  confirmation: string,
  person: string,
): Promise<boolean> {
  const row = and(eq(audience.confirmationId, confirmation), eq(audience.personId, person));
  return (await store.first(audience, row)) !== undefined;
}

/** Those of these confirmations that this person is asked. */
export async function audienceOf(
  store: TenantStore,
  ids: readonly string[],
  person: string,
): Promise<ReadonlySet<string>> {
  const asked = await store.selectIn(audience, audience.confirmationId, ids, eq(audience.personId, person));
  return new Set(asked.map(({ confirmationId }) => confirmationId));
}

/** Written as in the partial index: with a parameter the planner would not use it. */
export const IS_CHANGE = sql.raw("type <> 'decision'");

/** Changes of this type with this payload and one of these statuses. */
export async function findSameRequests(
  store: TenantStore,
  { type, payload }: Pick<ConfirmationRow, "type" | "payload">,
  statuses: readonly ConfirmationRow["status"][],
): Promise<readonly ConfirmationRow[]> {
  return store.select(
    confirmations,
    and(
      IS_CHANGE,
      eq(confirmations.type, type),
      eq(confirmations.payload, payload),
      inArray(confirmations.status, [...statuses]),
    ),
  );
}

/** Changes of this type that wait for signatures, counted up to this number. */
export async function countPendingChanges(
  store: TenantStore,
  type: ConfirmationRow["type"],
  now: number,
  max: number,
): Promise<number> {
  const isPending = and(eq(confirmations.status, "pending"), gt(confirmations.expiresAt, now));
  const isCounted = and(IS_CHANGE, eq(confirmations.type, type), isPending);
  return (await store.selectColumns(confirmations, ["id"], isCounted).limit(max)).length;
}

/** Recoveries that are pending or decided, newest first. */
export async function findRecoveries(store: TenantStore): Promise<readonly ConfirmationRow[]> {
  const open = inArray(confirmations.status, ["pending", "approved", "rejected"]);
  const rows = await store.select(confirmations, and(IS_CHANGE, eq(confirmations.type, "recovered"), open));
  // Not ORDER BY: the planner would read all of the tenant's confirmations in that order.
  return rows.toSorted((one, other) => (one.id < other.id ? 1 : -1));
}

/** Requests to make a passkey active: endorsements and recoveries. */
export async function findPendingEndorsements(store: TenantStore): Promise<readonly ConfirmationRow[]> {
  const isEndorsement = inArray(confirmations.type, ["credential.endorsed", "recovered"]);
  return store.select(confirmations, and(IS_CHANGE, isEndorsement, eq(confirmations.status, "pending")));
}

const ABOUT_PEOPLE: readonly ConfirmationRow["type"][] = [
  "credential.endorsed",
  "credential.revoked",
  "role.changed",
  "recovered",
  "person.removed",
];

/** The changes about this person that wait for signatures, by id. */
export async function pendingChangesAbout(
  store: TenantStore,
  person: string,
  now: number,
): Promise<readonly ConfirmationRow[]> {
  const isAbout = sql`${confirmations.payload} ->> '$.person.id' = ${person}`;
  const isPending = and(inArray(confirmations.type, [...ABOUT_PEOPLE]), eq(confirmations.status, "pending"));
  const rows = await store.select(
    confirmations,
    and(IS_CHANGE, isPending, gt(confirmations.expiresAt, now), isAbout),
  );
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** By the ids of these confirmations: the user names of everybody who is asked. */
export async function askedPeople(
  store: TenantStore,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  // Both columns are in an index.
  const rows = await store.selectColumns(
    audience,
    ["confirmationId", "personId"],
    sql`${audience.confirmationId} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
  );
  const usernames = await usernamesOf(
    store,
    rows.map(({ personId }) => personId),
  );
  const asked = Map.groupBy(rows, ({ confirmationId }) => confirmationId);
  return new Map(
    [...asked].map(([id, members]) => [id, members.flatMap(({ personId }) => usernames.get(personId) ?? [])]),
  );
}

/** Written as in the partial index: with a parameter the planner would not use it. */
export const IS_PENDING = sql`${confirmations.status} = 'pending'`;

/** The ids of pending confirmations that time alone changes now. */
export async function findDue(store: TenantStore, now: number, limit: number): Promise<readonly string[]> {
  const isDue = and(IS_PENDING, lte(confirmations.dueAt, now));
  const due = await store.selectColumns(confirmations, ["id"], isDue).limit(limit);
  return due.map(({ id }) => id);
}

/** When the next pending confirmation is due; undefined if none is pending. */
export async function nextDue(store: TenantStore): Promise<number | undefined> {
  const [next] = await store
    .selectColumns(confirmations, ["dueAt"], IS_PENDING)
    .orderBy(confirmations.dueAt)
    .limit(1);
  return next?.dueAt;
}
