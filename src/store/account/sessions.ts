import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import { credentials, people, sessions } from "../schema.ts";
import { lookUp, makeLookUp } from "../memory/look-up.ts";
import { isWritable } from "../shards/moved-tenants.ts";
import type { Run } from "../prepared-statement.ts";
import type { SessionRows } from "../rows.ts";
import { prepared, type NewRow, type Scope, type Statement, type TenantStore } from "../tenant-store.ts";

const HASH = sql.placeholder("hash");
const SESSION = prepared(sessions, (scope) => scope.select(sessions, eq(sessions.hash, HASH)));
const passkeyId = ({ tenantId }: Scope): SQL => sql`(SELECT ${sessions.credentialId} FROM ${sessions}
  WHERE ${sessions.tenantId} = ${tenantId} AND ${sessions.hash} = ${HASH})`;
const PASSKEY_OF_SESSION = prepared(credentials, (scope) =>
  scope.select(credentials, sql`${credentials.id} = ${passkeyId(scope)}`),
);
const PERSON_OF_SESSION = prepared(people, (scope) =>
  scope.select(
    people,
    sql`${people.id} = (SELECT ${credentials.personId} FROM ${credentials}
      WHERE ${credentials.tenantId} = ${scope.tenantId} AND ${credentials.id} = ${passkeyId(scope)})`,
  ),
);

const sessionByHash = (hash: string) =>
  makeLookUp(
    ({ sessions: remembered }) => remembered,
    hash,
    [SESSION.with({ hash }), PASSKEY_OF_SESSION.with({ hash }), PERSON_OF_SESSION.with({ hash })],
    ([[session], [passkey], [person]]) => session && passkey && person && { session, passkey, person },
  );

/** The session with this hash. One that ended or expired, or whose passkey is revoked, is not found. */
export async function findSessionByHash(
  store: TenantStore,
  hash: string,
  now: number,
): Promise<SessionRows | undefined> {
  const [found] = await lookUp(store, [sessionByHash(hash)]);
  if (found === undefined) return undefined;
  const { session, passkey } = found;
  const isValid = session.revokedAt === null && session.expiresAt > now && passkey.revokedAt === null;
  return isValid ? found : undefined;
}

/** With its entry in the audit trail. */
export async function insertSession(
  store: TenantStore,
  session: NewRow<typeof sessions>,
  entry: Run,
): Promise<void> {
  await store.batch([store.insert(sessions, session), entry]);
}

export async function extendSession(store: TenantStore, id: string, expiresAt: number): Promise<void> {
  await store.update(sessions, { expiresAt }, and(eq(sessions.id, id), isWritable(store.tenantId)));
}

/** The statement that lets the session change things until this time. */
export function elevateSession(store: TenantStore, id: string, until: number): Statement {
  return store.update(
    sessions,
    { elevatedUntil: until },
    and(eq(sessions.id, id), isNull(sessions.revokedAt)),
  );
}

export async function revokeSession(store: TenantStore, id: string, now: number, entry: Run): Promise<void> {
  const open = and(eq(sessions.id, id), isNull(sessions.revokedAt));
  await store.batch([store.update(sessions, { revokedAt: now }, open), entry]);
}

/** Every session of this person, whatever its passkey. */
export async function revokeSessionsOf(
  store: TenantStore,
  person: string,
  now: number,
  entry: Run,
): Promise<void> {
  const isOwn = sql`${sessions.credentialId} IN (SELECT ${credentials.id} FROM ${credentials}
    WHERE ${credentials.tenantId} = ${store.tenantId} AND ${credentials.personId} = ${person})`;
  const open = and(isOwn, isNull(sessions.revokedAt));
  await store.batch([store.update(sessions, { revokedAt: now }, open), entry]);
}
