import { sha256 } from "@noble/hashes/sha2.js";
import { HASH_BYTES } from "../encoding/hash.ts";

// Looking for labels by the million: among those of a whole log, and all that a tenant could have yet.

const BLOCK_BYTES = 64;
const INNER = 0x36;
const OUTER = 0x5c;

/** A label as a key of sets and maps: a character for each byte, half the memory of hexadecimal digits. */
export function labelText(label: Uint8Array): string {
  return String.fromCharCode(...label);
}

/**
 * `recordLabel` as text, for many seqs: HMAC-SHA-256 with the key's two blocks hashed once and no memory
 * taken for each, some five times as fast.
 */
export function labelTexts(streamKey: Uint8Array): (seq: number) => string {
  const inner = keyed(streamKey, INNER);
  const outer = keyed(streamKey, OUTER);
  const first = sha256.create();
  const second = sha256.create();
  const hash = new Uint8Array(HASH_BYTES);
  const message = new Uint8Array(8);
  const view = new DataView(message.buffer);
  return (seq) => {
    view.setUint32(0, Math.floor(seq / 2 ** 32));
    view.setUint32(4, seq % 2 ** 32);
    inner._cloneInto(first).update(message).digestInto(hash);
    outer._cloneInto(second).update(hash).digestInto(hash);
    return labelText(hash);
  };
}

function keyed(streamKey: Uint8Array, pad: number) {
  if (streamKey.length > BLOCK_BYTES) throw new RangeError("a stream key is at most one block");
  const block = new Uint8Array(BLOCK_BYTES).fill(pad);
  for (const [place, byte] of streamKey.entries()) block[place] = byte ^ pad;
  return sha256.create().update(block);
}
