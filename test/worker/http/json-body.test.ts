import { describe, expect, it } from "vitest";
import { concat, utf8 } from "../../../src/core/encoding/bytes.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { BODY_LIMITS, readJsonBody } from "../../../src/http/json-body.ts";

const JSON_TYPE = { "content-type": "application/json" };

async function read(body: BodyInit | null, headers: Record<string, string> = JSON_TYPE) {
  const result = await readJsonBody(new Request("https://sign.example/", { method: "POST", body, headers }));
  return result.ok ? "read" : `${result.refusal.code} ${result.refusal.at ?? ""}`.trim();
}

/** A stream in pieces, which counts the pieces that are read. */
function inPieces(pieces: readonly Uint8Array[]) {
  const reads = { count: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const piece = pieces[reads.count];
        if (piece === undefined) return controller.close();
        reads.count++;
        controller.enqueue(piece);
      },
      cancel: () => {
        reads.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, reads };
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

  it("is refused without a content type, and when it is compressed", async () => {
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
    // A Content-Length over the limit is refused at once. One that is too small changes nothing.
    expect(await read("{}", { ...JSON_TYPE, "content-length": "99999999" })).toBe("payload_too_large");
    expect(await read(padded(80_000), { ...JSON_TYPE, "content-length": "2" })).toBe("payload_too_large");
  });

  it("is read in pieces, and only up to its limit", async () => {
    const body = utf8('{"a":"ä€😀"}');
    const bytewise = inPieces([...body].map((byte) => Uint8Array.of(byte)));
    expect(await read(bytewise.stream)).toBe("read");
    const endless = inPieces(Array.from({ length: 1_000 }, () => utf8(" ".repeat(8_192))));
    expect(await read(endless.stream)).toBe("payload_too_large");
    // 73,728 bytes are nine pieces. The tenth exceeds the limit.
    expect(endless.reads).toEqual({ count: 10, cancelled: true });
  });

  it("that ends too early is refused", async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("gone")),
    });
    expect(await read(broken)).toBe("validation_failed");
  });

  const nested = (depth: number): JsonObject => (depth === 1 ? {} : { a: nested(depth - 1) });
  const inList = (depth: number): JsonValue => (depth === 1 ? [] : [inList(depth - 1)]);
  it.each<[string, JsonObject]>([
    ["32 levels", nested(32)],
    ["33 levels", nested(33)],
    ["31 lists", { a: inList(31) }],
    ["32 lists", { a: inList(32) }],
    ["10,000 values", { list: Array.from({ length: 9_998 }, () => 0) }],
    ["10,001 values", { list: Array.from({ length: 9_999 }, () => 0) }],
    ["64 KiB", { a: "x".repeat(65_528) }],
    ["64 KiB and a byte", { a: "x".repeat(65_529) }],
    ["numbers that are longer in canonical form", { list: Array.from({ length: 5_000 }, () => 1e15) }],
  ])("is read with a payload that may break its own limits: %s", async (_name, payload) => {
    expect(await read(canonicalText({ payload }).replaceAll("1000000000000000", "1e15"))).toBe("read");
  });

  it("is checked against other limits if they are passed", async () => {
    const request = new Request("https://sign.example/", {
      method: "POST",
      body: padded(101),
      headers: JSON_TYPE,
    });
    const result = await readJsonBody(request, { maxBytes: 100, maxDepth: 2, maxNodes: 9 });
    expect(result).toMatchObject({ ok: false, refusal: { code: "payload_too_large" } });
  });
});
