import { beforeAll, describe, expect, it } from "vitest";
import { fetchWorker, freshPlatform, ORIGIN } from "../support/worker-fixture.ts";

// The documentation and what crawlers read, as the Worker serves them.

beforeAll(() => freshPlatform(), 60_000);

async function answer(path: string, headers: Record<string, string> = {}, method = "GET") {
  const response = await fetchWorker(ORIGIN + path, { method, headers, redirect: "manual" });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe("the documentation", () => {
  it.each([
    ["/docs", "text/html; charset=utf-8", "<h1>Documentation</h1>"],
    ["/docs/agents", "text/html; charset=utf-8", `${ORIGIN}/mcp`],
    ["/docs/agents.md", "text/markdown; charset=utf-8", `${ORIGIN}/mcp`],
    ["/docs/search-index.txt", "text/plain; charset=utf-8", "agents\t"],
    ["/llms.txt", "text/plain; charset=utf-8", `(${ORIGIN}/docs/agents.md): `],
    ["/robots.txt", "text/plain; charset=utf-8", `Sitemap: ${ORIGIN}/sitemap.xml`],
    ["/sitemap.xml", "application/xml; charset=utf-8", `<loc>${ORIGIN}/docs/agents</loc>`],
  ])("%s is served with the address of the deployment, and kept for a while", async (path, type, part) => {
    const { status, headers, text } = await answer(path);
    expect([status, headers.get("content-type")]).toEqual([200, type]);
    expect(headers.get("cache-control")).toBe("public, max-age=300");
    expect(text).toContain(part);
    expect(text).not.toContain("origin.invalid");
    const again = await answer(path, { "if-none-match": headers.get("etag") ?? "" });
    expect([again.status, again.text]).toEqual([304, ""]);
    const head = await answer(path, {}, "HEAD");
    expect([head.status, head.headers.get("content-type"), head.text]).toEqual([200, type, ""]);
  });

  it("may run only its own scripts", async () => {
    const { headers } = await answer("/docs/agents");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
    expect(headers.get("set-cookie")).toBeNull();
  });

  it("loads a picture of a document", async () => {
    const { status, headers } = await answer("/docs/console-desktop.png");
    expect([status, headers.get("content-type")]).toEqual([200, "image/png"]);
  });

  it.each([
    ["/docs/", "/docs"],
    ["/docs/index", "/docs"],
    ["/docs/sending/webhooks", "/docs/webhooks"],
    ["/docs/web/docs/API.md", "/docs/api.md"],
    ["/docs/formats.html", "/docs/formats"],
    ["/docs/formats/", "/docs/formats"],
    ["/docs/mcp", "/docs/agents"],
    ["/.well-known/change-password", "/devices"],
  ])("leads from %s to %s", async (path, to) => {
    const { status, headers } = await answer(path);
    expect([status === 301 || status === 302, headers.get("location")]).toEqual([true, to]);
  });

  it.each([
    ["/docs/webhoks", "/docs/webhooks"],
    ["/docs/none.md", "No page has a name like this one."],
    ["/docs/agents.json", "/docs/agents"],
    ["/docs/%3Cscript%3E", "There is no such page"],
    [`/docs/${"x".repeat(2_000)}`, "No page has a name like this one."],
    ["/docs/..%2f..%2fapprove.html", "There is no such page"],
  ])("answers %s with a page of suggestions", async (path, part) => {
    const { status, headers, text } = await answer(path);
    expect([status, headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(text).toContain(part);
    expect(text).not.toContain("<script>");
  });

  it("has only addresses in the sitemap that answer, and that robots may read", async () => {
    const addresses = [...(await answer("/sitemap.xml")).text.matchAll(/<loc>([^<]*)<\/loc>/g)];
    const rules = [...(await answer("/robots.txt")).text.matchAll(/^Disallow: (.+)$/gm)];
    expect([addresses.length > 20, rules.length > 10]).toEqual([true, true]);
    for (const [, address = ""] of addresses) {
      const path = address.slice(ORIGIN.length);
      expect([path, (await answer(path)).status]).toEqual([path, 200]);
      expect(rules.filter(([, start = "none"]) => path.startsWith(start))).toEqual([]);
    }
  });
});
