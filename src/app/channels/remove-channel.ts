import { accept, type Result } from "../../core/refusal.ts";
import { findChannelOf, removeChannel, type Owner } from "../../store/channels/own-channels.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { channelSubject, ownerDetail } from "./channel-item.ts";
import { UNKNOWN_CHANNEL } from "./channel-refusals.ts";

/** Also one that has ended by itself: then it is no longer shown. */
export async function removeOwned(call: ActCall, owner: Owner, id: string): Promise<Result<null>> {
  const { runtime, store } = call;
  const channel = await findChannelOf(store, owner, id);
  if (channel === undefined) return UNKNOWN_CHANNEL;
  const done = {
    act: "channel.removed" as const,
    subject: channelSubject(channel),
    detail: ownerDetail(owner),
  };
  await removeChannel(store, { id, owner, now: runtime.now() }, trailEntry(call, done));
  return accept(null);
}
