import { equalBytes, toHex } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// Bitcoin block headers as proof of time. A header holds a time and the Merkle root of the block's content, and
// its hash proves the work that went into it.

export const BITCOIN_HEADER_BYTES = 80;
const MERKLE_ROOT = { from: 36, to: 68 };
const TIME_AT = 68;
const BITS_AT = 72;

/** The main network's easiest target, 0x1d00ffff in a header. */
const EASIEST_TARGET = 0xffffn << 208n;
/**
 * The easiest target takes 2^32 hashes, so anyone can forge such a header within minutes. Since 2020, no block had a
 * difficulty below 12 * 10^12 > 2^43. So a header that claims a time or height since then must have a target of at
 * most 2^(224 - 43), which takes 2^75 hashes.
 */
const RECENT_TARGET = 1n << 181n;
const RECENT_FROM_SECONDS = 1_577_836_800; // 2020-01-01T00:00:00Z
const RECENT_FROM_HEIGHT = 611_000; // mined on 2020-01-03

/**
 * Returns the header's time, in seconds since 1970, if its Merkle root is the message (both in the byte order in
 * which they are hashed). A header cannot prove that its block is in the chain at this height; get it from two
 * independent sources.
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

/** The target as a floating point number: one byte of exponent, three of mantissa. Undefined if not positive. */
function targetOf(bits: number): bigint | undefined {
  const mantissa = BigInt(bits & 0x7fffff);
  const exponent = BigInt(bits >>> 24) - 3n;
  const target = exponent < 0n ? mantissa >> (-8n * exponent) : mantissa << (8n * exponent);
  return (bits & 0x800000) !== 0 || target === 0n ? undefined : target;
}
