import { beforeAll, describe, expect, it } from "vitest";
import { fromHex } from "../../../src/core/encoding/bytes.ts";
import { comparisonCode } from "../../../src/core/confirmation/challenge.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { hashOfText, type Answered } from "../../support/browser-client.ts";
import { restCalls, QUESTION, TIME, type RestCalls } from "../support/rest-calls.ts";
import { freshPlatform, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import { changedBy } from "../support/database-rows.ts";

// What a backend may ask for, and how a wrong request is refused.

let company: Company;
let create: RestCalls["create"];
let read: RestCalls["read"];
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  ({ create, read } = restCalls(company));
});

const ID = /^c_[0-9a-z]{35}[01]$/;

/** Each error as `path code`. */
const errorsOf = ({ body }: Answered): string =>
  (body.errors ?? []).map(({ path, code }: { path: string; code: string }) => `${path} ${code}`).join(", ");

describe("a request", () => {
  it("gets an answer with all its facts", async () => {
    const { status, body } = await create({
      ...QUESTION,
      payload: { z: 1, a: { b: [null, "ü"] } },
      expiresInSeconds: 60,
      executeWithinSeconds: 30,
      metadata: { run: 7 },
    });
    const payloadHash = hashOfText('{"a":{"b":[null,"ü"]},"z":1}');
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(ID),
      url: `${ORIGIN}/approve/${body.id}`,
      status: "pending",
      mode: "live",
      code: comparisonCode(body.id, expectOk(fromHex(payloadHash)), QUESTION.action),
      action: QUESTION.action,
      username: "alex",
      policy: null,
      policyName: null,
      policySentence: null,
      approvers: ["alex"],
      progress: { have: 0, need: 1 },
      stage: { number: 1, of: 1 },
      waitingFor: "people",
      payloadHash,
      metadata: { run: 7 },
      createdAt: expect.stringMatching(TIME),
      expiresAt: new Date(Date.parse(body.createdAt) + 60_000).toISOString(),
      executeWithinSeconds: 30,
      decidedAt: null,
      consumedAt: null,
      credentialId: null,
      rawAssertion: null,
      decisions: [],
      log: null,
      receiptUrl: null,
    });
    expect((await read(body.id)).body).toEqual(body);
  });

  it("has defaults, and an alias for username", async () => {
    const { username, ...rest } = QUESTION;
    const { body } = await create({ ...rest, approver_username: username });
    expect(body).toMatchObject({ username: "alex", metadata: null, executeWithinSeconds: null });
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(15 * 60_000);
    expect((await create({ ...QUESTION, approver_username: "alex" })).status).toBe(201);
  });

  it("hides its metadata from the approver", async () => {
    const { body } = await create({ ...QUESTION, metadata: { note: "not-for-you" } });
    const page = await (await company.alex.get(`/approve/${body.id}`)).text();
    expect([page.includes(body.payloadHash), page.includes("not-for-you")]).toEqual([true, false]);
  });

  it("keeps the order of its outermost members for the approver, who signs it", async () => {
    const payload = '{"to":"ACME","10":{"b":1,"a":2},"9":3,"amount":4}';
    const asked = (text: string) =>
      create(`{"username":"alex","action":"Pay","payload":${text}}`, { "idempotency-key": "in-order" });
    const { body } = await asked(payload);
    const { data } = await company.alex.approvalPage(body.id);
    expect(data.payload).toBe('{"10":{"a":2,"b":1},"9":3,"amount":4,"to":"ACME"}');
    expect(data.statement.display).toEqual({ order: [3, 0, 1, 2], template: null });
    // Another order is the same request.
    const again = await asked('{"9":3,"amount":4,"to":"ACME","10":{"a":2,"b":1}}');
    expect(again.body).toEqual(body);
    await company.alex.decide(body.id);
    expect((await read(body.id)).body).toMatchObject({
      status: "approved",
      decisions: [{ statement: { display: data.statement.display } }],
    });
    const sorted = await company.asked();
    expect((await company.alex.approvalPage(sorted)).data.statement.display.order).toEqual([]);
  });

  it("is never shown as markup in the page, whatever its text", async () => {
    const action = "</script><script>alert(1)</script>";
    const id = await company.asked("alex", { action, payload: { a: action } });
    const page = await (await company.alex.get(`/approve/${id}`)).text();
    expect(page).not.toContain("<script>alert");
    expect((await company.alex.approvalPage(id)).data.statement.action).toBe(action);
  });
});

describe("a bad request", () => {
  const text = (payload: string) => `{"username":"alex","action":"Deploy","payload":${payload}}`;
  const nested = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`;
  const { username: _username, ...withoutUsername } = QUESTION;
  const { action: _action, ...withoutAction } = QUESTION;
  const { payload: _payload, ...withoutPayload } = QUESTION;
  const table: readonly (readonly [
    name: string,
    body: unknown,
    status: number,
    code: string,
    errors: string,
  ])[] = [
    ["an unknown approver", { ...QUESTION, username: "nobody" }, 422, "unknown_approver", ""],
    ["no approver", withoutUsername, 422, "validation_failed", "/username validation_failed"],
    [
      "two approvers",
      { ...QUESTION, approver_username: "sam" },
      422,
      "validation_failed",
      "/approver_username conflict",
    ],
    [
      "an approver who is not a username",
      { ...QUESTION, username: "Alex" },
      422,
      "validation_failed",
      "/username malformed",
    ],
    [
      "a policy that does not exist",
      { ...QUESTION, policy: "two-eyes" },
      422,
      "validation_failed",
      "/policy validation_failed",
    ],
    ["no action", withoutAction, 422, "validation_failed", "/action required"],
    ["an empty action", { ...QUESTION, action: "" }, 422, "validation_failed", "/action too_short"],
    ["a long action", { ...QUESTION, action: "a".repeat(201) }, 422, "validation_failed", "/action too_long"],
    ["an action of another type", { ...QUESTION, action: 1 }, 422, "validation_failed", "/action wrong_type"],
    ["no payload", withoutPayload, 422, "validation_failed", "/payload required"],
    [
      "a change of who may sign",
      {
        ...QUESTION,
        payload: {
          v: 1,
          kind: "countersign/change",
          change: "role.changed",
          person: { id: "p_1", username: "maria" },
          role: "owner",
        },
      },
      422,
      "validation_failed",
      "/payload validation_failed",
    ],
    ["a payload in a list", { ...QUESTION, payload: [1] }, 422, "validation_failed", "/payload wrong_type"],
    ["a payload as text", { ...QUESTION, payload: "{}" }, 422, "validation_failed", "/payload wrong_type"],
    ["an unknown field", { ...QUESTION, approve: true }, 422, "validation_failed", "/approve unknown_field"],
    [
      "a short expiry",
      { ...QUESTION, expiresInSeconds: 29 },
      422,
      "validation_failed",
      "/expiresInSeconds too_small",
    ],
    [
      "a long expiry",
      { ...QUESTION, expiresInSeconds: 2_592_001 },
      422,
      "validation_failed",
      "/expiresInSeconds too_big",
    ],
    [
      "an expiry as text",
      { ...QUESTION, expiresInSeconds: "60" },
      422,
      "validation_failed",
      "/expiresInSeconds wrong_type",
    ],
    [
      "no time to execute",
      { ...QUESTION, executeWithinSeconds: 0 },
      422,
      "validation_failed",
      "/executeWithinSeconds too_small",
    ],
    ["metadata in a list", { ...QUESTION, metadata: [] }, 422, "validation_failed", "/metadata wrong_type"],
    [
      "much metadata",
      { ...QUESTION, metadata: { a: "a".repeat(4_096) } },
      422,
      "validation_failed",
      "/metadata too_long",
    ],
    [
      "several wrong fields",
      { username: 1, action: 2 },
      422,
      "validation_failed",
      "/username wrong_type, /action wrong_type, /payload required",
    ],

    [
      "a duplicate name",
      text('{"a":{"b":1,"b":2}}'),
      400,
      "payload_not_canonical",
      "/payload/a/b json_duplicate_name",
    ],
    [
      "a duplicate name, once with an escape",
      text('{"b":1,"\\u0062":2}'),
      400,
      "payload_not_canonical",
      "/payload/b json_duplicate_name",
    ],
    [
      "a duplicate username",
      '{"username":"alex","username":"sam"}',
      400,
      "payload_not_canonical",
      "/username json_duplicate_name",
    ],
    [
      "a number that is not exact",
      text('{"a":[0,12345678901234567890]}'),
      400,
      "payload_not_canonical",
      "/payload/a/1 json_number_inexact",
    ],
    [
      "a number out of range",
      text('{"a":1e400}'),
      400,
      "payload_not_canonical",
      "/payload/a json_number_inexact",
    ],
    [
      "a negative zero",
      text('{"a":-0}'),
      400,
      "payload_not_canonical",
      "/payload/a json_number_negative_zero",
    ],
    [
      "half a surrogate pair",
      text('{"a":"\\ud800"}'),
      400,
      "payload_not_canonical",
      "/payload/a json_lone_surrogate",
    ],
    [
      "the name __proto__",
      text('{"__proto__":{}}'),
      400,
      "payload_not_canonical",
      "/payload/__proto__ json_forbidden_name",
    ],
    [
      "a payload too deep",
      text(nested(33)),
      400,
      "payload_not_canonical",
      `/payload${"/a".repeat(32)} json_too_deep`,
    ],
    [
      "too many values",
      text(`{"a":[${"0,".repeat(10_000)}0]}`),
      400,
      "payload_not_canonical",
      "/payload json_too_many_nodes",
    ],
    ["text that is not JSON", '{"username":', 400, "payload_not_canonical", "/username json_syntax"],
    ["a list", "[]", 400, "payload_not_canonical", " json_not_an_object"],
    ["an empty body", "", 400, "payload_not_canonical", " json_syntax"],
    [
      "a payload over 64 KiB",
      { ...QUESTION, payload: { a: "a".repeat(65_536) } },
      413,
      "payload_too_large",
      "/payload json_too_large",
    ],
    ["a body over 72 KiB", { ...QUESTION, payload: { a: "a".repeat(80_000) } }, 413, "payload_too_large", ""],
  ];

  it.each(table)("with %s is refused, and changes nothing", async (_name, body, status, code, errors) => {
    let answer: Answered | undefined;
    const differs = await changedBy(async () => {
      answer = await create(body, { "idempotency-key": "of-a-refused-request" });
    });
    expect([answer?.status, answer?.body.code, answer && errorsOf(answer)]).toEqual([status, code, errors]);
    expect(differs).toEqual([]);
  });

  it.each<[string, string]>([
    ["text/plain", "unsupported_media_type"],
    ["application/x-www-form-urlencoded", "unsupported_media_type"],
    ["application/json; charset=utf-16", "unsupported_media_type"],
  ])("as %s is refused", async (type, code) => {
    const answer = await create(QUESTION, { "content-type": type });
    expect([answer.status, answer.body.code]).toEqual([415, code]);
  });

  it("that nobody could decide is refused", async () => {
    await company.people("POST", "/api/invites", { username: "invited", role: "approver" });
    await company.enrolled("audrey", "auditor");
    const invited = await create({ ...QUESTION, username: "invited" });
    expect([invited.status, invited.body.code]).toEqual([409, "approver_without_passkey"]);
    const auditor = await create({ ...QUESTION, username: "audrey" });
    expect([auditor.status, auditor.body.code]).toEqual([422, "unknown_approver"]);
  });
});
