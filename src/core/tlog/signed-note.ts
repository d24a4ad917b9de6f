import {
  concat,
  fromBase64,
  fromHex,
  owned,
  toBase64,
  toHex,
  u64be,
  utf8,
  type Bytes,
} from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";
import { accept, expectOk, refuse, type Result } from "../refusal.ts";

// C2SP signed-note and tlog-cosignature: a text, a blank line, and one line for each signature.

/** The log, 64 witnesses, and a margin for unknown ones; the format asks for 16. */
export const NOTE_MAX_SIGNATURES = 128;
/** 128 lines of at most 370 characters and 16 post-quantum ones of some 7,000: 159,360; rounded to 160 x 1,024. */
export const NOTE_MAX_CHARACTERS = 160 * 1024;
/** A host name of at most 253 characters, with little room for a path. */
const KEY_NAME_MAX_CHARACTERS = 255;
/** Name, two plus signs, 8 hexadecimal digits, and 44 characters for 33 bytes: 255 + 2 + 8 + 44. */
const VKEY_MAX_CHARACTERS = 309;

const KEY_ID_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIME_BYTES = 8;
const LINE_START = "\u2014 ";

/** "ed25519" signs the text, as a log does; "cosignature" the text and a time, as a witness does. */
export type NoteKeyType = "ed25519" | "cosignature";
const TYPE_BYTES: Readonly<Record<NoteKeyType, number>> = { ed25519: 0x01, cosignature: 0x04 };

export interface NoteKey {
  readonly name: string;
  /** 8 hex digits. Distinguishes the keys of one name, but is too short to identify a key. */
  readonly id: string;
  readonly type: NoteKeyType;
  readonly publicKey: Bytes;
}

export interface NoteSignature {
  readonly name: string;
  readonly id: string;
  /** Without the key id. A cosignature starts with its time. */
  readonly signature: Bytes;
}

interface SignedNote {
  /** With its final newline, without the blank line. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

function isKeyName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= KEY_NAME_MAX_CHARACTERS &&
    name.isWellFormed() &&
    !/[\p{White_Space}\u0000-\u001f+]/u.test(name)
  );
}

export function noteKey(name: string, type: NoteKeyType, publicKey: Uint8Array): NoteKey {
  if (!isKeyName(name)) throw new RangeError("a key name has no spaces and no plus sign");
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new RangeError("an Ed25519 public key has 32 bytes");
  const digest = sha256(utf8(`${name}\n`), typedKey(type, publicKey));
  return { name, id: toHex(digest.subarray(0, KEY_ID_BYTES)), type, publicKey: owned(publicKey.slice()) };
}

export function encodeVkey(key: NoteKey): string {
  return `${key.name}+${key.id}+${toBase64(typedKey(key.type, key.publicKey))}`;
}

export function parseVkey(text: string): Result<NoteKey> {
  const malformed = (detail: string): Result<NoteKey> => refuse("key_malformed", detail);
  if (text.length > VKEY_MAX_CHARACTERS) return malformed(`longer than ${VKEY_MAX_CHARACTERS} characters`);
  const [name = "", id = ""] = text.split("+", 2);
  const typed = fromBase64(text.slice(name.length + id.length + 2));
  if (!typed.ok || typed.value.length !== 1 + PUBLIC_KEY_BYTES || !isKeyName(name)) {
    return malformed("expected name+id+base64 of the key's type and its 32 bytes");
  }
  const type = (["ed25519", "cosignature"] as const).find((each) => TYPE_BYTES[each] === typed.value[0]);
  if (type === undefined) return malformed("neither an Ed25519 key nor one for Ed25519 cosignatures");
  const key = noteKey(name, type, typed.value.subarray(1));
  return key.id === id ? accept(key) : malformed("the key id is not the one of this name and key");
}

function typedKey(type: NoteKeyType, publicKey: Uint8Array): Bytes {
  return concat(Uint8Array.of(TYPE_BYTES[type]), publicKey);
}

export function parseNote(note: string): Result<SignedNote> {
  const malformed = (detail: string): Result<SignedNote> => refuse("note_malformed", detail);
  if (note.length > NOTE_MAX_CHARACTERS) return malformed(`longer than ${NOTE_MAX_CHARACTERS} characters`);
  if (!note.isWellFormed()) return malformed("half of a surrogate pair is not text");
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) return malformed("a control character other than a newline");
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0) return malformed("no blank line before the signatures");
  const signatures = parseSignatures(note.slice(blank + 2));
  return signatures.ok
    ? accept({ text: note.slice(0, blank + 1), signatures: signatures.value })
    : signatures;
}

/** One or more signature lines alone, as in a witness's response. */
export function parseSignatures(lines: string): Result<readonly NoteSignature[]> {
  const malformed = (detail: string): Result<readonly NoteSignature[]> => refuse("note_malformed", detail);
  if (lines.length > NOTE_MAX_CHARACTERS) return malformed(`longer than ${NOTE_MAX_CHARACTERS} characters`);
  if (!lines.endsWith("\n")) return malformed("the last signature line does not end with a newline");
  const signatures: NoteSignature[] = [];
  for (const line of lines.slice(0, -1).split("\n", NOTE_MAX_SIGNATURES + 1)) {
    const [name = "", encoded = ""] = line.slice(LINE_START.length).split(" ", 2);
    const bytes = fromBase64(encoded);
    const rebuilt = `${LINE_START}${name} ${encoded}`;
    if (line !== rebuilt || !isKeyName(name) || !bytes.ok || bytes.value.length <= KEY_ID_BYTES) {
      return malformed(
        `signature line ${signatures.length + 1} is not a dash, a name and a signature in base64`,
      );
    }
    const id = toHex(bytes.value.subarray(0, KEY_ID_BYTES));
    signatures.push({ name, id, signature: bytes.value.slice(KEY_ID_BYTES) });
  }
  if (signatures.length > NOTE_MAX_SIGNATURES)
    return malformed(`more than ${NOTE_MAX_SIGNATURES} signatures`);
  return accept(signatures);
}

export function encodeNote(note: SignedNote): string {
  if (!note.text.endsWith("\n")) throw new RangeError("the text of a note ends with a newline");
  const encoded = `${note.text}\n${encodeSignatures(note.signatures)}`;
  // Never publish a note that could not be parsed: readers may already depend on it.
  expectOk(parseNote(encoded));
  return encoded;
}

export function encodeSignatures(signatures: readonly NoteSignature[]): string {
  return signatures
    .map((signature) => `${LINE_START}${signature.name} ${idAndSignature(signature)}\n`)
    .join("");
}

function idAndSignature({ name, id, signature }: NoteSignature): string {
  if (!isKeyName(name)) throw new RangeError("a key name has no spaces and no plus sign");
  const idBytes = expectOk(fromHex(id));
  if (idBytes.length !== KEY_ID_BYTES) throw new RangeError("a key id has 8 hexadecimal digits");
  return toBase64(concat(idBytes, signature));
}

/** The bytes under a signature, or with a time (in seconds since 1970) under a cosignature. */
export function signedBytes(text: string, time?: number): Bytes {
  return utf8(time === undefined ? text : `cosignature/v1\ntime ${time}\n${text}`);
}

/** A signature of `signedBytes` as a line of a note. */
export function noteSignature(key: NoteKey, signature: Uint8Array, time?: number): NoteSignature {
  if (signature.length !== SIGNATURE_BYTES) throw new RangeError("an Ed25519 signature has 64 bytes");
  if ((time !== undefined) !== (key.type === "cosignature")) {
    throw new RangeError("a cosignature has a time, a log's signature has none");
  }
  if (time !== undefined && (!Number.isSafeInteger(time) || time < 0)) {
    throw new RangeError("a time is a whole number of seconds");
  }
  const stamp = time === undefined ? new Uint8Array() : u64be(time);
  return { name: key.name, id: key.id, signature: concat(stamp, signature) };
}

/** Synchronous, so that a log can sign inside a transaction. */
export type Sign = (message: Bytes) => Uint8Array;

export function signNote(text: string, key: NoteKey, sign: Sign): NoteSignature {
  return noteSignature(key, sign(signedBytes(text)));
}

interface VerifiedSignature {
  readonly key: NoteKey;
  /** Only for a cosignature. */
  readonly time?: number;
}

/**
 * The given keys that signed the note, each once, in the order of the note. Lines of unknown keys are ignored.
 * Every line of a given key must verify, even a repeated one, or the whole note is refused.
 */
export async function verifyNote(
  note: SignedNote,
  keys: readonly NoteKey[],
): Promise<Result<readonly VerifiedSignature[]>> {
  const verified: VerifiedSignature[] = [];
  for (const signature of note.signatures) {
    const [key, ...others] = keys.filter(({ name, id }) => name === signature.name && id === signature.id);
    if (key === undefined) continue;
    if (!others.every((other) => sameKey(key, other))) {
      return refuse("note_signature_invalid", `two trusted keys have the name and id ${key.name}+${key.id}`);
    }
    const result = await verifySignature(note.text, signature, key);
    if (!result.ok) return result;
    if (!verified.some((earlier) => sameKey(earlier.key, key))) verified.push(result.value);
  }
  if (verified.length === 0) return refuse("note_signature_invalid", "no signature is by a trusted key");
  return accept(verified);
}

async function verifySignature(
  text: string,
  { signature }: NoteSignature,
  key: NoteKey,
): Promise<Result<VerifiedSignature>> {
  const invalid = (detail: string): Result<VerifiedSignature> =>
    refuse("note_signature_invalid", `the signature of ${key.name} ${detail}`);
  const timed = key.type === "cosignature";
  const stampBytes = timed ? TIME_BYTES : 0;
  if (signature.length !== stampBytes + SIGNATURE_BYTES) return invalid("has the wrong length");
  const time = timed
    ? Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0))
    : undefined;
  if (time !== undefined && !Number.isSafeInteger(time)) return invalid("has an impossible time");
  try {
    const publicKey = await crypto.subtle.importKey("raw", key.publicKey, "Ed25519", false, ["verify"]);
    const message = signedBytes(text, time);
    if (!(await crypto.subtle.verify("Ed25519", publicKey, signature.subarray(stampBytes), message))) {
      return invalid("does not verify");
    }
  } catch (problem) {
    // The key is not a point of the curve, or the runtime has no Ed25519.
    return invalid(`could not be checked: ${String(problem)}`);
  }
  return accept(time === undefined ? { key } : { key, time });
}

function sameKey(left: NoteKey, right: NoteKey): boolean {
  return encodeVkey(left) === encodeVkey(right);
}
