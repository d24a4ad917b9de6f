import { provesUnsubscribe, type UnsubscribeToken } from "../../core/notice/channel-links.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { findChannel, unsubscribeChannel } from "../../store/channels/own-channels.ts";
import type { ChannelRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { SERVICE, trailEntryOf } from "../acts/trail-entry.ts";
import type { Runtime } from "../runtime.ts";
import { channelSubject } from "./channel-item.ts";

// The link in a mail ends its channel and signs in nobody: a person who can't sign in any more can still use it, and a
// mail program may do so by RFC 8058. It shows nothing of the person.

/** Of every link that ends nothing: nobody learns which channels exist. */
export const UNKNOWN_UNSUBSCRIBE = refuse(
  "link_unknown",
  "this link ends no mails; use the link of a newer one",
);

/** Whether the channel still gets notices. */
export type UnsubscribeState = "open" | "ended";

export async function unsubscribeState(
  runtime: Runtime,
  store: TenantStore,
  token: UnsubscribeToken,
): Promise<Result<UnsubscribeState>> {
  const channel = await channelOf(runtime, store, token);
  return channel.ok ? accept(channel.value.endedAt === null ? "open" : "ended") : channel;
}

/** Repeated, it changes nothing. `place` is from where. */
export async function unsubscribe(
  runtime: Runtime,
  store: TenantStore,
  token: UnsubscribeToken,
  place: string,
): Promise<Result<UnsubscribeState>> {
  const channel = await channelOf(runtime, store, token);
  if (!channel.ok) return channel;
  const done = { act: "channel.unsubscribed" as const, subject: channelSubject(channel.value) };
  const entry = trailEntryOf(runtime, { ...SERVICE, place }, done);
  await unsubscribeChannel(store, token.channel, runtime.now(), entry);
  return accept("ended");
}

async function channelOf(
  { send }: Runtime,
  store: TenantStore,
  token: UnsubscribeToken,
): Promise<Result<ChannelRow>> {
  const channel = provesUnsubscribe(send.seed, token) ? await findChannel(store, token.channel) : undefined;
  return channel === undefined ? UNKNOWN_UNSUBSCRIBE : accept(channel);
}
