import { equalBytes, fromBase64, toBase64, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { EMPTY_ROOT } from "./merkle.ts";
import { accept, expectOk, refuse, type Result } from "../refusal.ts";

// C2SP tlog-checkpoint: the signed text that states a log's root at one size.

/** A log's origin is also the name of its key. */
const ORIGIN_MAX_CHARACTERS = 255;
/** Origin, 16 digits of 2^53 - 1, base64 of 32 bytes, three newlines: 255 + 16 + 44 + 3. */
export const CHECKPOINT_MAX_CHARACTERS = ORIGIN_MAX_CHARACTERS + 16 + 44 + 3;

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

/** Extension lines are refused, because no witness checks them. */
export function parseCheckpoint(text: string): Result<Checkpoint> {
  const malformed = (detail: string): Result<Checkpoint> => refuse("checkpoint_malformed", detail);
  if (text.length > CHECKPOINT_MAX_CHARACTERS) {
    return malformed(`longer than ${CHECKPOINT_MAX_CHARACTERS} characters`);
  }
  const [origin = "", decimal = "", encoded = "", end, ...more] = text.split("\n");
  if (end !== "" || more.length > 0) return malformed("expected three lines: origin, size and root");
  if (origin === "" || !origin.isWellFormed() || /[\u0000-\u001f]/.test(origin)) {
    return malformed("the origin is empty or not plain text");
  }
  const size = parseDecimal(decimal);
  if (size === undefined) return malformed("the size is not a whole number up to 2^53 - 1");
  const root = fromBase64(encoded);
  if (!root.ok || root.value.length !== HASH_BYTES) return malformed("the root is not 32 bytes in base64");
  if (size === 0 && !equalBytes(root.value, EMPTY_ROOT)) return malformed("the empty tree has another root");
  return accept({ origin, size, root: root.value });
}

export function encodeCheckpoint({ origin, size, root }: Checkpoint): string {
  const text = `${origin}\n${size}\n${toBase64(root)}\n`;
  // A log must never sign a checkpoint that it could not parse.
  expectOk(parseCheckpoint(text));
  return text;
}

/** A whole number up to 2^53 - 1, without sign or leading zeros. */
export function parseDecimal(text: string): number | undefined {
  const value = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : -1;
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
