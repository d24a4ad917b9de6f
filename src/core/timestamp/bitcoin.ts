import { equalBytes, toHex } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// A block's header is a statement about time that was expensive to make: it names the Merkle root of what
// the block holds, and its own hash shows the work.

export const BITCOIN_HEADER_BYTES = 80;
const MERKLE_ROOT = { from: 36, to: 68 };
const TIME_AT = 68;
const BITS_AT = 72;

/** The easiest target of the main network, which is 0x1d00ffff in the header's short form. */
const EASIEST_TARGET = 0xffffn << 208n;
/**
 * At the easiest target anyone makes a header in minutes, with any root and any time in it: 2^32 hashes.
 * No block since 2020 was easier than difficulty 12 * 10^12 > 2^43, so who claims such a time or
 * height must show a target of at most 2^(224 - 43), 2^75 hashes.
 */
const RECENT_TARGET = 1n << 181n;
const RECENT_FROM_SECONDS = 1_577_836_800; // 2020-01-01T00:00:00Z
const RECENT_FROM_HEIGHT = 611_000; // mined on 2020-01-03

/**
 * The moment, in seconds since 1970, at which a block with this header held the message as its Merkle
 * root (both in the order of bytes in which they are hashed). That the block belongs to the chain, at that
 * height, a header can't say: ask two sources that agree.
 */
export function checkBitcoinHeader(
  message: Uint8Array,
  header: Uint8Array,
  height = 0,
): Result<{ readonly time: number }> {
  if (header.length !== BITCOIN_HEADER_BYTES) {
    return refuse(
      "timestamp_malformed",
      `a block header has ${BITCOIN_HEADER_BYTES} bytes, this one ${header.length}`,
    );
  }
  if (!equalBytes(header.subarray(MERKLE_ROOT.from, MERKLE_ROOT.to), message)) {
    return refuse("timestamp_mismatch", "the block does not hold this message");
  }
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const time = view.getUint32(TIME_AT, true);
  const target = targetOf(view.getUint32(BITS_AT, true));
  const recent = time >= RECENT_FROM_SECONDS || height >= RECENT_FROM_HEIGHT;
  if (target === undefined || target > (recent ? RECENT_TARGET : EASIEST_TARGET)) {
    return refuse("timestamp_mismatch", "the block header asks for too little work");
  }
  const hash = BigInt(`0x${toHex(sha256(sha256(header)).toReversed())}`);
  if (hash > target) return refuse("timestamp_mismatch", "the block header shows too little work");
  return accept({ time });
}

/** Three bytes of digits and one of their weight, as a floating point number; negative or zero is none. */
function targetOf(bits: number): bigint | undefined {
  const digits = BigInt(bits & 0x7fffff);
  const weight = BigInt(bits >>> 24) - 3n;
  const target = weight < 0n ? digits >> (-8n * weight) : digits << (8n * weight);
  return (bits & 0x800000) !== 0 || target === 0n ? undefined : target;
}
