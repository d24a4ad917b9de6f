import type { InvoiceLine, Plan } from "./plans.ts";

// Numbers, and what a plan includes, as people read them.

/** Such as "5,000". */
export function grouped(count: number): string {
  return `${count}`.replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Such as "$49" and "$49.50". */
export function dollars(cents: number): string {
  const rest = cents % 100;
  const whole = grouped((cents - rest) / 100);
  return rest === 0 ? `$${whole}` : `$${whole}.${`${rest}`.padStart(2, "0")}`;
}

export const INVOICE_LINES: Readonly<Record<InvoiceLine["name"], string>> = {
  plan: "Plan",
  members: "Further members",
  approvals: "Further approvals, each started 1,000",
};

export function priceText(cents: number | null): string {
  return cents === null ? "by agreement" : dollars(cents);
}

export function mostText(most: number | null): string {
  return most === null ? "no limit" : grouped(most);
}

export function historyText(days: number | null): string {
  return days === null ? "no limit" : `${days} days`;
}

export function allowanceText({ included, further }: Plan["members"]): string {
  if (further === null) return mostText(included);
  const per = further.per === 1 ? "each" : `each ${grouped(further.per)}`;
  return `${mostText(included)}, then ${dollars(further.cents)} for ${per}`;
}
