// When a delivery is repeated, and what an answer means for it and for its webhook.

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** After the first attempt, the second, and so on. With the first one these are 10 attempts in 75 hours. */
export const RETRY_DELAYS_SECONDS = [
  5,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** A receiver can ask for more time, but not for so much that the event is of no use. */
export const RETRY_AFTER_MAX_SECONDS = 24 * HOUR;

/** A webhook to which nothing arrived for this long is disabled. */
export const FAILING_MAX_MILLISECONDS = 5 * 24 * HOUR * 1_000;

/** The receiver says that it is gone for good. */
const GONE = 410;

/** What became of one attempt. */
interface AttemptAnswer {
  /** Null if there was no answer. */
  readonly status: number | null;
  readonly retryAfterSeconds: number | null;
}

export type AttemptOutcome =
  | { readonly kind: "delivered" }
  /** The webhook is disabled. */
  | { readonly kind: "gone" }
  | { readonly kind: "retry"; readonly at: number }
  /** It was the last attempt. */
  | { readonly kind: "failed" };

/** `attempts` counts this one, too. Anything but a 2xx is a failure, a redirect as well. */
export function outcomeOfAttempt(
  { status, retryAfterSeconds }: AttemptAnswer,
  attempts: number,
  now: number,
): AttemptOutcome {
  if (status !== null && status >= 200 && status < 300) return { kind: "delivered" };
  if (status === GONE) return { kind: "gone" };
  const delay = RETRY_DELAYS_SECONDS[attempts - 1];
  if (delay === undefined) return { kind: "failed" };
  const asked = Math.min(retryAfterSeconds ?? 0, RETRY_AFTER_MAX_SECONDS);
  return { kind: "retry", at: now + Math.max(delay, asked) * 1_000 };
}

/** Whether a webhook is disabled after this failure. `failingSince` is the first failure after the last delivery. */
export function hasFailedTooLong(failingSince: number | null, now: number): boolean {
  return failingSince !== null && now - failingSince >= FAILING_MAX_MILLISECONDS;
}
