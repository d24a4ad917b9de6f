import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import {
  parseJsonObject,
  PAYLOAD_LIMITS,
  type JsonObject,
  type JsonValue,
} from "../../../src/core/encoding/strict-json.ts";
import { expectOk, type RefusalCode } from "../../../src/core/refusal.ts";

function refusalOf(payload: JsonObject, at?: string) {
  const result = canonicalPayload(payload, at);
  return result.ok ? undefined : result.refusal;
}

describe("a payload", () => {
  const nested = (depth: number): JsonObject => (depth === 1 ? {} : { a: nested(depth - 1) });
  const inList = (depth: number): JsonValue => (depth === 1 ? [] : [inList(depth - 1)]);
  const listOf = (count: number): JsonObject => ({ list: Array.from({ length: count }, () => 0) });
  /** {"a":"…"} is eight bytes longer than its text. */
  const ofBytes = (length: number): JsonObject => ({ a: "x".repeat(length - 8) });

  /** As sent, each number has four bytes; in canonical form it has sixteen. */
  const ofNumbers = (length: number): JsonObject => {
    const list = Array.from({ length: 3_800 }, () => 1e15);
    return { a: "x".repeat(length - canonicalText({ a: "", list }).length), list };
  };

  const rows: readonly [RefusalCode | "accepted", string, JsonObject, string?][] = [
    ["accepted", "an empty one", {}],
    ["accepted", "32 levels", nested(32)],
    ["json_too_deep", "33 levels", nested(33), `/payload${"/a".repeat(32)}`],
    ["accepted", "31 lists in it", { a: inList(31) }],
    ["json_too_deep", "32 lists in it", { a: inList(32) }, `/payload/a${"/0".repeat(31)}`],
    // The object, the list, and what is in it.
    ["accepted", "10,000 values", listOf(9_998)],
    ["json_too_many_nodes", "10,001 values", listOf(9_999), "/payload"],
    ["accepted", "64 KiB", ofBytes(65_536)],
    ["json_too_large", "64 KiB and a byte", ofBytes(65_537), "/payload"],
    ["accepted", "20 KiB as sent, 64 KiB in canonical form", ofNumbers(65_536)],
    ["json_too_large", "20 KiB as sent, 64 KiB and a byte in canonical form", ofNumbers(65_537), "/payload"],
  ];
  it.each(rows)("is %s: %s", (outcome, _name, payload, at) => {
    const refusal = refusalOf(payload);
    expect(refusal?.code ?? "accepted").toBe(outcome);
    expect(refusal?.at).toBe(at);
  });

  it("is refused with the bytes of its canonical form, so that the sender finds out why", () => {
    expect(refusalOf(ofNumbers(65_537))?.detail).toBe(
      "the payload's canonical form has 65537 bytes; the limit is 65536",
    );
  });

  it("has its canonical text and the hash of these bytes", () => {
    const value = { b: [1, "ä"], a: { z: null, y: 1e21 } };
    const payload = expectOk(canonicalPayload(value));
    expect(payload.value).toBe(value);
    expect(payload.text).toBe('{"a":{"y":1e+21,"z":null},"b":[1,"ä"]}');
    expect(payload.hash).toBe(toHex(sha256(utf8(payload.text))));
  });

  it("has the limits that it would have alone", () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3, key: fc.string({ maxLength: 3 }) }), fc.nat(40), (seed, depth) => {
        const alone = parseJsonObject(utf8(JSON.stringify(seed)));
        if (!alone.ok) return;
        let payload = alone.value;
        for (let level = 0; level < depth; level++) payload = { [`${level}`]: payload };
        // Names that are whole numbers come first, also in the order in which members are checked.
        const again = parseJsonObject(utf8(JSON.stringify(payload)), PAYLOAD_LIMITS);
        const refusal = refusalOf(payload, "");
        expect(refusal?.code).toBe(again.ok ? undefined : again.refusal.code);
        expect(refusal?.at).toBe(again.ok ? undefined : again.refusal.at);
      }),
      { numRuns: 300 },
    );
    expect(utf8(canonicalText(ofBytes(65_536))).length).toBe(65_536);
    expect(expectOk(parseJsonObject(utf8(canonicalText(nested(32)))))).toEqual(nested(32));
  });
});
