import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noteEdit, freshPlatform, newCompany, type Company } from "../support/worker-fixture.ts";
import { asExported } from "../support/http-audit.ts";
import { rows } from "../support/database-rows.ts";

// The downloads of the console.

let company: Company;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
}, 60_000);
afterAll(() => reset());

const download = (path: string) => company.alex.get(`/console/export/${path}`);

describe("the table of requests", () => {
  it("has a line for each request, with no formula of a stranger", async () => {
    const approved = await company.asked();
    await company.alex.decide(approved);
    await company.asked("alex", { action: "=HYPERLINK(1)" });
    const response = await download("table");
    expect(response.headers.get("content-disposition")).toContain("countersign-requests.csv");
    const [header, first = "", second = "", ...rest] = (await response.text()).split("\r\n");
    expect(header).toMatch(/^id,project,mode,action,/);
    expect(first).toMatch(
      new RegExp(`^${approved},Default,live,Deploy to production,Default key,alex,approved,`),
    );
    expect(second).toContain(",'=HYPERLINK(1),Default key,alex,pending,");
    expect(rest).toEqual([""]);
  });

  it("is part of some plans, and the page says so", async () => {
    await rows("UPDATE tenants SET plan = 'free' WHERE id = ?1", company.store.tenantId);
    noteEdit();
    const refused = await download("table");
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain("The plan Free has no table for spreadsheets");
    expect(await (await company.alex.get("/console/export")).text()).not.toContain("Download the table");
  });
});

describe("the complete history", () => {
  it("is part of every plan, equals the one for API keys, and is noted in the audit trail", async () => {
    const mine = await (await download("history")).text();
    const theirs = await (await asExported(company.auditKey)).text();
    expect(mine.split("\n").length).toBeGreaterThan(3);
    expect(mine).toBe(theirs);
    const trail = await (await company.alex.get("/console/trail")).text();
    expect(trail.match(/Downloaded the complete history/g)).toHaveLength(2);
  });

  it("is limited like an export with an API key", async () => {
    expect((await download("history")).headers.get("ratelimit-policy")).toBe('"exports";q=60;w=60');
  });
});
