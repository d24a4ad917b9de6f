export const PLANS = ["free", "team", "business", "enterprise"] as const;
export type PlanName = (typeof PLANS)[number];
