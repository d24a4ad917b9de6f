import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, utf8 } from "../../../src/core/encoding/bytes.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import {
  parseJsonObject,
  PAYLOAD_LIMITS,
  type JsonObject,
  type JsonValue,
} from "../../../src/core/encoding/strict-json.ts";
import { expectOk, type RefusalCode } from "../../../src/core/refusal.ts";
import { BODY_LIMITS, payloadProblem, readJsonBody } from "../../../src/http/json-body.ts";

const JSON_TYPE = { "content-type": "application/json" };

async function read(body: BodyInit | null, headers: Record<string, string> = JSON_TYPE) {
  const result = await readJsonBody(new Request("https://sign.example/", { method: "POST", body, headers }));
  return result.ok ? "read" : `${result.refusal.code} ${result.refusal.at ?? ""}`.trim();
}

/** Arrives in pieces, and counts how many were taken. */
function inPieces(pieces: readonly Uint8Array[]) {
  const taken = { count: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const piece = pieces[taken.count];
        if (piece === undefined) return controller.close();
        taken.count++;
        controller.enqueue(piece);
      },
      cancel: () => {
        taken.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, taken };
}

describe("a body", () => {
  it.each<[string, string]>([
    ["read", "application/json"],
    ["read", "Application/JSON; charset=UTF-8"],
    ["read", 'application/json;charset="utf-8"'],
    ["unsupported_media_type", "application/json; charset=latin1"],
    ["unsupported_media_type", "application/json, text/plain"],
    ["unsupported_media_type", "application/problem+json"],
    ["unsupported_media_type", "application/jsonp"],
    ["unsupported_media_type", "text/plain"],
    ["unsupported_media_type", "application/x-www-form-urlencoded"],
    ["unsupported_media_type", ""],
  ])("is %s as %j", async (outcome, type) => {
    expect(await read("{}", { "content-type": type })).toBe(outcome);
  });

  it("is not read without a type, nor compressed", async () => {
    expect(await read(utf8("{}"), {})).toBe("unsupported_media_type");
    expect(await read("{}", { ...JSON_TYPE, "content-encoding": "gzip" })).toBe("unsupported_media_type");
    expect(await read("{}", { ...JSON_TYPE, "content-encoding": "identity" })).toBe("read");
  });

  it.each<[string, string | Uint8Array | null]>([
    ["read", ' {"payload":{"a":1}} '],
    ["json_duplicate_name /action", '{"action":"a","action":"b"}'],
    ["json_duplicate_name /payload/a", '{"payload":{"a":1,"\\u0061":2}}'],
    ["json_duplicate_name /payload/list/1/a~1b", '{"payload":{"list":[{},{"a/b":1,"a/b":1}]}}'],
    ["json_number_inexact /payload/amount", '{"payload":{"amount":0.1000000000000000055}}'],
    ["json_number_out_of_range /payload/amount", '{"payload":{"amount":9007199254740992}}'],
    ["json_number_inexact /payload/amount", '{"payload":{"amount":9007199254740993}}'],
    ["json_number_negative_zero /payload/a", '{"payload":{"a":-0}}'],
    ["json_forbidden_name /payload/__proto__", '{"payload":{"__proto__":{}}}'],
    ["json_lone_surrogate /payload/a", '{"payload":{"a":"\\ud800"}}'],
    ["json_syntax", "{} {}"],
    ["json_syntax", ""],
    ["json_syntax", null],
    ["json_not_an_object", "[]"],
    ["json_not_an_object", "null"],
    ["json_byte_order_mark", "\ufeff{}"],
    ["json_invalid_utf8", concat(utf8('{"a":"'), Uint8Array.of(0xff), utf8('"}'))],
  ])("is %s: %j", async (outcome, body) => {
    expect(await read(body)).toBe(outcome);
  });

  const padded = (length: number) => `{}${" ".repeat(length - 2)}`;
  it("is read up to its limit", async () => {
    expect(await read(padded(BODY_LIMITS.maxBytes))).toBe("read");
    expect(await read(padded(BODY_LIMITS.maxBytes + 1))).toBe("payload_too_large");
    // A length that is claimed is enough to stop, one that is too small is not believed.
    expect(await read("{}", { ...JSON_TYPE, "content-length": "99999999" })).toBe("payload_too_large");
    expect(await read(padded(80_000), { ...JSON_TYPE, "content-length": "2" })).toBe("payload_too_large");
  });

  it("is read in pieces, and no further than its limit", async () => {
    const whole = utf8('{"a":"ä€😀"}');
    const bytewise = inPieces([...whole].map((byte) => Uint8Array.of(byte)));
    expect(await read(bytewise.stream)).toBe("read");
    const endless = inPieces(Array.from({ length: 1_000 }, () => utf8(" ".repeat(8_192))));
    expect(await read(endless.stream)).toBe("payload_too_large");
    // 73,728 bytes are nine pieces; the tenth is one too many.
    expect(endless.taken).toEqual({ count: 10, cancelled: true });
  });

  it("that breaks off is refused", async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("gone")),
    });
    expect(await read(broken)).toBe("validation_failed");
  });

  it("is bounded by other limits where they are given", async () => {
    const request = new Request("https://sign.example/", {
      method: "POST",
      body: padded(101),
      headers: JSON_TYPE,
    });
    const result = await readJsonBody(request, { maxBytes: 100, maxDepth: 2, maxNodes: 9 });
    expect(result).toMatchObject({ ok: false, refusal: { code: "payload_too_large" } });
  });
});

describe("a payload within a body", () => {
  const nested = (depth: number): JsonObject => (depth === 1 ? {} : { a: nested(depth - 1) });
  const inList = (depth: number): JsonValue => (depth === 1 ? [] : [inList(depth - 1)]);
  const listOf = (count: number): JsonObject => ({ list: Array.from({ length: count }, () => 0) });
  const lengthOf = (payload: JsonObject) => utf8(canonicalText(payload)).length;
  /** {"a":"…"} is eight bytes longer than its text. */
  const ofBytes = (length: number): JsonObject => ({ a: "x".repeat(length - 8) });

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
    [
      "json_too_large",
      "short as sent, long as hashed",
      { list: Array.from({ length: 5_000 }, () => 1e15) },
      "/payload",
    ],
  ];
  it.each(rows)("is %s: %s", async (outcome, _name, payload, at) => {
    const refusal = payloadProblem(payload);
    expect(refusal?.code ?? "accepted").toBe(outcome);
    expect(refusal?.at).toBe(at);
    // Whatever a body may hold of it gets this far, and is not refused for a limit of the body.
    expect(await read(canonicalText({ payload }).replaceAll("1000000000000000", "1e15"))).toBe("read");
  });

  it("has the limits that it would have alone", () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3, key: fc.string({ maxLength: 3 }) }), fc.nat(40), (seed, depth) => {
        const alone = parseJsonObject(utf8(JSON.stringify(seed)));
        if (!alone.ok) return;
        let payload = alone.value;
        for (let level = 0; level < depth; level++) payload = { [`${level}`]: payload };
        // In the order in which the members stand, which is the order in which places are looked at.
        const again = parseJsonObject(utf8(JSON.stringify(payload)), PAYLOAD_LIMITS);
        const refusal = payloadProblem(payload, "");
        expect(refusal?.code).toBe(again.ok ? undefined : again.refusal.code);
        expect(refusal?.at).toBe(again.ok ? undefined : again.refusal.at);
      }),
      { numRuns: 300 },
    );
    expect(lengthOf(ofBytes(65_536))).toBe(65_536);
    expect(expectOk(parseJsonObject(utf8(canonicalText(nested(32)))))).toEqual(nested(32));
  });
});
