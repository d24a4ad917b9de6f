import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex, utf8, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import {
  encodeEntry,
  NO_PREVIOUS,
  parseEntry,
  payloadCommit,
  recordCommit,
  recordLabel,
  recordShape,
  streamId,
  streamKeyHash,
  type StreamRecord,
} from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { matchShape } from "../../../src/core/encoding/shape.ts";

const bytes = (hex: string): Bytes => expectOk(fromHex(hex));
const salt = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const genesis = {
  rp: "https://approve.example",
  logOrigin: "log.example/countersign",
  streamKeyHash: "11".repeat(32),
  credentialId: "AQID",
  publicKey: "BAUG",
  salt,
};
const decision: StreamRecord = {
  v: 1,
  stream: "22".repeat(32),
  seq: 1,
  prev: "33".repeat(32),
  at: "2026-11-01T12:00:00.000Z",
  type: "decision",
  body: {
    confirmation: "c_1",
    outcome: "expired",
    expires: "2026-11-01T12:00:00.000Z",
    payloadCommit: "44".repeat(32),
    signatures: [],
    policyHash: null,
    directory: { seq: 0, commit: "33".repeat(32) },
    mode: "live",
  },
};

describe("the formulas of the format", () => {
  // The preimages are written out by hand.
  it("stream id", () => {
    const preimage =
      'countersign/stream/v1\0{"credentialId":"AQID","logOrigin":"log.example/countersign","publicKey":"BAUG","rp":"https://approve.example",' +
      `"salt":"${salt}","streamKeyHash":"${"11".repeat(32)}"}`;
    expect(streamId(genesis)).toBe(toHex(sha256(utf8(preimage))));
  });
  it("stream key hash", () =>
    expect(streamKeyHash(new Uint8Array(32))).toBe(toHex(sha256(new Uint8Array(32)))));
  it("record commitment", () => {
    const text =
      `{"at":"2026-11-01T12:00:00.000Z","body":{"confirmation":"c_1","directory":{"commit":"${"33".repeat(32)}","seq":0},` +
      `"expires":"2026-11-01T12:00:00.000Z","mode":"live","outcome":"expired","payloadCommit":"${"44".repeat(32)}","policyHash":null,"signatures":[]},"prev":"${"33".repeat(32)}","seq":1,` +
      `"stream":"${"22".repeat(32)}","type":"decision","v":1}`;
    const preimage = [utf8("countersign/entry/v1\0"), bytes("55".repeat(32)), sha256(utf8(text))];
    expect(toHex(recordCommit(decision, bytes("55".repeat(32))))).toBe(toHex(sha256(...preimage)));
  });
  it("payload commitment", () => {
    const parts = [utf8("countersign/payload/v1\0"), bytes("66".repeat(32)), bytes("77".repeat(32))];
    expect(toHex(payloadCommit(bytes("66".repeat(32)), bytes("77".repeat(32))))).toBe(
      toHex(sha256(...parts)),
    );
  });
  it("label: HMAC-SHA-256 of the seq as eight bytes", async () => {
    const key = await crypto.subtle.importKey(
      "raw",
      bytes("88".repeat(32)),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    for (const [seq, message] of [
      [0, "0000000000000000"],
      [258, "0000000000000102"],
      [2 ** 40 + 1, "0000010000000001"],
    ] as const) {
      const expected = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(message)));
      expect(toHex(recordLabel(bytes("88".repeat(32)), seq))).toBe(toHex(expected));
    }
  });
});

describe("entries", () => {
  const label = bytes("aa".repeat(32));
  const commit = bytes("bb".repeat(32));
  it("of records have 65 bytes", () => {
    expect(toHex(encodeEntry({ kind: "sealed", label, commit }))).toBe(
      `01${"aa".repeat(32)}${"bb".repeat(32)}`,
    );
  });
  it("parse to what was encoded", () => {
    for (const entry of [
      { kind: "sealed" as const, label, commit },
      { kind: "public" as const, record: { type: "release", version: "1.0.0" } },
    ]) {
      expect(parseEntry(encodeEntry(entry))).toEqual({ ok: true, value: entry });
    }
  });
  const sealed = `01${"aa".repeat(32)}${"bb".repeat(32)}`;
  const rows: [string, Uint8Array][] = [
    ["nothing", new Uint8Array()],
    ["another kind", bytes(`03${"aa".repeat(64)}`)],
    ["a byte too few", bytes(sealed.slice(0, -2))],
    ["a byte too many", bytes(`${sealed}00`)],
    ["a public record that is not an object", utf8("\u0002[]")],
    ["a public record with spaces", utf8('\u0002{"a": 1}')],
    ["a public record out of order", utf8('\u0002{"b":1,"a":1}')],
    ["a public record with a name twice", utf8('\u0002{"a":1,"a":1}')],
  ];
  it.each(rows)("are not %s", (_name, entry) => {
    expect(parseEntry(entry as Bytes)).toMatchObject({ ok: false, refusal: { code: "entry_malformed" } });
  });
  it("never make the parser throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (some) => {
        const parsed = parseEntry(new Uint8Array(some));
        if (parsed.ok) expect(toHex(encodeEntry(parsed.value))).toBe(toHex(new Uint8Array(some)));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("records", () => {
  const person = { id: "p1", username: "alex" };
  const created = {
    ...decision,
    seq: 0,
    prev: NO_PREVIOUS,
    type: "stream.created",
    body: { genesis, tenant: "Acme", person },
  };
  const change = { person: "p1", role: "admin", credential: null, revoked: [] };
  const { expires: _expires, ...withoutExpiry } = decision.body;
  const { mode, ...ofChange } = decision.body;
  const consumed = { ...decision, type: "consumed", body: { confirmation: "c_1", decided: 1 } };
  const rows: [string, JsonValue, string | undefined][] = [
    ["a decision", decision, undefined],
    ["the beginning", created, undefined],
    ["a use", consumed, undefined],
    ["a change", { ...decision, type: "role.changed", body: { ...ofChange, change } }, undefined],
    [
      "a change that concerns nobody",
      { ...decision, type: "revealed", body: { ...ofChange, change: null } },
      undefined,
    ],
    ["a change without its effect", { ...decision, type: "role.changed", body: ofChange }, "/body/change"],
    [
      "a change with a mode",
      { ...decision, type: "revealed", body: { ...ofChange, change: null, mode } },
      "/body/mode",
    ],
    ["a decision without a mode", { ...decision, body: ofChange }, "/body/mode"],
    ["an unknown mode", { ...decision, body: { ...ofChange, mode: "demo" } }, "/body/mode"],
    [
      "a change of a role with no effect",
      { ...decision, type: "role.changed", body: { ...ofChange, change: null } },
      "/body/change",
    ],
    [
      "a reveal with an effect",
      { ...decision, type: "revealed", body: { ...ofChange, change } },
      "/body/change",
    ],
    ["a decision with an effect", { ...decision, body: { ...decision.body, change } }, "/body/change"],
    ["a decision without an expiry", { ...decision, body: withoutExpiry }, "/body/expires"],
    ["another kind", { ...decision, type: "moon.landed" }, "/type"],
    ["another version", { ...decision, v: 2 }, "/v"],
    ["a decision with the body of a use", { ...decision, body: consumed.body }, "/body/decided"],
    ["an unknown outcome", { ...decision, body: { ...decision.body, outcome: "maybe" } }, "/body/outcome"],
    ["a seq below zero", { ...decision, seq: -1 }, "/seq"],
    ["a time without milliseconds", { ...decision, at: "2026-11-01T12:00:00Z" }, "/at"],
    ["a day that does not exist", { ...decision, at: "2026-02-30T12:00:00.000Z" }, "/at"],
    ["an upper-case hash", { ...decision, stream: "AA".repeat(32) }, "/stream"],
  ];
  it.each(rows)("%s", (_name, record, at) => {
    const matched = matchShape(recordShape, record);
    expect(matched.ok ? undefined : matched.refusal.at).toBe(at);
  });
});
