import { describe, expect, it } from "vitest";
import { makeConfirmationId, shardOfId } from "../../../src/core/confirmation/confirmation-id.ts";
import { isRef, makeRef, REF_RANDOM_BYTES, shardOfRef } from "../../../src/core/confirmation/tenant-ref.ts";
import { refOfSecret, withRef } from "../../../src/core/confirmation/tenant-secret.ts";
import {
  makeUserHandle,
  refOfUserHandle,
  USER_HANDLE_RANDOM_BYTES,
} from "../../../src/core/confirmation/user-handle.ts";
import { toBase64url, utf8 } from "../../../src/core/encoding/bytes.ts";

const REF = "1a1B2c3D";
const random = (count: number, byte = 7) => new Uint8Array(count).fill(byte);

describe("a tenant's ref", () => {
  it("starts with its shard, and is random otherwise", () => {
    const bytes = Uint8Array.from({ length: REF_RANDOM_BYTES }, (_, place) => 255 - place);
    // The bytes from 255 to 248 are skipped.
    expect(makeRef("0", bytes)).toBe("0zyxwvut");
    expect(makeRef("z", random(REF_RANDOM_BYTES))).toBe("z7777777");
    expect(shardOfRef(makeRef("z", random(REF_RANDOM_BYTES)))).toBe("z");
  });

  it.each(["", "01", "-", "é"])("has no shard %j", (shard) => {
    expect(() => makeRef(shard, random(REF_RANDOM_BYTES))).toThrow(RangeError);
  });

  it("needs 32 random bytes", () => {
    expect(() => makeRef("0", random(REF_RANDOM_BYTES - 1))).toThrow("32 random bytes");
    expect(() => makeRef("0", random(REF_RANDOM_BYTES, 255))).toThrow("not random");
  });

  it.each([
    [REF, true],
    ["00000000", true],
    ["", false],
    ["1a1B2c3", false],
    ["1a1B2c3D4", false],
    ["1a1B2c3_", false],
    ["1a1B2c3é", false],
    [" 1a1B2c3", false],
    ["1a1B2c3D\n", false],
  ])("%j: %s", (text, is) => {
    expect(isRef(text)).toBe(is);
  });
});

describe("the secret of a cookie or a link", () => {
  const SECRET = toBase64url(random(32));

  it("contains the ref of its tenant", () => {
    const text = withRef(REF, SECRET);
    expect(text).toBe(`${REF}.${SECRET}`);
    expect(refOfSecret(text)).toBe(REF);
  });

  it.each([
    ["nothing", ""],
    ["a ref alone", REF],
    ["a secret without a ref", SECRET],
    ["a short ref", `1a1B2c3.${SECRET}`],
    ["a ref with another character", `1a1B2c3_.${SECRET}`],
    ["another separator", `${REF}_${SECRET}`],
    ["two refs", `${REF}.${REF}.${SECRET}`],
    ["a short secret", `${REF}.${SECRET.slice(1)}`],
    ["a long secret", `${REF}.${SECRET}A`],
    ["a secret in base64", `${REF}.${SECRET.slice(1)}+`],
    ["a line end", `${REF}.${SECRET}\n`],
    ["a space", ` ${REF}.${SECRET}`],
  ])("is not %s", (_name, text) => {
    expect(refOfSecret(text)).toBeUndefined();
  });

  it("is made of a ref and of 32 bytes", () => {
    expect(() => withRef("1a1B2c3", SECRET)).toThrow(RangeError);
    expect(() => withRef(REF, SECRET.slice(1))).toThrow(RangeError);
  });
});

describe("a user handle", () => {
  it("is the ref and 24 random bytes", () => {
    const handle = makeUserHandle(REF, random(USER_HANDLE_RANDOM_BYTES));
    expect(handle).toBe(toBase64url(Uint8Array.from([...utf8(REF), ...random(24)])));
    expect(refOfUserHandle(handle)).toBe(REF);
  });

  it.each([
    ["nothing", ""],
    ["32 random bytes", toBase64url(random(32))],
    ["a ref alone", toBase64url(utf8(REF))],
    ["a byte too few", toBase64url(Uint8Array.from([...utf8(REF), ...random(23)]))],
    ["a byte too many", toBase64url(Uint8Array.from([...utf8(REF), ...random(25)]))],
    ["bytes beyond ASCII", toBase64url(Uint8Array.from([...random(8, 0xb1), ...random(24)]))],
    ["no base64url", "+".repeat(43)],
  ])("is not %s", (_name, text) => {
    expect(refOfUserHandle(text)).toBeUndefined();
  });

  it("is made of a ref and of 24 bytes", () => {
    expect(() => makeUserHandle("1a1B2c3", random(24))).toThrow(RangeError);
    expect(() => makeUserHandle(REF, random(25))).toThrow(RangeError);
  });
});

describe("a confirmation's id", () => {
  const bytes = random(16, 0);

  it("ends with the shard, so that ids sort by time", () => {
    const id = makeConfirmationId(1, bytes, "Z");
    expect(id).toBe(`c_000000001${"0".repeat(26)}Z`);
    expect(shardOfId(id)).toBe("Z");
    expect(makeConfirmationId(2, bytes, "0") > id).toBe(true);
  });

  it.each(["", "01", "-"])("has no shard %j", (shard) => {
    expect(() => makeConfirmationId(1, bytes, shard)).toThrow(RangeError);
  });

  it.each([
    ["nothing", ""],
    ["a short text", "c_1"],
    ["an id of another kind", `s_000000001${"0".repeat(26)}0`],
    ["an id without a shard", `c_000000001${"0".repeat(26)}`],
    ["an id with two shards", `c_000000001${"0".repeat(26)}00`],
    ["a letter that ids don't have", `c_00000000u${"0".repeat(26)}0`],
    ["a shard that is no character of base 62", `c_000000001${"0".repeat(26)}_`],
    ["a line end", `c_000000001${"0".repeat(26)}0\n`],
  ])("is not %s", (_name, text) => {
    expect(shardOfId(text)).toBeUndefined();
  });
});
