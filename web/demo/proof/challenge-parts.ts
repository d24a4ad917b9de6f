import {
  base64urlBytes,
  equalBytes,
  fromBase64url,
  toHex,
  utf8Text,
} from "../../../src/core/encoding/bytes.ts";
import { HASH_BYTES } from "../../../src/core/encoding/hash.ts";
import { canonicalText, hashOfJson } from "../../../src/core/encoding/jcs.ts";
import { isJsonObject, parseJsonText } from "../../../src/core/encoding/strict-json.ts";
import { statementNonce } from "../../../src/core/confirmation/statement.ts";
import type { Receipt } from "../../../src/core/evidence/receipt.ts";

// The 64 bytes that a passkey signed, taken apart. Both halves are read from what the browser gave to the passkey, and
// computed a second time from what they are hashes of.

interface Half {
  /** In the signed challenge. */
  readonly signed: string;
  /** Whether the hash of `of` is the same. */
  readonly isRight: boolean;
  /** The text that was hashed. */
  readonly of: string;
}

export interface ChallengeParts {
  /** The text that the browser gave to the passkey, around its challenge. */
  readonly clientData: readonly [before: string, challenge: string, after: string];
  readonly nonce: Half;
  readonly content: Half;
}

export function challengePartsOf({ decision }: Receipt): ChallengeParts | undefined {
  const { signers, payload } = decision.evidence;
  const [signer] = signers;
  const clientData = utf8Text(base64urlBytes(signer?.assertion.clientDataJSON ?? "")) ?? "";
  const parsed = parseJsonText(clientData);
  const challenge = parsed.ok && isJsonObject(parsed.value) ? parsed.value["challenge"] : undefined;
  if (signer === undefined || payload === null || typeof challenge !== "string") return undefined;
  const bytes = fromBase64url(challenge);
  if (!bytes.ok || bytes.value.length !== 2 * HASH_BYTES) return undefined;
  const at = clientData.indexOf(challenge);
  const halfOf = (signed: Uint8Array, computed: Uint8Array, of: string): Half => ({
    signed: toHex(signed),
    isRight: equalBytes(signed, computed),
    of,
  });
  const { statement } = signer;
  return {
    clientData: [clientData.slice(0, at), challenge, clientData.slice(at + challenge.length)],
    nonce: halfOf(bytes.value.slice(0, HASH_BYTES), statementNonce(statement), canonicalText(statement)),
    content: halfOf(bytes.value.slice(HASH_BYTES), hashOfJson(payload), canonicalText(payload)),
  };
}
