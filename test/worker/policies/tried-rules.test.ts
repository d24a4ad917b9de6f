import { beforeAll, describe, expect, it } from "vitest";
import { rows, changedBy } from "../support/database-rows.ts";
import { freshPlatform, newCompany, type Company } from "../support/worker-fixture.ts";
import { sign } from "./support/signed-versions.ts";

// Rules before they are signed: what a request would fall under, and which of the last ones would have fallen elsewhere.

let company: Company;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  await company.enrolled("bo");
}, 60_000);

const LARGE = { name: "Large", when: "number(payload.amount) > 10000", policies: "both" };
const tried = async (more: object = {}) =>
  company.people("POST", "/api/rules/try", { action: "Pay", payload: { amount: 10_001 }, ...more });
const tryIt = async (more: object = {}) => (await tried(more)).body;
const compared = async (content: object) =>
  (await company.people("PUT", "/api/rules?dryRun=true", content)).body.comparison;

describe("without rules", () => {
  it("a request is tried as it would be made", async () => {
    expect(await tryIt({ username: "alex" })).toEqual({
      rule: null,
      policy: { name: "", hash: null, sentence: "alex" },
      people: ["alex"],
      asked: ["alex"],
      refused: null,
    });
    expect(await tryIt()).toMatchObject({ policy: null, refused: { code: "validation_failed" } });
    expect(await tryIt({ policy: "none" })).toMatchObject({
      refused: { detail: "there is no policy “none”; check its name" },
    });
  });

  it("a draft is tried, also one whose policies do not exist yet", async () => {
    const rules = { rules: [LARGE] };
    const large = { name: "Large", policies: ["both"], judged: true, problem: "" };
    expect(await tryIt({ rules })).toMatchObject({
      rule: large,
      refused: { detail: "there is no policy “both”; check its name" },
    });
    expect(await tryIt({ rules, payload: { amount: 9_999 }, username: "bo" })).toMatchObject({
      rule: { name: "", policies: ["named-person"] },
      policy: { sentence: "bo" },
    });
  });
});

describe("with rules", () => {
  beforeAll(async () => {
    await company.asked("alex", { action: "Pay", payload: { amount: 10_001 } });
    await company.asked("alex", { action: "Pay", payload: { amount: 9_999 } });
    await company.asked("alex", { action: "Pay", payload: { amount: "much" } });
    await sign(company, {
      groups: { finance: ["alex", "bo"] },
      policies: { both: { needs: [{ count: 2, from: { group: "finance" } }] }, one: { needs: ["bo"] } },
    });
  }, 60_000);

  it("new ones say which of the last requests would have fallen elsewhere", async () => {
    const comparison = await compared({ rules: [LARGE] });
    expect(comparison.compared).toBe(3);
    const before = { rule: "", policies: ["named-person"], judged: true };
    const after = { rule: "Large", policies: ["both"], judged: true };
    expect(comparison.elsewhere).toEqual([
      expect.objectContaining({ action: "Pay", before, after: { ...after, judged: false } }),
      expect.objectContaining({ action: "Pay", before, after }),
    ]);
    expect((await compared({ otherwise: "named-person" })).elsewhere).toEqual([]);
    await sign(company, { rules: { rules: [LARGE] } });
    expect((await compared({ rules: [{ ...LARGE, name: "Renamed" }] })).elsewhere).toEqual([]);
    expect((await compared({ rules: [{ ...LARGE, policies: "one" }] })).elsewhere).toHaveLength(2);
  });

  it("new ones warn of a lax rule that leaving something out leads to", async () => {
    const lax = { name: "Small", when: "number(payload.amount) <= 100", policies: "named-person" };
    const warned = async (content: object) =>
      (await company.people("PUT", "/api/rules?dryRun=true", content)).body.warnings;
    expect(await warned({ rules: [lax], otherwise: "both" })).toEqual([
      {
        rule: "Small",
        detail: expect.stringContaining("1 person is enough, where every other request takes 2"),
      },
    ]);
    expect(await warned({ rules: [LARGE] })).toEqual([]);
    const { url } = (await company.people("PUT", "/api/rules", { rules: [lax], otherwise: "both" })).body;
    const page = await company.alex.get(new URL(url).pathname);
    expect(await page.text()).toContain("1 person is enough, where every other request takes 2");
  });

  it("an erased request is left out", async () => {
    await rows("UPDATE confirmations SET erased_at = 1, payload = '{}' WHERE payload LIKE '%10001%'");
    expect((await compared({ rules: [{ ...LARGE, policies: "one" }] })).compared).toBe(2);
  });

  it("costly ones are compared with the newest requests only", async () => {
    const body = { l: Array.from({ length: 4 }, (_unused, index) => index) };
    for (let made = 0; made < 3; made++)
      await company.asked("alex", { action: "Pay", payload: { ...body, amount: 1, made } });
    const when = `payload.l.all(i, ${Array.from({ length: 15 }, () => "i.a == 1").join(" || ")} || true) && false`;
    const costly = Array.from({ length: 60 }, (_unused, place) => ({
      name: `${place}`,
      when,
      policies: "one",
    }));
    const { compared: count, of } = await compared({ rules: costly });
    expect([count, of]).toEqual([5, 5]);
    for (let made = 3; made < 9; made++)
      await company.asked("alex", { action: "Pay", payload: { ...body, amount: 1, made } });
    const stopped = await compared({ rules: costly });
    expect(stopped.of).toBe(11);
    expect(stopped.compared).toBeGreaterThan(4);
    expect(stopped.compared).toBeLessThan(9);
  });

  it.each<[what: string, more: object, answer: object]>([
    [
      "10,001",
      {},
      {
        rule: { name: "Large", judged: true },
        policy: { name: "both", sentence: "Two of finance" },
        people: ["alex", "bo"],
        asked: ["alex", "bo"],
      },
    ],
    [
      "9,999",
      { payload: { amount: 9_999 }, username: "bo" },
      { rule: { name: "" }, policy: { sentence: "bo" } },
    ],
    [
      "9,999 of nobody",
      { payload: { amount: 9_999 } },
      { policy: null, refused: { code: "validation_failed" } },
    ],
    ["no amount", { payload: {} }, { rule: { name: "Large", judged: false }, policy: { name: "both" } }],
    [
      "a policy that is not allowed",
      { policy: "one" },
      { rule: { name: "Large" }, refused: { code: "policy_not_allowed" } },
    ],
    [
      "a draft",
      {
        rules: {
          rules: [{ ...LARGE, when: 'requester.name == "Robot" && time.hour == 3', policies: "one" }],
        },
        requester: { name: "Robot" },
        createdAt: "2026-01-31T03:00:00Z",
      },
      { rule: { name: "Large" }, policy: { name: "one" }, asked: ["bo"] },
    ],
    [
      "a content that is too large for a draft",
      {
        rules: {
          rules: [{ ...LARGE, when: "payload.list.exists(i, i.a || i.b)", policies: "one" }],
        },
        payload: { list: Array.from({ length: 9_000 }, () => 1) },
      },
      {
        rule: { name: "Large", policies: [], judged: false },
        policy: null,
        refused: {
          code: "rules_too_costly",
          detail: expect.stringMatching("too large for the organisation"),
        },
      },
    ],
    [
      "another project, and the person behind the key",
      {
        rules: {
          rules: [{ ...LARGE, when: 'project.mode == "test" && requester.person != ""', policies: "one" }],
        },
        project: { mode: "test" },
        requester: { person: "bo" },
      },
      { policy: { name: "one" } },
    ],
  ])("a request of %s is tried", async (_what, more, answer) => {
    const differs = await changedBy(async () => expect(await tryIt(more)).toMatchObject(answer));
    expect(differs.filter((one) => !/api_keys|limits/.test(one))).toEqual([]);
  });

  it.each<[what: string, more: object, status: number, path: string]>([
    [
      "rules that nobody could sign",
      { rules: { rules: [{ ...LARGE, when: "1 +" }] } },
      422,
      "/rules/rules/0/when",
    ],
    ["an unknown requester", { requester: { person: "eve" } }, 422, "/requester/person"],
    ["no action", { action: "" }, 422, "/action"],
    ["an unknown field", { amount: 1 }, 422, "/amount"],
  ])("%s is refused", async (_what, more, status, path) => {
    const refused = await tried(more);
    expect([refused.status, refused.body.errors[0].path]).toEqual([status, path]);
  });
});
