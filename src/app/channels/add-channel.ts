import { emailAddressProblem } from "../../core/notice/email-address.ts";
import type { ChatKind } from "../../core/notice/notice-kinds.ts";
import { arePushKeys } from "../../core/notice/push-keys.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { hookAddressProblem } from "../../send/hook-address.ts";
import { insertChannelIf, insertSubscription, type NewChannel } from "../../store/channels/new-channels.ts";
import { findChannelByAddress, findChannelOf, type Owner } from "../../store/channels/own-channels.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { sendLink } from "./address-link.ts";
import { channelSubject, ownerDetail } from "./channel-item.ts";
import { channelExists, NO_MAILS, NO_PUSH, noRoomForChannel } from "./channel-refusals.ts";
import { ownPerson } from "./own-person.ts";

// New channels. A form has chosen the id, so that a form that is sent twice adds one channel.

interface AddedChannel {
  readonly channel: string;
}

interface NewAddress {
  readonly id: string;
  readonly address: string;
}

/** It gets nothing but a link until the person has followed the link. */
export async function addAddress(call: ActCall, { id, address }: NewAddress): Promise<Result<AddedChannel>> {
  if (call.runtime.send.email === null) return NO_MAILS;
  const problem = emailAddressProblem(address);
  if (problem !== null) return refuse("validation_failed", problem, "/address");
  const now = call.runtime.now();
  const draft = newChannel({ id, kind: "email", name: "", address, createdAt: now });
  const added = await add(call, ownPerson(call), { ...draft, verifiedAt: null, linkedAt: now }, "/address");
  return added.ok ? sendLink(call, { id, address }) : added;
}

export interface NewHook {
  readonly id: string;
  readonly kind: ChatKind;
  readonly name: string;
  readonly url: string;
}

export async function addHook(call: ActCall, hook: NewHook): Promise<Result<AddedChannel>> {
  return insertHook(call, ownPerson(call), hook, "default");
}

/** The address is a secret of the chat: anybody who knows it can post there. */
export async function insertHook(
  call: ActCall,
  owner: Owner,
  { id, kind, name, url }: NewHook,
  use: NewChannel["use"],
): Promise<Result<AddedChannel>> {
  const problem = hookAddressProblem(call.runtime.send, kind, url);
  if (problem !== undefined) return refuse("validation_failed", problem, "/url");
  const address = new URL(url).href;
  const draft = newChannel({ id, kind, name, address, createdAt: call.runtime.now() });
  return add(call, owner, { ...draft, use }, "/url");
}

interface NewSubscription {
  readonly id: string;
  readonly name: string;
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** This browser's subscription: a browser has one, so the channel that it has already gets the new keys. */
export async function subscribe(call: ActCall, input: NewSubscription): Promise<Result<AddedChannel>> {
  const { runtime, store } = call;
  const { id, name, endpoint, p256dh, auth } = input;
  if (runtime.send.push === null) return NO_PUSH;
  const problem = runtime.send.addressProblem(endpoint);
  if (problem !== undefined) return refuse("validation_failed", problem, "/endpoint");
  if (!arePushKeys(p256dh, auth))
    return refuse(
      "validation_failed",
      "these are not the keys of a browser’s subscription; turn push on again",
      "/p256dh",
    );
  const owner = ownPerson(call);
  const keys = JSON.stringify({ p256dh, auth });
  const channel = newChannel({ id, kind: "push", name, address: endpoint, createdAt: runtime.now() });
  const entry = trailEntry(call, { act: "channel.added", subject: channelSubject(channel) });
  await insertSubscription(store, owner.id, { ...channel, keys }, entry);
  const stored = await findChannelByAddress(store, owner, { kind: "push", address: endpoint });
  return stored === undefined ? noRoomForChannel(owner) : accept({ channel: stored.id });
}

function newChannel(of: Pick<NewChannel, "id" | "kind" | "name" | "address" | "createdAt">): NewChannel {
  return { ...of, keys: null, use: "default", verifiedAt: of.createdAt, linkedAt: null };
}

/** `at` is the field with the address. */
async function add(
  call: ActCall,
  owner: Owner,
  channel: NewChannel,
  at: string,
): Promise<Result<AddedChannel>> {
  const { store } = call;
  if ((await findChannelOf(store, owner, channel.id)) !== undefined) return channelExists(at);
  const done = {
    act: "channel.added" as const,
    subject: channelSubject(channel),
    detail: ownerDetail(owner),
  };
  const entry = trailEntry(call, done);
  await insertChannelIf(store, owner, channel, entry);
  if ((await findChannelOf(store, owner, channel.id)) !== undefined) return accept({ channel: channel.id });
  const same = await findChannelByAddress(store, owner, channel);
  return same === undefined ? noRoomForChannel(owner) : channelExists(at);
}
