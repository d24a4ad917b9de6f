import { NOTICE_KINDS, type NoticeKind } from "../../core/notice/notice-kinds.ts";
import type { NoticeText } from "../../core/notice/notice-text.ts";
import { sendNotice as sendTo } from "../../send/notice-senders.ts";
import type { SendResult } from "../../send/send-result.ts";
import {
  claimHeld,
  countDue,
  holdNotices,
  recordHeld,
  skipNotices,
} from "../../store/notices/held-notices.ts";
import { readNoticeFacts, type NoticeFacts } from "../../store/notices/notice-facts.ts";
import { endChannel, recordNotice, type NoticeOutcome } from "../../store/notices/notice-outcomes.ts";
import type { NoticeRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";
import { RECENT_MILLISECONDS, fateOf, isOpenKind, isUseless } from "./notice-fate.ts";
import { channelOf, digestMessage, requestMessage } from "./notice-message.ts";
import { outcomeOf } from "./notice-result.ts";

type Sending = Pick<Runtime, "now" | "origin" | "send">;

/** Nothing was sent, and nothing will be. */
const SKIPPED: NoticeOutcome = { state: "skipped", dueAt: null, sentAt: null, error: null };
const GIVEN_UP: NoticeOutcome = { ...SKIPPED, state: "failed", error: "it was tried too often" };

/** Sends one notice that is claimed, and records what became of it. */
export async function sendNotice(runtime: Sending, store: TenantStore, notice: NoticeRow): Promise<void> {
  const now = runtime.now();
  const facts = await readNoticeFacts(store, notice, now - RECENT_MILLISECONDS);
  if (facts === undefined) return;
  const fate = fateOf(notice, facts, now);
  switch (fate.kind) {
    case "skip-all":
      return skipNotices(store, notice.channelId);
    case "hold":
      return hold(store, notice, { ...fate, now });
    case "digest": {
      const others = await countDue(store, notice.channelId, now, fate.room);
      if (others >= fate.room) return sendDigest(runtime, store, notice, facts);
      return isUseless(notice, facts, now)
        ? recordNotice(store, notice, SKIPPED)
        : sendOne(runtime, store, notice, facts);
    }
    case "skip":
      return recordNotice(store, notice, SKIPPED);
    case "give-up":
      return recordNotice(store, notice, GIVEN_UP);
    case "send":
      return sendOne(runtime, store, notice, facts);
  }
}

/** This one and all others that are due for its channel wait until then. */
async function hold(
  store: TenantStore,
  notice: NoticeRow,
  {
    now,
    until,
    ...which
  }: {
    readonly kinds: readonly NoticeKind[];
    readonly isQuiet: boolean;
    readonly now: number;
    readonly until: number;
  },
): Promise<void> {
  await holdNotices(store, notice.channelId, { ...which, now, until });
  const state = isOpenKind(notice.kind) ? "held" : notice.state;
  await recordNotice(store, notice, { ...SKIPPED, state, dueAt: until, attempts: notice.attempts - 1 });
}

async function sendOne(
  runtime: Sending,
  store: TenantStore,
  notice: NoticeRow,
  facts: NoticeFacts,
): Promise<void> {
  const result = await sendText(runtime, store, facts, requestMessage(runtime, notice, facts));
  const now = runtime.now();
  const until = isOpenKind(notice.kind) ? facts.request.expiresAt : Number.POSITIVE_INFINITY;
  const outcome = outcomeOf(result, { now, until, attempts: notice.attempts, as: "sent" });
  await recordNotice(store, notice, outcome);
  await spare(store, notice.channelId, result, { ...outcome, now });
}

/** All that is due for the channel in one message: how many requests wait. */
async function sendDigest(
  runtime: Sending,
  store: TenantStore,
  notice: NoticeRow,
  facts: NoticeFacts,
): Promise<void> {
  const { channelId, dueAt, attempts } = notice;
  const claimedUntil = dueAt ?? 0;
  const claimedAt = runtime.now();
  const requests = new Set(await claimHeld(store, channelId, { now: claimedAt, claimedUntil }));
  if (isUseless(notice, facts, claimedAt)) await recordNotice(store, notice, SKIPPED);
  else requests.add(notice.confirmationId);
  if (requests.size === 0) return;
  const result = await sendText(runtime, store, facts, digestMessage(runtime, requests.size, facts));
  const now = runtime.now();
  const until = Number.POSITIVE_INFINITY;
  const outcome = outcomeOf(result, { now, until, attempts, as: "digested" });
  await recordHeld(store, channelId, claimedUntil, outcome);
  await spare(store, channelId, result, { ...outcome, now });
}

/** A sender that throws has a fault, and must not be tried forever. */
async function sendText(
  runtime: Sending,
  store: TenantStore,
  facts: NoticeFacts,
  text: NoticeText,
): Promise<SendResult> {
  try {
    return await sendTo(runtime.send, await channelOf(runtime, store, facts), text);
  } catch {
    return { kind: "retry", status: null, error: "it could not be sent" };
  }
}

/** A receiver that is gone gets nothing else. One that asks for time gets nothing else until then. */
async function spare(
  store: TenantStore,
  channel: string,
  result: SendResult,
  { now, dueAt }: { readonly now: number; readonly dueAt: number | null },
): Promise<void> {
  if (result.kind === "gone") {
    await endChannel(store, channel, now);
    await skipNotices(store, channel);
  }
  if (result.kind === "retry" && result.afterSeconds !== undefined && dueAt !== null)
    await holdNotices(store, channel, { kinds: NOTICE_KINDS, isQuiet: false, now, until: dueAt });
}
