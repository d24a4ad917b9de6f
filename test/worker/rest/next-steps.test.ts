import { beforeAll, describe, expect, it } from "vitest";
import { createTenant } from "../../../src/app/account/create-tenant.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import { backend, type Answered } from "../../support/browser-client.ts";
import { fetchWorker, freshPlatform, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";

// A refusal says what to do next.

const PAYLOAD = { service: "api", sha: "abc123" };

let platform: Platform;
let company: Company;
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  await company.enrolled("audrey", "auditor");
  await company.people("POST", "/api/invites", { username: "maria", role: "approver" });
});

const people = (path: string, body: object): Promise<Answered> => company.people("POST", path, body);
const ask = (username: string): Promise<Answered> =>
  company.api("POST", "/api/confirmations", { username, action: "Deploy", payload: PAYLOAD });
const consume = (id: string, payload: object): Promise<Answered> =>
  company.api("POST", `/api/confirmations/${id}/consume`, { payload });
async function approved(more: object = {}): Promise<string> {
  const id = await company.asked("alex", more);
  await company.alex.decide(id);
  return id;
}

describe("a refusal says what to do next", { timeout: 30_000 }, () => {
  const cases: readonly (readonly [what: string, next: string, call: () => Promise<Answered>])[] = [
    [
      "an invitation for somebody who is here",
      "choose another user name, or request a recovery if every passkey of alex is lost",
      () => people("/api/invites", { username: "alex", role: "approver" }),
    ],
    ["a recovery of nobody", "check the user name", () => people("/api/recoveries", { username: "nobody" })],
    [
      "a role for nobody",
      "check the user name",
      () => people("/api/roles", { username: "nobody", role: "admin" }),
    ],
    ["a question to nobody", "check the user name", () => ask("nobody")],
    ["a question to an auditor", "ask somebody with another role", () => ask("audrey")],
    ["a question to a newcomer", "ask again when there is one", () => ask("maria")],
    [
      "the use of a pending request",
      "wait for the decision",
      async () => consume(await company.asked("alex"), PAYLOAD),
    ],
    [
      "the use of another payload",
      "request an approval of this payload",
      async () => consume(await approved(), { service: "other" }),
    ],
    [
      "a second use",
      "request a new approval",
      async () => {
        const id = await approved();
        await consume(id, PAYLOAD);
        return consume(id, PAYLOAD);
      },
    ],
  ];
  it.each(cases)("to %s: %s", async (_what, next, call) => {
    const { status, body } = await call();
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.detail).toContain(next);
  });

  it("to a role or an invitation for an owner who has not enrolled: only the owner's own link helps", async () => {
    const tenant = await createTenant(platform, "Early", "olga");
    const early = backend(fetchWorker, ORIGIN, tenant.peopleKey);
    for (const path of ["/api/roles", "/api/invites"]) {
      const { body } = await early("POST", path, { username: "olga", role: "admin" });
      expect(body.detail).toContain("olga is the owner and must open their own link first");
    }
  });
});
