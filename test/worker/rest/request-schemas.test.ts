import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { validate, validateQuery, type Validated } from "../../../src/http/validate.ts";
import {
  inviteRequest,
  listQuery,
  readConsumeRequest,
  readCreateRequest,
  readIdempotencyKey,
  waitQuery,
} from "../../../src/http/rest/request-schemas.ts";

/** "accepted", or each error as `path code`. */
function outcome(validated: Validated<unknown>): string {
  return validated.ok ? "accepted" : validated.errors.map(({ path, code }) => `${path} ${code}`).join(", ");
}

const VALID: JsonObject = { username: "alex", action: "Pay invoice 4711", payload: { amount: "1250.00" } };
const shortened = (input: unknown) =>
  (JSON.stringify(input) ?? "nothing").replaceAll(/[^ -~]/g, "?").slice(0, 60);
/** Rows with a short title. */
const titled = <Input>(rows: readonly [string | number, Input][]) =>
  rows.map(([expected, input]) => [expected, shortened(input), input] as const);
const without = (name: string) => Object.fromEntries(Object.entries(VALID).filter(([key]) => key !== name));

describe("a create request", () => {
  it("gets defaults for the fields that it omits", () => {
    expect(readCreateRequest(VALID)).toEqual({
      ok: true,
      value: {
        username: "alex",
        action: "Pay invoice 4711",
        payload: expectOk(canonicalPayload({ amount: "1250.00" })),
        expiresInSeconds: null,
        executeWithinSeconds: null,
        metadata: null,
        policy: null,
      },
    });
  });

  it("passes the payload on unchanged", () => {
    const payload = { b: [{ z: null, y: [] }], a: {} };
    const read = readCreateRequest({ ...VALID, payload, metadata: payload });
    expect(read.ok && read.value.payload.value).toBe(payload);
    expect(read.ok && read.value.metadata).toBe(payload);
  });

  const nested = (depth: number): JsonObject => (depth === 1 ? {} : { a: nested(depth - 1) });
  const rows: readonly [string, JsonObject][] = [
    ["accepted", {}],
    ["accepted", { username: "a".repeat(32) }],
    ["accepted", { username: "0-a._" }],
    ["/username malformed", { username: "a".repeat(33) }],
    ["/username malformed", { username: "" }],
    ["/username malformed", { username: "Alex" }],
    ["/username malformed", { username: "-alex" }],
    ["/username malformed", { username: "alex\n" }],
    ["/username malformed", { username: "aleх" }],
    ["/username wrong_type", { username: null }],
    ["/username wrong_type", { username: ["alex"] }],
    ["accepted", { approver_username: "alex" }],
    ["/approver_username conflict", { approver_username: "sam" }],
    ["/approver_username malformed, /approver_username conflict", { approver_username: "Alex" }],
    ["accepted", { action: "a" }],
    ["accepted", { action: "ä".repeat(200) }],
    ["accepted", { action: "\u202eevil\u0000\n" }],
    ["/action too_short", { action: "" }],
    ["/action too_long", { action: "a".repeat(201) }],
    ["accepted", { action: "😀".repeat(100) }],
    ["/action too_long", { action: "😀".repeat(101) }],
    ["/action malformed", { action: "\ud800" }],
    ["/action wrong_type", { action: 7 }],
    ["/payload wrong_type", { payload: [] }],
    ["/payload wrong_type", { payload: null }],
    ["/payload wrong_type", { payload: "{}" }],
    ["accepted", { payload: {} }],
    ["accepted", { payload: nested(32) }],
    [`/payload${"/a".repeat(32)} json_too_deep`, { payload: nested(33) }],
    ["/payload json_too_large", { payload: { a: "x".repeat(65_536) } }],
    ["accepted", { expiresInSeconds: 30 }],
    ["accepted", { expiresInSeconds: 2_592_000 }],
    ["/expiresInSeconds too_small", { expiresInSeconds: 29 }],
    ["/expiresInSeconds too_big", { expiresInSeconds: 2_592_001 }],
    ["/expiresInSeconds wrong_type", { expiresInSeconds: 30.5 }],
    ["/expiresInSeconds wrong_type", { expiresInSeconds: "900" }],
    ["/expiresInSeconds wrong_type", { expiresInSeconds: null }],
    ["accepted", { executeWithinSeconds: 1 }],
    ["/executeWithinSeconds too_small", { executeWithinSeconds: 0 }],
    ["/executeWithinSeconds too_big", { executeWithinSeconds: 2_592_001 }],
    ["accepted", { metadata: { run: 7 } }],
    ["accepted", { metadata: { a: "x".repeat(4_088) } }],
    ["/metadata too_long", { metadata: { a: "x".repeat(4_089) } }],
    ["/metadata wrong_type", { metadata: "text" }],
    ["accepted", { policy: "four-eyes" }],
    ["/policy too_short", { policy: "" }],
    ["/policy too_long", { policy: "p".repeat(129) }],
    ["/policy wrong_type", { policy: {} }],
    ["/extra unknown_field", { extra: 1 }],
    ["/a~1b~0 unknown_field", { "a/b~": 1 }],
    ["/approved unknown_field, /status unknown_field", { approved: true, status: "approved" }],
    ["/action too_short, /x unknown_field", { action: "", x: 1 }],
  ];
  it.each(titled(rows))("is %s with %s", (expected, _title, change) => {
    expect(outcome(readCreateRequest({ ...VALID, ...change }))).toBe(expected);
    expect(outcome(readCreateRequest(VALID))).toBe("accepted");
  });

  it.each<[string, JsonObject, string | null]>([
    ["accepted", { ...without("username"), approver_username: "sam" }, "sam"],
    ["accepted", { ...without("username"), policy: "four-eyes" }, null],
    ["accepted", { ...VALID, policy: "four-eyes" }, "alex"],
    ["accepted", without("username"), null],
    ["/action required", without("action"), null],
    ["/payload required", without("payload"), null],
    ["/action required, /payload required", {}, null],
  ])("is %s: %j", (expected, body, username) => {
    const read = readCreateRequest(body);
    expect(outcome(read)).toBe(expected);
    if (read.ok) expect(read.value.username).toBe(username);
  });

  it("is refused with every wrong field in plain words, up to a limit", () => {
    const read = readCreateRequest({ ...VALID, action: "", expiresInSeconds: 5, policy: 1 });
    expect(read).toMatchObject({
      ok: false,
      refusal: {
        code: "validation_failed",
        detail: "/action must not be empty, and 2 more",
        at: "/action",
      },
      errors: [
        { path: "/action", code: "too_short", detail: "must not be empty" },
        { path: "/expiresInSeconds", code: "too_small", detail: "must be at least 30" },
        { path: "/policy", code: "wrong_type", detail: "must be text" },
      ],
    });
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x${index}`, 1]));
    const refused = readCreateRequest({ ...VALID, ...many });
    expect(refused.ok || refused.errors.length).toBe(20);
  });

  it("is refused with the code of the payload if only the payload is wrong", () => {
    const refused = readCreateRequest({ ...VALID, payload: nested(33) });
    expect(refused).toMatchObject({ ok: false, refusal: { code: "json_too_deep" } });
  });

  it("never causes an exception, and refuses every unknown field", () => {
    const known = new Set(["username", "approver_username", "action", "payload", "expiresInSeconds"]);
    const fields = fc.dictionary(fc.oneof(fc.constantFrom(...known), fc.string()), fc.jsonValue(), {
      maxKeys: 4,
    });
    fc.assert(
      fc.property(fields, (change) => {
        const body = { ...VALID, ...(change as JsonObject) };
        const others = ["executeWithinSeconds", "metadata", "policy"];
        const hasUnknown = Object.keys(body).some((name) => !known.has(name) && !others.includes(name));
        if (hasUnknown) expect(readCreateRequest(body).ok).toBe(false);
        else expect(typeof readCreateRequest(body).ok).toBe("boolean");
      }),
      { numRuns: 500 },
    );
  });
});

describe("other requests", () => {
  const consuming: readonly [string, JsonObject][] = [
    ["accepted", { payload: { a: 1 } }],
    ["/payload required", {}],
    ["/payload wrong_type", { payload: [] }],
    ["/payload json_too_large", { payload: { a: "x".repeat(65_536) } }],
    ["/payloadHash unknown_field", { payload: {}, payloadHash: "00" }],
  ];
  it.each(titled(consuming))("consume is %s: %s", (expected, _title, body) =>
    expect(outcome(readConsumeRequest(body))).toBe(expected),
  );

  it.each<[string, JsonObject]>([
    ["accepted", { username: "sam", role: "approver" }],
    ["accepted", { username: "sam", role: "admin" }],
    ["/role not_one_of", { username: "sam", role: "owner" }],
    ["/role not_one_of", { username: "sam", role: "Admin" }],
    ["/role required", { username: "sam" }],
    ["/username required", { role: "approver" }],
    ["/username malformed", { username: "Sam", role: "approver" }],
    ["/email unknown_field", { username: "sam", role: "approver", email: "sam@example.com" }],
  ])("invite is %s: %j", (expected, body) => expect(outcome(validate(inviteRequest, body))).toBe(expected));
});

describe("a query", () => {
  const lists: readonly [string, string][] = [
    ["accepted", ""],
    ["accepted", "status=pending&approver=alex&createdAfter=2026-01-31T12:00:00.000Z&limit=100&cursor=Ab_-9"],
    ["/status not_one_of", "status=open"],
    ["/approver malformed", "approver=Alex"],
    ["/createdAfter malformed", "createdAfter=2026-01-31"],
    ["/createdAfter malformed", "createdAfter=2026-02-30T12:00:00.000Z"],
    ["accepted", "createdAfter=2026-01-31T12:00:00.000%2B01:00"],
    ["accepted", "createdAfter=2026-01-31t12:00:00z"],
    ["/createdAfter malformed", "createdAfter=2026-01-31T12:00:00.000+01:00"],
    ["/limit too_small", "limit=0"],
    ["/limit too_big", "limit=101"],
    ["/limit malformed", "limit=1e1"],
    ["/limit malformed", "limit=%201"],
    ["/limit malformed", "limit=01"],
    ["/limit malformed", "limit="],
    ["/limit duplicate", "limit=1&limit=2"],
    ["/cursor malformed", "cursor=a%2Bb"],
    ["/cursor too_long", `cursor=${"a".repeat(513)}`],
    ["/offset unknown_field", "offset=10"],
    ["/__proto__ unknown_field", "__proto__=1"],
  ];
  it.each(titled(lists))("for a list is %s: %s", (expected, _title, query) => {
    expect(outcome(validateQuery(listQuery, new URLSearchParams(query)))).toBe(expected);
  });

  it.each<[string | number, string]>([
    [0, ""],
    [0, "wait=0"],
    [50, "wait=50"],
    ["/wait too_big", "wait=51"],
    ["/wait malformed", "wait=-1"],
    ["/wait malformed", "wait=25.0"],
    ["/wait malformed", "wait=25s"],
    ["/wait duplicate", "wait=25&wait=25"],
    ["/seen unknown_field", "wait=25&seen=pending"],
  ])("for a wait is read as %s: %s", (expected, query) => {
    const read = validateQuery(waitQuery, new URLSearchParams(query));
    expect(read.ok ? read.value.wait : outcome(read)).toBe(expected);
  });

  it("has defaults", () => {
    expect(validateQuery(listQuery, new URLSearchParams())).toEqual({ ok: true, value: { limit: 20 } });
  });
});

describe("an Idempotency-Key", () => {
  const keys: readonly [string, string | undefined][] = [
    ["accepted", undefined],
    ["accepted", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ["accepted", '"quoted"'],
    ["accepted", "a".repeat(255)],
    ["validation_failed", "a".repeat(256)],
    ["validation_failed", ""],
    ["validation_failed", "two words"],
    ["validation_failed", "tab\tinside"],
  ];
  it.each(titled(keys))("is %s: %s", (expected, _title, key) => {
    const read = readIdempotencyKey(new Headers(key === undefined ? {} : { "Idempotency-Key": key }));
    expect(read.ok ? "accepted" : read.refusal.code).toBe(expected);
    if (read.ok) expect(read.value).toBe(key ?? null);
  });
});
