// What became of an organisation's requests, day by day and by approver. Days are those of UTC.

export const FIGURE_DAYS = 30;
const DAY_MILLISECONDS = 24 * 3_600_000;

/** A request as the figures count it: its outcome only once that is in the log. */
export interface CountedRequest {
  readonly status: "pending" | "approved" | "rejected" | "expired" | "cancelled";
  readonly createdAt: number;
  /** When the first notice was sent. */
  readonly notifiedAt: number | null;
  /** When somebody first opened the page. */
  readonly openedAt: number | null;
  readonly decidedAt: number | null;
  /** The one person who was asked; null for a policy. */
  readonly approver: string | null;
}

export interface DayFigures {
  /** Such as "2026-11-28". */
  readonly day: string;
  readonly approved: number;
  readonly rejected: number;
  readonly expired: number;
  readonly cancelled: number;
  readonly pending: number;
  /** From the request to its approval or rejection; null if nothing was decided. */
  readonly medianSeconds: number | null;
}

interface ApproverFigures {
  readonly approver: string;
  readonly decided: number;
  readonly medianSeconds: number;
}

/** From one thing that happens with a request to the next. */
const STAGES = ["notified", "opened", "decided", "whole"] as const;

export interface StageFigures {
  readonly stage: (typeof STAGES)[number];
  /** Requests with both ends. */
  readonly count: number;
  readonly medianSeconds: number;
  /** 95 of 100 took no longer. */
  readonly p95Seconds: number;
}

export interface Figures {
  /** Those of which there are numbers, in their order. */
  readonly stages: readonly StageFigures[];
  /** The oldest first, a day each, also those without requests. */
  readonly days: readonly DayFigures[];
  /** Those who decided most first. */
  readonly approvers: readonly ApproverFigures[];
}

/** The figures as the console shows them. */
export interface ShownFigures extends Figures {
  /** Whether older requests of these days were left out. */
  readonly cut: boolean;
}

/** The first moment of the oldest day. */
export function figuresFrom(now: number): number {
  return Math.floor(now / DAY_MILLISECONDS) * DAY_MILLISECONDS - (FIGURE_DAYS - 1) * DAY_MILLISECONDS;
}

export function figuresOf(requests: readonly CountedRequest[], now: number): Figures {
  const from = figuresFrom(now);
  const byDay = Map.groupBy(requests, ({ createdAt }) => Math.floor((createdAt - from) / DAY_MILLISECONDS));
  const days = Array.from({ length: FIGURE_DAYS }, (_, at) =>
    dayFigures(new Date(from + at * DAY_MILLISECONDS).toISOString().slice(0, 10), byDay.get(at) ?? []),
  );
  const byApprover = Map.groupBy(requests.filter(isDecided), ({ approver }) => approver);
  const approvers = [...byApprover].flatMap(([approver, decided]) => {
    const medianSeconds = median(decided.map(secondsToDecision));
    return approver === null || medianSeconds === null
      ? []
      : [{ approver, decided: decided.length, medianSeconds }];
  });
  const stages = STAGES.flatMap((stage) => stageFigures(stage, requests));
  return { stages, days, approvers: approvers.toSorted((one, other) => other.decided - one.decided) };
}

function stageFigures(
  stage: StageFigures["stage"],
  requests: readonly CountedRequest[],
): readonly StageFigures[] {
  const seconds = requests.flatMap((request) => {
    const [from, to] = endsOf(stage, request);
    return from === null || to === null ? [] : [Math.max(0, (to - from) / 1_000)];
  });
  const medianSeconds = median(seconds);
  return medianSeconds === null
    ? []
    : [{ stage, count: seconds.length, medianSeconds, p95Seconds: percentile(seconds, 95) }];
}

function endsOf(
  stage: StageFigures["stage"],
  request: CountedRequest,
): readonly [from: number | null, to: number | null] {
  const { createdAt, notifiedAt, openedAt } = request;
  const decidedAt = isDecided(request) ? request.decidedAt : null;
  switch (stage) {
    case "notified":
      return [createdAt, notifiedAt];
    case "opened":
      // Somebody may have opened it without a notice, or before it.
      return [notifiedAt ?? createdAt, openedAt];
    case "decided":
      return [openedAt, decidedAt];
    case "whole":
      return [createdAt, decidedAt];
  }
}

/** The smallest value that so many of a hundred do not exceed; 0 for none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
}

function dayFigures(day: string, requests: readonly CountedRequest[]): DayFigures {
  const count = (status: CountedRequest["status"]) => requests.filter((one) => one.status === status).length;
  return {
    day,
    approved: count("approved"),
    rejected: count("rejected"),
    expired: count("expired"),
    cancelled: count("cancelled"),
    pending: count("pending"),
    medianSeconds: median(requests.filter(isDecided).map(secondsToDecision)),
  };
}

function isDecided({ status, decidedAt }: CountedRequest): boolean {
  return (status === "approved" || status === "rejected") && decidedAt !== null;
}

function secondsToDecision({ createdAt, decidedAt }: CountedRequest): number {
  return Math.max(0, ((decidedAt ?? createdAt) - createdAt) / 1_000);
}

/** The mean of the two in the middle for an even number; null for none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

/** Such as "45 s", "12 min", "3 h 20 min" or "2 days". */
export function durationText(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.round(hours / 24);
  return days === 1 ? "1 day" : `${days} days`;
}
