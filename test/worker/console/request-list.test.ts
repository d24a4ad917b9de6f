import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayAfter, dayAt } from "../../../src/core/account/zone-days.ts";
import type { BrowserClient } from "../../support/browser-client.ts";
import { fillTenant } from "../store/support/filled-tenant.ts";
import { rows } from "../support/database-rows.ts";
import { freshPlatform, newCompany, type Company } from "../support/worker-fixture.ts";

// The list of all requests of an organisation: its filters, its pages, and what a page that was left open learns.

let company: Company;
let maria: BrowserClient;
const ids = new Map<string, string>();
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  maria = await company.enrolled("maria");
  const ask = async (action: string, username = "alex") =>
    ids.set(action, await company.asked(username, { action }));
  for (const action of ["Deploy api", "deploy WEB", "Überweisung an Acme", "Delete\u202e user"])
    await ask(action);
  await ask("Refund", "maria");
  await company.alex.decide(ids.get("Deploy api") ?? "");
  await maria.decide(ids.get("Refund") ?? "", { vote: "reject" });
  await company.api("POST", `/api/confirmations/${ids.get("deploy WEB")}/cancel`);
}, 60_000);
afterAll(() => reset());

const page = async (query = "") => (await company.alex.get(`/console/requests${query}`)).text();
/** The actions on the page, as far as they are drawn without a mark. */
const actionsOn = (html: string) =>
  [...html.matchAll(/<a href="\/console\/requests\/(c_\w+)">/g)].map(
    ([, id]) => [...ids].find(([, one]) => one === id)?.[0] ?? "a change",
  );
const actions = async (query: string) => actionsOn(await page(query));
const ALL = ["Refund", "Delete\u202e user", "Überweisung an Acme", "deploy WEB", "Deploy api"];

describe("the list of requests", () => {
  it("has those of everybody, newest first, changes too", async () => {
    expect(await actions("")).toEqual([...ALL, "a change"]);
  });

  it("marks hidden characters and isolates every name", async () => {
    const html = await page();
    expect(html).toContain('<span class="mark odd">⟨U+202E right-to-left override⟩</span>');
    expect(html).not.toContain("\u202e");
  });

  it.each([
    ["status=pending", ["Delete\u202e user", "Überweisung an Acme"]],
    ["status=approved&requester=Default+key", ["Deploy api"]],
    ["status=rejected", ["Refund"]],
    ["status=cancelled", ["deploy WEB"]],
    ["status=expired", []],
    ["approver=maria", ["Refund"]],
    ["approver=alex&status=approved", ["Deploy api", "a change"]],
    ["search=DEPLOY", ["deploy WEB", "Deploy api"]],
    ["search=überWEIS", ["Überweisung an Acme"]],
    ["search=deploy&status=approved", ["Deploy api"]],
    ["search=nothing+like+it", []],
    ["requester=Default+key", ALL],
    ["status=nonsense", [...ALL, "a change"]],
  ])("with %s has %j", async (query, expected) => {
    expect(await actions(`?${query}`)).toEqual(expected);
  });

  it("finds a request by its id, also inside an address", async () => {
    const id = ids.get("Refund") ?? "";
    expect(await actions(`?search=${id}`)).toEqual(["Refund"]);
    expect(await actions(`?search=${encodeURIComponent(`http://x/approve/${id}`)}`)).toEqual(["Refund"]);
  });

  it("reads a period in the organisation's time zone", async () => {
    await rows("UPDATE tenants SET time_zone = 'Pacific/Kiritimati' WHERE id = ?1", company.store.tenantId);
    const today = dayAt(Date.now(), "Pacific/Kiritimati");
    // Midnight may have passed since they were asked.
    expect(await actions(`?from=${dayAfter(today, -1)}&to=${today}`)).toHaveLength(6);
    expect(await actions(`?to=2020-01-01`)).toEqual([]);
    expect(await actions(`?from=2099-01-01`)).toEqual([]);
  });

  it.each([
    ["approver=nobody", "Nobody here has the user name nobody."],
    ["from=2026-02-30", "There is no day 2026-02-30; write it like 2026-11-28."],
    ["search=nothing+like+it", "No request is like this."],
  ])("says what is wrong with %s", async (query, text) => {
    expect(await page(`?${query}`)).toContain(text);
  });

  it("keeps the filters in the fields", async () => {
    const html = await page("?status=pending&requester=%22%3E%3Cb%3E&search=x");
    expect(html).toContain('<option value="pending" selected="">pending</option>');
    expect(html).toContain('value="&quot;&gt;&lt;b&gt;"');
    expect(html).not.toContain('<b>"');
  });

  it("tells an open page of a new request", async () => {
    const html = await page();
    const [, live = "", version = ""] = /data-live="([^"]+)" data-version="([^"]+)"/.exec(html) ?? [];
    const waiting = company.alex.get(`${live}?version=${version}&wait=20`);
    await scheduler.wait(50);
    ids.set("One more", await company.asked("alex", { action: "One more" }));
    expect(((await (await waiting).json()) as { version: string }).version).not.toBe(version);
    expect((await actions(""))[0]).toBe("One more");
  }, 15_000);
});

describe("the list of a long history", () => {
  beforeAll(
    () => fillTenant(company.store.tenantId, 7_000, Date.parse("2026-01-01T00:00:00Z"), 2_000),
    60_000,
  );
  const next = (html: string) =>
    /href="(\/console\/requests\?[^"]*before=[^"]*)"/.exec(html)?.[1]?.replaceAll("&amp;", "&");

  it("has pages of 50, and their addresses keep the filters", async () => {
    const first = await page("?status=expired");
    expect(actionsOn(first)).toHaveLength(50);
    expect(next(first)).toMatch(/^\/console\/requests\?status=expired&before=c_/);
    const second = await (await company.alex.get(next(first) ?? "")).text();
    expect(actionsOn(second)).toHaveLength(50);
    const links = (html: string) => new Set(html.match(/\/console\/requests\/c_\w+/g));
    expect([...links(second)].filter((one) => links(first).has(one))).toEqual([]);
  });

  it("looks for a text among a limited number, and says how far back", async () => {
    const seen: string[] = [];
    let html = await page("?search=no+action+has+this");
    for (let further = next(html); further !== undefined; further = next(html)) {
      seen.push(/Nothing found in the requests back to ([^<]*)\./.exec(html)?.[1] ?? "");
      html = await (await company.alex.get(further)).text();
    }
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(/^\d+ \w+ 202[56], \d\d:\d\d GMT\+14$/);
    expect(html).toContain("There are no older requests.");
  });
});
