import {
  invoicePreview,
  limitsOf,
  PLAN_NAMES,
  type InvoicePreview,
  type PlanName,
  type PlanUse,
} from "../../../src/core/account/plans.ts";

// What a month would cost on each plan, from the query of the pricing page.

/** A billion: more than any organisation has, and every sum of it is exact. */
const USE_MAX = 1_000_000_000;
const SHOWN_MAX_CHARACTERS = 20;

export interface Field {
  /** As it was written. */
  readonly text: string;
  /** What is wrong with it; empty: nothing. */
  readonly fault: string;
}

export interface PlanCost {
  readonly name: PlanName;
  /** Null if the price is by agreement, or the plan does not allow so much. */
  readonly invoice: InvoicePreview | null;
  /** Why the plan does not do; empty: it does. */
  readonly beyond: "" | "members" | "approvals";
}

export interface Calculation {
  readonly members: Field;
  readonly approvals: Field;
  /** Null while a field is wrong. */
  readonly costs: readonly PlanCost[] | null;
  /** The plan with the lowest price that does. */
  readonly cheapest: PlanName | null;
}

/** Before anybody has entered something. */
const EXAMPLE = { members: "8", approvals: "12000" };

export function calculate(query: { readonly members?: string; readonly approvals?: string }): Calculation {
  const members = readNumber(query.members ?? EXAMPLE.members, "members");
  const approvals = readNumber(query.approvals ?? EXAMPLE.approvals, "approvals");
  if (typeof members.value !== "number" || typeof approvals.value !== "number")
    return { members, approvals, costs: null, cheapest: null };
  const costs = costsOf({ members: members.value, approvals: approvals.value });
  const priced = costs.flatMap(({ name, invoice }) => (invoice === null ? [] : [{ name, invoice }]));
  const [cheapest] = priced.toSorted((one, other) => one.invoice.totalCents - other.invoice.totalCents);
  return { members, approvals, costs, cheapest: cheapest?.name ?? null };
}

interface ReadField extends Field {
  readonly value: number | null;
}

/** A whole number; people may group its digits. */
function readNumber(text: string, what: string): ReadField {
  const digits = text.trim().replaceAll(/(?<=\d)[ ,'’\u00a0\u202f](?=\d{3}(?!\d))/g, "");
  if (!/^\d+$/.test(digits)) return { text, value: null, fault: faultOf(text, what) };
  const value = Number(digits);
  return value > USE_MAX
    ? { text, value: null, fault: "This calculator goes up to 1,000,000,000." }
    : { text, value, fault: "" };
}

function faultOf(text: string, what: string): string {
  if (text.trim() === "") return `Enter how many ${what}, such as 20.`;
  const shown = text.length > SHOWN_MAX_CHARACTERS ? `${text.slice(0, SHOWN_MAX_CHARACTERS)}…` : text;
  return `“${shown}” is not a whole number. Use digits, such as 20 or 12,000.`;
}

function costsOf(use: PlanUse): readonly PlanCost[] {
  return PLAN_NAMES.map((name) => {
    const most = limitsOf(name);
    const beyond = (["members", "approvals"] as const).find((what) => use[what] > (most[what] ?? Infinity));
    return { name, invoice: beyond === undefined ? invoicePreview(name, use) : null, beyond: beyond ?? "" };
  });
}
