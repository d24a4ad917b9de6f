import { desc, eq, sql, type SQL } from "drizzle-orm";
import type { PlanName } from "../../core/account/plans.ts";
import { NOTICE_PERCENTS } from "../../core/account/usage-notice.ts";
import { people, projects, tenants, trail, usage } from "../schema.ts";
import type { UsageRow } from "../rows.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";
import { INCLUDED_APPROVALS, IS_COUNTED_PROJECT, IS_MEMBER, limitByPlan } from "./plan-numbers.ts";

// Requests of each month, which a trigger counts, compared with the tenant's plan.

/** Two years. */
const MONTHS_MAX = 24;
/** More than an organisation has of members or projects. */
const COUNT_MAX = 100_000;

/** Whether the plan has no further request in this month. */
export const isMonthFull = (tenant: SQL, month: SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${usage} u CROSS JOIN ${tenants} t ON t.id = u.tenant_id
    WHERE u.tenant_id = ${tenant} AND u.month = ${month} AND u.requests >= ${limitByPlan("approvals")})`;

/** What the audit trail is to say; the numbers are those of the moment. */
export interface UsageNoticeValues {
  readonly id: string;
  readonly at: number;
  readonly month: string;
  readonly monthName: string;
}

const FIRST = sql.raw(`${NOTICE_PERCENTS[0]}`);
const LAST = sql.raw(`${NOTICE_PERCENTS[1]}`);
const isUsed = (percent: SQL) => sql`u.requests * 100 >= ${percent} * ${INCLUDED_APPROVALS}`;
const PERCENT = sql`CASE WHEN ${isUsed(LAST)} THEN ${LAST} ELSE ${FIRST} END`;

const INSERT_NOTICE = prepared<typeof trail, never>(trail, (scope) =>
  scope
    .insertFrom(
      trail,
      (tenant) => sql`SELECT t.id, ${value("id")}, ${value("at")}, 'service', 'service', 'Countersign',
        'usage.notice', u.month || ' ' || t.plan || ' ' || ${PERCENT}, ${value("monthName")},
        json_object('included', ${INCLUDED_APPROVALS}, 'percent', ${PERCENT}, 'plan', t.plan, 'requests', u.requests), ''
        FROM ${usage} u CROSS JOIN ${tenants} t ON t.id = u.tenant_id
        WHERE u.tenant_id = ${tenant} AND u.month = ${value("month")} AND ${isUsed(FIRST)}`,
    )
    .onConflictDoNothing(),
);

/** Writes into the audit trail, once for each, that so much of what the plan includes is used. */
export function insertUsageNotice(values: UsageNoticeValues): Run<object> {
  return INSERT_NOTICE.with({ ...values });
}

export interface MonthUse {
  readonly plan: PlanName;
  readonly requests: number;
}

/** With the plan as it is now, not as a Desk remembers it. */
export async function readMonthUse(store: TenantStore, month: string): Promise<MonthUse> {
  const [[tenant], [counted]] = await store.read([
    store.selectOwn(),
    store.select(usage, eq(usage.month, month)),
  ]);
  if (tenant === undefined) throw new RangeError("this tenant does not exist");
  return { plan: tenant.plan, requests: counted?.requests ?? 0 };
}

export interface Usage {
  readonly plan: PlanName;
  /** The newest first. */
  readonly months: readonly UsageRow[];
  readonly members: number;
  readonly projects: number;
}

/** All of one moment. */
export async function readUsage(store: TenantStore): Promise<Usage> {
  const [[tenant], months, [members], [used]] = await store.read([
    store.selectOwn(),
    store.select(usage).orderBy(desc(usage.month)).limit(MONTHS_MAX),
    store.count(people, COUNT_MAX, IS_MEMBER),
    store.count(projects, COUNT_MAX, IS_COUNTED_PROJECT),
  ]);
  if (tenant === undefined) throw new RangeError("this tenant does not exist");
  return { plan: tenant.plan, months, members: members?.count ?? 0, projects: used?.count ?? 0 };
}

/** The plan and how many members there are, of one moment. */
export async function readMembers(store: TenantStore): Promise<Pick<Usage, "plan" | "members">> {
  const [[tenant], [members]] = await store.read([
    store.selectOwn(),
    store.count(people, COUNT_MAX, IS_MEMBER),
  ]);
  if (tenant === undefined) throw new RangeError("this tenant does not exist");
  return { plan: tenant.plan, members: members?.count ?? 0 };
}
