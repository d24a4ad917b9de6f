import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../../src/core/encoding/bytes.ts";
import { derFromRaw, DER_SIGNATURE_MAX_BYTES, rawFromDer } from "../../../src/core/webauthn/der.ts";
import { expectOk } from "../../../src/core/refusal.ts";

const bytes = (hex: string) => expectOk(fromHex(hex.replaceAll(" ", "")));
const number = (hex: string) => hex.padStart(64, "0");

const ORDER = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const ORDER_LESS_ONE = `${ORDER.slice(0, -1)}0`;
const HIGH = `80${"00".repeat(31)}`;

describe("DER of P-256 signatures", () => {
  it.each([
    ["the smallest", "3006 020101 020101", number("01"), number("01")],
    ["a set top bit has a zero byte before it", "3008 02020080 02020081", number("80"), number("81")],
    ["32 bytes", `3026 0220 7f${"ff".repeat(31)} 020200ff`, `7f${"ff".repeat(31)}`, number("ff")],
    ["33 bytes", `3026 0221 00${HIGH} 020101`, HIGH, number("01")],
    ["the largest", `3046 0221 00${ORDER_LESS_ONE} 0221 00${ORDER_LESS_ONE}`, ORDER_LESS_ONE, ORDER_LESS_ONE],
  ])("%s", (_name, der, r, s) => {
    expect(toHex(expectOk(rawFromDer(bytes(der))))).toBe(r + s);
    expect(derFromRaw(bytes(r + s))).toEqual(bytes(der));
  });

  // Each row encodes the same as 3006 020101 020102, or nothing valid.
  it.each([
    ["nothing", ""],
    ["a header alone", "30"],
    ["an empty sequence", "3000"],
    ["a set", "3106 020101 020102"],
    ["a sequence that ends early", "3005 020101 020102"],
    ["a sequence that ends late", "3007 020101 020102"],
    ["a byte after the sequence", "3006 020101 020102 00"],
    ["a byte inside after s", "3007 020101 020102 00"],
    ["a third integer", "3009 020101 020102 020103"],
    ["only r", "3003 020101"],
    ["a long length of the sequence", "308106 020101 020102"],
    ["a longer one", "30820006 020101 020102"],
    ["a length that does not end", "3080 020101 020102 0000"],
    ["a long length of r", "3007 02810101 020102"],
    ["a long length of s", "3007 020101 02810102"],
    ["r as an octet string", "3006 040101 020102"],
    ["s as an octet string", "3006 020101 040102"],
    ["r empty", "3005 0200 020102"],
    ["s empty", "3005 020101 0200"],
    ["r that includes s", "3006 020401 020102"],
    ["s beyond the end", "3006 020101 020202"],
    ["r zero", "3006 020100 020102"],
    ["s zero", "3006 020101 020100"],
    ["r with an unnecessary zero", "3007 02020001 020102"],
    ["s with an unnecessary zero", "3007 020101 02020002"],
    ["r of two zeros", "3007 02020000 020102"],
    ["r negative", "3006 0201ff 020102"],
    ["s negative", "3006 020101 020180"],
    ["r negative in 32 bytes", `3025 0220 ${HIGH} 020102`],
    ["r the order", `3026 0221 00${ORDER} 020102`],
    ["s the order", `3026 020101 0221 00${ORDER}`],
    ["r of 33 bytes", `3026 0221 01${HIGH} 020102`],
    ["r of 34 bytes", `3027 0222 0080${HIGH} 020102`],
    ["more than possible", `3047 0221 00${ORDER_LESS_ONE} 0222 0000${ORDER_LESS_ONE}`],
  ])("refuses %s", (_name, der) => {
    expect(rawFromDer(bytes(der))).toMatchObject({ ok: false, refusal: { code: "signature_malformed" } });
    expect(rawFromDer(bytes("3006 020101 020102")).ok).toBe(true);
  });

  it("accepts exactly one encoding of a signature", () => {
    const half = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .filter((half) => half.some((byte) => byte !== 0) && toHex(half) < ORDER);
    fc.assert(
      fc.property(half, half, fc.nat(), fc.integer({ min: 1, max: 255 }), (r, s, at, change) => {
        const raw = bytes(toHex(r) + toHex(s));
        const der = derFromRaw(raw);
        expect(der.length).toBeLessThanOrEqual(DER_SIGNATURE_MAX_BYTES);
        expect(expectOk(rawFromDer(der))).toEqual(raw);
        const index = at % der.length;
        const other = rawFromDer(der.with(index, (der[index] ?? 0) ^ change));
        expect(other.ok && toHex(other.value) === toHex(raw)).toBe(false);
      }),
    );
  });

  it("never throws, and accepts only canonical bytes", () => {
    const nearly = fc
      .tuple(
        fc.uint8Array({ maxLength: 35 }),
        fc.uint8Array({ maxLength: 35 }),
        fc.uint8Array({ maxLength: 2 }),
      )
      .map(([r, s, rest]) => {
        const body = [0x02, r.length, ...r, 0x02, s.length, ...s];
        return Uint8Array.of(0x30, body.length, ...body, ...rest);
      });
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(nearly, fc.uint8Array({ maxLength: 80 })), (der) => {
        const raw = rawFromDer(der);
        if (raw.ok) expect(derFromRaw(raw.value)).toEqual(der);
        if (raw.ok) read++;
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(10);
  });

  it("encodes exactly 64 bytes", () => {
    expect(derFromRaw(bytes(number("01") + number("01")))).toEqual(bytes("3006 020101 020101"));
    expect(() => derFromRaw(new Uint8Array(63))).toThrow(RangeError);
  });
});
