import { beforeAll, describe, expect, it } from "vitest";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import { createPasskey, decide, type Device } from "../support/browser/device.ts";
import { faultsOfLook } from "../support/browser/page-look.ts";

// For every page: a narrow phone, light and dark mode, a strict policy, and a screen reader.

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const { url, enrolUrl, people, device, ask, api } = browserFixture("appearance");
let alex: Device;
let nobody: Device;
const addresses = new Map<string, string>();

beforeAll(async () => {
  alex = await device();
  nobody = await device();
  await createPasskey(alex, enrolUrl);
  const pending = await ask({
    payload: {
      to: "acct\u202e1288",
      sql: "UPDATE users\n  SET note = ''\n  WHERE id = 7;",
      long: "x".repeat(300),
      list: [1, "two", null, { deep: { deeper: [true] } }],
    },
  });
  const approved = await ask({ action: "Deploy to production" });
  const cancelled = await ask();
  await api("POST", `/api/confirmations/${cancelled.id}/cancel`);
  await alex.page.goto(`${url}/approve/${approved.id}`);
  await decide(alex, "Approve");
  await eventually(alex.page.getByRole("heading", { name: "Approved" })).toBeVisible();
  const invited = await people("POST", "/api/invites", { username: "maria", role: "approver" });
  const template = { action: "Pay an invoice", sentence: "Pay {amount} to {to}", fields: [] };
  addresses.set("change", (await people("POST", "/api/templates", template)).body.url);
  addresses.set("pending", `${url}/approve/${pending.id}`);
  addresses.set("in the log", `${url}/verify?id=${approved.id}`);
  addresses.set("approved", `${url}/approve/${approved.id}`);
  addresses.set("publishing", `${url}/approve/${approved.id}/publish`);
  addresses.set("cancelled", `${url}/approve/${cancelled.id}`);
  addresses.set("invitation", invited.body.enrolUrl);
});

const pages: readonly [name: string, path: string, of: "alex" | "nobody", ready: string][] = [
  ["a pending request", "pending", "alex", "Wire transfer to vendor"],
  ["a change that people sign", "change", "alex", "Use this template for “Pay an invoice”?"],
  ["an approved request", "approved", "alex", "Approved"],
  ["a cancelled request", "cancelled", "alex", "Cancelled"],
  ["publishing a decision", "publishing", "alex", "Publish this decision"],
  ["the inbox", "/inbox", "alex", "Inbox"],
  ["the passkeys", "/devices", "alex", "Add a passkey"],
  ["the invitation", "invitation", "nobody", "Create your passkey"],
  ["signing up", "/signup", "nobody", "Create your organisation"],
  ["signing in", "/inbox", "nobody", "Sign in"],
  ["home", "/", "nobody", "A named person signs it before it happens"],
  ["checking", "/verify", "nobody", "Check a receipt"],
  ["a request in the log", "in the log", "nobody", "In the log: approved"],
  ["not found", "/approve/c_nothing", "alex", "Not found"],
];

describe.each(pages)("%s", (_name, path, of, heading) => {
  it("fits 360 px in light and dark mode, has the strict policy, and axe finds nothing serious", async () => {
    const client = of === "alex" ? alex : nobody;
    const { page } = client;
    client.faults.length = 0;
    const answer = await page.goto(addresses.get(path) ?? url + path);
    const headers = answer?.headers() ?? {};
    expect(headers["content-security-policy"]).toBe(POLICY);
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    await eventually(page.getByRole("heading", { name: heading, exact: true }).first()).toBeVisible();
    expect(await faultsOfLook(client)).toEqual([]);
  });
});
