import { createExecutionContext } from "cloudflare:test";
import { beforeAll, expect, it, vi } from "vitest";
import { app } from "../../../src/http/app.ts";
import { smokeTest } from "../../../src/local/deploy/smoke-test.ts";
import { bindings, freshPlatform } from "../support/worker-fixture.ts";

// What `npm run deploy` checks from outside is true of this Worker.

const ORIGIN = "https://sign.acme.test";
beforeAll(() => freshPlatform(), 30_000);

it("the checks after a deployment pass, and return the log's key", async () => {
  const fetch = async (url: string, init?: RequestInit) =>
    app.fetch(new Request(url, init), { ...bindings, ORIGIN }, createExecutionContext());
  // A Worker remembers for ten seconds that a database could not be written, also one of an earlier test file.
  const isHealthy = async () => expect((await fetch(`${ORIGIN}/healthz`)).status).toBe(200);
  await vi.waitFor(isHealthy, { timeout: 15_000, interval: 500 });
  const deployed = { origin: ORIGIN, logOrigin: bindings.LOG_ORIGIN, logVkey: "" };
  const tools = { fetch, sleep: async () => undefined, print: () => undefined };
  const vkey = await smokeTest(tools, deployed);
  expect(vkey).toMatch(new RegExp(`^${bindings.LOG_ORIGIN}\\+[0-9a-f]{8}\\+`));
}, 30_000);
