// How many entries the caller of an append knows to be there: those of its own tenant, or everybody's.

export type Told = "by one tenant" | "by all tenants";

/** How the log asks; the caller looks for these words. */
export const WANTS_TO_BE_TOLD =
  "the log has just started and wants to know how many entries all tenants know";
