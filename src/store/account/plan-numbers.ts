import { and, eq, isNull, ne, sql, type SQL } from "drizzle-orm";
import { limitsOf, PLAN_NAMES, PLANS, type PlanLimits, type PlanName } from "../../core/account/plans.ts";
import { people, projects, tenants } from "../schema.ts";

// The numbers of the plans in statements: they compare with the plan as it is at that moment, whatever a Desk remembers.

/** Of the row `t` of the tenant. NULL where the plan has no such number, and then no comparison holds. */
function byPlan(numberOf: (plan: PlanName) => number | null): SQL {
  const cases = PLAN_NAMES.flatMap((plan) => {
    const number = numberOf(plan);
    return number === null ? [] : [sql.raw(`WHEN '${plan}' THEN ${number}`)];
  });
  return sql`CASE t.plan ${sql.join(cases, sql` `)} END`;
}

export const limitByPlan = (name: keyof PlanLimits): SQL => byPlan((plan) => limitsOf(plan)[name]);
export const INCLUDED_APPROVALS = byPlan((plan) => PLANS[plan].approvals.included);

/** People who are only invited are members, too: their places are taken. */
export const IS_MEMBER = sql`${ne(people.role, "approver")} AND ${isNull(people.removedAt)}`;

const MEMBERS = sql`SELECT count(*) FROM ${people} WHERE ${people.tenantId} = t.id AND ${IS_MEMBER}`;
/** Test projects are free, and an archived project gives its place back. */
export const IS_COUNTED_PROJECT = and(eq(projects.mode, "live"), isNull(projects.archivedAt));
const PROJECTS = sql`SELECT count(*) FROM ${projects} WHERE ${projects.tenantId} = t.id AND ${IS_COUNTED_PROJECT}`;

const hasRoom = (tenant: SQL | string, used: SQL, limit: SQL): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM ${tenants} t WHERE t.id = ${tenant} AND (${used}) >= ${limit})`;

/** The condition of a statement that adds a member, or makes one of an approver. */
export const hasRoomForMember = (tenant: SQL | string): SQL =>
  hasRoom(tenant, MEMBERS, limitByPlan("members"));

/** The condition of a statement that adds a project. */
export const hasRoomForProject = (tenant: SQL | string): SQL =>
  hasRoom(tenant, PROJECTS, limitByPlan("projects"));
