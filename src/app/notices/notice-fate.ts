import { isChannelUsed } from "../../core/notice/channel-use.ts";
import { NOTICE_DELAYS_SECONDS } from "../../core/notice/notice-ladder.ts";
import { OPEN_KINDS, QUIET_KINDS, type NoticeKind } from "../../core/notice/notice-kinds.ts";
import { quietUntil } from "../../core/notice/quiet-hours.ts";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { expectOk } from "../../core/refusal.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import { BURST_NOTICES, type NoticeFacts } from "../../store/notices/notice-facts.ts";
import type { NoticeRow } from "../../store/rows.ts";

// What is to be done with a notice that is due.

const BURST_MILLISECONDS = 60_000;
/** A digest comes a minute after the last message before it. */
export const RECENT_MILLISECONDS = 2 * BURST_MILLISECONDS;
/** One more than the retries and the first attempt: a row whose sending never ends is not tried forever. */
const CLAIMS_MAX = NOTICE_DELAYS_SECONDS.length + 2;

type Fate =
  /** Nothing is sent to this channel any more. */
  | { readonly kind: "skip-all" }
  /** All of these kinds wait, except those that a policy sends at any hour if they wait for the end of quiet hours. */
  | {
      readonly kind: "hold";
      readonly kinds: readonly NoticeKind[];
      readonly until: number;
      readonly isQuiet: boolean;
    }
  /** If only so many are due, they are sent one by one, as this one. */
  | { readonly kind: "digest"; readonly room: number }
  | { readonly kind: "skip" }
  | { readonly kind: "give-up" }
  | { readonly kind: "send" };

export function fateOf(notice: NoticeRow, facts: NoticeFacts, now: number): Fate {
  if (isUnreachable(facts)) return { kind: "skip-all" };
  const { kind, state, attempts } = notice;
  if (attempts > CLAIMS_MAX) return { kind: "give-up" };
  const until = isQuietKind(kind) ? quietUntilOf(facts, now) : null;
  if (until !== null) return { kind: "hold", kinds: QUIET_KINDS, until, isQuiet: true };
  if (isOpenKind(kind)) {
    const free = freeAt(facts);
    if (free > now) return { kind: "hold", kinds: OPEN_KINDS, until: free, isQuiet: false };
    if (state === "held") return { kind: "digest", room: roomAt(facts, now) };
  }
  return { kind: isUseless(notice, facts, now) ? "skip" : "send" };
}

/** A policy can send at any hour. It ends no pause: somebody who is away is away. */
function quietUntilOf({ settings, request }: NoticeFacts, now: number): number | null {
  if (settings === undefined) return null;
  const isAnyHour = policyFacts(request).quietHours === "overridden";
  return quietUntil(isAnyHour ? { ...settings, quietFrom: null, quietUntil: null } : settings, now);
}

/** What a notice needs of the request's policy. It was checked when the request was made. */
export function policyFacts({ policy }: NoticeFacts["request"]): Pick<Policy, "name" | "quietHours"> {
  return policy === null
    ? { name: "", quietHours: "kept" }
    : (expectOk(parseJsonText(policy)) as unknown as Policy);
}

function isUnreachable({ tenant, channel, person }: NoticeFacts): boolean {
  const isGone = person !== undefined && (person.removedAt !== null || !mayDecide(person));
  return tenant.deletedAt !== null || channel.endedAt !== null || channel.use === "never" || isGone;
}

/** When the next message may be sent: after a few, or after a digest, not within the same minute. */
function freeAt({ recent }: NoticeFacts): number {
  const digest = recent.find(({ state }) => state === "digested");
  const oldest = recent[BURST_NOTICES - 1];
  return Math.max(...[digest, oldest].map((message) => (message?.sentAt ?? 0) + BURST_MILLISECONDS));
}

function roomAt({ recent }: NoticeFacts, now: number): number {
  const last = recent.filter(({ sentAt }) => (sentAt ?? 0) > now - BURST_MILLISECONDS);
  return BURST_NOTICES - last.length;
}

/** Whether there is nothing to say any more. */
export function isUseless(notice: NoticeRow, facts: NoticeFacts, now: number): boolean {
  const { kind, personId } = notice;
  const { request, channel, project, votes, isOver } = facts;
  const hasVoted = votes.some((vote) => vote.personId === personId);
  if (request.erasedAt !== null || !isChannelUsed(channel, project)) return true;
  if (kind === "break-glass") return request.overriddenBy === personId;
  if (kind === "closed") return hasVoted || request.status === "pending" || !hearsOfEnd(facts);
  if (hasVoted || isOver || request.status !== "pending" || request.expiresAt <= now) return true;
  return kind === "reminder" && facts.notices.some((one) => one.kind === "asked" && isWaiting(one));
}

/** Only a person who has heard of a request hears of its end. That it expired only removes a push message. */
function hearsOfEnd({ request, channel, notices }: NoticeFacts): boolean {
  if (request.status === "expired" && channel.kind !== "push") return false;
  // After a crash nobody knows whether the one that waits was sent.
  return notices.some(
    (one) => isOpenKind(one.kind) && (one.state === "sent" || (one.state === "waiting" && one.attempts > 0)),
  );
}

function isWaiting({ state }: Pick<NoticeRow, "state">): boolean {
  return state === "waiting" || state === "held";
}

export function isOpenKind(kind: NoticeKind): boolean {
  return OPEN_KINDS.some((one) => one === kind);
}

function isQuietKind(kind: NoticeKind): boolean {
  return QUIET_KINDS.some((one) => one === kind);
}
