import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import {
  COSE_KEY_MAX_BYTES,
  EDDSA,
  ES256,
  isSafePoint,
  readCoseKey,
  RS256,
} from "../../../src/core/webauthn/cose.ts";
import { readCborMap } from "../../../src/core/webauthn/cbor.ts";
import { expectOk, type RefusalCode } from "../../../src/core/refusal.ts";
import { encodeCbor } from "../../support/cbor-encoder.ts";

const bytes = (hex: string): Bytes => expectOk(fromHex(hex.replaceAll(" ", "")));
const refused = (code: RefusalCode) => ({ ok: false, refusal: { code } });

const X = "afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61";
const Y = "930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";
const ES = `a5 0102 0326 2001 21 5820 ${X} 22 5820 ${Y}`;
const P256_FIELD = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
/** The y that belongs to x = 0. */
const Y_OF_ZERO = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4";
const ES_ZERO = `a5 0102 0326 2001 21 5820 ${"00".repeat(32)} 22 5820 ${Y_OF_ZERO}`;
const POINT = "44e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832";
const ED = `a4 0101 0327 2006 21 5820 ${POINT}`;
const rsa = (modulus: string, exponent = "43 010001") => {
  const length = (modulus.length / 2).toString(16).padStart(4, "0");
  return `a4 0103 03390100 20 59${length} ${modulus} 21 ${exponent}`;
};
const RSA = rsa(`80${"00".repeat(254)}01`);

describe("public keys", () => {
  it.each([
    ["ES256", ES, { algorithm: ES256, x: bytes(X), y: bytes(Y) }],
    ["EdDSA", ED, { algorithm: EDDSA, x: bytes(POINT) }],
    ["RS256 of 2048 bits", RSA, { algorithm: RS256, modulus: bytes(`80${"00".repeat(254)}01`) }],
    ["RS256 of 2049 bits", rsa(`01${"00".repeat(256)}`), { algorithm: RS256 }],
    ["RS256 of 4096 bits", rsa("ff".repeat(512)), { algorithm: RS256 }],
  ])("reads %s", (_name, hex, key) => {
    expect(readCoseKey(bytes(hex))).toMatchObject({ ok: true, value: key });
    expect(toHex(encodeCbor(expectOk(readCborMap(bytes(hex)))))).toBe(hex.replaceAll(" ", ""));
  });

  it("accepts the largest key, and nothing larger", () => {
    expect(bytes(rsa("ff".repeat(512))).length).toBe(COSE_KEY_MAX_BYTES);
    const larger = readCoseKey(new Uint8Array(COSE_KEY_MAX_BYTES + 1));
    expect(larger).toMatchObject({ refusal: { detail: expect.stringContaining("at most 528") } });
  });

  it.each<[string, string, string, RefusalCode]>([
    ["a byte after it", ES, `${ES} 00`, "key_malformed"],
    ["a byte too few", ES, ES.slice(0, -2), "key_malformed"],
    ["no type", ES, `a4 0326 2001 21 5820 ${X} 22 5820 ${Y}`, "key_malformed"],
    ["no algorithm", ES, `a4 0102 2001 21 5820 ${X} 22 5820 ${Y}`, "key_malformed"],
    ["an algorithm as text", ES, ES.replace("0326", "03654553323536"), "key_malformed"],
    ["ES384", ES, ES.replace("0326", "033822"), "algorithm_mismatch"],
    ["PS256", RSA, RSA.replace("03390100", "033824"), "algorithm_mismatch"],
    ["RS1", RSA, RSA.replace("03390100", "0339fffe"), "algorithm_mismatch"],
    ["the type of another kind", ES, ES.replace("0102", "0101"), "key_malformed"],
    ["P-384", ES, ES.replace("2001", "2002"), "key_malformed"],
    ["secp256k1", ES, ES.replace("2001", "2008"), "key_malformed"],
    ["x of 31 bytes", ES, ES.replace(`5820 ${X}`, `581f ${X.slice(2)}`), "key_malformed"],
    ["x of 33 bytes", ES, ES.replace(`5820 ${X}`, `5821 00${X}`), "key_malformed"],
    ["y of 31 bytes", ES, ES.replace(`5820 ${Y}`, `581f ${Y.slice(2)}`), "key_malformed"],
    ["y as a sign", ES, ES.replace(`22 5820 ${Y}`, "22 f5"), "key_malformed"],
    ["x in a second spelling", ES_ZERO, ES_ZERO.replace("00".repeat(32), P256_FIELD), "key_malformed"],
    ["y beyond the field", ES_ZERO, ES_ZERO.replace(Y_OF_ZERO, "ff".repeat(32)), "key_malformed"],
    ["no y", ES, `a4 0102 0326 2001 21 5820 ${X}`, "key_malformed"],
    ["an extra field", ES, `${ES.replace("a5", "a6")} 23 00`, "key_malformed"],
    ["key operations as well", ES, ES.replace("a5", "a6").replace("0326", "0326 0480"), "key_malformed"],
    ["another order", ES, `a5 0326 0102 2001 21 5820 ${X} 22 5820 ${Y}`, "key_malformed"],
    ["a field twice", ES, ES.replace("a5", "a6").replace("0326", "0326 0326"), "key_malformed"],
    ["a long number", ES, ES.replace("0102", "011802"), "key_malformed"],
    ["a long length", ES, ES.replace(`5820 ${X}`, `590020 ${X}`), "key_malformed"],
    ["a map of indefinite length", ES, `${ES.replace("a5", "bf")} ff`, "key_malformed"],
    ["a tag around it", ES, `d8 3d ${ES}`, "key_malformed"],
    ["a list that contains it", ES, `81 ${ES}`, "key_malformed"],
    ["names as text", ED, "a4 01634f4b50 0327 2067456432353531 39 21 5820".concat(POINT), "key_malformed"],
    ["Ed448", ED, ED.replace("2006", "2007"), "key_malformed"],
    ["X25519", ED, ED.replace("2006", "2004"), "key_malformed"],
    ["Ed25519 with y", ED, `${ED.replace("a4", "a5")} 22 5820 ${Y}`, "key_malformed"],
    ["a point of 31 bytes", ED, ED.replace(`5820 ${POINT}`, `581f ${POINT.slice(2)}`), "key_malformed"],
    ["a point of small order", ED, ED.replace(POINT, `01${"00".repeat(31)}`), "key_malformed"],
    ["the type of another kind, for RSA", RSA, RSA.replace("0103", "0102"), "key_malformed"],
    ["RSA with a field more", RSA, `${RSA.replace("a4", "a5")} 22 41 03`, "key_malformed"],
    ["2047 bits", RSA, rsa(`7f${"ff".repeat(255)}`), "key_malformed"],
    ["1024 bits", RSA, rsa("ff".repeat(128)), "key_malformed"],
    ["4097 bits", RSA, rsa(`01${"00".repeat(512)}`), "key_malformed"],
    ["no bits", RSA, rsa(""), "key_malformed"],
    ["a zero before the modulus", RSA, rsa(`00${"ff".repeat(256)}`), "key_malformed"],
    ["the exponent 3", RSA, rsa("ff".repeat(256), "41 03"), "key_malformed"],
    ["the exponent 1", RSA, rsa("ff".repeat(256), "43 000001"), "key_malformed"],
    ["a zero before the exponent", RSA, rsa("ff".repeat(256), "44 00010001"), "key_malformed"],
    ["the exponent as a number", RSA, rsa("ff".repeat(256), "1a00010001"), "key_malformed"],
    ["nothing", ES, "", "key_malformed"],
  ])("refuses %s", (_name, good, bad, code) => {
    expect(readCoseKey(bytes(bad))).toMatchObject(refused(code));
    expect(readCoseKey(bytes(good)).ok).toBe(true);
  });

  it("accepts only canonical keys, and never throws", () => {
    const almostValid = fc
      .tuple(fc.constantFrom(ES, ED, RSA), fc.nat(), fc.nat(255))
      .map(([hex, at, byte]) => bytes(hex).with(at % bytes(hex).length, byte));
    let keys = 0;
    fc.assert(
      fc.property(fc.oneof(almostValid, fc.uint8Array({ maxLength: 40 })), (input) => {
        if (!readCoseKey(input).ok) return;
        keys++;
        expect(encodeCbor(expectOk(readCborMap(input)))).toEqual(Uint8Array.from(input));
      }),
      { numRuns: 2_000 },
    );
    expect(keys).toBeGreaterThan(10);
  });
});

/** y of eight times the point; 1 for the neutral element. The sign of x does not matter. */
function eightTimes(point: Bytes): bigint {
  const field = 2n ** 255n - 19n;
  const divide = (above: bigint, below: bigint): bigint => {
    let [result, power] = [above, ((below % field) + field) % field];
    for (let rest = field - 2n; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = (result * power) % field;
      power = (power * power) % field;
    }
    return ((result % field) + field) % field;
  };
  const d = divide(-121665n, 121666n);
  let y = BigInt(`0x${toHex(point.toReversed())}`) % field;
  for (let doubled = 0; doubled < 3; doubled++) {
    const y2 = (y * y) % field;
    const x2 = divide(y2 - 1n, d * y2 + 1n);
    y = divide(y2 + x2, 1n - d * x2 * y2);
  }
  return y;
}

describe("points of Ed25519", () => {
  it("are safe if they are not of small order and canonically encoded", () => {
    expect(eightTimes(bytes(POINT))).not.toBe(1n);
    expect(isSafePoint(bytes(POINT))).toBe(true);
    expect(isSafePoint(bytes(`ff${"ff".repeat(30)}7f`))).toBe(false);
  });

  it.each([
    ["of order 1", `01${"00".repeat(31)}`],
    ["of order 2", `ec${"ff".repeat(30)}7f`],
    ["of order 4", "00".repeat(32)],
    ["of order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"],
    ["of order 8, too", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"],
    ["0 as 2^255 - 19", `ed${"ff".repeat(30)}7f`],
    ["1 as 2^255 - 18", `ee${"ff".repeat(30)}7f`],
  ])("are not safe: %s", (_name, hex) => {
    const point = bytes(hex);
    expect(eightTimes(point)).toBe(1n);
    expect(isSafePoint(point)).toBe(false);
    expect(isSafePoint(point.with(31, (point[31] ?? 0) | 0x80))).toBe(false);
    expect(isSafePoint(point.with(1, (point[1] ?? 0) ^ 0x10))).toBe(true);
  });
});
