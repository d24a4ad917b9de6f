import type { NoticeKind } from "../../core/notice/notice-kinds.ts";
import type { TimelineEntry } from "../../core/pages/request-page-data.ts";
import type { TimelineRows } from "../../store/requests/timeline-rows.ts";
import type { VoteRow } from "../../store/rows.ts";
import type { LoadedConfirmation } from "../confirmation/load.ts";
import { isoTime } from "../runtime.ts";

// What happened with a request, in order. It has only what the service knows.

type What = TimelineEntry["what"];
interface Happened {
  readonly at: number;
  readonly what: What;
  readonly who: string;
  readonly stage?: number;
  readonly index?: number | null;
}

export function timelineOf(
  { row, state, decided, consumed, policy }: LoadedConfirmation,
  shownVotes: readonly VoteRow[],
  { steps, openings, ...heard }: TimelineRows,
  usernames: ReadonlyMap<string, string>,
): readonly TimelineEntry[] {
  const nameOf = (person: string | null) => usernames.get(person ?? "") ?? "";
  const unsigned = steps.flatMap<Happened>(({ type, at, personId }) => {
    switch (type) {
      case "cancel":
        return [{ at, what: "cancelled", who: personId === null ? row.requesterName : nameOf(personId) }];
      case "expire":
        return [{ at, what: "expired", who: "" }];
      case "escalate":
        return [{ at, what: "escalated", who: "" }];
      default:
        return [];
    }
  });
  const after: readonly Happened[] = [
    ...noted(row.deliveredAt, "delivered", row.requesterName),
    ...noted(row.consumedAt, "used", "", consumed?.index),
  ];
  const happened: readonly Happened[] = [
    ...noticesOf(heard, nameOf),
    ...openings.map(({ at, personId }) => ({ at, what: "opened" as const, who: nameOf(personId) })),
    ...shownVotes.map(({ at, vote, personId, stage }) => {
      const signed = { at, what: vote, who: nameOf(personId) };
      return policy.stages.length > 1 ? { ...signed, stage } : signed;
    }),
    ...unsigned,
  ];
  // The log keeps the order of its entries and no times.
  const sealed: readonly TimelineEntry[] = state.sealed
    ? [{ at: null, what: "sealed", who: "", index: decided?.index ?? null }]
    : [];
  return [
    entryOf({ at: row.createdAt, what: "asked", who: row.requesterName }),
    ...inOrder(happened),
    ...sealed,
    ...inOrder(after),
  ];
}

/** The first notice of each kind for each person; a chat room of the project has no person. */
function noticesOf(
  { notices, channels }: Pick<TimelineRows, "notices" | "channels">,
  nameOf: (person: string) => string,
): readonly Happened[] {
  const inTime = notices.toSorted((one, other) => (one.sentAt ?? 0) - (other.sentAt ?? 0));
  const byWho = Map.groupBy(inTime, ({ personId, channelId, kind }) => `${personId ?? channelId} ${kind}`);
  return [...byWho.values()].flatMap(([first]) => {
    if (first === undefined || first.sentAt === null) return [];
    const { personId, channelId, sentAt: at } = first;
    const who = personId === null ? (channels.get(channelId)?.name ?? "") : nameOf(personId);
    return [{ at, what: NOTICE_WHAT[first.kind], who }];
  });
}

const NOTICE_WHAT = {
  asked: "notified",
  escalated: "notified",
  reminder: "reminded",
  closed: "informed",
  "break-glass": "informed",
} as const satisfies Readonly<Record<NoticeKind, What>>;

function noted(at: number | null, what: What, who: string, index?: number | null): readonly Happened[] {
  return at === null ? [] : [{ at, what, who, index: index ?? null }];
}

function inOrder(happened: readonly Happened[]): readonly TimelineEntry[] {
  return happened.toSorted((one, other) => one.at - other.at).map(entryOf);
}

function entryOf({ at, index = null, ...rest }: Happened): TimelineEntry {
  return { ...rest, at: isoTime(at), index };
}
