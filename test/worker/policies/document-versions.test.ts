import { beforeAll, describe, expect, it } from "vitest";
import { auditOf } from "../support/http-audit.ts";
import { freshPlatform, idOf, newCompany, type Company } from "../support/worker-fixture.ts";
import { ask, sign } from "./support/signed-versions.ts";

// Groups, policies and rules over REST: asked, signed, in force, changed, removed.

let company: Company;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  await company.enrolled("bo");
  await company.people("POST", "/api/invites", { username: "invited", role: "approver" });
}, 60_000);

const get = async (path: string) => company.people("GET", path);
const FINANCE = { members: ["alex", "bo"] };
const BOTH = { needs: [{ count: 2, from: { group: "finance" } }] };
const LARGE = { name: "Large", when: "number(payload.amount) > 10000", policies: "both" };
const HASH = /^[0-9a-f]{64}$/;

describe("a group, a policy and the rules", () => {
  it("are in force once somebody has signed each", async () => {
    const { status, body } = await ask(company, "/api/groups/finance", FINANCE);
    expect([status, body]).toEqual([
      202,
      { url: expect.any(String), refused: null, sentence: null, comparison: null, warnings: [] },
    ]);
    // Asked again, it is the same request.
    expect((await ask(company, "/api/groups/finance", FINANCE)).body).toEqual(body);
    expect((await get("/api/groups")).body).toEqual({ data: [] });
    const page = await company.alex.approvalPage(idOf(body.url));
    expect(JSON.parse(page.data.payload)).toMatchObject({
      change: "group.changed",
      replaces: null,
      group: { kind: "countersign/group", members: [{ username: "alex" }, { username: "bo" }] },
    });
    await company.alex.decide(idOf(body.url));
    const group = {
      name: "finance",
      content: FINANCE,
      hash: expect.stringMatching(HASH),
      change: { seq: expect.any(Number), logIndex: expect.any(Number), at: expect.any(String) },
    };
    expect((await get("/api/groups")).body).toEqual({ data: [group] });
    expect((await get("/api/groups/finance")).body).toEqual(group);

    const asked = await ask(company, "/api/policies/both", BOTH);
    expect(asked.body).toMatchObject({ sentence: "Two of finance" });
    await company.alex.decide(idOf(asked.body.url));
    expect((await get("/api/policies/both")).body).toMatchObject({
      name: "both",
      content: BOTH,
      sentence: "Two of finance",
    });

    expect((await get("/api/rules")).body).toEqual({ content: null, hash: null, change: null });
    await sign(company, { rules: { rules: [LARGE] } });
    expect((await get("/api/rules")).body).toMatchObject({
      content: { rules: [LARGE], otherwise: "named-person" },
      hash: expect.stringMatching(HASH),
    });
  });

  it("are checked without a request by a dry run", async () => {
    const { status, body } = await company.people("PUT", "/api/policies/new?dryRun=true", {
      needs: ["alex", "bo"],
      excludeRequester: true,
    });
    expect([status, body]).toEqual([
      202,
      {
        url: null,
        refused: null,
        sentence: "alex, and bo; not the person who asked",
        comparison: null,
        warnings: [],
      },
    ]);
    const refused = await company.people("PUT", "/api/policies/new?dryRun=true", {
      needs: [{ count: 3, from: { group: "finance" } }],
    });
    expect([refused.status, refused.body.refused.code]).toEqual([202, "policy_unmeetable"]);
    expect(await get("/api/policies/new")).toMatchObject({ status: 404 });
    const waiting = await company.alex.get("/inbox/items");
    expect(((await waiting.json()) as { open: { items: [] } }).open.items).toEqual([]);
  });

  it.each<[what: string, path: string, content: object | null, status: number, code: string, words: RegExp]>([
    ["a name of another form", "/api/groups/Finance", FINANCE, 422, "validation_failed", /must be 1 to 64/],
    ["the reserved name", "/api/policies/named-person", BOTH, 422, "validation_failed", /is the name that/],
    ["nobody", "/api/groups/none", { members: [] }, 422, "validation_failed", /./],
    ["an unknown person", "/api/groups/x", { members: ["eve"] }, 422, "validation_failed", /nobody “eve”/],
    ["an invited person", "/api/groups/x", { members: ["invited"] }, 422, "validation_failed", /passkey/],
    [
      "a group in a group",
      "/api/groups/x",
      { members: [{ group: "finance" }] },
      422,
      "validation_failed",
      /user name/,
    ],
    [
      "no group",
      "/api/policies/x",
      { needs: [{ group: "none" }] },
      409,
      "document_refused",
      /there is no group “none”/,
    ],
    [
      "a role of nobody",
      "/api/policies/x",
      { needs: [{ role: "developer" }] },
      409,
      "policy_unmeetable",
      /nobody/,
    ],
    [
      "an unknown field",
      "/api/policies/x",
      { ...BOTH, quorum: 2 },
      422,
      "validation_failed",
      /no field “quorum”/,
    ],
    ["the same content", "/api/groups/finance", FINANCE, 409, "already_decided", /in force already/],
    ["the same policy", "/api/policies/both", BOTH, 409, "already_decided", /in force already/],
    [
      "the same rules",
      "/api/rules",
      { rules: [LARGE], otherwise: ["named-person"] },
      409,
      "already_decided",
      /already/,
    ],
    [
      "fewer people than a policy needs",
      "/api/groups/finance",
      { members: ["bo"] },
      409,
      "policy_unmeetable",
      /“both”/,
    ],
    ["a removal of a group in use", "/api/groups/finance", null, 409, "document_refused", /“both” names/],
    ["a removal of a policy in use", "/api/policies/both", null, 409, "document_refused", /the rules name/],
    [
      "a group with a user name",
      "/api/groups/bo",
      { members: ["alex"] },
      409,
      "document_refused",
      /is a user name/,
    ],
    ["a removal of what is not there", "/api/groups/none", null, 409, "already_decided", /nothing to remove/],
    [
      "a policy that is not there",
      "/api/rules",
      { otherwise: "none" },
      409,
      "document_refused",
      /no policy “none”/,
    ],
    [
      "an expression that is none",
      "/api/rules",
      { rules: [{ ...LARGE, when: "amount >" }] },
      422,
      "validation_failed",
      /./,
    ],
    [
      "an expression with a pattern",
      "/api/rules",
      { rules: [{ ...LARGE, when: 'action.matches("a")' }] },
      422,
      "validation_failed",
      /./,
    ],
    [
      "101 rules",
      "/api/rules",
      { rules: Array.from({ length: 101 }, (_none, n) => ({ ...LARGE, name: `${n}` })) },
      422,
      "validation_failed",
      /./,
    ],
    [
      "1 MB of rules",
      "/api/rules",
      { rules: [{ ...LARGE, when: `"${"x".repeat(1_000_000)}" == action` }] },
      413,
      "payload_too_large",
      /./,
    ],
  ])("with %s are refused", async (_what, path, content, status, code, words) => {
    const refused = await ask(company, path, content);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
    expect(refused.body.detail).toMatch(words);
  });

  it("have no name that a person has: a sentence would not say who is meant", async () => {
    const invited = await company.people("POST", "/api/invites", { username: "finance", role: "approver" });
    expect([invited.status, invited.body.code]).toEqual([409, "username_taken"]);
  });

  it("are read and changed with the scope people only", async () => {
    for (const path of ["/api/groups", "/api/policies", "/api/rules"])
      expect(await company.api("GET", path)).toMatchObject({
        status: 403,
        body: { code: "forbidden_scope" },
      });
    expect((await company.api("PUT", "/api/groups/x", FINANCE)).status).toBe(403);
  });

  it("that changed since they were asked for are not signed any more", async () => {
    const first = await ask(company, "/api/policies/both", { needs: ["alex"] });
    const second = await ask(company, "/api/policies/both", { ...BOTH, excludeRequester: true });
    expect((await company.alex.decide(idOf(second.body.url))).status).toBe(200);
    expect(await company.alex.decide(idOf(first.body.url))).toMatchObject({
      status: 409,
      body: { code: "change_outdated" },
    });
    expect((await get("/api/policies/both")).body.content).toEqual({ ...BOTH, excludeRequester: true });
  });

  it("are removed in the order in which nothing uses them any more", async () => {
    await sign(company, { rules: null, policies: { both: null } });
    await sign(company, { groups: { finance: null } });
    for (const path of ["/api/groups", "/api/policies"]) expect((await get(path)).body).toEqual({ data: [] });
    expect((await get("/api/rules")).body.content).toBe(null);
    expect(await auditOf(company)).toBe("");
  });
});
