import type { NoticeText } from "../../core/notice/notice-text.ts";
import { shortText } from "../../core/notice/short-text.ts";
import { unsubscribeLink } from "../../core/notice/channel-links.ts";
import { refuse, type Result } from "../../core/refusal.ts";
import { sendNotice } from "../../send/notice-senders.ts";
import { findChannelOf, type Owner } from "../../store/channels/own-channels.ts";
import type { ActCall } from "../acts/act.ts";
import { trailNote } from "../acts/trail-entry.ts";
import { channelSubject } from "./channel-item.ts";
import { UNKNOWN_CHANNEL } from "./channel-refusals.ts";
import { orNotDelivered } from "./not-delivered.ts";

const TITLE = "A test notice from Countersign";

/** Sends a message that needs no answer, also if notices are paused. */
export async function testChannel(
  call: ActCall,
  owner: Owner,
  id: string,
): Promise<Result<{ readonly channel: string }>> {
  const { runtime, store } = call;
  const channel = await findChannelOf(store, owner, id);
  if (channel === undefined || channel.endedAt !== null) return UNKNOWN_CHANNEL;
  if (channel.verifiedAt === null)
    return refuse("validation_failed", "confirm the address first, with the link in the mail");
  await store.batch([trailNote(call, { act: "channel.tested", subject: channelSubject(channel) })]);
  const { kind, address, keys } = channel;
  const unsubscribe =
    kind === "email" ? unsubscribeLink(runtime.origin, runtime.send.seed, store.tenantId, id) : null;
  const to = { kind, address, keys, unsubscribeLink: unsubscribe };
  const text = testText((await store.own()).name, runtime.origin, owner);
  return orNotDelivered(await sendNotice(runtime.send, to, text), { channel: id });
}

function testText(organisation: string, origin: string, { kind }: Owner): NoticeText {
  return {
    title: TITLE,
    subject: TITLE,
    lines: [
      `Organisation: ${shortText(organisation, 100)}`,
      "It works: notices of requests come here. Nobody waits for anything.",
    ],
    code: null,
    tag: "test",
    link: kind === "person" ? `${origin}/notices` : `${origin}/inbox`,
    linkText: kind === "person" ? "Your notices" : "Open the inbox",
    isUrgent: true,
    replaces: false,
    expiresAt: null,
  };
}
