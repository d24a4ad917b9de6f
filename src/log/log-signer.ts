import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { fromHex, toBase64, type Bytes } from "../core/encoding/bytes.ts";
import { ED25519_SEED_BYTES, pkcs8OfSeed } from "../core/encoding/ed25519-seed.ts";
import { encodeCheckpoint } from "../core/tlog/checkpoint.ts";
import { encodeNote, noteKey, signNote, type NoteKey, type Sign } from "../core/tlog/signed-note.ts";

// node:crypto signs synchronously, so a checkpoint can be signed inside the transaction that stores it.
// WebCrypto cannot do that.

const PUBLIC_KEY_BYTES = 32;

export interface LogSigner {
  /** The current key, and during a key change the next one. */
  readonly keys: readonly [NoteKey, ...NoteKey[]];
  /** The signed note. Ed25519 is deterministic: the same tree always gives the same note. */
  readonly checkpoint: (size: number, root: Bytes) => string;
}

interface SigningKey {
  readonly key: NoteKey;
  readonly sign: Sign;
}

/**
 * With a second seed every checkpoint has two signatures under the same name. A verifier ignores a key that it
 * does not know, so verifiers with the old key and with the new key both accept the log during a key change.
 */
export function logSigner(origin: string, seedHex: string, nextSeedHex?: string): LogSigner {
  const current = signingKeyFrom(origin, seedHex, "LOG_SEED");
  const next = nextSeedHex === undefined ? [] : [signingKeyFrom(origin, nextSeedHex, "LOG_SEED_NEXT")];
  // With equal ids no verifier could tell the two signatures apart.
  if (next.some(({ key }) => key.id === current.key.id)) {
    throw new Error("LOG_SEED_NEXT gives a key with the same id as LOG_SEED");
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

function signingKeyFrom(origin: string, seedHex: string, setting: string): SigningKey {
  // The error must not contain the seed, since errors end up in logs.
  const seed = fromHex(seedHex);
  if (!seed.ok || seed.value.length !== ED25519_SEED_BYTES) {
    throw new Error(`${setting} is not 32 bytes in lower-case hexadecimal digits`);
  }
  const pkcs8 = toBase64(pkcs8OfSeed(seed.value));
  const secret = createPrivateKey(`-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`);
  const spki = createPublicKey(secret).export({ format: "der", type: "spki" });
  return {
    key: noteKey(origin, "ed25519", spki.subarray(-PUBLIC_KEY_BYTES)),
    sign: (message) => sign(null, message, secret),
  };
}
