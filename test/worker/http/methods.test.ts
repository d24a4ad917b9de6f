import { beforeAll, describe, expect, it } from "vitest";
import { CONSOLE_FORMS } from "../../../src/http/console/console-routes.ts";
import { changedBy } from "../support/database-rows.ts";
import { ROUTES } from "../support/route-table.ts";
import { freshPlatform, fetchWorker, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";

// A method that an address does not have. The answer names the methods that it has, and says nothing about ids.

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
const allowedAt = new Map<string, Set<string>>();
const forms = CONSOLE_FORMS.map(({ path }) => ({ route: `POST ${path}` }));
for (const { route } of [...ROUTES, ...forms]) {
  const [method = "", path = ""] = route.split(" ");
  if (method === "ALL" || path.includes("*")) continue;
  const allowed = allowedAt.get(path) ?? new Set();
  allowedAt.set(path, method === "GET" ? allowed.add("GET").add("HEAD") : allowed.add(method));
}

let company: Company;
let pending: string;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  pending = await company.asked();
}, 60_000);

async function send(path: string, method: string, headers: Record<string, string> = {}) {
  const answer = await fetchWorker(ORIGIN + path, { method, headers });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

describe("a wrong method", () => {
  it.each([...allowedAt])("at %s is answered with 405 and the right ones", async (path, allowed) => {
    const differs = await changedBy(async () => {
      for (const method of METHODS.filter((one) => !allowed.has(one))) {
        for (const id of [pending, "absent"]) {
          const { status, headers, text } = await send(path.replace(":id", id), method);
          const allow = headers.get("allow")?.split(", ").toSorted();
          expect([method, status, allow]).toEqual([method, 405, [...allowed].toSorted()]);
          if (method !== "HEAD") expect(JSON.parse(text)).toMatchObject({ code: "method_not_allowed" });
        }
      }
    });
    expect(differs).toEqual([]);
  });

  it("is the same for a caller with a key or a session", async () => {
    const headers = { cookie: company.alex.cookie, "x-api-key": company.apiKey };
    expect((await send(`/api/confirmations/${pending}`, "DELETE", headers)).status).toBe(405);
    expect((await send("/inbox", "POST", headers)).status).toBe(405);
  });

  it("is a page for a browser that opens the address of a form", async () => {
    const { status, headers, text } = await send("/signout", "GET", { accept: "text/html" });
    expect([status, headers.get("allow")]).toEqual([405, "POST"]);
    expect(text).toContain("<!doctype html>");
  });

  it.each(["/nothing", "/api/nothing", "/approve", "/api/confirmations/a/b"])(
    "at the absent address %s stays 404",
    async (path) => {
      for (const method of ["GET", "POST", "DELETE"]) expect((await send(path, method)).status).toBe(404);
    },
  );
});
