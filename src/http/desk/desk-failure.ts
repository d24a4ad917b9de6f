import { refuse, type Refusal } from "../../core/refusal.ts";

/** A new Desk is ready within a second. */
export const RETRY_SECONDS = 2;

/** What the platform says of a Durable Object that could not answer. */
const SIGNS = ["durableObjectReset", "overloaded", "retryable"] as const;

/** The refusal of a call whose Desk was restarted, replaced or has too many calls; undefined for any other failure. */
export function deskFailure(error: unknown): Refusal | undefined {
  const signs = error as Partial<Record<(typeof SIGNS)[number], unknown>> | null | undefined;
  if (!SIGNS.some((sign) => signs?.[sign] === true)) return undefined;
  return refuse(
    "unavailable",
    `your organisation's calls can't be answered at this moment, and this one may or may not have taken effect; repeat it in ${RETRY_SECONDS} s, and a request with the same Idempotency-Key`,
  ).refusal;
}
