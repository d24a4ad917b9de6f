import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";

it("says that it is alive", async () => {
  const response = await exports.default.fetch("http://localhost/healthz");
  expect(response.status).toBe(200);
});
