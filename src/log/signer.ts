import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { concat, fromHex, toBase64, type Bytes } from "../core/bytes.ts";
import { encodeCheckpoint } from "../core/checkpoint.ts";
import { encodeNote, noteKey, signNote, type NoteKey } from "../core/note.ts";
import { expectOk } from "../core/refusal.ts";

// node:crypto signs synchronously, so that a checkpoint is signed inside the transaction that stores it;
// WebCrypto can't.

const SEED_BYTES = 32;
const PUBLIC_KEY_BYTES = 32;
/** What stands before an Ed25519 seed in PKCS #8 (RFC 8410). */
const PKCS8_PREFIX = expectOk(fromHex("302e020100300506032b657004220420"));

export interface LogSigner {
  readonly key: NoteKey;
  /** The signed note. Ed25519 is deterministic: the same tree gives the same note, to the letter. */
  readonly checkpoint: (size: number, root: Bytes) => string;
}

export function logSigner(origin: string, seedHex: string): LogSigner {
  // Never with the value: errors end up in logs.
  const seed = fromHex(seedHex);
  if (!seed.ok || seed.value.length !== SEED_BYTES) {
    throw new Error("LOG_SEED is not 32 bytes in lower-case hexadecimal digits");
  }
  const pkcs8 = toBase64(concat(PKCS8_PREFIX, seed.value));
  const secret = createPrivateKey(`-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`);
  const spki = createPublicKey(secret).export({ format: "der", type: "spki" });
  const key = noteKey(origin, "ed25519", spki.subarray(-PUBLIC_KEY_BYTES));
  return {
    key,
    checkpoint: (size, root) => {
      const text = encodeCheckpoint({ origin, size, root });
      const signature = signNote(text, key, (message) => sign(null, message, secret));
      return encodeNote({ text, signatures: [signature] });
    },
  };
}
