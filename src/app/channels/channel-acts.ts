import type { ChannelUse } from "../../core/notice/notice-kinds.ts";
import type { ChannelNote, NoticesPage } from "../../core/pages/sending/notices-page-data.ts";
import { accept, type Result } from "../../core/refusal.ts";
import {
  changeChannel,
  findChannelOf,
  readAskingProjects,
  readChannels,
  readLostChannels,
} from "../../store/channels/own-channels.ts";
import { act, messageAct, type ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { rulesOf } from "../projects/notice-rules-of.ts";
import { isoTime, newId } from "../runtime.ts";
import { addAddress, addHook, subscribe } from "./add-channel.ts";
import { confirmAddress, repeatLink } from "./address-link.ts";
import { channelItem, channelSubject, offeredKinds } from "./channel-item.ts";
import { CHANNEL_CHANGED, UNKNOWN_CHANNEL } from "./channel-refusals.ts";
import { noticeTimes, pause, resume, setQuietHours } from "./notice-times.ts";
import { ownPerson } from "./own-person.ts";
import { removeOwned } from "./remove-channel.ts";
import { testChannel } from "./test-channel.ts";

// Where and when a person hears of requests. Everybody sets this for themselves, approvers included.

/** The last requests of a person name the projects that matter. */
const ASKED_MAX = 100;
/** A channel that ended is shown for a month, a few at most. */
const LOST_MAX = 5;
const LOST_MILLISECONDS = 30 * 24 * 3_600_000;

export const CHANNEL_ACTS = {
  "notices.read": act("notices.read", readNotices),
  "notices.add-address": messageAct("notices.own", addAddress),
  "notices.repeat-link": messageAct("notices.own", repeatLink),
  "notices.confirm": act("notices.own", confirmAddress),
  "notices.add-hook": act("notices.own", addHook),
  "notices.subscribe": act("notices.own", subscribe),
  "notices.change": act("notices.own", change),
  "notices.remove": act("notices.own", remove),
  "notices.test": messageAct("notices.own", test),
  "notices.quiet": act("notices.own", setQuietHours),
  "notices.pause": act("notices.own", pause),
  "notices.resume": act("notices.own", resume),
};

interface NoticesQuery {
  /** What was just done with one of the channels. */
  readonly note: { readonly done: ChannelNote["done"]; readonly channel: string } | null;
}

async function readNotices(call: ActCall, { note }: NoticesQuery): Promise<Result<NoticesPage>> {
  const { runtime, store } = call;
  const { send } = runtime;
  const owner = ownPerson(call);
  const [open, ended, times, projects] = await Promise.all([
    readChannels(store, owner),
    readLostChannels(store, owner.id, runtime.now() - LOST_MILLISECONDS, LOST_MAX),
    noticeTimes(store, owner.id),
    readAskingProjects(store, owner.id, ASKED_MAX),
  ]);
  const channels = open.map(channelItem);
  const noted = channels.find(({ id }) => id === note?.channel);
  return accept({
    channels,
    lost: ended.map(channelItem),
    note: note === null || noted === undefined ? null : { done: note.done, channel: noted },
    offered: offeredKinds(send),
    pushKey: send.push?.publicKey ?? null,
    quiet: times.quiet,
    pausedUntil: isAhead(times.pausedUntil, runtime.now()) ? isoTime(times.pausedUntil) : null,
    projects: projects.map(({ id, name, mode, ...columns }) => ({ id, name, mode, rules: rulesOf(columns) })),
    newId: newId(runtime, "n"),
  });
}

const isAhead = (time: number | null, now: number): time is number => time !== null && time > now;

interface Shown {
  readonly name: string;
  readonly use: ChannelUse;
}

interface ChannelChange {
  readonly channel: string;
  readonly was: Shown;
  readonly now: Shown;
}

async function change(call: ActCall, { channel: id, was, now }: ChannelChange): Promise<Result<null>> {
  const owner = ownPerson(call);
  const channel = await findChannelOf(call.store, owner, id);
  if (channel === undefined) return UNKNOWN_CHANNEL;
  // A name is personal: the trail keeps only that it was changed.
  const detail = { ...(was.name === now.name ? {} : { name: "changed" }), use: now.use };
  const entry = trailEntry(call, { act: "channel.changed", subject: channelSubject(channel), detail });
  return (await changeChannel(call.store, { id, owner, was, now }, entry)) ? accept(null) : CHANNEL_CHANGED;
}

async function remove(call: ActCall, { channel }: { readonly channel: string }): Promise<Result<null>> {
  return removeOwned(call, ownPerson(call), channel);
}

async function test(call: ActCall, { channel }: { readonly channel: string }) {
  return testChannel(call, ownPerson(call), channel);
}
