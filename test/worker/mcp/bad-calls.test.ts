import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { BODY_LIMITS } from "../../../src/http/json-body.ts";
import { MESSAGE_LIMITS } from "../../../src/http/mcp/mcp-message.ts";
import { ENVELOPE, ERAS, headersOf, message, type Posted } from "../../support/mcp-messages.ts";
import { expectNoApproval, keyOf, send } from "../support/mcp-agent.ts";
import { restCalls } from "../support/rest-calls.ts";
import { freshPlatform, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import { changedBy } from "../support/database-rows.ts";

// Calls that no correct client sends. Each is refused in words that help to correct it, changes nothing, and gets
// no answer that could be read as an approval.

const REQUEST = "request_human_approval";
const VALID = { action: "Deploy", payload: { a: 1 }, approver_username: "alex", wait_seconds: 0 };

let company: Company;
let other: Company;
let pending: string;
let approved: string;
let foreign: string;
let key: string;
beforeAll(async () => {
  const runtime = await freshPlatform();
  company = await newCompany(runtime);
  other = await newCompany(runtime, "Other");
  key = await keyOf(company, SCOPES);
  pending = await company.asked();
  approved = await restCalls(company).approved();
  foreign = await restCalls(other).approved();
});
afterAll(() => reset());

async function expectRefusal(work: () => Promise<Posted>): Promise<Posted> {
  const answers: Posted[] = [];
  const differs = await changedBy(async () => {
    answers.push(await work());
  });
  const [posted] = answers;
  if (posted === undefined) throw new Error("there was no answer");
  expect(differs).toEqual([]);
  expectNoApproval(posted);
  return posted;
}

const LONG = "a".repeat(201);
const DEEP = JSON.parse(`${'{"a":'.repeat(32)}{}${"}".repeat(32)}`) as object;

type WrongCall = readonly [what: string, name: string, input: unknown, words: RegExp];

/** The tool does not run: JSON-RPC's "invalid params", with every path that is wrong. */
const MALFORMED: readonly WrongCall[] = [
  [
    "an unknown tool",
    "approve",
    {},
    /no tool of this name; this key can use request_human_approval, get_approval/,
  ],
  ["a member of Object as tool", "constructor", {}, /no tool of this name/],
  ["an unknown argument", REQUEST, { ...VALID, approved: true }, /\/approved is not a field/],
  ["an argument of REST", REQUEST, { ...VALID, username: "alex" }, /\/username is not a field/],
  ["no arguments", REQUEST, {}, /\/action is required; \/payload is required/],
  ["no arguments at all", REQUEST, undefined, /\/action is required/],
  ["no payload", REQUEST, { ...VALID, payload: undefined }, /\/payload is required/],
  ["a payload in a string", REQUEST, { ...VALID, payload: '{"a":1}' }, /\/payload must be an object/],
  ["a list as payload", REQUEST, { ...VALID, payload: [1] }, /\/payload must be an object/],
  ["null as payload", REQUEST, { ...VALID, payload: null }, /\/payload must be an object/],
  ["a number as action", REQUEST, { ...VALID, action: 1 }, /\/action must be text/],
  ["an empty action", REQUEST, { ...VALID, action: "" }, /\/action must not be empty/],
  ["a long action", REQUEST, { ...VALID, action: LONG }, /\/action has more than 200/],
  ["a list of approvers", REQUEST, { ...VALID, approver_username: ["alex"] }, /\/approver_username must be/],
  ["a wait in a string", REQUEST, { ...VALID, wait_seconds: "25" }, /\/wait_seconds must be a number/],
  ["a wait of half a second", REQUEST, { ...VALID, wait_seconds: 0.5 }, /\/wait_seconds must be a whole/],
  ["a negative wait", REQUEST, { ...VALID, wait_seconds: -1 }, /\/wait_seconds must be at least 0/],
  ["a wait beyond the limit", REQUEST, { ...VALID, wait_seconds: 51 }, /\/wait_seconds must be at most 50/],
  [
    "an idempotency_key with a space",
    REQUEST,
    { ...VALID, idempotency_key: "a b" },
    /\/idempotency_key must be 1 to 255/,
  ],
  ["no id", "get_approval", {}, /\/confirmation_id is required/],
  ["a list of ids", "get_approval", { confirmation_id: ["c_1"] }, /\/confirmation_id must be text/],
  [
    "a wait with a cancel",
    "cancel_approval",
    { confirmation_id: "c", wait_seconds: 1 },
    /\/wait_seconds is not/,
  ],
  ["a use without a payload", "consume_approval", { confirmation_id: "c_1" }, /\/payload is required/],
  ["a list over its limit", "list_approvals", { limit: 101 }, /\/limit must be at most 100/],
  [
    "a list with an unknown status",
    "list_approvals",
    { status: "yes" },
    /\/status must be one of pending, approved/,
  ],
];

/** The tool runs, and a model can correct the call: a result with `isError`. */
const CORRECTABLE: readonly (readonly [...WrongCall, code: string])[] = [
  [
    "no approver",
    REQUEST,
    { ...VALID, approver_username: undefined },
    /approver_username/,
    "unknown_approver",
  ],
  [
    "an unknown approver",
    REQUEST,
    { ...VALID, approver_username: "Alex B." },
    /no approver "Alex B."/,
    "unknown_approver",
  ],
  ["another tenant's person", REQUEST, { ...VALID, approver_username: "karin" }, /karin/, "unknown_approver"],
  ["a deep payload", REQUEST, { ...VALID, payload: DEEP }, /32 levels/, "payload_not_canonical"],
  [
    "a wide payload",
    REQUEST,
    { ...VALID, payload: { a: Array(10_000).fill(0) } },
    /10000/,
    "payload_not_canonical",
  ],
  [
    "a large payload",
    REQUEST,
    { ...VALID, payload: { a: "a".repeat(65_536) } },
    /65536/,
    "payload_too_large",
  ],
  ["an absent id", "get_approval", { confirmation_id: "c_absent" }, /no such approval/, "not_found"],
  ["a malformed id", "cancel_approval", { confirmation_id: "../c_1" }, /no such approval/, "not_found"],
];

/** Payloads that an ordinary JSON parser accepts. */
const TEXTS: readonly (readonly [what: string, payload: string, at: string])[] = [
  ["a number above 2^53", '{"n":9007199254740993}', "/payload/n"],
  ["a number that overflows", '{"n":1e400}', "/payload/n"],
  ["a number that rounds", '{"n":0.1000000000000000055}', "/payload/n"],
  ["negative zero", '{"n":-0}', "/payload/n"],
  ["half of a surrogate pair", '{"n":"\\ud83d"}', "/payload/n"],
  ["__proto__", '{"__proto__":{"approved":true}}', "/payload/__proto__"],
  ["constructor, deep within", '{"a":[{"constructor":1}]}', "/payload/a/0/constructor"],
  ["70 levels", `${'{"a":'.repeat(70)}1${"}".repeat(70)}`, "/payload/a"],
];

describe.each(ERAS)("in the %s era", (era) => {
  const post = (name: string, input: unknown) =>
    expectRefusal(() => send(key, message(era, name, input), headersOf(era, name)));

  it.each(MALFORMED)("%s gets the error invalid params", async (_what, name, input, words) => {
    const { answer } = await post(name, input);
    expect(answer).toMatchObject({ id: 1, error: { code: -32_602 } });
    expect(answer.error.message).toMatch(words);
    expect(answer.error.message).toContain("nothing is approved");
    expect(answer.error.data.code).toBe("validation_failed");
  });

  it.each(CORRECTABLE)("%s gets an error result of the tool", async (_what, name, input, words, code) => {
    const { status, answer } = await post(name, input);
    expect([status, answer.result?.isError]).toEqual([200, true]);
    const { structuredContent: result, content } = answer.result;
    expect(Object.keys(result)[0]).toBe("approved");
    expect(result).toMatchObject({ approved: false, status: "error", code });
    expect(content).toEqual([{ type: "text", text: JSON.stringify(result) }]);
    expect(`${result.message} ${JSON.stringify(result.errors)}`).toMatch(words);
    expect(result.next_step).toContain("Do NOT");
  });

  it.each(TEXTS)(
    "a payload with %s gets an error result of the tool, with its path",
    async (_what, payload, at) => {
      for (const name of [REQUEST, "consume_approval"]) {
        const input = name === REQUEST ? VALID : { confirmation_id: approved, payload: {} };
        const body = JSON.stringify(message(era, name, input)).replace(
          /"payload":\{.*?\}/,
          `"payload":${payload}`,
        );
        const { status, answer } = await expectRefusal(() => send(key, body, headersOf(era, name)));
        expect([status, answer?.id, answer?.result?.isError]).toEqual([200, 1, true]);
        const result = answer.result.structuredContent;
        expect(result).toMatchObject({ approved: false, status: "error", code: "payload_not_canonical" });
        expect(result.errors[0].path.startsWith(at)).toBe(true);
      }
    },
  );

  it("a foreign id gets the same answer as an absent one, from every tool, byte for byte", async () => {
    const theirs = await keyOf(other, SCOPES);
    const tools = ["get_approval", "cancel_approval", "consume_approval"];
    for (const name of tools) {
      const answerTo = async (apiKey: string, id: string) => {
        const more = name === "consume_approval" ? { payload: { service: "api", sha: "abc123" } } : {};
        const body = message(era, name, { confirmation_id: id, ...more });
        return (await expectRefusal(() => send(apiKey, body, headersOf(era, name)))).text;
      };
      const absent = await answerTo(key, "c_absent");
      for (const [apiKey, id] of [
        [key, foreign],
        [theirs, pending],
        [theirs, approved],
      ] as const)
        expect(await answerTo(apiKey, id)).toBe(absent);
    }
  });

  it.each<[string, (text: string) => string]>([
    ["of the message", (text) => text.replace('"id":1', '"id":2,"id":1')],
    ["of the method", (text) => text.replace('"method"', '"method":"tools/list","method"')],
    ["of the params", (text) => text.replace('"name"', '"name":"list_approvals","name"')],
    ["of the arguments", (text) => text.replace('"action"', '"action":"Harmless","action"')],
    ["of the payload", (text) => text.replace('"a":1', '"a":1,"a":2')],
    ["of the payload, once with an escape", (text) => text.replace('"a":1', '"a":1,"\\u0061":2')],
  ])("a duplicate name %s is a parse error", async (_what, change) => {
    const body = change(JSON.stringify(message(era, REQUEST, VALID)));
    const { status, answer } = await expectRefusal(() => send(key, body, headersOf(era, REQUEST)));
    expect([status, answer.error.code, answer.id]).toEqual([400, -32_700, null]);
    expect(answer.error.data).toEqual({ code: "payload_not_canonical", reason: "json_duplicate_name" });
    expect(answer.error.message).toMatch(/the same name appears twice.*\(at \/.*nothing is approved/i);
  });
});

describe("a body", () => {
  const deep = "[".repeat(30_000);
  const big = JSON.stringify(message("old", REQUEST, { ...VALID, payload: { a: "a".repeat(90_000) } }));
  const inexact = JSON.stringify(message("old", REQUEST, VALID)).replace('"a":1', '"a":1e400');
  const bodies: readonly (readonly [string, string, number, number, Record<string, string>?])[] = [
    ["that is empty", "", 400, -32_700],
    ["that is not JSON", "{", 400, -32_700],
    ["with text after the JSON", "{}{}", 400, -32_700],
    ["of open brackets", deep, 400, -32_700],
    ["with a byte order mark", "\uFEFF{}", 400, -32_700],
    ["of a refused number and brackets", inexact.replace('"method"', `"method":${deep},"m"`), 400, -32_700],
    [
      "of a refused number and depth",
      `${inexact.slice(0, -1)},"x":${deep}1${"]".repeat(30_000)}}`,
      400,
      -32_700,
    ],
    ["of a batch", JSON.stringify([message("old", REQUEST, VALID)]), 400, -32_600],
    ["of an empty batch", "[]", 400, -32_600],
    ["of a string", '"approve"', 400, -32_600],
    ["of null", "null", 400, -32_600],
    ["beyond the limit", big, 413, -32_600],
    ["with the type of a form", "{}", 415, -32_600, { "content-type": "application/x-www-form-urlencoded" }],
    ["with the type of text", "{}", 415, -32_600, { "content-type": "text/plain" }],
    ["that is compressed", "{}", 415, -32_600, { "content-encoding": "gzip" }],
    ["without a message", "{}", 400, -32_600],
    ["of another JSON-RPC", '{"jsonrpc":"1.0","id":1,"method":"tools/list"}', 400, -32_600],
    ["of a method that is not text", '{"jsonrpc":"2.0","id":1,"method":7}', 400, -32_600],
  ];

  const table = bodies.map(
    ([what, body, status, code, more = {}]) => [what, body, status, code, more] as const,
  );
  it.each(table)("%s is refused", async (_what, body, status, code, more) => {
    const headers = { ...headersOf("old", REQUEST), ...more };
    const posted = await expectRefusal(() => send(key, body, headers));
    expect([posted.status, posted.answer.error.code]).toEqual([status, code]);
  });

  it("may be as long as a payload of 64 KiB and its envelope need", () => {
    expect(MESSAGE_LIMITS.maxBytes).toBe(BODY_LIMITS.maxBytes + 16 * 1024);
  });
});

describe("in the new era", () => {
  const changed = (meta: object, params: object = {}) => {
    const base = message("new", REQUEST, VALID) as { params: object };
    return { ...base, params: { ...base.params, _meta: { ...ENVELOPE, ...meta }, ...params } };
  };
  const version = "io.modelcontextprotocol/protocolVersion";
  const without = (name: string) => ({ drop: name });
  const cases: readonly (readonly [string, object, Record<string, string> | { drop: string }, number])[] = [
    ["another version in the header", changed({}), { "mcp-protocol-version": "2025-11-25" }, -32_020],
    ["another version in the body", changed({ [version]: "2025-11-25" }), {}, -32_020],
    [
      "an unknown version",
      changed({ [version]: "2099-01-01" }),
      { "mcp-protocol-version": "2099-01-01" },
      -32_022,
    ],
    ["no version in the header", changed({}), without("mcp-protocol-version"), -32_020],
    ["no envelope", message("old", REQUEST, VALID), {}, -32_602],
    ["another method in the header", changed({}), { "mcp-method": "tools/list" }, -32_020],
    ["no method in the header", changed({}), without("mcp-method"), -32_020],
    ["another tool in the header", changed({}), { "mcp-name": "list_approvals" }, -32_020],
    ["no tool in the header", changed({}), without("mcp-name"), -32_020],
    ["a tool in the header that is not base64", changed({}), { "mcp-name": "=?base64?*?=" }, -32_020],
  ];

  it.each(cases)("%s is refused before anything is asked", async (_what, body, more, code) => {
    const headers: Record<string, string> = { ...headersOf("new", REQUEST), ...("drop" in more ? {} : more) };
    if ("drop" in more) delete headers[more.drop];
    const { status, answer } = await expectRefusal(() => send(key, body, headers));
    expect([status, answer.error.code]).toEqual([400, code]);
  });
});

describe("the endpoint", () => {
  it.each(["GET", "DELETE", "PUT", "PATCH"])("refuses %s", async (method) => {
    const body = method === "PUT" || method === "PATCH" ? {} : undefined;
    const { status, headers, answer } = await expectRefusal(() =>
      send(key, body, headersOf("old", ""), { method }),
    );
    expect([status, headers.get("allow"), answer.error.data.code]).toEqual([
      405,
      "POST",
      "method_not_allowed",
    ]);
  });

  it("answers 401 without a valid key, and leads no client to OAuth", async () => {
    for (const apiKey of ["", "nonsense", `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`]) {
      for (const method of ["POST", "GET", "DELETE"]) {
        const body = method === "POST" ? message("new", REQUEST, VALID) : undefined;
        const posted = await expectRefusal(() => send(apiKey, body, headersOf("new", REQUEST), { method }));
        expect([posted.status, posted.answer.error.data.code]).toEqual([401, "unauthorized"]);
        expect(posted.headers.get("www-authenticate")).toBe('ApiKey realm="countersign"');
        expect(posted.text).not.toMatch(/resource_metadata|oauth/i);
      }
    }
  });

  it.each([
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/mcp",
    "/.well-known/openid-configuration",
    "/mcp/.well-known/openid-configuration",
    "/authorize",
    "/token",
    "/register",
  ])("has nothing at %s", async (path) => {
    for (const method of ["GET", "POST"])
      expect((await send(key, undefined, {}, { url: ORIGIN + path, method })).status).toBe(404);
  });

  const evil = "http://evil.example/mcp";
  it.each<[string, Record<string, string>, string, boolean]>([
    ["no Origin", {}, `${ORIGIN}/mcp`, true],
    ["our Origin", { origin: ORIGIN }, `${ORIGIN}/mcp`, true],
    ["a loopback Origin", { origin: "http://127.0.0.1:6274" }, `${ORIGIN}/mcp`, true],
    ["an opaque Origin", { origin: "null" }, `${ORIGIN}/mcp`, false],
    ["another site's Origin", { origin: "https://evil.example" }, `${ORIGIN}/mcp`, false],
    ["an Origin that begins like ours", { origin: "http://localhost.evil.example" }, `${ORIGIN}/mcp`, false],
    ["a malformed Origin", { origin: "localhost" }, `${ORIGIN}/mcp`, false],
    ["the loopback address", {}, "http://127.0.0.1:8787/mcp", true],
    ["another host", {}, evil, false],
    ["another host with our Host header", { host: "localhost:8787" }, evil, false],
    ["another host in its header", { host: "evil.example" }, `${ORIGIN}/mcp`, false],
  ])("with %s", async (_what, headers, url, open) => {
    const body = message("old", "list_approvals", {});
    const posted = await expectRefusal(() =>
      send(key, body, { ...headersOf("old", ""), ...headers }, { url }),
    );
    expect(posted.status).toBe(open ? 200 : 403);
    if (!open) expect(posted.answer.error.data.code).toBe("forbidden_origin");
    expect(posted.headers.get("access-control-allow-origin")).toBe(null);
  });
});
