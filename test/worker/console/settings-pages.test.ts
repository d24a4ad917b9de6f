import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rows } from "../support/database-rows.ts";
import { freshPlatform, newCompany, type Company } from "../support/worker-fixture.ts";

// An organisation's settings and its audit trail, in the console.

let company: Company;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
}, 60_000);
afterAll(() => reset());

const SETTINGS = {
  name: "Acme",
  timeZone: "UTC",
  defaultExpirySeconds: 900,
  retentionDays: null,
  securityContact: "",
};
const form = (more: Record<string, string> = {}, was: object = SETTINGS) => ({
  was: JSON.stringify(was),
  name: "Acme",
  timeZone: "UTC",
  defaultExpirySeconds: "900",
  retentionDays: "",
  securityContact: "",
  ...more,
});
const nameNow = async () =>
  (await rows("SELECT name FROM tenants WHERE id = ?1", company.store.tenantId))[0]?.["name"];

describe("the settings", () => {
  it("change only after a touch of the passkey, and the form is kept until then", async () => {
    const { alex } = company;
    const held = await alex.submit("/console/settings", form({ name: "Acme & Sons" }));
    expect(held.status).toBe(403);
    const page = await held.text();
    expect(page).toContain("Confirm with your passkey");
    expect(page).toContain('name="name" value="Acme &amp; Sons"');
    expect(await nameNow()).toBe("Acme");
    expect((await alex.elevate()).status).toBe(200);
    const saved = await alex.submit("/console/settings", form({ name: "Acme & Sons" }));
    expect([saved.status, saved.headers.get("location")]).toEqual([303, "/console/settings"]);
    expect(await nameNow()).toBe("Acme & Sons");
    await alex.submit("/console/settings", form({}, { ...SETTINGS, name: "Acme & Sons" }));
    expect(await nameNow()).toBe("Acme");
  });

  it.each([
    ["a time zone that does not exist", { timeZone: "Middle/Earth" }, "there is no such time zone"],
    ["an empty name", { name: "" }, "must not be empty"],
    ["an expiry that is no number", { defaultExpirySeconds: "soon" }, "must be a whole number"],
    ["an expiry of a second", { defaultExpirySeconds: "1" }, "must be at least 30"],
    ["a field that the form does not have", { plan: "enterprise" }, "is not a field of this request"],
  ] as const)("are refused with %s, and the form shows what was typed", async (_name, wrong, text) => {
    const sent = await company.alex.submit(
      "/console/settings",
      form({ securityContact: "x@y.example", ...wrong }),
    );
    expect(sent.status).toBe(422);
    const page = await sent.text();
    expect(page).toContain(text);
    expect(page).toContain('value="x@y.example"');
    expect(await nameNow()).toBe("Acme");
  });

  it("tell the second of two admins what the first one changed", async () => {
    const { alex } = company;
    await alex.submit("/console/settings", form({ timeZone: "Europe/Vienna" }));
    const second = await alex.submit("/console/settings", form({ name: "Other" }));
    expect(second.status).toBe(409);
    expect(await second.text()).toContain("Somebody else has changed these settings meanwhile (timeZone)");
    expect(await nameNow()).toBe("Acme");
  });

  it("say how long a request waits that names no time itself", async () => {
    const { alex, api } = company;
    const was = { ...SETTINGS, timeZone: "Europe/Vienna" };
    await alex.submit("/console/settings", form({ timeZone: "UTC", defaultExpirySeconds: "3600" }, was));
    const id = await company.asked();
    const { body } = await api("GET", `/api/confirmations/${id}`);
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(3_600_000);
  });

  it("are not changed by a form of another site", async () => {
    const sent = await company.alex.submit("/console/settings", form({ name: "Evil" }), {
      origin: "https://evil.example",
      "sec-fetch-site": "cross-site",
    });
    expect(sent.status).toBe(403);
    expect(await nameNow()).toBe("Acme");
  });
});

describe("the audit trail", () => {
  it("names who did what, and shows no entry for what changed nothing", async () => {
    const page = await (await company.alex.get("/console/trail")).text();
    for (const text of [
      "Signed in",
      "Confirmed with a passkey",
      "Changed the settings",
      "UTC → Europe/Vienna",
    ])
      expect(page).toContain(text);
    expect(page.match(/Changed the settings/g)).toHaveLength(4);
  });

  it("says to an open page at once that there is a new entry", async () => {
    const { alex } = company;
    const page = await (await alex.get("/console/trail?before=z")).text();
    const [, live = "", version = ""] = /data-live="([^"]+)" data-version="([^"]+)"/.exec(page) ?? [];
    expect(live).toBe("/console/trail/live?before=z");
    const same = await alex.get(`${live}&version=${version}`);
    expect(await same.json()).toEqual({ version });
    const waiting = alex.get(`${live}&version=${version}&wait=20`);
    await scheduler.wait(50);
    await alex.submit(
      "/console/settings",
      form({ securityContact: "x" }, { ...SETTINGS, defaultExpirySeconds: 3_600 }),
    );
    expect(((await (await waiting).json()) as { version: string }).version).not.toBe(version);
  }, 15_000);

  it("is never changed", async () => {
    await expect(rows("UPDATE trail SET act = 'nothing'")).rejects.toThrow(/never changed/);
  });
});
