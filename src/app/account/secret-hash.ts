import { toHex, utf8 } from "../../core/encoding/bytes.ts";
import { sha256 } from "../../core/encoding/hash.ts";

/** Of a link's or a session's secret, and of an API key: only this hash is stored or cached, never the secret. */
export function secretHash(secret: string): string {
  return toHex(sha256(utf8(secret)));
}
