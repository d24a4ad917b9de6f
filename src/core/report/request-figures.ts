// What became of an organisation's requests, day by day and by approver. Days are those of UTC.

export const FIGURE_DAYS = 30;
const DAY_MILLISECONDS = 24 * 3_600_000;

/** A request as the figures count it: its outcome only once that is in the log. */
export interface CountedRequest {
  readonly status: "pending" | "approved" | "rejected" | "expired" | "cancelled";
  readonly createdAt: number;
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

export interface ApproverFigures {
  readonly approver: string;
  readonly decided: number;
  readonly medianSeconds: number;
}

export interface Figures {
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
  return { days, approvers: approvers.toSorted((one, other) => other.decided - one.decided) };
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
