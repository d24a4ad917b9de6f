import { desc, eq, sql, type SQL } from "drizzle-orm";
import type { PlanName } from "../../core/account/plans.ts";
import { NOTICE_PERCENTS } from "../../core/account/usage-notice.ts";
import { people, projects, tenants, trail, usage } from "../schema.ts";
import type { UsageRow } from "../rows.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";
import { INCLUDED_APPROVALS, IS_MEMBER, limitByPlan } from "./plan-numbers.ts";

// Requests of each month, which a trigger counts, compared with the tenant's plan.

/** Two years. */
const MONTHS_MAX = 24;
/** More than an organisation has of members or projects. */
const COUNT_MAX = 100_000;

/** Whether the plan has no further request in this month. */
export const isMonthFull = (tenant: SQL, month: SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${usage} u CROSS JOIN ${tenants} t ON t.id = u.tenant_id
    WHERE u.tenant_id = ${tenant} AND u.month = ${month} AND u.requests >= ${limitByPlan("approvals")})`;

export interface UsageNoticeValues {
  readonly month: string;
  readonly at: number;
  readonly subjectName: string;
  /** A new id for each share of the plan. */
  readonly ids: readonly string[];
}

const INSERT_NOTICES = prepared<typeof trail, never>(trail, (scope) =>
  scope
    .insertFrom(
      trail,
      (tenant) => sql`SELECT t.id, n.value ->> 'id', ${value("at")}, 'service', 'service', 'Countersign',
        'usage.notice', u.month || ' ' || t.plan || ' ' || (n.value ->> 'percent'), ${value("subjectName")},
        json_object('included', ${INCLUDED_APPROVALS}, 'percent', n.value ->> 'percent', 'plan', t.plan,
          'requests', u.requests), ''
        FROM ${usage} u CROSS JOIN ${tenants} t ON t.id = u.tenant_id CROSS JOIN json_each(${value("shares")}) n
        WHERE u.tenant_id = ${tenant} AND u.month = ${value("month")}
          AND u.requests * 100 >= (n.value ->> 'percent') * ${INCLUDED_APPROVALS}`,
    )
    .onConflictDoNothing(),
);

/** Writes into the audit trail, once for each, that so much of what the plan includes is used. */
export function insertUsageNotices({ ids, ...values }: UsageNoticeValues): Run<object> {
  const shares = NOTICE_PERCENTS.map((percent, place) => ({ percent, id: ids[place] }));
  return INSERT_NOTICES.with({ ...values, shares: JSON.stringify(shares) });
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
    store.count(projects, COUNT_MAX),
  ]);
  if (tenant === undefined) throw new RangeError("this tenant does not exist");
  return { plan: tenant.plan, months, members: members?.count ?? 0, projects: used?.count ?? 0 };
}
