// What an organisation may use, and what it costs. Prices are in US cents.

export const PLAN_NAMES = ["free", "team", "business", "enterprise"] as const;
export type PlanName = (typeof PLAN_NAMES)[number];

export interface Plan {
  readonly title: string;
  /** For a month; null: by agreement. */
  readonly cents: number | null;
  /** The most; null: no limit. */
  readonly projects: number | null;
  /** A member is a person with another role than approver. Approvers are unlimited and free. */
  readonly members: Allowance;
  /** Live requests in a month, counted in UTC. Requests of test projects and changes of the directory are free. */
  readonly approvals: Allowance;
  /** How long decided requests are kept; null: no limit. */
  readonly historyDays: number | null;
  readonly canExport: boolean;
}

/** How many the price includes, and the price of further ones. Without one, there are no further ones. */
interface Allowance {
  /** null: no limit. */
  readonly included: number | null;
  readonly further: Further | null;
}

interface Further {
  readonly cents: number;
  /** The number for this price. One that is started counts as a whole one. */
  readonly per: number;
}

const FURTHER_MEMBER: Further = { cents: 900, per: 1 };
const UNLIMITED: Allowance = { included: null, further: null };

export const PLANS: Readonly<Record<PlanName, Plan>> = {
  free: {
    title: "Free",
    cents: 0,
    projects: 1,
    members: { included: 2, further: null },
    approvals: { included: 500, further: null },
    historyDays: 7,
    canExport: false,
  },
  team: {
    title: "Team",
    cents: 4_900,
    projects: 5,
    members: { included: 5, further: FURTHER_MEMBER },
    approvals: { included: 5_000, further: { cents: 800, per: 1_000 } },
    historyDays: 90,
    canExport: false,
  },
  business: {
    title: "Business",
    cents: 24_900,
    projects: 20,
    members: { included: 20, further: FURTHER_MEMBER },
    approvals: { included: 50_000, further: { cents: 500, per: 1_000 } },
    historyDays: 365,
    canExport: true,
  },
  enterprise: {
    title: "Enterprise",
    cents: null,
    projects: null,
    members: UNLIMITED,
    approvals: UNLIMITED,
    historyDays: null,
    canExport: true,
  },
};

/** The most that an organisation can have; null: no limit. */
export interface PlanLimits {
  readonly projects: number | null;
  readonly members: number | null;
  /** In one month. */
  readonly approvals: number | null;
}

export function limitsOf(plan: PlanName): PlanLimits {
  const { projects, members, approvals } = PLANS[plan];
  return { projects, members: mostOf(members), approvals: mostOf(approvals) };
}

function mostOf({ included, further }: Allowance): number | null {
  return further === null ? included : null;
}

/** What is used in a month. */
export interface PlanUse {
  readonly members: number;
  readonly approvals: number;
}

export interface InvoiceLine {
  readonly name: "plan" | "members" | "approvals";
  /** Of what is charged: the plan, further members, and further approvals in started thousands. */
  readonly quantity: number;
  readonly unitCents: number;
  readonly cents: number;
}

export interface InvoicePreview {
  readonly lines: readonly InvoiceLine[];
  readonly totalCents: number;
}

/** What this use would cost. Null if the price is by agreement. */
export function invoicePreview(name: PlanName, use: PlanUse): InvoicePreview | null {
  const plan = PLANS[name];
  if (plan.cents === null) return null;
  const lines = [
    { name: "plan", quantity: 1, unitCents: plan.cents, cents: plan.cents } as const,
    ...furtherLine("members", plan.members, use.members),
    ...furtherLine("approvals", plan.approvals, use.approvals),
  ];
  return { lines, totalCents: lines.reduce((total, { cents }) => total + cents, 0) };
}

function furtherLine(
  name: "members" | "approvals",
  { included, further }: Allowance,
  used: number,
): readonly InvoiceLine[] {
  if (included === null || further === null || used <= included) return [];
  const quantity = Math.ceil((used - included) / further.per);
  return [{ name, quantity, unitCents: further.cents, cents: quantity * further.cents }];
}
