import { beforeAll, describe, expect, it } from "vitest";
import { newKey } from "../../../src/app/account/create-tenant.ts";
import { DEFAULT_SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { projects } from "../../../src/store/schema.ts";
import { backend } from "../../support/browser-client.ts";
import { agentOf, newRequest } from "../support/mcp-agent.ts";
import { rows } from "../support/database-rows.ts";
import { QUESTION } from "../support/rest-calls.ts";
import { fetchWorker, freshPlatform, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";

// A test project beside a live one. What is approved in it never passes as a real approval.

let company: Company;
let testKey: string;
let testApi: ReturnType<typeof backend>;
beforeAll(async () => {
  const platform = await freshPlatform();
  company = await newCompany(platform);
  await company.store.insert(projects, { id: "j_sandbox", name: "Sandbox", mode: "test", createdAt: 1 });
  testKey = await newKey(platform, company.store, "j_sandbox", "Bot", DEFAULT_SCOPES);
  testApi = backend(fetchWorker, ORIGIN, testKey);
});

const askTest = async (more: object = {}): Promise<string> =>
  (await testApi("POST", "/api/confirmations", { ...QUESTION, ...more })).body.id;
const verdictOn = async (id: string) => {
  const answer = await company.alex.get(`/approve/${id}/receipt`);
  return verifyReceipt(new Uint8Array(await answer.arrayBuffer()), { tenant: ANY_TENANT });
};

it("keys say whether they are for tests", () => {
  expect([company.apiKey, company.peopleKey, testKey].map((key) => key.slice(0, 8))).toEqual([
    "cs_live_",
    "cs_live_",
    "cs_test_",
  ]);
});

describe("a request of a test project", () => {
  it("is a test in every answer, in what is signed, in the receipt and in public", async () => {
    const created = await testApi("POST", "/api/confirmations", QUESTION);
    expect(created.body).toMatchObject({ status: "pending", mode: "test" });
    const { id } = created.body;
    const { data } = await company.alex.approvalPage(id);
    expect(data.statement.project).toEqual({ id: "j_sandbox", name: "Sandbox", mode: "test" });
    await company.alex.decide(id);
    const { body } = await testApi("GET", `/api/confirmations/${id}`);
    expect(body).toMatchObject({ status: "approved", mode: "test" });
    expect(body.decisions[0].statement.project.mode).toBe("test");
    const list = await testApi("GET", "/api/confirmations?status=approved");
    expect(list.body.data).toMatchObject([{ id, mode: "test" }]);
    const inbox = await company.alex.get("/inbox/items?wait=0");
    expect((await inbox.json<{ decided: object[] }>()).decided).toMatchObject([{ id, mode: "test" }]);
    const shown = await fetchWorker(`${ORIGIN}/public/log/entries/${id}/verification`);
    expect(await shown.json()).toMatchObject({ outcome: "approved", mode: "test" });
    expect(await verdictOn(id)).toMatchObject({ verified: true, outcome: "approved", mode: "test" });
    const page = await (await company.alex.get(`/approve/${id}/publish`)).text();
    expect(page).toContain('"mode":"test"');
  });

  it("leaves requests of a live project as real as before", async () => {
    const id = await company.asked();
    await company.alex.decide(id);
    const { body } = await company.api("GET", `/api/confirmations/${id}`);
    expect(body).toMatchObject({ status: "approved", mode: "live" });
    expect(await verdictOn(id)).toMatchObject({ verified: true, outcome: "approved", mode: "live" });
  });

  it("says so to an agent, also in what to do next", async () => {
    const agent = await agentOf("new", testKey);
    const asked = await agent.call("request_human_approval", newRequest());
    expect(asked.result).toMatchObject({ status: "pending", mode: "test" });
    const { confirmation_id } = asked.result;
    await company.alex.decide(confirmation_id);
    const { result } = await agent.call("get_approval", { confirmation_id });
    expect(result).toMatchObject({
      approved: true,
      mode: "test",
      next_step: expect.stringMatching(/^This is a TEST approval: .* once, with exactly the payload/),
    });
    const list = await agent.call("list_approvals", {});
    expect(list.result.approvals[0]).toMatchObject({ confirmation_id, mode: "test" });
    await agent.close();
  });

  it("is no earlier request or approval for a live one, and no live one is for it", async () => {
    const action = "Pay Acme";
    await company.alex.decide(await askTest({ action }));
    const open = await askTest({ action });
    const live = await company.asked("alex", { action });
    const related = async (id: string) => (await company.alex.approvalPage(id)).data.related;
    expect(await related(live)).toEqual({ open: null, approved: null });
    expect(await related(open)).toMatchObject({ open: null, approved: { payload: expect.any(String) } });
  });

  it.each([
    ["a signature for a test", () => company.asked(), "test"],
    ["a signature for a real request", () => askTest(), "live"],
  ] as const)("is not decided by %s instead", async (_name, ask, mode) => {
    const id = await ask();
    const { data } = await company.alex.approvalPage(id);
    const says = { project: { ...data.statement.project, mode } };
    expect(await company.alex.decide(id, { says })).toMatchObject({
      status: 403,
      body: { code: "signature_verification_failed" },
    });
    expect((await company.alex.decide(id)).status).toBe(200);
  });
});

describe("the database refuses", () => {
  const refused = async (sql: string, ...values: string[]) =>
    rows(sql, ...values).then(
      () => "accepted",
      (problem: unknown) => String(problem),
    );
  it.each([
    ["another mode of a project", "UPDATE projects SET mode = 'live' WHERE id = 'j_sandbox'"],
    [
      "another mode of a request",
      "UPDATE confirmations SET project_mode = 'live' WHERE project_mode = 'test'",
    ],
    [
      "a test of a change of the directory",
      "UPDATE confirmations SET type = 'revealed' WHERE project_mode = 'test'",
    ],
  ])("%s", async (_name, sql) => {
    expect(await refused(sql)).toMatch(/never changed|CHECK constraint failed/);
    expect(await refused("UPDATE projects SET name = 'Sandbox' WHERE id = 'j_sandbox'")).toBe("accepted");
  });
});
