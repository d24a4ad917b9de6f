import { REF_CHARACTERS } from "../confirmation/tenant-ref.ts";
import { fromBase64url, toBase64url } from "../encoding/bytes.ts";
import { isId } from "../encoding/identifier.ts";
import { deriveSecret, isSame } from "./derived-secret.ts";

// Links in mails that we send. Each ends with a proof that only we can compute, so no row holds a secret of it.

/** 43 characters are 32 bytes. */
const PROOF = "[A-Za-z0-9_-]{43}";
const CHANNEL = "n_[0-9a-z]{1,40}";
const UNSUBSCRIBE = new RegExp(`^([0-9A-Za-z]{${REF_CHARACTERS}})\\.(${CHANNEL})\\.(${PROOF})$`);
const VERIFICATION = new RegExp(`^(${CHANNEL})\\.(\\d{1,15})\\.(${PROOF})$`);

/** What ends a channel without a sign-in: the tenant's ref, the channel's id, and the proof. */
export interface UnsubscribeToken {
  readonly ref: string;
  readonly channel: string;
  readonly proof: string;
}

/** The address of the page that ends the channel. A mail program may also post to it, by RFC 8058. */
export function unsubscribeLink(origin: string, seed: Uint8Array, ref: string, channel: string): string {
  const proof = toBase64url(deriveSecret(seed, "unsubscribe", ref, channel));
  return `${origin}/unsubscribe/${ref}.${channel}.${proof}`;
}

/** Undefined if the text does not have the form of such a token. */
export function readUnsubscribeToken(text: string): UnsubscribeToken | undefined {
  const [, ref = "", channel = "", proof = ""] = UNSUBSCRIBE.exec(text) ?? [];
  return isId("n", channel) ? { ref, channel, proof } : undefined;
}

export function provesUnsubscribe(seed: Uint8Array, { ref, channel, proof }: UnsubscribeToken): boolean {
  return isProof(proof, deriveSecret(seed, "unsubscribe", ref, channel));
}

/** What a link confirms: that the person of this session reads the mail of this address. */
export interface Verification {
  readonly ref: string;
  readonly channel: string;
  readonly address: string;
  /** The id of the session that asked for the link. */
  readonly session: string;
  readonly expiresAt: number;
}

/** What is behind the # of such a link, as its page sends it. */
interface VerificationToken {
  readonly channel: string;
  readonly expiresAt: number;
  readonly proof: string;
}

/** A browser sends nothing that is behind the #: a mail program that opens the link confirms nothing. */
export function verificationLink(origin: string, seed: Uint8Array, of: Verification): string {
  const proof = toBase64url(verificationProof(seed, of));
  return `${origin}/notices/verify#${of.channel}.${of.expiresAt}.${proof}`;
}

export function readVerificationToken(text: string): VerificationToken | undefined {
  const [, channel = "", expiresAt = "", proof = ""] = VERIFICATION.exec(text) ?? [];
  return isId("n", channel) ? { channel, expiresAt: Number(expiresAt), proof } : undefined;
}

export function provesVerification(seed: Uint8Array, of: Verification, proof: string): boolean {
  return isProof(proof, verificationProof(seed, of));
}

function verificationProof(seed: Uint8Array, { ref, channel, address, session, expiresAt }: Verification) {
  return deriveSecret(seed, "verify-address", ref, channel, address, session, String(expiresAt));
}

function isProof(text: string, expected: Uint8Array): boolean {
  const proof = fromBase64url(text);
  return proof.ok && isSame(proof.value, expected);
}
