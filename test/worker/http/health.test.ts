import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";

it("reports that the Worker is running", async () => {
  const response = await exports.default.fetch("http://localhost/healthz");
  expect(response.status).toBe(200);
});
