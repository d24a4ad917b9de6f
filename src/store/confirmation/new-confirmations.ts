import { monthOf } from "../../core/account/month.ts";
import { and, eq, getTableColumns, gt, lte, sql } from "drizzle-orm";
import { isActiveKey } from "../account/api-keys.ts";
import { isActive } from "../account/passkeys.ts";
import { isMonthFull } from "../account/usage.ts";
import { apiKeys, audience, confirmations, credentials, idempotency, people, templates } from "../schema.ts";
import { insertTrailIfChanged, type NewTrailRow } from "../account/trail.ts";
import { IS_IN_FORCE } from "../stream/template-rows.ts";
import type { NewConfirmationRow } from "../rows.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";
import { noticesOfCreate } from "../notices/new-notices.ts";
import { firstDue } from "../sending/due-row.ts";
import { deliveriesOfCreate, type NewEvent } from "../webhooks/new-deliveries.ts";
import { IS_PENDING } from "./confirmations.ts";
import { directorySeq } from "./decision-chain.ts";
import { hasRules } from "../stream/document-rows.ts";
import { newestExpired, type IdempotencyKey } from "./idempotency-keys.ts";

// New confirmations, several in one transaction. The statements never raise if a fact does not hold: a draft that must
// not be inserted does not affect the others of its batch, and its caller reads why.

export interface NewConfirmation {
  readonly row: NewConfirmationRow;
  /** The ids of everybody who may ever sign it. */
  readonly audience: readonly string[];
  /** The ids of those who may sign it at once, and hear of it. */
  readonly asked: readonly string[];
  /** What webhooks get. */
  readonly event?: NewEvent;
  /** The id of a person who must be able to sign. */
  readonly signer: string | null;
  /** The change of the directory that its policy rests on, which must be the last one; null if it rests on none. */
  readonly directory: number | null;
  /** Whether it may be inserted only if no rules are in force. */
  readonly isWithoutRules: boolean;
  /** The API key of the request. It must be active. */
  readonly key: string | null;
  readonly idempotency: IdempotencyKey | null;
  /** How many its project may have in all; undefined: any number. */
  readonly projectMax?: number | undefined;
  /** Its entry in the audit trail, if people should read there that it was asked. */
  readonly entry?: NewTrailRow;
}

export interface Inserted {
  readonly ids: ReadonlySet<string>;
  /** When the first notice or delivery is to be sent; undefined if nobody hears of them. */
  readonly sendAt: number | undefined;
}

/**
 * The ids of those that were inserted. For the others a fact no longer held, an earlier request is the same, so many
 * requests of the same API key wait for the same person, the project has all that it may have, or the plan has no further
 * request in this month. Changes of the directory have limits of their own. `after` runs in the same transaction.
 */
export async function insertConfirmations(
  store: TenantStore,
  drafts: readonly NewConfirmation[],
  pendingMax = Number.POSITIVE_INFINITY,
  after: readonly Run<object>[] = [],
): Promise<Inserted> {
  const results = await store.run([...drafts.flatMap((draft) => statementsOf(draft, pendingMax)), ...after]);
  const ids = new Set((results.flat() as { readonly id?: string }[]).flatMap(({ id }) => id ?? []));
  // Perhaps some fact was not as it was remembered. The remembered requests are no such facts: a key that asks too often
  // must not make the Desk read them again and again.
  if (ids.size < drafts.length) store.memory?.clearKeysAndPeople();
  return { ids, sendAt: firstDue(results.flat()) };
}

function statementsOf(
  { row, idempotency: key, ...draft }: NewConfirmation,
  pendingMax: number,
): readonly Run<object>[] {
  const { tenantId: _tenantId, ...columns } = row;
  const isOfPair = row.type === "decision" && draft.key !== null;
  const isCounted = isOfPair && Number.isFinite(pendingMax);
  const values = {
    ...columns,
    signer: draft.signer,
    key: draft.key,
    directory: draft.directory,
    withoutRules: draft.isWithoutRules ? 1 : null,
    audience: JSON.stringify(draft.audience),
    asked: JSON.stringify(draft.asked),
    idempotencyOwner: key?.key ?? null,
    idempotencyName: key?.name ?? null,
    requestHash: key?.requestHash ?? null,
    expired: newestExpired(row.createdAt),
    before: isCounted ? pendingMax - 1 : null,
    month: countedMonth(row),
    earlier: draft.projectMax === undefined ? null : draft.projectMax - 1,
  };
  return [
    ...(key === null ? [] : [DELETE_EXPIRED_KEY.with(values)]),
    INSERT_CONFIRMATION.with(values),
    ...(draft.entry === undefined ? [] : [insertTrailIfChanged(draft.entry)]),
    INSERT_AUDIENCE.with(values),
    ...(key === null ? [] : [INSERT_IDEMPOTENCY_KEY.with(values)]),
    noticesOfCreate({
      confirmation: row.id,
      project: row.projectId,
      people: JSON.stringify(draft.asked),
      at: row.createdAt,
      expiresAt: row.expiresAt,
    }),
    ...(draft.event === undefined ? [] : [deliveriesOfCreate(draft.event)]),
  ];
}

/** The month in which the plan counts it; null if it is free. */
export function countedMonth({ type, projectMode, createdAt }: NewConfirmationRow): string | null {
  return type === "decision" && projectMode === "live" ? monthOf(createdAt) : null;
}

const THIS_CONFIRMATION = "id";

const isSameKey = and(
  eq(idempotency.keyId, value("idempotencyOwner")),
  eq(idempotency.operation, "create"),
  eq(idempotency.name, value("idempotencyName")),
);

const DELETE_EXPIRED_KEY = prepared<typeof idempotency, never>(idempotency, (scope) =>
  scope.remove(idempotency, and(isSameKey, lte(idempotency.createdAt, value("expired")))),
);

/** Only if everything holds that a new confirmation relies on. */
const INSERT_CONFIRMATION = prepared<typeof confirmations, "id">(
  confirmations,
  (scope) => {
    const columns = Object.keys(getTableColumns(confirmations)).filter((name) => name !== "tenantId");
    // The one in force at this moment draws it for good. A page about a change of the directory has its own words.
    const isOfAction = and(
      eq(templates.action, value("action")),
      IS_IN_FORCE,
      sql`${value("type")} = 'decision'`,
    );
    const chosen = { templateHash: sql`${scope.selectColumns(templates, ["hash"], isOfAction).limit(1)}` };
    const valueOf = (name: string) => (name === "templateHash" ? chosen.templateHash : value(name));
    const key = scope.select(apiKeys, and(eq(apiKeys.id, value("key")), isActiveKey(value("createdAt"))));
    const decides = sql`${people.id} = ${value("signer")} AND ${people.role} <> 'auditor'`;
    const signer = scope.select(people, decides);
    const passkey = scope.select(credentials, and(eq(credentials.personId, value("signer")), isActive()));
    const used = scope.select(idempotency, isSameKey);
    const equal = scope.select(confirmations, eq(confirmations.dedupeKey, value("dedupeKey")));
    const isOfSamePair = and(
      eq(confirmations.requesterId, value("requesterId")),
      // Requests under a policy have no one approver, and are counted together.
      sql`${confirmations.approverId} IS ${value("approverId")}`,
    );
    const isOpen = and(IS_PENDING, gt(confirmations.expiresAt, value("createdAt")));
    // Written as in the partial index.
    const isOfProject = and(
      eq(confirmations.projectId, value("projectId")),
      sql`${confirmations.type} = 'decision' AND ${confirmations.createdAt} > 0`,
    );
    const lastOfProject = scope.selectColumns(confirmations, ["id"], isOfProject).limit(1);
    const last = scope.selectColumns(confirmations, ["id"], and(isOfSamePair, isOpen)).limit(1);
    return scope
      .insertFrom(
        confirmations,
        (tenant) => sql`SELECT ${tenant}, ${sql.join(columns.map(valueOf), sql`, `)}
          WHERE (${value("key")} IS NULL OR EXISTS ${key})
            AND (${value("signer")} IS NULL OR (EXISTS ${signer} AND EXISTS ${passkey}))
            AND (${value("directory")} IS NULL OR ${value("directory")} = ${directorySeq(tenant)})
            AND (${value("withoutRules")} IS NULL OR NOT ${hasRules(tenant)})
            AND (${value("idempotencyName")} IS NULL OR NOT EXISTS ${used})
            AND (${value("dedupeKey")} IS NULL OR NOT EXISTS ${equal})
            AND (${value("before")} IS NULL OR NOT EXISTS ${last.offset(sql.placeholder("before"))})
            AND (${value("earlier")} IS NULL
              OR NOT EXISTS ${lastOfProject.offset(sql.placeholder("earlier"))})
            AND (${value("month")} IS NULL OR NOT ${isMonthFull(tenant, value("month"))})`,
      )
      .returning({ id: confirmations.id });
  },
  THIS_CONFIRMATION,
);

const INSERT_AUDIENCE = prepared<typeof audience, never>(
  audience,
  (scope) =>
    scope.insertFrom(
      audience,
      (tenant) => sql`SELECT c.tenant_id, p.value, c.id,
        CASE WHEN p.value IN (SELECT value FROM json_each(${value("asked")})) THEN c.created_at END, NULL
        FROM ${confirmations} c CROSS JOIN json_each(${value("audience")}) p WHERE c.tenant_id = ${tenant} AND c.id = ${value("id")}`,
    ),
  THIS_CONFIRMATION,
);

const INSERT_IDEMPOTENCY_KEY = prepared<typeof idempotency, never>(idempotency, (scope) =>
  scope.insertFrom(
    idempotency,
    (tenant) => sql`SELECT c.tenant_id, ${value("idempotencyOwner")}, ${value("idempotencyName")}, 'create',
      ${value("requestHash")}, c.id, c.created_at FROM ${confirmations} c
      WHERE c.tenant_id = ${tenant} AND c.id = ${value("id")}`,
  ),
);
