import { reset } from "cloudflare:test";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "../../../src/app/runtime.ts";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { rows } from "../support/database-rows.ts";
import { bindings, freshPlatform, newCompany, type Company } from "../support/worker-fixture.ts";

// The first page of the console, from a new organisation to its first approval.

let company: Company;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  await company.alex.elevate();
}, 60_000);
afterAll(() => reset());

const page = async () => (await company.alex.get("/console")).text();
const done = (text: string) =>
  [...text.matchAll(/<li class="done"><h2>([\w ]+?) </g)].map(([, name]) => name);
const version = (text: string) => /data-version="(\w+)"/.exec(text)?.[1];

it("ticks off each step, and is an overview once all are done", async () => {
  await rows("DELETE FROM api_keys WHERE tenant_id = ?1", company.store.tenantId);
  const first = await page();
  expect(first).toContain("<h1>Getting started</h1>");
  expect(done(first)).toEqual([]);

  const [form] = /action="\/console\/projects\/\w+\/keys".*?<\/form>/s.exec(first) ?? [""];
  const fields = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(
    ([, name = "", value = ""]) => [name, value] as const,
  );
  const created = await company.alex.submit(/action="([^"]+)"/.exec(form)?.[1] ?? "", fields);
  expect(await created.text()).toContain("cs_live_");
  expect(done(await page())).toEqual(["Create an API key"]);

  await rows("UPDATE api_keys SET last_used_at = 1 WHERE tenant_id = ?1", company.store.tenantId);
  const used = await page();
  expect(done(used)).toEqual(["Create an API key", "Ask with it"]);
  expect(version(used)).not.toBe(version(first));

  const test = { id: newId(createPlatform(bindings), "q") };
  for (let sent = 0; sent < 2; sent++)
    expect((await company.alex.submit("/console/test-request", test)).status).toBe(303);
  const asked = await rows(
    `SELECT c.id, c.requester_kind, p.mode FROM confirmations c
     JOIN projects p ON p.tenant_id = c.tenant_id AND p.id = c.project_id WHERE c.type = 'decision'`,
  );
  expect(asked).toMatchObject([{ requester_kind: "person", mode: "test" }]);
  expect(done(await page())).toEqual(["Create an API key", "Ask with it", "Send yourself a test request"]);

  const [request] = asked;
  expect((await company.alex.decide(String(request?.["id"]))).body.status).toBe("approved");
  const last = await page();
  expect(last).toContain("<h1>Overview</h1>");
  expect(last).not.toContain("Create an API key");
});

it("shows the steps to nobody once they are hidden", async () => {
  await rows("UPDATE api_keys SET last_used_at = NULL");
  expect(await page()).toContain("<h1>Getting started</h1>");
  expect((await company.alex.submit("/console/hide-guide", {})).status).toBe(303);
  expect(await page()).toContain("<h1>Overview</h1>");
});
