import { createExecutionContext } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { app } from "../../../src/http/app.ts";
import { makeDemoCompany } from "../../../src/http/demo-console/make-demo-company.ts";
import { bindings, ORIGIN } from "../support/worker-fixture.ts";

// The demo console: every page that can be reached, without a database, and nothing that sends anything.

const UNREACHABLE = (): never => {
  throw new Error("the demo console reads no database");
};
/** Without the databases and without the objects of organisations. */
const ALONE = { ...bindings, DB: { prepare: UNREACHABLE, batch: UNREACHABLE }, DESK: {}, LOG: {} };

async function page(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const asked = new Request(ORIGIN + path, { headers: { accept: "text/html" } });
  const answer = await app.fetch(asked, ALONE, createExecutionContext());
  expect([path, answer.headers.get("set-cookie")]).toEqual([path, null]);
  return { status: answer.status, text: await answer.text() };
}

const linksIn = (text: string): readonly string[] =>
  [...text.matchAll(/ (?:href|action|src)="([^"]*)"/g)].map(([, link = ""]) => link.replaceAll("&amp;", "&"));
const isOfDemo = (link: string): boolean => /^\/demo(?:[/?]|$)/.test(link);

/** Every page of the demo that a link of another one leads to. */
const pages = new Map<string, string>();
beforeAll(async () => {
  const waiting = ["/demo"];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (pages.has(path)) continue;
    const { status, text } = await page(path);
    if (status !== 200) throw new Error(`${path} is answered with ${status}`);
    pages.set(path, text);
    waiting.push(...linksIn(text).filter(isOfDemo));
  }
}, 120_000);

const { requests, people, webhooks } = makeDemoCompany(Date.now(), ORIGIN);

describe("the demo console", () => {
  it("has a page for each request, person, project, key, webhook and delivery", () => {
    const count = (pattern: RegExp) => [...pages.keys()].filter((path) => pattern.test(path)).length;
    expect(count(/^\/demo\/requests\/c_\w+$/)).toBe(requests.length);
    expect(count(/^\/demo\/people\/p_\w+$/)).toBe(people.length);
    expect(count(/^\/demo\/projects\/j_\w+$/)).toBe(5);
    expect(count(/^\/demo\/keys\/k_\w+$/)).toBe(8);
    expect(count(/^\/demo\/webhooks\/w_\w+$/)).toBe(webhooks.length);
    expect(count(/^\/demo\/webhooks\/w_\w+\/deliveries\/\d+$/)).toBeGreaterThan(100);
    for (const path of ["figures", "usage", "trail", "settings"])
      expect(pages.has(`/demo/${path}`)).toBe(true);
  });

  it("says on each page that its data is generated", () => {
    const silent = [...pages].filter(([, text]) => !text.includes("<b>Generated data.</b>"));
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it("leads only to itself and to public pages", () => {
    const others = new Set([...pages.values()].flatMap(linksIn).filter((link) => !isOfDemo(link)));
    const files = /^\/[a-z-]+\.(?:css|svg|woff2)$/;
    expect([...others].filter((link) => !files.test(link)).toSorted()).toEqual(
      ["#main", "/", "/#demo", "/docs", "/docs/verify", "/signup"].toSorted(),
    );
  });

  it("has nothing that sends or runs anything", () => {
    const faults = [...pages].filter(([, text]) =>
      /method="post"|<script|<button(?! type="submit")(?!.* hidden)|type="hidden"/.test(text),
    );
    expect(faults.map(([path]) => path)).toEqual([]);
    const posts = app.routes.filter(({ method, path }) => method !== "GET" && path.startsWith("/demo/"));
    expect(new Set(posts.map(({ path }) => path))).toEqual(new Set(["/demo/begin", "/demo/*"]));
  });

  it("has requests in every state, and the hash of each content that it shows", async () => {
    const states = ["pending", "approved", "rejected", "expired", "cancelled"];
    expect(new Set(requests.map(({ status }) => status))).toEqual(new Set(states));
    for (const { id, payload } of requests) {
      const hash = toHex(sha256(utf8(payload.text)));
      expect(pages.get(`/demo/requests/${id}`)).toContain(`SHA-256 <code>${hash}</code>`);
    }
  });

  it("asks nobody with a key that did not exist yet, or that had ended", () => {
    for (const { key, createdAt } of requests) {
      const at = new Date(createdAt).toISOString();
      expect([key.label, at > key.createdAt, at < (key.revokedAt ?? "9")]).toEqual([key.label, true, true]);
    }
  });

  it("is the same for the whole hour, and has the same addresses at any time", () => {
    const now = Date.UTC(2027, 1, 3, 10);
    const company = makeDemoCompany(now, ORIGIN);
    expect(makeDemoCompany(now + 3_599_999, ORIGIN)).toEqual(company);
    expect(company.requests.map(({ id }) => id)).toEqual(requests.map(({ id }) => id));
    for (const { createdAt, expiresAt, status } of company.requests)
      if (status === "pending") expect([createdAt < now, expiresAt > now + 3_600_000]).toEqual([true, true]);
  });
});

describe("the filters of the demo console", () => {
  const rows = (text: string): number => [...text.matchAll(/<p class="row">/g)].length;
  const count = (status: string) => requests.filter((one) => one.status === status).length;
  const [first] = requests;

  it.each<[string, string, number]>([
    ["a status", "status=pending", count("pending")],
    ["a status that does not exist", "status=maybe", 50],
    [
      "a person",
      `approver=${first?.approver}`,
      requests.filter((one) => one.approver === first?.approver).length,
    ],
    [
      "a part of an action",
      "search=DEPLOY+to",
      requests.filter((one) => one.action.startsWith("Deploy")).length,
    ],
    ["an address with an id", `search=https://x/approve/${first?.id}`, 1],
    ["what is nowhere", "search=%3Cscript%3E", 0],
    ["days to come", "from=2099-01-01", 0],
    ["a page after an unknown request", "before=c_unknown", 0],
    ["the first page", "", 50],
    ["the second page", `before=${requests[49]?.id}`, requests.length - 50],
  ])("find by %s", async (_name, query, expected) => {
    const { status, text } = await page(`/demo/requests?${query}`);
    expect([status, rows(text)]).toEqual([200, expected]);
    expect(text).not.toContain("<script");
  });

  it.each([
    ["a day that does not exist", "from=2026-13-01", "There is no day 2026-13-01"],
    ["a person who does not exist", "approver=nobody", "Nobody here has the user name nobody"],
  ])("say what is wrong with %s", async (_name, query, expected) => {
    expect((await page(`/demo/requests?${query}`)).text).toContain(expected);
  });
});

describe("an address without a page", () => {
  it.each([
    "/demo/nothing",
    "/demo/requests/c_nothing",
    "/demo/people/nobody",
    "/demo/projects/j_1",
    "/demo/keys/k_1",
    "/demo/webhooks/w_1",
    "/demo/webhooks/w_1/deliveries",
    `/demo/webhooks/${webhooks[0]?.item.id}/deliveries/0`,
    "/demo/export",
    "/demo/requests/c_nothing/receipt",
  ])("%s is not found, in the demo's own surroundings", async (path) => {
    const { status, text } = await page(path);
    expect([status, text.includes("<b>Generated data.</b>")]).toEqual([404, true]);
    expect(text).toContain('href="/demo"');
  });
});
