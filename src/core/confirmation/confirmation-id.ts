import type { Bytes } from "../encoding/bytes.ts";
import { earliestId, makeId } from "../encoding/identifier.ts";
import { isShard } from "./tenant-ref.ts";

// A confirmation's id is in public links, so it must not say which decisions belong to one tenant: it names the shard
// only. The shard is the last character, so that ids sort by time.

const PREFIX = "c";
const ID = /^c_[0-9a-hjkmnp-tv-z]{35}([0-9A-Za-z])$/;

export function makeConfirmationId(now: number, random: Bytes, shard: string): string {
  if (!isShard(shard)) throw new RangeError("a shard is named by one base62 character");
  return makeId(PREFIX, now, random) + shard;
}

/** Not after the id of any confirmation that was made at this time or later. */
export function earliestConfirmationId(time: number): string {
  return earliestId(PREFIX, time);
}

/** Undefined if the text is no confirmation's id. */
export function shardOfId(text: string): string | undefined {
  return ID.exec(text)?.[1];
}
