import { and, getTableColumns, lte, sql, type SQL } from "drizzle-orm";
import { toHex, utf8 } from "../../core/encoding/bytes.ts";
import { isActiveKey } from "../account/api-keys.ts";
import { apiKeys, audience, confirmations, credentials, idempotency, people } from "../schema.ts";
import type { ConfirmationRow } from "../rows.ts";
import type { Reach, Values } from "../prepared-statement.ts";
import { prepared, type TenantStore } from "../tenant-store.ts";
import { newestExpired, type IdempotencyKey } from "./idempotency-keys.ts";

// New confirmations, several in one transaction. The statements never raise: a draft that must not be inserted does
// not affect the others of its batch, and its caller reads why.

/** Drafts of one batch: with usual payloads some 60 KB in one parameter; D1 allows 2 MB. */
export const GROUP_MAX_CONFIRMATIONS = 32;

export interface NewConfirmation {
  readonly row: ConfirmationRow;
  /** Who is asked besides the row's `approverId`: a person by username, who must be able to sign, or a policy's people. */
  readonly audience: { readonly username: string } | { readonly people: readonly string[] };
  /** The API key of the request. It must be active. */
  readonly key: string | null;
  readonly idempotency: IdempotencyKey | null;
}

/** The ids of those that were inserted. For the others a fact no longer held, or an earlier request is the same. */
export async function insertConfirmations(
  store: TenantStore,
  drafts: readonly NewConfirmation[],
): Promise<ReadonlySet<string>> {
  const [single] = drafts;
  const isSingle = single !== undefined && drafts.length === 1;
  const statements = isSingle ? FOR_ONE : FOR_MANY;
  const values = isSingle ? valuesOf(single) : jsonOf(drafts);
  const hasKeys = drafts.some(({ idempotency: key }) => key !== null);
  const earliest = Math.min(...drafts.map(({ row }) => row.createdAt));
  const expired = newestExpired(earliest);
  const [, inserted] = await store.run([
    hasKeys ? statements.deleteExpiredKeys.with({ ...values, expired }) : undefined,
    statements.insertConfirmations.with(values),
    drafts.some((draft) => "people" in draft.audience && draft.audience.people.length > 0)
      ? statements.insertAudience.with(values)
      : undefined,
    hasKeys ? statements.insertKeys.with(values) : undefined,
  ]);
  // Some fact was not as it was remembered.
  if (inserted.length < drafts.length) store.memory?.clear();
  return new Set(inserted.map(({ id }) => id));
}

/** Two drafts with a name in common can't be in one batch: the second would not see the first. */
export function exclusiveNames({ row, idempotency: key }: NewConfirmation): readonly string[] {
  return [
    ...(key === null ? [] : [`idempotency ${key.key} ${key.name}`]),
    ...(row.dedupeKey === null ? [] : [`dedupe ${row.dedupeKey}`]),
  ];
}

/** Parameters of the statements besides the row's columns. */
function parametersOf(draft: NewConfirmation) {
  const asked = draft.audience;
  return {
    key: draft.key,
    username: "username" in asked ? asked.username : null,
    people: "people" in asked ? asked.people : [],
    idempotencyOwner: draft.idempotency?.key ?? null,
    idempotencyKey: draft.idempotency?.name ?? null,
    requestHash: draft.idempotency?.requestHash ?? null,
  };
}

type Name = keyof ReturnType<typeof parametersOf> | Exclude<keyof ConfirmationRow, "tenantId">;

/** How the statements read the drafts: a row for each draft, and its values by name. */
interface Source {
  readonly drafts: SQL;
  readonly value: (name: Name) => SQL;
}

/** One draft, each value a parameter: half the work of reading it out of JSON. */
const PARAMETERS: Source = {
  drafts: sql`(SELECT 1) single`,
  value: (name) => sql`${sql.placeholder(name)}`,
};

function valuesOf(draft: NewConfirmation): Values {
  const { people: ids, ...parameters } = parametersOf(draft);
  return { ...draft.row, ...parameters, people: JSON.stringify(ids) };
}

/**
 * Several drafts in one parameter. The LIMIT makes SQLite build each draft's text once; without it, SQLite builds the
 * text again for each value that is read from it.
 */
const JSON_TEXTS: Source = {
  drafts: sql`(SELECT value FROM json_each(${sql.placeholder("drafts")}) LIMIT -1) draft`,
  value: (name) => {
    const value = sql.raw(`draft.value ->> '$.${name}'`);
    return FREE_TEXTS.some((one) => one === name) ? sql`CAST(unhex(${value}) AS TEXT)` : value;
  },
};

/** SQLite's JSON ends a text at U+0000, so free text is sent in hexadecimal. */
const FREE_TEXTS = ["projectName", "requesterName", "action"] as const;

function jsonOf(drafts: readonly NewConfirmation[]): Values {
  const all = drafts.map((draft) => ({
    ...draft.row,
    ...Object.fromEntries(FREE_TEXTS.map((name) => [name, toHex(utf8(draft.row[name]))])),
    ...parametersOf(draft),
  }));
  return { drafts: JSON.stringify(all) };
}

/** What does not exist yet is not remembered. */
const ONLY_NEW: Reach = { changesOnly: null };

const COLUMNS = Object.keys(getTableColumns(confirmations)) as (keyof ConfirmationRow)[];

function statementsFrom({ drafts, value }: Source) {
  /** The drafts that were inserted. Without CROSS the planner would begin with all of the tenant's confirmations. */
  const inserted = (tenant: SQL): SQL => sql`${drafts} CROSS JOIN ${confirmations} c
    ON c.tenant_id = ${tenant} AND c.id = ${value("id")}`;
  return {
    deleteExpiredKeys: prepared(idempotency, (scope) =>
      scope.remove(
        idempotency,
        and(
          sql`(${idempotency.keyId}, ${idempotency.operation}, ${idempotency.name}) IN (
            SELECT ${value("idempotencyOwner")}, 'create', ${value("idempotencyKey")} FROM ${drafts})`,
          lte(idempotency.createdAt, sql.placeholder("expired")),
        ),
      ),
    ),
    insertConfirmations: prepared<typeof confirmations, "id">(
      confirmations,
      (scope) =>
        scope
          .insertFrom(confirmations, (tenant) => {
            const values = COLUMNS.map((name) => {
              if (name === "tenantId") return tenant;
              // Somebody named by username gets the id here; a trigger adds the row of `audience`.
              return name === "approverId" ? sql`coalesce(p.id, ${value(name)})` : value(name);
            });
            return sql`SELECT ${sql.join(values, sql`, `)} FROM ${drafts}
            LEFT JOIN ${people} p ON p.tenant_id = ${tenant} AND p.username = ${value("username")}
            WHERE ${isAllowed(tenant, value)}`;
          })
          .returning({ id: confirmations.id }),
      ONLY_NEW,
    ),
    insertAudience: prepared(
      audience,
      (scope) =>
        scope.insertFrom(
          audience,
          (tenant) => sql`SELECT c.tenant_id, p.value, c.id FROM ${inserted(tenant)}
            CROSS JOIN json_each(${value("people")}) p WHERE TRUE`,
        ),
      ONLY_NEW,
    ),
    insertKeys: prepared(idempotency, (scope) =>
      scope.insertFrom(
        idempotency,
        (
          tenant,
        ) => sql`SELECT c.tenant_id, ${value("idempotencyOwner")}, ${value("idempotencyKey")}, 'create',
          ${value("requestHash")}, c.id, c.created_at FROM ${inserted(tenant)}
          WHERE ${value("idempotencyKey")} IS NOT NULL`,
      ),
    ),
  };
}

/** Everything that must hold for a draft to be inserted; p is the person named by username. */
function isAllowed(tenant: SQL, value: Source["value"]): SQL {
  return sql`(${value("key")} IS NULL OR EXISTS (SELECT 1 FROM ${apiKeys}
      WHERE ${apiKeys.tenantId} = ${tenant} AND ${apiKeys.id} = ${value("key")}
        AND ${isActiveKey(value("createdAt"))}))
    AND (${value("username")} IS NULL OR (p.role <> 'auditor' AND EXISTS (SELECT 1 FROM ${credentials} c
      WHERE c.tenant_id = p.tenant_id AND c.person_id = p.id
        AND c.endorsed_seq IS NOT NULL AND c.revoked_at IS NULL)))
    AND (${value("idempotencyKey")} IS NULL OR NOT EXISTS (SELECT 1 FROM ${idempotency} i
      WHERE i.tenant_id = ${tenant} AND i.key_id = ${value("idempotencyOwner")} AND i.operation = 'create'
        AND i.name = ${value("idempotencyKey")}))
    AND (${value("dedupeKey")} IS NULL OR NOT EXISTS (SELECT 1 FROM ${confirmations} d
      WHERE d.tenant_id = ${tenant} AND d.dedupe_key = ${value("dedupeKey")}))`;
}

const FOR_ONE = statementsFrom(PARAMETERS);
const FOR_MANY = statementsFrom(JSON_TEXTS);
