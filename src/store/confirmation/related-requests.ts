import { and, desc, eq, gt, ne, sql, type SQL } from "drizzle-orm";
import { lookUp } from "../memory/look-up.ts";
import type { ConfirmationRow, ConfirmationRows } from "../rows.ts";
import { audience, confirmations } from "../schema.ts";
import { prepared, type Scope, type TenantStore, value } from "../tenant-store.ts";
import { confirmationRows, IS_PENDING } from "./confirmations.ts";
import { SEARCHED_MAX_REQUESTS } from "./inbox-rows.ts";

// What the approval page compares a request with: others of the same action, among the newest that name the person.

/** A page sends both along with its own content. A longer one is not compared. */
const RELATED_MAX_BYTES = 8 * 1024;

const COLUMNS = ["id", "payload", "createdAt", "decidedAt"] as const;
export type RelatedRow = Pick<ConfirmationRow, (typeof COLUMNS)[number]>;

export interface Related {
  /** The newest other one that is open. */
  readonly open: RelatedRow | undefined;
  /** The last one that was approved. */
  readonly approved: RelatedRow | undefined;
}

/** The confirmation, and what it is compared with, in one round trip. */
export async function readForPage(
  store: TenantStore,
  ids: { readonly confirmation: string; readonly person: string },
  now: number,
): Promise<{ readonly rows: ConfirmationRows | undefined; readonly related: Related }> {
  const { confirmation: id, person } = ids;
  const [rows, related] = await lookUp(store, [
    confirmationRows(id),
    {
      runs: [OPEN.with({ id, person, now }), APPROVED.with({ id, person })],
      from: ([open, approved]): Related => ({
        open: open?.[0] as RelatedRow | undefined,
        approved: approved?.[0] as RelatedRow | undefined,
      }),
    },
  ]);
  return { rows, related: related ?? { open: undefined, approved: undefined } };
}

function select(scope: Scope, where: SQL | undefined) {
  const { tenantId } = scope;
  const own = sql`(SELECT own.action, own.project_mode FROM ${confirmations} own WHERE own.tenant_id = ${tenantId}
    AND own.id = ${value("id")})`;
  const newest = sql`(SELECT ${audience.confirmationId} FROM ${audience} WHERE ${audience.tenantId} = ${tenantId}
    AND ${audience.personId} = ${value("person")}
    ORDER BY ${audience.confirmationId} DESC LIMIT ${SEARCHED_MAX_REQUESTS})`;
  const isSimilar = and(
    sql`${confirmations.id} IN ${newest}`,
    ne(confirmations.id, value("id")),
    eq(confirmations.type, "decision"),
    // A real request that equals an approved test was never approved.
    sql`(${confirmations.action}, ${confirmations.projectMode}) = ${own}`,
    sql`octet_length(${confirmations.payload}) <= ${RELATED_MAX_BYTES}`,
  );
  return scope.selectColumns(confirmations, COLUMNS, and(isSimilar, where)).limit(1);
}

const OPEN = prepared<typeof confirmations, (typeof COLUMNS)[number]>(confirmations, (scope) =>
  select(scope, and(IS_PENDING, gt(confirmations.expiresAt, value("now")))).orderBy(desc(confirmations.id)),
);
const APPROVED = prepared<typeof confirmations, (typeof COLUMNS)[number]>(confirmations, (scope) =>
  select(scope, eq(confirmations.status, "approved")).orderBy(
    desc(confirmations.decidedAt),
    desc(confirmations.id),
  ),
);
