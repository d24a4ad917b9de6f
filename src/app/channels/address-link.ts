import { LINK_MINUTES } from "../../core/notice/channel-limits.ts";
import {
  provesVerification,
  readVerificationToken,
  verificationLink,
} from "../../core/notice/channel-links.ts";
import { verificationMail } from "../../core/notice/mail/verification-mail.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { findChannelOf, verifyChannel } from "../../store/channels/own-channels.ts";
import { noteLink } from "../../store/channels/new-channels.ts";
import type { ChannelRow } from "../../store/rows.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { channelSubject } from "./channel-item.ts";
import { LINK_TOO_SOON, NO_MAILS, UNKNOWN_CHANNEL } from "./channel-refusals.ts";
import { orNotDelivered } from "./not-delivered.ts";
import { ownPerson } from "./own-person.ts";

// Whether an e-mail address is the person's own: it gets a link, which works once, for some minutes, and in the session
// that asked for it. So somebody else who reads that mail can't confirm the address for the person.

interface ChannelQuery {
  readonly channel: string;
}

/** That it is sent now was noted in the channel before: a link may be lost, but no limit is passed. */
export async function sendLink(
  { runtime, store, session, actor }: ActCall,
  { id, address }: Pick<ChannelRow, "id" | "address">,
): Promise<Result<ChannelQuery>> {
  const { origin, send, now } = runtime;
  if (send.email === null || session === null || actor.kind !== "person") return NO_MAILS;
  const asked = { ref: store.tenantId, channel: id, address, session };
  const mail = verificationMail({
    to: address,
    username: actor.person.username,
    organisation: (await store.own()).name,
    link: verificationLink(origin, send.seed, { ...asked, expiresAt: now() + LINK_MINUTES * 60_000 }),
    validMinutes: LINK_MINUTES,
  });
  return orNotDelivered(await send.email(mail), { channel: id });
}

/** For a mail that did not arrive, or for a link that has expired. */
export async function repeatLink(
  call: ActCall,
  { channel: id }: ChannelQuery,
): Promise<Result<ChannelQuery>> {
  const { store, runtime } = call;
  const owner = ownPerson(call);
  const channel = await findChannelOf(store, owner, id);
  if (channel === undefined || channel.kind !== "email" || channel.endedAt !== null) return UNKNOWN_CHANNEL;
  const entry = trailEntry(call, { act: "channel.linked", subject: channelSubject(channel) });
  if (!(await noteLink(store, { id, person: owner.id, now: runtime.now() }, entry))) return LINK_TOO_SOON;
  return sendLink(call, channel);
}

export async function confirmAddress(
  call: ActCall,
  { token }: { readonly token: string },
): Promise<Result<ChannelQuery>> {
  const { runtime, store, session } = call;
  const read = readVerificationToken(token);
  const channel = read && (await findChannelOf(store, ownPerson(call), read.channel));
  if (read === undefined || channel === undefined || channel.endedAt !== null)
    return refuse("link_unknown", "it confirms no address of yours; look for the address in your notices");
  if (channel.verifiedAt !== null)
    return refuse("link_used", "the address is confirmed already; there is nothing to do");
  if (read.expiresAt <= runtime.now())
    return refuse("link_expired", "send another one from your notices, and open it within half an hour");
  const { id, address } = channel;
  const asked = {
    ref: store.tenantId,
    channel: id,
    address,
    session: session ?? "",
    expiresAt: read.expiresAt,
  };
  if (!provesVerification(runtime.send.seed, asked, read.proof))
    return refuse(
      "link_elsewhere",
      "open it in the browser in which you added the address, or send another one from here",
    );
  const entry = trailEntry(call, { act: "channel.confirmed", subject: channelSubject(channel) });
  await verifyChannel(store, { id, address, now: runtime.now() }, entry);
  return accept({ channel: id });
}
