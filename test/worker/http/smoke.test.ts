import { createExecutionContext } from "cloudflare:test";
import { beforeAll, expect, it } from "vitest";
import { app } from "../../../src/http/app.ts";
import { smokeTest } from "../../../src/local/deploy/smoke-test.ts";
import { bindings, freshPlatform } from "../support/worker-fixture.ts";

// What `npm run deploy` checks from outside is true of this Worker.

const ORIGIN = "https://sign.acme.test";
beforeAll(() => freshPlatform(), 30_000);

it("the checks after a deployment pass, and return the log's key", async () => {
  const fetch = async (url: string, init?: RequestInit) =>
    app.fetch(new Request(url, init), { ...bindings, ORIGIN }, createExecutionContext());
  const deployed = { origin: ORIGIN, logOrigin: bindings.LOG_ORIGIN, logVkey: "" };
  const tools = { fetch, sleep: async () => undefined, print: () => undefined };
  const vkey = await smokeTest(tools, deployed);
  expect(vkey).toMatch(new RegExp(`^${bindings.LOG_ORIGIN}\\+[0-9a-f]{8}\\+`));
});
