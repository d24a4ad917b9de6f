import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";

// The encryption of web push as the browser undoes it: RFC 8291 over aes128gcm of RFC 8188.

const SALT_BYTES = 16;
const HEADER_BYTES = SALT_BYTES + 4 + 1;
const PUBLIC_KEY_BYTES = 65;
const TAG_BYTES = 16;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const SECRET_BYTES = 32;
const AUTH_BYTES = 16;
/** The end of the last record, before its padding. */
const LAST_RECORD = 2;

/** The keys of one subscription, which its browser keeps. */
export interface PushKeys {
  readonly privateKey: Buffer;
  readonly publicKey: Buffer;
  readonly auth: Buffer;
}

export function newPushKeys(): PushKeys {
  const pair = createECDH("prime256v1");
  const publicKey = pair.generateKeys();
  return { privateKey: pair.getPrivateKey(), publicKey, auth: randomBytes(AUTH_BYTES) };
}

/** Throws for a message that no browser shows. */
export function decryptPush(body: Buffer, { privateKey, publicKey, auth }: PushKeys): string {
  const salt = body.subarray(0, SALT_BYTES);
  const recordSize = body.readUInt32BE(SALT_BYTES);
  const keyLength = body.readUInt8(HEADER_BYTES - 1);
  if (keyLength !== PUBLIC_KEY_BYTES) throw new Error(`the sender's key has ${keyLength} bytes`);
  const sender = body.subarray(HEADER_BYTES, HEADER_BYTES + PUBLIC_KEY_BYTES);
  const record = body.subarray(HEADER_BYTES + PUBLIC_KEY_BYTES);
  if (record.length > recordSize) throw new Error("a push message is one record");
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(privateKey);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), publicKey, sender]);
  const secret = derive(pair.computeSecret(sender), auth, info, SECRET_BYTES);
  const key = derive(secret, salt, Buffer.from("Content-Encoding: aes128gcm\0"), KEY_BYTES);
  const nonce = derive(secret, salt, Buffer.from("Content-Encoding: nonce\0"), NONCE_BYTES);
  const decipher = createDecipheriv("aes-128-gcm", key, nonce);
  decipher.setAuthTag(record.subarray(-TAG_BYTES));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -TAG_BYTES)), decipher.final()]);
  let end = padded.length - 1;
  while (padded[end] === 0) end--;
  if (padded[end] !== LAST_RECORD) throw new Error("the record does not end a message");
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(padded.subarray(0, end));
}

function derive(secret: Buffer, salt: Buffer, info: Buffer, bytes: number): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, info, bytes));
}
