import { randomBase62, toBase62 } from "../encoding/base62.ts";
import { toHex, utf8 } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import type { ProjectMode } from "./project-mode.ts";
import { isRef, REF_CHARACTERS } from "./tenant-ref.ts";

// API keys. The prefix lets secret scanners recognise a leaked key, the ref says which tenant it belongs to, and the
// checksum rejects a mistyped or invented key without a database query.

interface ApiKey {
  /** Of its project. */
  readonly mode: ProjectMode;
  readonly ref: string;
  /** SHA-256 of the whole text, in hex; the only part that is stored. */
  readonly hash: string;
}

/** 30 * log2(62) = 178 bits. */
const SECRET_CHARACTERS = 30;
/** 62^5 < 2^32 < 62^6. */
const CHECKSUM_CHARACTERS = 6;
/** Documented for secret scanners in web/docs/formats.md, so it never changes. */
const SHAPE = new RegExp(
  `^cs_(live|test)_([0-9A-Za-z]{${REF_CHARACTERS}})_[0-9A-Za-z]{${SECRET_CHARACTERS + CHECKSUM_CHARACTERS}}$`,
);

/**
 * One byte in 32 is skipped. Fewer than 30 of 64 bytes remain only if 35 or more are skipped:
 * C(64, 35) / 32^35, less than 2^-114.
 */
export const API_KEY_RANDOM_BYTES = 64;

export function makeApiKey(mode: ProjectMode, ref: string, random: Uint8Array): string {
  if (!isRef(ref)) throw new RangeError("a key contains the ref of its tenant");
  if (random.length < API_KEY_RANDOM_BYTES) {
    throw new RangeError(`a key takes ${API_KEY_RANDOM_BYTES} random bytes, not ${random.length}`);
  }
  const body = `cs_${mode}_${ref}_${randomBase62(random, SECRET_CHARACTERS)}`;
  return body + checksumOf(body);
}

export function parseApiKey(text: string): Result<ApiKey> {
  const [, mode, ref = ""] = SHAPE.exec(text) ?? [];
  const body = text.slice(0, -CHECKSUM_CHARACTERS);
  if ((mode !== "live" && mode !== "test") || text !== body + checksumOf(body)) {
    return refuse("api_key_malformed", "this is not a complete API key");
  }
  return accept({ mode, ref, hash: toHex(sha256(utf8(text))) });
}

const SHOWN_CHARACTERS = "cs_live_".length + REF_CHARACTERS + "_".length + 4;

/** What people may see later: enough to tell two keys apart, 24 of 178 bits. */
export function redactApiKey(text: string): string {
  return SHAPE.test(text) ? `${text.slice(0, SHOWN_CHARACTERS)}…` : "…";
}

function checksumOf(body: string): string {
  return toBase62(crc32(utf8(body)), CHECKSUM_CHARACTERS);
}

/** The polynomial of Ethernet and zip, with reversed bits. */
const CRC32_POLYNOMIAL = 0xedb88320;

export function crc32(bytes: Uint8Array): number {
  let state = 0xffffffff;
  for (const byte of bytes) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit++) state = (state >>> 1) ^ (state & 1 ? CRC32_POLYNOMIAL : 0);
  }
  return (state ^ 0xffffffff) >>> 0;
}
