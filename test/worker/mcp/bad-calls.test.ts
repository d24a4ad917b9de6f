import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCOPES } from "../../../src/app/account/api-keys.ts";
import { BODY_LIMITS } from "../../../src/http/json-body.ts";
import { MESSAGE_LIMITS } from "../../../src/http/mcp/mcp-message.ts";
import { ENVELOPE, ERAS, headersOf, message, type Posted } from "../../support/mcp-messages.ts";
import { expectNoYes, keyOf, send } from "../support/mcp-agent.ts";
import { asking } from "../support/rest-calls.ts";
import { emptyHouse, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import { changedBy } from "../support/database-rows.ts";

// What no sound client sends: each gets the right refusal in words from which it can be mended, changes
// nothing, and is answered by nothing that could be read as a yes.

const REQUEST = "request_human_approval";
const SOUND = { action: "Deploy", payload: { a: 1 }, approver_username: "alex", wait_seconds: 0 };

let company: Company;
let other: Company;
let pending: string;
let approved: string;
let foreign: string;
let key: string;
beforeAll(async () => {
  const runtime = await emptyHouse();
  company = await newCompany(runtime);
  other = await newCompany(runtime, "Other");
  key = await keyOf(company, SCOPES);
  pending = await company.asked();
  approved = await asking(company).approved();
  foreign = await asking(other).approved();
});
afterAll(() => reset());

async function refusedPost(work: () => Promise<Posted>): Promise<Posted> {
  const seen: Posted[] = [];
  const differs = await changedBy(async () => {
    seen.push(await work());
  });
  const [posted] = seen;
  if (posted === undefined) throw new Error("nothing was answered");
  expect(differs).toEqual([]);
  expectNoYes(posted);
  return posted;
}

const LONG = "a".repeat(201);
const DEEP = JSON.parse(`${'{"a":'.repeat(32)}{}${"}".repeat(32)}`) as object;

type Wrong = readonly [what: string, name: string, given: unknown, words: RegExp];

/** The call was never made: JSON-RPC's "invalid params", with every place that is wrong. */
const MALFORMED: readonly Wrong[] = [
  [
    "an unknown tool",
    "approve",
    {},
    /no tool of this name; this key can use request_human_approval, get_approval/,
  ],
  ["a tool of Object", "constructor", {}, /no tool of this name/],
  ["an unknown argument", REQUEST, { ...SOUND, approved: true }, /\/approved is not a field/],
  ["an argument of REST", REQUEST, { ...SOUND, username: "alex" }, /\/username is not a field/],
  ["no arguments", REQUEST, {}, /\/action is required; \/payload is required/],
  ["no arguments at all", REQUEST, undefined, /\/action is required/],
  ["no payload", REQUEST, { ...SOUND, payload: undefined }, /\/payload is required/],
  ["a payload in a string", REQUEST, { ...SOUND, payload: '{"a":1}' }, /\/payload must be an object/],
  ["a list as payload", REQUEST, { ...SOUND, payload: [1] }, /\/payload must be an object/],
  ["null as payload", REQUEST, { ...SOUND, payload: null }, /\/payload must be an object/],
  ["a number as action", REQUEST, { ...SOUND, action: 1 }, /\/action must be text/],
  ["an empty action", REQUEST, { ...SOUND, action: "" }, /\/action must not be empty/],
  ["a long action", REQUEST, { ...SOUND, action: LONG }, /\/action has more than 200/],
  ["a list of approvers", REQUEST, { ...SOUND, approver_username: ["alex"] }, /\/approver_username must be/],
  ["a wait in a string", REQUEST, { ...SOUND, wait_seconds: "25" }, /\/wait_seconds must be a number/],
  ["a wait of half a second", REQUEST, { ...SOUND, wait_seconds: 0.5 }, /\/wait_seconds must be a whole/],
  ["a wait below none", REQUEST, { ...SOUND, wait_seconds: -1 }, /\/wait_seconds must be at least 0/],
  ["a wait beyond the limit", REQUEST, { ...SOUND, wait_seconds: 51 }, /\/wait_seconds must be at most 50/],
  [
    "a name with a space",
    REQUEST,
    { ...SOUND, idempotency_key: "a b" },
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
  ["a use of nothing", "consume_approval", { confirmation_id: "c_1" }, /\/payload is required/],
  ["a list of too much", "list_approvals", { limit: 101 }, /\/limit must be at most 100/],
  [
    "a list of another status",
    "list_approvals",
    { status: "yes" },
    /\/status must be one of pending, approved/,
  ],
];

/** The call was made, and a model can mend it: an answer with `isError`. */
const MENDABLE: readonly (readonly [...Wrong, code: string])[] = [
  ["nobody", REQUEST, { ...SOUND, approver_username: undefined }, /approver_username/, "unknown_approver"],
  [
    "a stranger",
    REQUEST,
    { ...SOUND, approver_username: "Alex B." },
    /no approver "Alex B."/,
    "unknown_approver",
  ],
  ["another tenant's person", REQUEST, { ...SOUND, approver_username: "karin" }, /karin/, "unknown_approver"],
  ["a deep payload", REQUEST, { ...SOUND, payload: DEEP }, /32 levels/, "payload_not_canonical"],
  [
    "a wide payload",
    REQUEST,
    { ...SOUND, payload: { a: Array(10_000).fill(0) } },
    /10000/,
    "payload_not_canonical",
  ],
  [
    "a large payload",
    REQUEST,
    { ...SOUND, payload: { a: "a".repeat(65_536) } },
    /65536/,
    "payload_too_large",
  ],
  ["an absent id", "get_approval", { confirmation_id: "c_absent" }, /no such approval/, "not_found"],
  ["a word", "cancel_approval", { confirmation_id: "../c_1" }, /no such approval/, "not_found"],
];

/** A payload of one member that JSON as such would take. */
const TEXTS: readonly (readonly [what: string, payload: string, at: string])[] = [
  ["a number beyond 2^53", '{"n":9007199254740993}', "/payload/n"],
  ["a number beyond all", '{"n":1e400}', "/payload/n"],
  ["a number that rounds", '{"n":0.1000000000000000055}', "/payload/n"],
  ["negative zero", '{"n":-0}', "/payload/n"],
  ["half of a surrogate pair", '{"n":"\\ud83d"}', "/payload/n"],
  ["__proto__", '{"__proto__":{"approved":true}}', "/payload/__proto__"],
  ["constructor, deep within", '{"a":[{"constructor":1}]}', "/payload/a/0/constructor"],
  ["70 levels", `${'{"a":'.repeat(70)}1${"}".repeat(70)}`, "/payload/a"],
];

describe.each(ERAS)("in the %s era", (era) => {
  const post = (name: string, given: unknown) =>
    refusedPost(() => send(key, message(era, name, given), headersOf(era, name)));

  it.each(MALFORMED)("%s is told as invalid params", async (_what, name, given, words) => {
    const { answer } = await post(name, given);
    expect(answer).toMatchObject({ id: 1, error: { code: -32_602 } });
    expect(answer.error.message).toMatch(words);
    expect(answer.error.message).toContain("nothing is approved");
    expect(answer.error.data.code).toBe("validation_failed");
  });

  it.each(MENDABLE)("%s is told as an error of the tool", async (_what, name, given, words, code) => {
    const { status, answer } = await post(name, given);
    expect([status, answer.result?.isError]).toEqual([200, true]);
    const { structuredContent: told, content } = answer.result;
    expect(Object.keys(told)[0]).toBe("approved");
    expect(told).toMatchObject({ approved: false, status: "error", code });
    expect(content).toEqual([{ type: "text", text: JSON.stringify(told) }]);
    expect(`${told.message} ${JSON.stringify(told.errors)}`).toMatch(words);
    expect(told.next_step).toContain("Do NOT");
  });

  it.each(TEXTS)(
    "a payload with %s is told as an error of the tool, with its place",
    async (_what, payload, at) => {
      for (const name of [REQUEST, "consume_approval"]) {
        const given = name === REQUEST ? SOUND : { confirmation_id: approved, payload: {} };
        const body = JSON.stringify(message(era, name, given)).replace(
          /"payload":\{.*?\}/,
          `"payload":${payload}`,
        );
        const { status, answer } = await refusedPost(() => send(key, body, headersOf(era, name)));
        expect([status, answer?.id, answer?.result?.isError]).toEqual([200, 1, true]);
        const told = answer.result.structuredContent;
        expect(told).toMatchObject({ approved: false, status: "error", code: "payload_not_canonical" });
        expect(told.errors[0].path.startsWith(at)).toBe(true);
      }
    },
  );

  it("a foreign id is told like an absent one, by every tool, byte for byte", async () => {
    const theirs = await keyOf(other, SCOPES);
    const tools = ["get_approval", "cancel_approval", "consume_approval"];
    for (const name of tools) {
      const told = async (apiKey: string, id: string) => {
        const more = name === "consume_approval" ? { payload: { service: "api", sha: "abc123" } } : {};
        const body = message(era, name, { confirmation_id: id, ...more });
        return (await refusedPost(() => send(apiKey, body, headersOf(era, name)))).text;
      };
      const absent = await told(key, "c_absent");
      for (const [apiKey, id] of [
        [key, foreign],
        [theirs, pending],
        [theirs, approved],
      ] as const)
        expect(await told(apiKey, id)).toBe(absent);
    }
  });

  it.each<[string, (text: string) => string]>([
    ["of the message", (text) => text.replace('"id":1', '"id":2,"id":1')],
    ["of the method", (text) => text.replace('"method"', '"method":"tools/list","method"')],
    ["of the params", (text) => text.replace('"name"', '"name":"list_approvals","name"')],
    ["of the arguments", (text) => text.replace('"action"', '"action":"Harmless","action"')],
    ["of the payload", (text) => text.replace('"a":1', '"a":1,"a":2')],
    ["of the payload, in other letters", (text) => text.replace('"a":1', '"a":1,"\\u0061":2')],
  ])("a name %s that stands twice is a parse error", async (_what, change) => {
    const body = change(JSON.stringify(message(era, REQUEST, SOUND)));
    const { status, answer } = await refusedPost(() => send(key, body, headersOf(era, REQUEST)));
    expect([status, answer.error.code, answer.id]).toEqual([400, -32_700, null]);
    expect(answer.error.data).toEqual({ code: "payload_not_canonical", reason: "json_duplicate_name" });
    expect(answer.error.message).toMatch(/the same name stands twice.*\(at \/.*nothing is approved/i);
  });
});

describe("a body", () => {
  const deep = "[".repeat(30_000);
  const big = JSON.stringify(message("old", REQUEST, { ...SOUND, payload: { a: "a".repeat(90_000) } }));
  const inexact = JSON.stringify(message("old", REQUEST, SOUND)).replace('"a":1', '"a":1e400');
  const bodies: readonly (readonly [string, string, number, number, Record<string, string>?])[] = [
    ["of nothing", "", 400, -32_700],
    ["of no JSON", "{", 400, -32_700],
    ["of JSON and more", "{}{}", 400, -32_700],
    ["of brackets", deep, 400, -32_700],
    ["with a byte order mark", "\uFEFF{}", 400, -32_700],
    ["of a refused number and brackets", inexact.replace('"method"', `"method":${deep},"m"`), 400, -32_700],
    [
      "of a refused number and depth",
      `${inexact.slice(0, -1)},"x":${deep}1${"]".repeat(30_000)}}`,
      400,
      -32_700,
    ],
    ["of a batch", JSON.stringify([message("old", REQUEST, SOUND)]), 400, -32_600],
    ["of an empty batch", "[]", 400, -32_600],
    ["of a word", '"approve"', 400, -32_600],
    ["of null", "null", 400, -32_600],
    ["beyond the limit", big, 413, -32_600],
    ["that says it is a form", "{}", 415, -32_600, { "content-type": "application/x-www-form-urlencoded" }],
    ["that says it is text", "{}", 415, -32_600, { "content-type": "text/plain" }],
    ["that is compressed", "{}", 415, -32_600, { "content-encoding": "gzip" }],
    ["that is no message", "{}", 400, -32_600],
    ["of another JSON-RPC", '{"jsonrpc":"1.0","id":1,"method":"tools/list"}', 400, -32_600],
    ["of a method that is none", '{"jsonrpc":"2.0","id":1,"method":7}', 400, -32_600],
  ];

  const whole = bodies.map(
    ([what, body, status, code, more = {}]) => [what, body, status, code, more] as const,
  );
  it.each(whole)("%s is refused", async (_what, body, status, code, more) => {
    const headers = { ...headersOf("old", REQUEST), ...more };
    const posted = await refusedPost(() => send(key, body, headers));
    expect([posted.status, posted.answer.error.code]).toEqual([status, code]);
  });

  it("may be as long as a payload of 64 KiB needs, and no longer than that and its envelope", () => {
    expect(MESSAGE_LIMITS.maxBytes).toBe(BODY_LIMITS.maxBytes + 16 * 1024);
  });
});

describe("in the new era", () => {
  const changed = (meta: object, params: object = {}) => {
    const held = message("new", REQUEST, SOUND) as { params: object };
    return { ...held, params: { ...held.params, _meta: { ...ENVELOPE, ...meta }, ...params } };
  };
  const version = "io.modelcontextprotocol/protocolVersion";
  const without = (name: string) => ({ drop: name });
  const cases: readonly (readonly [string, object, Record<string, string> | { drop: string }, number])[] = [
    ["another version in the header", changed({}), { "mcp-protocol-version": "2025-11-25" }, -32_020],
    ["another version in the body", changed({ [version]: "2025-11-25" }), {}, -32_020],
    [
      "a version that nobody knows",
      changed({ [version]: "2099-01-01" }),
      { "mcp-protocol-version": "2099-01-01" },
      -32_022,
    ],
    ["no version in the header", changed({}), without("mcp-protocol-version"), -32_020],
    ["no envelope", message("old", REQUEST, SOUND), {}, -32_602],
    ["another method in the header", changed({}), { "mcp-method": "tools/list" }, -32_020],
    ["no method in the header", changed({}), without("mcp-method"), -32_020],
    ["another tool in the header", changed({}), { "mcp-name": "list_approvals" }, -32_020],
    ["no tool in the header", changed({}), without("mcp-name"), -32_020],
    ["a tool in the header that is no base64", changed({}), { "mcp-name": "=?base64?*?=" }, -32_020],
  ];

  it.each(cases)("%s is refused before anything is asked", async (_what, body, more, code) => {
    const headers: Record<string, string> = { ...headersOf("new", REQUEST), ...("drop" in more ? {} : more) };
    if ("drop" in more) delete headers[more.drop];
    const { status, answer } = await refusedPost(() => send(key, body, headers));
    expect([status, answer.error.code]).toEqual([400, code]);
  });
});

describe("the door", () => {
  it.each(["GET", "DELETE", "PUT", "PATCH"])("takes no %s", async (method) => {
    const body = method === "PUT" || method === "PATCH" ? {} : undefined;
    const { status, headers, answer } = await refusedPost(() =>
      send(key, body, headersOf("old", ""), { method }),
    );
    expect([status, headers.get("allow"), answer.error.data.code]).toEqual([
      405,
      "POST",
      "method_not_allowed",
    ]);
  });

  it("answers without a good key with 401 and leads nobody to OAuth", async () => {
    for (const apiKey of ["", "nonsense", `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`]) {
      for (const method of ["POST", "GET", "DELETE"]) {
        const body = method === "POST" ? message("new", REQUEST, SOUND) : undefined;
        const posted = await refusedPost(() => send(apiKey, body, headersOf("new", REQUEST), { method }));
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
    ["an Origin that is none", { origin: "localhost" }, `${ORIGIN}/mcp`, false],
    ["the loopback address", {}, "http://127.0.0.1:8787/mcp", true],
    ["another host", {}, evil, false],
    ["another host that says it is ours", { host: "localhost:8787" }, evil, false],
    ["another host in its header", { host: "evil.example" }, `${ORIGIN}/mcp`, false],
  ])("with %s", async (_what, headers, url, open) => {
    const body = message("old", "list_approvals", {});
    const posted = await refusedPost(() => send(key, body, { ...headersOf("old", ""), ...headers }, { url }));
    expect(posted.status).toBe(open ? 200 : 403);
    if (!open) expect(posted.answer.error.data.code).toBe("forbidden_origin");
    expect(posted.headers.get("access-control-allow-origin")).toBe(null);
  });
});
