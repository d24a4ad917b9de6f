import { toHex, utf8 } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";

const VERSION_BYTES = 8;

/** Differs if anything of what a page shows does. */
export function pageVersion(shown: object): string {
  return toHex(sha256(utf8(JSON.stringify(shown))).subarray(0, VERSION_BYTES));
}
