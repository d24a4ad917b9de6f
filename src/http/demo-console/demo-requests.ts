import { canonicalPayload, type CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import type { Status } from "../../core/confirmation/decision.ts";
import type { KeyItem } from "../../core/pages/project-page-data.ts";
import { expectOk } from "../../core/refusal.ts";
import { DEMO_SAMPLES, DEMO_WARNINGS, STAGING_SAMPLE, type DemoSample } from "./demo-samples.ts";
import { DAY, demoRequestId, HOUR, MINUTE, numberOf, oneOf } from "./demo-time.ts";

// The requests of the example company in the order in which they were asked, the newest first.

export interface DemoRequest {
  readonly id: string;
  readonly action: string;
  readonly payload: CanonicalPayload;
  readonly key: KeyItem;
  /** The user name of the person who is asked. */
  readonly approver: string;
  readonly status: Status;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly notifiedAt: number;
  readonly remindedAt: number | null;
  readonly openedAt: number | null;
  /** When it was decided, cancelled or expired. */
  readonly decidedAt: number | null;
  readonly usedAt: number | null;
  readonly reason: string;
  readonly executeWithinSeconds: number | null;
  /** Of its outcome in the log. */
  readonly index: number | null;
}

const COUNT = 64;
const SPAN_DAYS = 26;
const PENDING_MINUTES_AGO = [9, 34, 71, 160, 290];
const PENDING_FOR = DAY;
/** The newest one is pending, the others were rejected. */
const WARNING_PLACES = [3, 11, 22, 37];
const FIRST_INDEX = 18;

export function demoRequests(hour: number, keys: readonly KeyItem[]): readonly DemoRequest[] {
  return Array.from({ length: COUNT }, (_, at) => demoRequest(at, hour, keys));
}

function demoRequest(at: number, hour: number, keys: readonly KeyItem[]): DemoRequest {
  const seed = `request ${at}`;
  const sample = sampleAt(at);
  const pendingMinutes = PENDING_MINUTES_AGO[at];
  const createdAt = pendingMinutes === undefined ? settledAt(at, seed, hour) : hour - pendingMinutes * MINUTE;
  const key = keys.find((one) => one.label === sample.key && Date.parse(one.createdAt) + MINUTE <= createdAt);
  if (key === undefined) throw new RangeError(`there was no key ${sample.key} then`);
  const status = pendingMinutes === undefined ? outcomeOf(at) : "pending";
  const expiresAt = createdAt + (status === "pending" ? PENDING_FOR : 4 * HOUR);
  return {
    id: demoRequestId(seed),
    action: sample.action,
    payload: expectOk(canonicalPayload(sample.payload(seed))),
    key,
    approver: oneOf(`${seed} approver`, sample.approvers),
    status,
    createdAt,
    expiresAt,
    executeWithinSeconds: sample.executeWithinSeconds,
    ...whatHappened(at, { seed, sample, status, createdAt, expiresAt }),
  };
}

function sampleAt(at: number): DemoSample {
  const warning = DEMO_WARNINGS[WARNING_PLACES.indexOf(at)];
  if (warning !== undefined) return warning;
  if (at % 13 === 8) return STAGING_SAMPLE;
  return oneOf(`sample ${at}`, DEMO_SAMPLES);
}

/** Evenly over the days, with some noise, so that no day is like another. */
function settledAt(at: number, seed: string, hour: number): number {
  const first = PENDING_MINUTES_AGO.length;
  const even = ((at - first) / (COUNT - first)) * SPAN_DAYS * DAY;
  return hour - 5 * HOUR - Math.floor(even) - numberOf(`${seed} noise`, 6 * 60) * MINUTE;
}

/** Of ten, six are approved. What looks wrong is rejected. */
function outcomeOf(at: number): Status {
  if (WARNING_PLACES.includes(at)) return "rejected";
  if (at % 9 === 0) return "expired";
  if (at % 17 === 2) return "cancelled";
  return at % 7 === 6 ? "rejected" : "approved";
}

type Happened = Pick<
  DemoRequest,
  "notifiedAt" | "remindedAt" | "openedAt" | "decidedAt" | "usedAt" | "reason" | "index"
>;

function whatHappened(
  at: number,
  of: Pick<DemoRequest, "status" | "createdAt" | "expiresAt"> & {
    readonly seed: string;
    readonly sample: DemoSample;
  },
): Happened {
  const { seed, sample, status, createdAt, expiresAt } = of;
  const notifiedAt = createdAt + 1_000 + numberOf(`${seed} notified`, 5_000);
  const opened = notifiedAt + 20_000 + numberOf(`${seed} opened`, 40 * 60) * 1_000;
  const nothing = { notifiedAt, remindedAt: null, openedAt: null, decidedAt: null, usedAt: null, reason: "" };
  // Two entries for each: the outcome, and the use.
  const index = FIRST_INDEX + 2 * (COUNT - at);
  switch (status) {
    case "pending":
      return { ...nothing, openedAt: at === 4 ? opened : null, index: null };
    case "expired":
      return { ...nothing, remindedAt: createdAt + (expiresAt - createdAt) / 2, decidedAt: expiresAt, index };
    case "cancelled":
      return { ...nothing, decidedAt: createdAt + 25 * MINUTE, index };
    case "rejected":
    case "approved": {
      const decidedAt = opened + 8_000 + numberOf(`${seed} read`, 240) * 1_000;
      const isUsed = status === "approved" && at % 8 !== 4;
      return {
        ...nothing,
        openedAt: opened,
        decidedAt,
        usedAt: isUsed ? decidedAt + 2_000 + numberOf(`${seed} used`, 9_000) : null,
        reason: status === "rejected" ? oneOf(`${seed} objection`, sample.objections) : "",
        index,
      };
    }
  }
}
