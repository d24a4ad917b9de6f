import { and, getTableColumns, lte, sql, type SQL } from "drizzle-orm";
import { toHex, utf8 } from "../core/encoding/bytes.ts";
import { isGoodKey } from "./active-key.ts";
import {
  apiKeys,
  audience,
  confirmations,
  credentials,
  idempotency,
  people,
  type ConfirmationRow,
} from "./schema.ts";
import type { Values } from "./prepared-statement.ts";
import { prepared, type TenantStore } from "./tenant-store.ts";

// New confirmations, several in one transaction, as statements that never raise: one that may not be made
// leaves the others of its batch alone, and who asked for it finds out by reading.

/** Of one batch: with usual payloads some 60 KB in a parameter, of which D1 takes 2 MB. */
export const GROUP_MAX_CONFIRMATIONS = 32;
/** A name of a call is good for so long; so is the answer that stands under it. */
export const IDEMPOTENCY_HOURS = 24;

/** The same name with the same request gives the first answer again; with another it is refused. */
export interface Idempotency {
  readonly key: string;
  readonly name: string;
  readonly requestHash: string;
}

export interface NewConfirmation {
  readonly row: ConfirmationRow;
  /** Who is asked beside the row's own: a person by name, if they can sign at this moment; or a policy's people. */
  readonly asks: { readonly username: string } | { readonly people: readonly string[] };
  /** The API key that asks; it must still be good. */
  readonly key: string | null;
  readonly once: Idempotency | null;
}

/** The ids of those that were made. The others met a fact that no longer held, or an earlier call of the same name. */
export async function insertConfirmations(
  store: TenantStore,
  drafts: readonly NewConfirmation[],
): Promise<ReadonlySet<string>> {
  const [only] = drafts;
  const isAlone = only !== undefined && drafts.length === 1;
  const by = isAlone ? ONE : MANY;
  const values = isAlone ? valuesOf(only) : jsonOf(drafts);
  const isNamed = drafts.some(({ once }) => once !== null);
  const first = Math.min(...drafts.map(({ row }) => row.createdAt));
  const [, written] = await store.run([
    isNamed ? by.forgetDead.with({ ...values, dead: first - IDEMPOTENCY_HOURS * 3_600_000 }) : undefined,
    by.insertConfirmations.with(values),
    drafts.some(({ asks }) => "people" in asks && asks.people.length > 0)
      ? by.insertAudience.with(values)
      : undefined,
    isNamed ? by.insertNames.with(values) : undefined,
  ]);
  return new Set(written.map(({ id }) => id));
}

/** What no two drafts of one batch may share: the second would not see the first. */
export function namesOf({ row, once }: NewConfirmation): readonly string[] {
  return [
    ...(once === null ? [] : [`once ${once.key} ${once.name}`]),
    ...(row.dedupeKey === null ? [] : [`call ${row.dedupeKey}`]),
  ];
}

/** What the statements look at, beside the rows themselves. */
function factsOf({ asks, key, once }: NewConfirmation) {
  return {
    key,
    username: "username" in asks ? asks.username : null,
    people: "people" in asks ? asks.people : [],
    onceKey: once?.key ?? null,
    onceName: once?.name ?? null,
    requestHash: once?.requestHash ?? null,
  };
}

type Name = keyof ReturnType<typeof factsOf> | Exclude<keyof ConfirmationRow, "tenantId">;

/** Where the statements find what they write: a row for each draft, and in it the values by name. */
interface Source {
  readonly drafts: SQL;
  readonly value: (name: Name) => SQL;
}

/** A single one, each value a parameter: half the work of reading it out of JSON. */
const PARAMETERS: Source = {
  drafts: sql`(SELECT 1) alone`,
  value: (name) => sql`${sql.placeholder(name)}`,
};

function valuesOf(draft: NewConfirmation): Values {
  const { people: named, ...facts } = factsOf(draft);
  return { ...draft.row, ...facts, people: JSON.stringify(named) };
}

/**
 * Several, in one parameter. With a LIMIT the texts are made once, before what is asked of them; else SQLite
 * writes a draft down anew for each of its values.
 */
const JSON_TEXTS: Source = {
  drafts: sql`(SELECT value FROM json_each(${sql.placeholder("drafts")}) LIMIT -1) draft`,
  value: (name) => {
    const value = sql.raw(`draft.value ->> '$.${name}'`);
    return FREE_TEXTS.some((one) => one === name) ? sql`CAST(unhex(${value}) AS TEXT)` : value;
  },
};

/** SQLite's JSON ends a text at U+0000, so what people and programs call things goes as hexadecimal digits. */
const FREE_TEXTS = ["projectName", "requesterName", "action"] as const;

function jsonOf(drafts: readonly NewConfirmation[]): Values {
  const all = drafts.map((draft) => ({
    ...draft.row,
    ...Object.fromEntries(FREE_TEXTS.map((name) => [name, toHex(utf8(draft.row[name]))])),
    ...factsOf(draft),
  }));
  return { drafts: JSON.stringify(all) };
}

const COLUMNS = Object.keys(getTableColumns(confirmations)) as (keyof ConfirmationRow)[];

function statementsFrom({ drafts, value }: Source) {
  /** The drafts whose confirmation is there. Without CROSS the planner would begin with all of the tenant's. */
  const made = (tenant: SQL): SQL => sql`${drafts} CROSS JOIN ${confirmations} c
    ON c.tenant_id = ${tenant} AND c.id = ${value("id")}`;
  return {
    forgetDead: prepared(idempotency, (scope) =>
      scope.remove(
        idempotency,
        and(
          sql`${idempotency.keyId} IN (SELECT ${value("onceKey")} FROM ${drafts})`,
          lte(idempotency.createdAt, sql.placeholder("dead")),
        ),
      ),
    ),
    insertConfirmations: prepared<typeof confirmations, "id">(confirmations, (scope) =>
      scope
        .insertFrom(confirmations, (tenant) => {
          const values = COLUMNS.map((name) => {
            if (name === "tenantId") return tenant;
            // The id of a person who was named by username; a trigger adds the row of `audience`.
            return name === "approverId" ? sql`coalesce(p.id, ${value(name)})` : value(name);
          });
          return sql`SELECT ${sql.join(values, sql`, `)} FROM ${drafts}
            LEFT JOIN ${people} p ON p.tenant_id = ${tenant} AND p.username = ${value("username")}
            WHERE ${holdsNow(tenant, value)}`;
        })
        .returning({ id: confirmations.id }),
    ),
    insertAudience: prepared(audience, (scope) =>
      scope.insertFrom(
        audience,
        (tenant) => sql`SELECT c.tenant_id, p.value, c.id FROM ${made(tenant)}
          CROSS JOIN json_each(${value("people")}) p WHERE TRUE`,
      ),
    ),
    insertNames: prepared(idempotency, (scope) =>
      scope.insertFrom(
        idempotency,
        (tenant) => sql`SELECT c.tenant_id, ${value("onceKey")}, ${value("onceName")}, 'create',
          ${value("requestHash")}, c.id, c.created_at FROM ${made(tenant)} WHERE ${value("onceName")} IS NOT NULL`,
      ),
    ),
  };
}

/** Everything that must hold at this moment for a request to be made; p is the person whom it names. */
function holdsNow(tenant: SQL, value: Source["value"]): SQL {
  return sql`(${value("key")} IS NULL OR EXISTS (SELECT 1 FROM ${apiKeys}
      WHERE ${apiKeys.tenantId} = ${tenant} AND ${apiKeys.id} = ${value("key")}
        AND ${isGoodKey(value("createdAt"))}))
    AND (${value("username")} IS NULL OR (p.role <> 'auditor' AND EXISTS (SELECT 1 FROM ${credentials} c
      WHERE c.tenant_id = p.tenant_id AND c.person_id = p.id
        AND c.endorsed_seq IS NOT NULL AND c.revoked_at IS NULL)))
    AND (${value("onceName")} IS NULL OR NOT EXISTS (SELECT 1 FROM ${idempotency} i
      WHERE i.tenant_id = ${tenant} AND i.key_id = ${value("onceKey")} AND i.operation = 'create'
        AND i.name = ${value("onceName")}))
    AND (${value("dedupeKey")} IS NULL OR NOT EXISTS (SELECT 1 FROM ${confirmations} d
      WHERE d.tenant_id = ${tenant} AND d.dedupe_key = ${value("dedupeKey")}))`;
}

const ONE = statementsFrom(PARAMETERS);
const MANY = statementsFrom(JSON_TEXTS);
