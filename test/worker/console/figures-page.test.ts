import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshPlatform, newCompany, type Company } from "../support/worker-fixture.ts";

let company: Company;
let other: Company;
beforeAll(async () => {
  const platform = await freshPlatform();
  company = await newCompany(platform);
  other = await newCompany(platform, "Other");
}, 60_000);
afterAll(() => reset());

const page = async ({ alex }: Company) => (await alex.get("/console/figures")).text();
/** The cells of the last row of the table below a chart. */
const lastRow = (html: string) =>
  [...(html.match(/<tr><th scope="row">\d{4}-.*?<\/tr>/g)?.at(0) ?? "").matchAll(/<td>(.*?)<\/td>/g)].map(
    ([, cell]) => cell,
  );

describe("the figures", () => {
  it("say in words that there is nothing yet", async () => {
    expect(await page(company)).toContain("There are no live requests in these days.");
  });

  it("count this organisation's requests by outcome and by approver, and no other's", async () => {
    await company.alex.decide(await company.asked());
    await company.alex.decide(await company.asked(), { vote: "reject" });
    await company.asked();
    const html = await page(company);
    expect(html).toContain("Requests of each day by outcome");
    expect(lastRow(html)).toEqual(["1", "1", "1"]);
    expect(html).toMatch(/From there to the decision<\/th><td>2<\/td>/);
    expect(html).toMatch(/<bdi>alex<\/bdi><\/th><td>2<\/td>/);
    expect(await page(other)).toContain("There are no live requests in these days.");
  });
});
