import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { concat, fromHex, toBase64, type Bytes } from "../core/encoding/bytes.ts";
import { encodeCheckpoint } from "../core/tlog/checkpoint.ts";
import { encodeNote, noteKey, signNote, type NoteKey, type Sign } from "../core/tlog/signed-note.ts";
import { expectOk } from "../core/refusal.ts";

// node:crypto signs synchronously, so that a checkpoint is signed inside the transaction that stores it;
// WebCrypto can't.

const SEED_BYTES = 32;
const PUBLIC_KEY_BYTES = 32;
/** What stands before an Ed25519 seed in PKCS #8 (RFC 8410). */
const PKCS8_PREFIX = expectOk(fromHex("302e020100300506032b657004220420"));

export interface LogSigner {
  /** The current one first; behind it the next one, while the key is changed. */
  readonly keys: readonly [NoteKey, ...NoteKey[]];
  /** The signed note. Ed25519 is deterministic: the same tree gives the same note, to the letter. */
  readonly checkpoint: (size: number, root: Bytes) => string;
}

interface Secret {
  readonly key: NoteKey;
  readonly sign: Sign;
}

/**
 * With a second seed every checkpoint bears two signatures under the one name. A verifier passes over the
 * key that it doesn't know, so the old key and the new one both vouch for the log for as long as that lasts.
 */
export function logSigner(origin: string, seedHex: string, nextSeedHex?: string): LogSigner {
  const current = secretOf(origin, seedHex, "LOG_SEED");
  const next = nextSeedHex === undefined ? [] : [secretOf(origin, nextSeedHex, "LOG_SEED_NEXT")];
  // The same key, or another whose signatures no verifier could tell from this one's.
  if (next.some(({ key }) => key.id === current.key.id)) {
    throw new Error("LOG_SEED_NEXT makes a key of the same id as LOG_SEED");
  }
  return {
    keys: [current.key, ...next.map(({ key }) => key)],
    checkpoint: (size, root) => {
      const text = encodeCheckpoint({ origin, size, root });
      const signatures = [current, ...next].map(({ key, sign: signWith }) => signNote(text, key, signWith));
      return encodeNote({ text, signatures });
    },
  };
}

function secretOf(origin: string, seedHex: string, setting: string): Secret {
  // Never with the value: errors end up in logs.
  const seed = fromHex(seedHex);
  if (!seed.ok || seed.value.length !== SEED_BYTES) {
    throw new Error(`${setting} is not 32 bytes in lower-case hexadecimal digits`);
  }
  const pkcs8 = toBase64(concat(PKCS8_PREFIX, seed.value));
  const secret = createPrivateKey(`-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`);
  const spki = createPublicKey(secret).export({ format: "der", type: "spki" });
  return {
    key: noteKey(origin, "ed25519", spki.subarray(-PUBLIC_KEY_BYTES)),
    sign: (message) => sign(null, message, secret),
  };
}
