import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endOfMonth, monthOf, nextMonth } from "../../../src/core/account/month.ts";
import type { PlanName } from "../../../src/core/account/plans.ts";
import { backend } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import { keyOf } from "../support/mcp-agent.ts";
import { fetchWorker, freshPlatform, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";

// The plan and its use, in the console and over REST.

const NOW = Date.now();
const MONTH = monthOf(NOW);

let company: Company;
let manage: ReturnType<typeof backend>;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  await company.enrolled("dora", "developer");
  await company.enrolled("maria");
  manage = backend(fetchWorker, ORIGIN, await keyOf(company, ["manage"]));
  await rows("INSERT INTO usage VALUES (?1, '2026-01', 4999)", company.store.tenantId);
}, 60_000);
afterAll(() => reset());

async function use(plan: PlanName, requests: number): Promise<void> {
  const { tenantId } = company.store;
  await rows("UPDATE tenants SET plan = ?2 WHERE id = ?1", tenantId, plan);
  await rows("INSERT OR REPLACE INTO usage VALUES (?1, ?2, ?3)", tenantId, MONTH, requests);
}
const page = async (path = "/console/usage") => {
  const answer = await company.alex.get(path);
  expect(answer.status).toBe(200);
  // As it is read: without the tags.
  return (await answer.text()).replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
};

describe("the page of the usage", () => {
  it.each<[PlanName, number, readonly string[]]>([
    [
      "free",
      12,
      ["plan is Free , $0 a month", "Approvals : 12 of 500", "Members : 2 of 2", "Live projects : 1 of 1"],
    ],
    [
      "team",
      5_001,
      [
        "Approvals : 5,001 of 5,000 included",
        "Members : 2 of 5 included",
        "Further approvals, each started 1,000 1 $8 $8",
        "Total $57",
      ],
    ],
    ["enterprise", 12, ["at a price by agreement", "Approvals : 12 no limit", "The price is by agreement."]],
  ])("of %s after %i requests says what is used and what it would cost", async (plan, requests, texts) => {
    await use(plan, requests);
    const text = await page();
    for (const one of [
      ...texts,
      "January 2026 4,999",
      `begins on ${endOfMonth(MONTH)}`,
      "Payment is not switched on yet: nothing is charged.",
    ])
      expect(text).toContain(one);
  });
});

it("every page of the console says when 80 % of a plan are used, and when all are", async () => {
  await use("free", 399);
  expect(await page("/console/trail")).not.toContain("approvals of the plan");
  await use("free", 400);
  expect(await page("/console/trail")).toContain("400 of the 500 approvals of the plan Free");
  await use("free", 500);
  expect(await page("/console/settings")).toContain(
    `New requests are refused until ${endOfMonth(MONTH)}, unless you upgrade the plan. Plan and usage`,
  );
});

it("a key with the scope manage reads the same", async () => {
  await use("team", 5_001);
  expect(await manage("GET", "/api/usage")).toMatchObject({
    status: 200,
    body: {
      plan: "team",
      month: MONTH,
      monthEndsAt: new Date(nextMonth(MONTH)).toISOString(),
      approvals: { used: 5_001, included: 5_000, max: null },
      members: { used: 2, included: 5, max: null },
      projects: { used: 1, included: 5, max: 5 },
      months: [
        { month: MONTH, approvals: 5_001 },
        { month: "2026-01", approvals: 4_999 },
      ],
      invoicePreview: {
        lines: [
          { name: "plan", quantity: 1, unitCents: 4_900, cents: 4_900 },
          { name: "approvals", quantity: 1, unitCents: 800, cents: 800 },
        ],
        totalCents: 5_700,
      },
    },
  });
});
