import { toHex, utf8 } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// API keys. The prefix lets secret scanners recognise a leaked key; the checksum rejects a mistyped or
// invented key without a database query.

export type ApiKeyMode = "live" | "test";
interface ApiKey {
  readonly mode: ApiKeyMode;
  /** SHA-256 of the whole text, in hex; the only part that is stored. */
  readonly hash: string;
}

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 30 * log2(62) = 178 bits. */
const SECRET_CHARACTERS = 30;
/** 62^5 < 2^32 < 62^6. */
const CHECKSUM_CHARACTERS = 6;
const SHAPE = new RegExp(
  `^cs_(live|test)_[0-9A-Za-z]{${SECRET_CHARACTERS}}[0-9A-Za-z]{${CHECKSUM_CHARACTERS}}$`,
);

/** Larger bytes are skipped, because 256 - 4 * 62 = 8 characters would become more likely. */
const FIRST_BIASED_BYTE = 4 * BASE62.length;
/**
 * One byte in 32 is skipped. Fewer than 30 of 64 bytes remain only if 35 or more are skipped:
 * C(64, 35) / 32^35, less than 2^-114.
 */
export const API_KEY_RANDOM_BYTES = 64;

export function makeApiKey(mode: ApiKeyMode, random: Uint8Array): string {
  if (random.length < API_KEY_RANDOM_BYTES) {
    throw new RangeError(`a key takes ${API_KEY_RANDOM_BYTES} random bytes, not ${random.length}`);
  }
  const usable = [...random].filter((byte) => byte < FIRST_BIASED_BYTE).slice(0, SECRET_CHARACTERS);
  if (usable.length < SECRET_CHARACTERS) throw new RangeError("these bytes are not random");
  const body = `cs_${mode}_${usable.map((byte) => BASE62.charAt(byte % BASE62.length)).join("")}`;
  return body + checksumOf(body);
}

export function parseApiKey(text: string): Result<ApiKey> {
  const mode = SHAPE.exec(text)?.[1];
  const body = text.slice(0, -CHECKSUM_CHARACTERS);
  if ((mode !== "live" && mode !== "test") || text !== body + checksumOf(body)) {
    return refuse("api_key_malformed", "this is not a complete API key");
  }
  return accept({ mode, hash: toHex(sha256(utf8(text))) });
}

const SHOWN_CHARACTERS = "cs_live_".length + 4;

/** What people may see later: enough to tell two keys apart, 24 of 178 bits. */
export function redactApiKey(text: string): string {
  return SHAPE.test(text) ? `${text.slice(0, SHOWN_CHARACTERS)}…` : "…";
}

function checksumOf(body: string): string {
  let rest = crc32(utf8(body));
  let text = "";
  for (let digit = 0; digit < CHECKSUM_CHARACTERS; digit++) {
    text = BASE62.charAt(rest % BASE62.length) + text;
    rest = Math.floor(rest / BASE62.length);
  }
  return text;
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
