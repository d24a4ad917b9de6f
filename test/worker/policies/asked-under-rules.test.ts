import { beforeAll, describe, expect, it } from "vitest";
import { auditOf } from "../support/http-audit.ts";
import { agentOf, type Agent } from "../support/mcp-agent.ts";
import { restCalls, type RestCalls } from "../support/rest-calls.ts";
import { rows } from "../support/database-rows.ts";
import { freshPlatform, idOf, newCompany, type Company } from "../support/worker-fixture.ts";
import { ask, sign } from "./support/signed-versions.ts";

// Requests over REST and MCP in an organisation with rules: who is asked, how far the signatures are, and what a change
// of the rules does to requests that wait.

let company: Company;
let calls: RestCalls;
let agent: Agent;
let people: Readonly<Record<"bo" | "cy" | "dana", Company["alex"]>>;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  people = {
    bo: await company.enrolled("bo"),
    cy: await company.enrolled("cy"),
    dana: await company.enrolled("dana"),
  };
  calls = restCalls(company);
  agent = await agentOf("new", company.apiKey);
  await sign(company, {
    groups: { finance: ["alex", "bo"], security: ["cy", "dana"] },
    policies: {
      both: { needs: [{ group: "finance" }, { group: "security" }] },
      staged: { stages: [{ needs: ["bo"] }, { needs: ["cy"] }] },
      finance: { needs: [{ group: "finance" }], expiresInSeconds: 600, executeWithinSeconds: 60 },
      later: { needs: ["bo"], escalations: [{ afterSeconds: 1_800, needs: ["cy"] }] },
    },
    rules: {
      rules: [
        { name: "Large", when: "number(payload.amount) > 10000", policies: ["both", "staged", "later"] },
        { name: "Payments", when: 'action == "Pay"', policies: ["named-person", "finance"] },
        {
          name: "Paid",
          when: 'has(payload.padding) && payload.padding.exists(i, i == "paid")',
          policies: "both",
        },
      ],
      otherwise: "finance",
    },
  });
}, 120_000);

const pay = (amount: unknown, more: object = {}) => ({ action: "Pay", payload: { amount }, ...more });
const create = async (body: object) => (await calls.create(body)).body;

describe("a request over REST", () => {
  it("of 10,001 is under the policy of its rule, and says who is asked", async () => {
    const body = await create(pay(10_001, { username: "dana" }));
    expect(body).toMatchObject({
      status: "pending",
      username: null,
      policy: expect.stringMatching(/^[0-9a-f]{64}$/),
      policyName: "both",
      policySentence: "One of finance, and one of security",
      approvers: ["alex", "bo", "cy", "dana"],
      progress: { have: 0, need: 2 },
      stage: { number: 1, of: 1 },
      waitingFor: "people",
    });
    const etag = (await calls.raw(`/api/confirmations/${body.id}`)).headers.get("etag") ?? "";
    expect((await people.bo.decide(body.id)).status).toBe(200);
    const changed = await calls.raw(`/api/confirmations/${body.id}`, { "if-none-match": etag });
    expect([changed.status, await changed.json()]).toEqual([
      200,
      expect.objectContaining({
        status: "pending",
        approvers: ["cy", "dana"],
        progress: { have: 1, need: 2 },
      }),
    ]);
    await people.cy.decide(body.id);
    expect((await calls.read(body.id)).body).toMatchObject({
      status: "approved",
      approvers: [],
      progress: { have: 2, need: 2 },
      waitingFor: null,
    });
    const listed = await company.api("GET", "/api/confirmations?limit=1");
    expect(listed.body.data[0]).toMatchObject({ id: body.id, policyName: "both" });
  });

  it.each<[what: string, body: object, answer: object]>([
    [
      "9,999 by user name",
      pay(9_999, { username: "dana" }),
      { username: "dana", policyName: null, approvers: ["dana"], policySentence: "dana" },
    ],
    [
      "9,999 without one",
      pay(9_999),
      { policyName: "finance", approvers: ["alex", "bo"], executeWithinSeconds: 60 },
    ],
    ["no amount", { action: "Pay", payload: {} }, { policyName: "both" }],
    ["an amount that is no number", pay("ten thousand"), { policyName: "both" }],
    ["an amount that is a list", pay([10_001]), { policyName: "both" }],
    [
      "a policy that its rule allows",
      pay(10_001, { policy: "staged" }),
      {
        policyName: "staged",
        approvers: ["bo"],
        stage: { number: 1, of: 2 },
        progress: { have: 0, need: 2 },
      },
    ],
    [
      "another policy of its rule",
      pay(9_999, { policy: "finance", username: "dana" }),
      { policyName: "finance", username: null },
    ],
    [
      "no rule",
      { action: "Deploy", payload: { amount: 1 }, username: "dana" },
      { policyName: "finance", username: null },
    ],
  ])("with %s gets what the rules say", async (_what, body, answer) => {
    expect(await calls.create(body)).toMatchObject({ status: 201, body: answer });
  });

  it.each<[what: string, body: object, status: number, code: string]>([
    ["a policy that its rule does not allow", pay(10_001, { policy: "finance" }), 403, "policy_not_allowed"],
    ["a policy that is not there", pay(10_001, { policy: "none" }), 403, "policy_not_allowed"],
    [
      "the named person where the rule does not allow one",
      pay(10_001, { policy: "named-person", username: "bo" }),
      403,
      "policy_not_allowed",
    ],
    [
      "a content that is too large for the rules",
      { action: "Deploy", payload: { amount: 1, padding: Array.from({ length: 9_000 }, () => 1) } },
      422,
      "rules_too_costly",
    ],
    ["the named person, and no person", pay(9_999, { policy: "named-person" }), 422, "validation_failed"],
    ["a person who is not there", pay(9_999, { username: "eve" }), 422, "unknown_approver"],
  ])("with %s is refused", async (_what, body, status, code) => {
    const refused = await calls.create(body);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
  });

  it("is open long enough for its last escalation, unless it says for how long", async () => {
    const secondsOf = async (more: object) => {
      const body = await create(pay(10_001, { policy: "later", ...more }));
      return (Date.parse(body.expiresAt) - Date.parse(body.createdAt)) / 1_000;
    };
    expect([await secondsOf({}), await secondsOf({ expiresInSeconds: 60 })]).toEqual([1_800 + 900, 60]);
  });

  it("in stages asks the second one when the first is met", async () => {
    const { id } = await create(pay(20_000, { policy: "staged" }));
    await people.bo.decide(id);
    expect((await calls.read(id)).body).toMatchObject({
      approvers: ["cy"],
      progress: { have: 1, need: 2 },
      stage: { number: 2, of: 2 },
    });
  });
});

describe("an agent", () => {
  const TOOL = "request_human_approval";
  const ASKED = { action: "Pay", wait_seconds: 0 };
  const call = async (input: object) => (await agent.call(TOOL, { ...ASKED, ...input })).result;

  it("reads in words how many signatures are there, and whose are missing", async () => {
    const asked = await call({ payload: { amount: 30_000 } });
    expect(asked).toMatchObject({ approver: null, policy: "both", progress: { have: 0, need: 2 } });
    expect(asked.next_step).toMatch(
      /^Do NOT perform the action\. 0 of 2 signatures: one of finance \(alex or bo\) and one of security \(cy or dana\) are asked until .*UTC\. The approver gets no notice/,
    );
    await people.bo.decide(asked.confirmation_id);
    const { result } = await agent.call("get_approval", { confirmation_id: asked.confirmation_id });
    expect(result.next_step).toMatch(
      /1 of 2 signatures: finance has signed, one of security \(cy or dana\) is asked until \d\d:\d\d UTC\./,
    );
    expect(result).toMatchObject({ approved: false, progress: { have: 1, need: 2 } });
    await people.dana.decide(asked.confirmation_id);
    expect(await call({ payload: { amount: 30_000 } })).toMatchObject({
      approved: true,
      progress: { have: 2, need: 2 },
    });
  });

  it("that was rejected can't ask the same people again by another user name", async () => {
    const asked = await call({ payload: { amount: 60_000 }, approver_username: "bo" });
    await people.bo.decide(asked.confirmation_id, { vote: "reject" });
    for (const approver_username of ["bo", "nobody"])
      expect(await call({ payload: { amount: 60_000 }, approver_username })).toMatchObject({
        approved: false,
        ...(approver_username === "bo" ? { status: "rejected" } : { code: "rejection_locked" }),
      });
  });

  it("names a policy, and gets a refusal that it can correct", async () => {
    expect(await call({ payload: { amount: 40_000 }, policy: "staged" })).toMatchObject({ policy: "staged" });
    const refused = await call({ payload: { amount: 40_000 }, policy: "finance" });
    expect(refused).toMatchObject({ status: "error", code: "policy_not_allowed" });
    expect(refused.message).toContain("it may use both or staged or later");
  });
});

describe("a request that waits", () => {
  it("keeps its people when its group shrinks", async () => {
    const { id } = await create(pay(11_000));
    await sign(company, { groups: { security: ["dana"] } });
    expect((await calls.read(id)).body.approvers).toEqual(["alex", "bo", "cy", "dana"]);
    await people.cy.decide(id);
    await people.bo.decide(id);
    expect((await calls.read(id)).body.status).toBe("approved");
    expect((await create(pay(11_000))).approvers).toEqual(["alex", "bo", "dana"]);
  });

  it("keeps its policy when the policy is removed", async () => {
    const { id } = await create(pay(12_000, { policy: "staged" }));
    const rules = (await company.people("GET", "/api/rules")).body.content;
    rules.rules[0].policies = "both";
    await sign(company, { rules });
    await sign(company, { policies: { staged: null } });
    await people.bo.decide(id);
    await people.cy.decide(id);
    expect((await calls.read(id)).body).toMatchObject({ status: "approved", policyName: "staged" });
  });

  it("is found again under its Idempotency-Key after the rules have changed", async () => {
    const once = { "idempotency-key": "one-payment" };
    const first = await calls.create(pay(9_000), once);
    expect(first.body.policyName).toBe("finance");
    const rules = (await company.people("GET", "/api/rules")).body.content;
    rules.rules[1].policies = "both";
    await sign(company, { rules });
    const again = await calls.create(pay(9_000), once);
    expect([again.status, again.body.id, again.body.policyName]).toEqual([201, first.body.id, "finance"]);
    expect((await create(pay(9_000))).policyName).toBe("both");
  });

  it("has the old rules or the new ones if both happen at the same moment", async () => {
    const rules = (await company.people("GET", "/api/rules")).body.content;
    rules.rules[1].policies = "finance";
    const change = await ask(company, "/api/rules", rules);
    const [, ...created] = await Promise.all([
      company.alex.decide(idOf(change.body.url)),
      ...Array.from({ length: 5 }, async () => calls.create(pay(8_000))),
    ]);
    for (const { status, body } of created)
      expect(status === 201 ? body.policyName : body.code).toMatch(/^(both|finance|rules_changed)$/);
    expect((await create(pay(8_000))).policyName).toBe("finance");
    expect(await auditOf(company)).toBe("");
  });

  it("is refused while too few people of its policy have a passkey", async () => {
    const [row] = await rows("SELECT id FROM people WHERE username = 'dana'");
    await rows("UPDATE credentials SET revoked_at = 1 WHERE person_id = ?1", String(row?.["id"]));
    const refused = await calls.create(pay(50_000));
    expect([refused.status, refused.body.code]).toEqual([409, "policy_unmeetable"]);
  });
});
