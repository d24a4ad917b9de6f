import { concat, fromBase64url, fromHex, owned, type Bytes } from "../../../src/core/encoding/bytes.ts";
import {
  encodeNote,
  noteKey,
  noteSignature,
  signedBytes,
  type NoteKey,
  type NoteKeyType,
  type NoteSignature,
} from "../../../src/core/tlog/signed-note.ts";
import { expectOk } from "../../../src/core/refusal.ts";

// Signers from fixed seeds, so that a failing test fails again.

export interface NoteSigner {
  readonly key: NoteKey;
  sign(text: string, time?: number): Promise<NoteSignature>;
}

/** The bytes before an Ed25519 seed in PKCS #8. */
const PKCS8_PREFIX = expectOk(fromHex("302e020100300506032b657004220420"));

export async function noteSigner(name: string, type: NoteKeyType, seed: number): Promise<NoteSigner> {
  const { publicKey, sign } = await ed25519Secret(new Uint8Array(32).fill(seed));
  const key = noteKey(name, type, publicKey);
  return { key, sign: async (text, time) => noteSignature(key, await sign(signedBytes(text, time)), time) };
}

/** A line of an unknown signer, of this many characters. */
export function signatureLine(characters: number): string {
  const rest = characters - "—  \n".length;
  // Base64 comes in fours, and the name takes what is left.
  const name = "n".repeat(1 + ((rest - 1) % 4));
  return `— ${name} ${"A".repeat(rest - name.length)}\n`;
}

export async function ed25519Secret(seed: Bytes): Promise<{
  readonly publicKey: Bytes;
  readonly sign: (message: Bytes) => Promise<Bytes>;
}> {
  const pkcs8 = concat(PKCS8_PREFIX, seed);
  const secret = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const { x = "" } = await crypto.subtle.exportKey("jwk", secret);
  return {
    publicKey: expectOk(fromBase64url(x)),
    sign: async (message) => owned(new Uint8Array(await crypto.subtle.sign("Ed25519", secret, message))),
  };
}

/** A note that a log signed and witnesses cosigned at this time. */
export async function signedNote(
  text: string,
  log: NoteSigner,
  witnesses: readonly NoteSigner[] = [],
  time = 1_700_000_000,
): Promise<string> {
  const cosignatures = await Promise.all(witnesses.map((witness) => witness.sign(text, time)));
  return encodeNote({ text, signatures: [await log.sign(text), ...cosignatures] });
}
