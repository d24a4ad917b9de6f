import { compareBytes, concat, fromHex, type Bytes } from "../encoding/bytes.ts";
import { accept, expectOk, refuse, type Result } from "../refusal.ts";

// ECDSA-Sig-Value for P-256: SEQUENCE { r INTEGER, s INTEGER }, in strict DER. A lax reader would accept several
// encodings of one signature, and two verifiers could disagree.

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const NUMBER_BYTES = 32;
/** A number whose top bit is set has a zero byte before it, or it would be negative: 1 + 32. */
const INTEGER_MAX_BYTES = 1 + NUMBER_BYTES;
/** Two integers in a sequence, each with a header: 2 + 2 × (2 + 33) = 72. So every length is one byte. */
export const DER_SIGNATURE_MAX_BYTES = 2 + 2 * (2 + INTEGER_MAX_BYTES);

/** The order of P-256's base point; r and s are below it. */
const ORDER = expectOk(fromHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"));

/** r and s in WebCrypto's form, 32 bytes each. */
export function rawFromDer(der: Uint8Array): Result<Bytes> {
  if (der.length > DER_SIGNATURE_MAX_BYTES) {
    return malformed(`${der.length} bytes; at most ${DER_SIGNATURE_MAX_BYTES} are possible`);
  }
  if (der[0] !== SEQUENCE) return malformed("it does not start with a sequence");
  if (der[1] !== der.length - 2)
    return malformed("the sequence must end at the last byte, with a short length");
  const r = readInteger(der, 2, "r");
  if (!r.ok) return r;
  const s = readInteger(der, r.value.end, "s");
  if (!s.ok) return s;
  if (s.value.end !== der.length) return malformed("bytes follow s");
  return accept(concat(r.value.number, s.value.number));
}

/** The one DER encoding of r ‖ s. */
export function derFromRaw(raw: Uint8Array): Bytes {
  if (raw.length !== 2 * NUMBER_BYTES) throw new RangeError("r and s have 32 bytes each");
  const r = writeInteger(raw.subarray(0, NUMBER_BYTES));
  const s = writeInteger(raw.subarray(NUMBER_BYTES));
  return concat(Uint8Array.of(SEQUENCE, r.length + s.length), r, s);
}

function readInteger(der: Uint8Array, start: number, name: string): Result<{ number: Bytes; end: number }> {
  const length = der[start + 1] ?? 0;
  const end = start + 2 + length;
  if (der[start] !== INTEGER || length === 0 || end > der.length) {
    return malformed(`${name} is not a whole integer`);
  }
  const first = der[start + 2] ?? 0;
  const second = der[start + 3] ?? 0;
  if (first >= 0x80) return malformed(`${name} is negative`);
  if (first === 0 && length > 1 && second < 0x80)
    return malformed(`${name} starts with an unnecessary zero byte`);
  const digits = der.subarray(first === 0 ? start + 3 : start + 2, end);
  if (digits.length === 0) return malformed(`${name} is zero`);
  const number = new Uint8Array(NUMBER_BYTES);
  if (digits.length <= NUMBER_BYTES) number.set(digits, NUMBER_BYTES - digits.length);
  if (digits.length > NUMBER_BYTES || compareBytes(number, ORDER) >= 0) {
    return malformed(`${name} is not below the order of the curve`);
  }
  return accept({ number, end });
}

function writeInteger(number: Uint8Array): Bytes {
  const start = number.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? number.subarray(-1) : number.subarray(start);
  const sign = new Uint8Array((digits[0] ?? 0) >= 0x80 ? 1 : 0);
  return concat(Uint8Array.of(INTEGER, sign.length + digits.length), sign, digits);
}

function malformed(detail: string): ReturnType<typeof refuse> {
  return refuse("signature_malformed", `the signature is not strict DER: ${detail}`);
}
