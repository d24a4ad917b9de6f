import { runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { newKey } from "../../../src/app/account/create-tenant.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { backend, type Answered } from "../../support/browser-client.ts";
import { insertChannel } from "../sending/support/insert-channel.ts";
import { restCalls, type RestCalls } from "../support/rest-calls.ts";
import {
  bindings,
  freshPlatform,
  fetchWorker,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";
import { changedBy, rows } from "../support/database-rows.ts";

// The form of refusals, keys, people, and the public addresses.

const MINUTE_MILLISECONDS = 60_000;

let platform: Platform;
let company: Company;
let raw: RestCalls["raw"];
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  ({ raw } = restCalls(company));
});

describe("inviting", () => {
  it.each<[string, object, number, string]>([
    ["a username that is taken", { username: "alex", role: "approver" }, 409, "username_taken"],
    ["an owner", { username: "new", role: "owner" }, 422, "validation_failed"],
    ["no role", { username: "new" }, 422, "validation_failed"],
    ["a bad name", { username: "A", role: "admin" }, 422, "validation_failed"],
    ["an unknown field", { username: "new", role: "admin", email: "a@b" }, 422, "validation_failed"],
  ])("%s is refused, and adds nobody", async (_name, body, status, code) => {
    let answer: Answered | undefined;
    const differs = await changedBy(async () => {
      answer = await company.people("POST", "/api/invites", body);
    });
    expect([answer?.status, answer?.body.code, differs]).toEqual([status, code, []]);
  });

  it("is followed by a list of those who can be asked, and whether a notice reaches them", async () => {
    const own = await newCompany(platform, "People");
    await own.people("POST", "/api/invites", { username: "later", role: "approver" });
    await own.enrolled("reader", "auditor");
    await own.enrolled("maria");
    await insertChannel(own.store, "maria");
    expect((await own.api("GET", "/api/approvers")).body.data).toEqual([
      { username: "alex", role: "owner", reachable: false },
      { username: "maria", role: "approver", reachable: true },
    ]);
  });
});

describe("every refusal", () => {
  it.each<[string, () => Promise<Response>]>([
    ["without a key", async () => fetchWorker(`${ORIGIN}/api/confirmations`)],
    ["for a scope", async () => raw("/api/people")],
    ["of a query", async () => raw("/api/confirmations?limit=x")],
    ["of an absent id", async () => raw("/api/confirmations/c_absent")],
    ["of a malformed id", async () => raw("/api/confirmations/%00%ff%2e%2e%2f'")],
    ["of an absent address", async () => raw("/api/nothing")],
    ["of an absent address outside", async () => raw("/nothing")],
    [
      "of an unsupported method",
      async () =>
        fetchWorker(`${ORIGIN}/api/confirmations`, {
          method: "DELETE",
          headers: { "x-api-key": company.apiKey },
        }),
    ],
    ["without a session", async () => fetchWorker(`${ORIGIN}/inbox/items`)],
    [
      "of a body",
      async () =>
        fetchWorker(`${ORIGIN}/api/confirmations`, {
          method: "POST",
          headers: { "x-api-key": company.apiKey, "content-type": "application/json" },
          body: "{",
        }),
    ],
  ])("%s is a problem document", async (_name, call) => {
    const answer = await call();
    const body: Answered["body"] = await answer.json();
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(body).toMatchObject({
      type: `/problems/${body.code}`,
      title: expect.stringMatching(/./),
      status: answer.status,
      detail: expect.stringMatching(/./),
      instance: expect.stringMatching(/^\//),
      code: expect.stringMatching(/^[a-z_]+$/),
      requestId: answer.headers.get("x-request-id"),
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    // The type is the address of a page.
    const page = await fetchWorker(ORIGIN + body.type, { headers: { accept: "text/html" } });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(body.code)]);
  });
});

describe("a key", () => {
  it("stores when it was last used, to the minute", async () => {
    const own = await newCompany(platform, "Keys");
    const [project] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", own.store.tenantId);
    const text = await newKey(platform, own.store, String(project?.["id"]), "Fresh", ["confirmations:read"]);
    const used = async () =>
      (await rows("SELECT last_used_at FROM api_keys WHERE name = 'Fresh'"))[0]?.["last_used_at"];
    expect(await used()).toBeNull();
    const api = backend(fetchWorker, ORIGIN, text);
    await api("GET", "/api/confirmations");
    const first = Number(await used());
    expect(Date.now() - first).toBeLessThan(5_000);
    await api("GET", "/api/confirmations");
    expect(await used()).toBe(first);
    await runInDurableObject(bindings.DESK.getByName(own.store.tenantId), (desk) => {
      const { runtime } = desk as unknown as { runtime: Runtime };
      Object.assign(runtime, { now: () => Date.now() + MINUTE_MILLISECONDS });
    });
    await api("GET", "/api/confirmations");
    expect(Number(await used())).toBeGreaterThanOrEqual(first + MINUTE_MILLISECONDS);
  });
});

describe("the public addresses", () => {
  it("report that the Worker is running, and describe its API", async () => {
    const health = await fetchWorker(`${ORIGIN}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: "ok" }]);
    const document = await fetchWorker(`${ORIGIN}/openapi.json`);
    const described: Answered["body"] = await document.json();
    expect([document.status, described.openapi, described.servers]).toEqual([
      200,
      expect.stringMatching(/^3\.1/),
      [{ url: ORIGIN }],
    ]);
    const contact = await fetchWorker(`${ORIGIN}/.well-known/security.txt`);
    expect([contact.status, await contact.text()]).toEqual([200, expect.stringContaining("Contact: ")]);
  });

  const html = { accept: "text/html,application/xhtml+xml" };
  it.each(["/", "/enrol", "/approve/c_absent", "/inbox", "/devices", "/nothing"])(
    "send %s with all security headers",
    async (path) => {
      for (const cookie of ["", company.alex.cookie]) {
        const answer = await fetchWorker(ORIGIN + path, { headers: { ...html, cookie } });
        const policy = answer.headers.get("content-security-policy")?.split("; ") ?? [];
        expect(policy.toSorted()).toEqual(
          [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
          ].toSorted(),
        );
        expect(Object.fromEntries(answer.headers)).toMatchObject({
          "content-type": "text/html; charset=utf-8",
          "cache-control": "no-store",
          "cross-origin-opener-policy": "same-origin",
          "cross-origin-resource-policy": "same-origin",
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff",
          "permissions-policy": expect.stringContaining("camera=()"),
        });
        // No inline script or style, which the policy would refuse, and no foreign address.
        const text = (await answer.text()).replaceAll(ORIGIN, "");
        expect(text).not.toMatch(
          /<script(?![^>]*(?:src="\/|type="application\/json"))|<style|\son[a-z]+=|\sstyle=|(?:src|href)="(?:https?:)?\/\//,
        );
      }
    },
  );

  it("allow each page only the passkey call that it needs", async () => {
    const asked = await company.asked();
    const permissionsOf = async (path: string) =>
      (await company.alex.get(path, html)).headers
        .get("permissions-policy")
        ?.match(/publickey-[a-z-]+=\(self\)/g) ?? [];
    expect(await permissionsOf(`/approve/${asked}`)).toEqual(["publickey-credentials-get=(self)"]);
    expect(await permissionsOf("/enrol")).toEqual(["publickey-credentials-create=(self)"]);
    expect(await permissionsOf("/devices")).toEqual([
      "publickey-credentials-create=(self)",
      "publickey-credentials-get=(self)",
    ]);
    expect(await permissionsOf("/inbox")).toEqual([]);
    expect(await permissionsOf("/")).toEqual([]);
  });

  it.each([
    ["a page", "http://127.0.0.1:8787/approve/c_1?a=b", html, `${ORIGIN}/approve/c_1?a=b`],
    ["a page by IPv6", "http://[::1]:8787/inbox", html, `${ORIGIN}/inbox`],
    ["a page by its name", `${ORIGIN}/inbox`, html, null],
    ["a program", "http://127.0.0.1:8787/healthz", { accept: "*/*" }, null],
    ["a program without an Accept header", "http://127.0.0.1:8787/log/checkpoint", {}, null],
    ["another path of our own", "http://127.0.0.1:8787//evil.example/", html, `${ORIGIN}//evil.example/`],
  ])("redirect from an IP address to the host name: %s", async (_name, url, headers, to) => {
    const answer = await fetchWorker(url, { headers, redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([to === null ? 200 : 302, to]);
  });

  it("serve no page as a plain file", async () => {
    for (const path of [
      "/index.html",
      "/approve.html",
      "/signin.html",
      "/..%2fapprove.html",
      "/style.css/../approve.html",
    ]) {
      expect([path, (await fetchWorker(ORIGIN + path)).status]).toEqual([path, 404]);
    }
    const style = await fetchWorker(`${ORIGIN}/style.css`);
    expect([style.status, style.headers.get("x-content-type-options")]).toEqual([200, "nosniff"]);
  });

  it.each([
    ["/sw.js", "text/javascript; charset=utf-8"],
    ["/app.webmanifest", "application/manifest+json"],
    ["/icon-192.png", "image/png"],
  ])("load %s, a part of the installed app, and ask for a newer one each time", async (path, type) => {
    const { status, headers } = await fetchWorker(ORIGIN + path, { headers: { "accept-encoding": "br" } });
    expect([status, headers.get("content-type")]).toEqual([200, type]);
    expect(headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
  });

  it.each([
    ["br, gzip", "br"],
    ["gzip", null],
    ["", null],
  ])("load files compressed if the browser accepts that: %s", async (accepted, encoding) => {
    const style = await fetchWorker(`${ORIGIN}/style.css`, { headers: { "accept-encoding": accepted } });
    const { headers } = style;
    expect([style.status, headers.get("content-encoding"), headers.get("vary")]).toEqual([
      200,
      encoding,
      "accept-encoding",
    ]);
    expect(headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    // The client decodes it.
    expect(await style.text()).toContain("@font-face");
  });
});
