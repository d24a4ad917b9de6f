import { describe, expect, it } from "vitest";
import { fromHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { ES256, readCoseKey } from "../../../src/core/webauthn/cose.ts";
import { importCoseKey } from "../../../src/core/webauthn/key-import.ts";

const bytes = (hex: string): Bytes => expectOk(fromHex(hex.replaceAll(" ", "")));

const X = "afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61";
const Y = "930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";
const ES = `a5 0102 0326 2001 21 5820 ${X} 22 5820 ${Y}`;
const ED = "a4 0101 0327 2006 21 5820 44e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832";
const RSA = `a4 0103 03390100 20 590100 80${"00".repeat(254)}01 21 43 010001`;

describe("importing a public key", () => {
  it.each([
    ["ES256", ES],
    ["EdDSA", ED],
    ["RS256", RSA],
  ])("imports %s", async (_name, hex) => {
    expect((await importCoseKey(expectOk(readCoseKey(bytes(hex))))).ok).toBe(true);
  });

  it.each([
    ["off the curve", X, Y.replace("93", "92")],
    ["with the coordinates exchanged", Y, X],
    ["zero", "00".repeat(32), "00".repeat(32)],
    ["beyond the field", "ff".repeat(32), "ff".repeat(32)],
  ])("refuses an ES256 point that is %s", async (_name, x, y) => {
    const import_ = (x: string, y: string) => importCoseKey({ algorithm: ES256, x: bytes(x), y: bytes(y) });
    expect(await import_(x, y)).toMatchObject({
      ok: false,
      refusal: { code: "key_malformed" },
    });
    expect((await import_(X, Y)).ok).toBe(true);
  });
});
