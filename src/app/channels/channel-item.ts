import { toHex, utf8 } from "../../core/encoding/bytes.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { sha256 } from "../../core/encoding/hash.ts";
import type { ChannelKind } from "../../core/notice/notice-kinds.ts";
import { CHANNEL_KINDS, CHANNEL_TITLES } from "../../core/notice/notice-kinds.ts";
import type { ChannelItem } from "../../core/pages/sending/notices-page-data.ts";
import type { Outbound } from "../../send/outbound.ts";
import type { Owner } from "../../store/channels/own-channels.ts";
import type { ChannelRow } from "../../store/rows.ts";
import { isoTime, isoTimeOrNull } from "../runtime.ts";

export function channelItem(channel: ChannelRow): ChannelItem {
  const { id, kind, name, address, use, createdAt, endedAt } = channel;
  return {
    id,
    kind,
    name,
    address: shownAddress(kind, address),
    use,
    createdAt: isoTime(createdAt),
    state: stateOf(channel),
    endedAt: isoTimeOrNull(endedAt),
    endpointHash: kind === "push" ? toHex(sha256(utf8(address))) : null,
  };
}

function stateOf({ endedBecause, verifiedAt }: ChannelRow): ChannelItem["state"] {
  if (endedBecause === "unsubscribed") return "unsubscribed";
  if (endedBecause !== null) return "gone";
  return verifiedAt === null ? "unconfirmed" : "active";
}

/** Anybody who knows the address of a hook or of a subscription can post to it. */
function shownAddress(kind: ChannelKind, address: string): string {
  if (kind === "email") return address;
  return kind === "push" ? "" : new URL(address).hostname;
}

/** For the audit trail, which is kept after the names and addresses of people are forgotten. */
export function channelSubject({ id, kind }: Pick<ChannelRow, "id" | "kind">) {
  return { id, name: CHANNEL_TITLES[kind] };
}

/** The kinds for which this deployment has what it takes. */
export function offeredKinds({ email, push }: Outbound): readonly ChannelKind[] {
  const missing: readonly (ChannelKind | false)[] = [email === null && "email", push === null && "push"];
  return CHANNEL_KINDS.filter((kind) => !missing.includes(kind));
}

/** Who has done it says whose channel it is, unless it is a project's. */
export function ownerDetail({ kind, id }: Owner): JsonObject {
  return kind === "project" ? { project: id } : {};
}
