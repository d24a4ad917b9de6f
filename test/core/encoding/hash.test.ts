import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, fromHex, owned, toHex, utf8, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { HASH_BYTES, hmacSha256, sha256, taggedHash } from "../../../src/core/encoding/hash.ts";
import { expectOk } from "../../../src/core/refusal.ts";

const anyBytes = fc.uint8Array({ maxLength: 200 }).map(owned);

async function platformSha256(bytes: Bytes): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

async function platformHmac(key: Bytes, message: Bytes): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return toHex(new Uint8Array(await crypto.subtle.sign("HMAC", imported, message)));
}

describe("SHA-256", () => {
  // FIPS 180-4 examples.
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ])("of %j", (text, hex) => {
    expect(toHex(sha256(utf8(text)))).toBe(hex);
    expect(sha256(utf8(text)).length).toBe(HASH_BYTES);
  });

  it("is the platform's", async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes, async (bytes) => {
        expect(toHex(sha256(bytes))).toBe(await platformSha256(bytes));
      }),
    );
  });

  it("of several parts is that of their concatenation", () => {
    fc.assert(
      fc.property(fc.array(anyBytes, { maxLength: 4 }), (parts) => {
        expect(toHex(sha256(...parts))).toBe(toHex(sha256(concat(...parts))));
      }),
    );
  });
});

describe("a tagged hash", () => {
  it("is SHA-256 of the tag, a zero byte and the parts", async () => {
    const expected = await platformSha256(utf8("countersign/test/v1\0left right"));
    expect(toHex(taggedHash("countersign/test/v1", utf8("left "), utf8("right")))).toBe(expected);
  });

  it("differs between tags, and from the untagged hash", () => {
    const hashes = [taggedHash("a", utf8("x")), taggedHash("b", utf8("x")), taggedHash("", utf8("x"))];
    expect(new Set([...hashes, sha256(utf8("x"))].map(toHex)).size).toBe(4);
  });
});

describe("HMAC-SHA-256", () => {
  // RFC 4231, test cases 1, 2 and 6.
  it.each([
    [
      "0b".repeat(20),
      toHex(utf8("Hi There")),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ],
    [
      toHex(utf8("Jefe")),
      toHex(utf8("what do ya want for nothing?")),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
    [
      "aa".repeat(131),
      toHex(utf8("Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ])("with key %s", (key, message, expected) => {
    expect(toHex(hmacSha256(expectOk(fromHex(key)), expectOk(fromHex(message))))).toBe(expected);
  });

  it("is the platform's", async () => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 100 }).map(owned);
    await fc.assert(
      fc.asyncProperty(key, anyBytes, async (secret, message) => {
        expect(toHex(hmacSha256(secret, message))).toBe(await platformHmac(secret, message));
      }),
    );
  });
});
