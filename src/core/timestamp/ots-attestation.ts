import { compareBytes, concat, toHex, utf8, type Bytes } from "../encoding/bytes.ts";
import { encodeNumber, encodeRun, malformed, readWhole, type Reader } from "./ots-bytes.ts";

// The leaves of a timestamp's tree: who attests that a message existed, and since when.

export const ATTESTATION_MAX_BYTES = 8_192;
export const CALENDAR_URI_MAX_BYTES = 1_000;

export type Attestation =
  /** A calendar will attest later, at this address. The address is untrusted: the file's author chose it. */
  | { readonly kind: "pending"; readonly uri: string }
  /** The message is the Merkle root of the block at this height. */
  | { readonly kind: "bitcoin"; readonly height: number }
  /** An unknown kind, kept unchanged for readers who know it. */
  | { readonly kind: "unknown"; readonly tag: Bytes; readonly payload: Bytes };

const TAG_BYTES = 8;
const PENDING_TAG = Uint8Array.of(0x83, 0xdf, 0xe3, 0x0d, 0x2e, 0xf9, 0x0c, 0x8e);
const BITCOIN_TAG = Uint8Array.of(0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01);
// No query, userinfo, brackets or percent sign. The format restricts addresses to protect clients that fetch them.
const CALENDAR_URI = /^[A-Za-z0-9\-._/:]*$/;

export function readAttestation(reader: Reader): Attestation {
  const tag = reader.take(TAG_BYTES);
  const payload = reader.run(ATTESTATION_MAX_BYTES);
  switch (toHex(tag)) {
    case toHex(PENDING_TAG):
      return inside(payload, (field) => ({
        kind: "pending",
        uri: field.text(CALENDAR_URI_MAX_BYTES, CALENDAR_URI),
      }));
    case toHex(BITCOIN_TAG):
      return inside(payload, (field) => ({ kind: "bitcoin", height: field.number() }));
    default:
      return { kind: "unknown", tag, payload };
  }
}

function inside(payload: Bytes, read: (field: Reader) => Attestation): Attestation {
  const whole = readWhole(payload, read);
  return whole.ok ? whole.value : malformed(`in an attestation, ${whole.refusal.detail}`);
}

export function encodeAttestation(attestation: Attestation): Bytes {
  return concat(tagOf(attestation), encodeRun(payloadOf(attestation)));
}

function tagOf(attestation: Attestation): Bytes {
  switch (attestation.kind) {
    case "pending":
      return PENDING_TAG;
    case "bitcoin":
      return BITCOIN_TAG;
    case "unknown":
      return attestation.tag;
  }
}

function payloadOf(attestation: Attestation): Bytes {
  switch (attestation.kind) {
    case "pending":
      return encodeRun(utf8(attestation.uri));
    case "bitcoin":
      return encodeNumber(attestation.height);
    case "unknown":
      return attestation.payload;
  }
}

/** The format's order of the attestations of one message. */
export function compareAttestations(left: Attestation, right: Attestation): number {
  const byTag = compareBytes(tagOf(left), tagOf(right));
  if (byTag !== 0) return byTag;
  if (left.kind === "bitcoin" && right.kind === "bitcoin") return left.height - right.height;
  if (left.kind === "pending" && right.kind === "pending") {
    return compareBytes(utf8(left.uri), utf8(right.uri));
  }
  return compareBytes(payloadOf(left), payloadOf(right));
}
