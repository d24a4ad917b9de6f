import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import type { BrowserClient } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import { freshPlatform, newCompany, type Company } from "../support/worker-fixture.ts";

// One request in the console, for members who are not asked: the content as on the approvers' page, what happened, the
// receipt, and how a member cancels it.

let platform: Platform;
let company: Company;
let maria: BrowserClient;
let developer: BrowserClient;
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  maria = await company.enrolled("maria");
  developer = await company.enrolled("dev", "developer");
}, 60_000);
afterAll(() => reset());

const pathOf = (id: string) => `/console/requests/${id}`;
const page = async (id: string, by = developer) => (await by.get(pathOf(id))).text();
/** What happened, without tags and times. */
const timeline = (html: string) =>
  [...html.matchAll(/<li class="[a-z-]*"><p>(.*?)<\/p>/gs)].map(([, text = ""]) =>
    text.replaceAll(/<[^>]*>/g, "").trim(),
  );

describe("the page of a request", () => {
  it("draws the content as approvers see it, hostile text included", async () => {
    const html = await page(
      await company.asked("maria", {
        action: "Pay <b>now</b>",
        payload: { amount_usd: 42000, note: "to \u202eevil", link: "https://evil.example/x", list: [] },
      }),
    );
    expect(html).toContain('<h2 class="action"><bdi dir="ltr">Pay &lt;b&gt;now&lt;/b&gt;</bdi></h2>');
    expect(html).toContain('<bdi><span>42</span><span class="group">000</span></bdi>');
    expect(html).toContain('<span class="mark odd">⟨U+202E right-to-left override⟩</span>');
    expect(html).toContain("<b>Careful: </b>1 hidden or unusual character: right-to-left override");
    expect(html).toContain('<b class="host">evil.example</b>');
    expect(html).toContain('<span class="tag empty">empty list</span>');
    expect(html).not.toMatch(/href="https:|\u202e/);
  });

  it("says what happened, in order, and who did it", async () => {
    const id = await company.asked("maria");
    expect(timeline(await page(id))).toEqual(["Default key asked"]);
    await maria.decide(id, { reason: "Looks <i>good</i>" });
    const payload = { service: "api", sha: "abc123" };
    await company.api("POST", `/api/confirmations/${id}/consume`, { payload });
    const html = await page(id);
    expect(timeline(html)).toEqual([
      "Default key asked",
      "maria opened the page",
      "maria approved",
      expect.stringMatching(/^The outcome is in the log, entry \d+$/),
      expect.stringMatching(/^The approval was used, entry \d+$/),
    ]);
    expect(html).toContain("Looks &lt;i&gt;good&lt;/i&gt;");
    expect(html).toContain('<span class="pill good">approved, used</span>');
    // Opening the page of the console is no opening by an approver.
    expect(await rows("SELECT person_id FROM openings WHERE confirmation_id = ?1", id)).toHaveLength(1);
  });

  it("gives the receipt to every member, and to no approver", async () => {
    const id = await company.asked("maria");
    expect((await developer.get(`${pathOf(id)}/receipt`)).status).toBe(404);
    await maria.decide(id, { vote: "reject", reason: "No" });
    const receipt = await developer.get(`${pathOf(id)}/receipt`);
    expect(receipt.headers.get("content-disposition")).toBe(`attachment; filename="receipt-${id}.json"`);
    const own = await maria.get(`/approve/${id}/receipt`);
    expect(await receipt.text()).toBe(await own.text());
    expect((await maria.get(`${pathOf(id)}/receipt`)).status).toBe(403);
  });

  it("is as absent for another organisation as if it did not exist", async () => {
    const id = await company.asked();
    const stranger = (await newCompany(platform, "Other")).alex;
    for (const path of ["", "/live", "/receipt"].map((end) => (one: string) => pathOf(one) + end)) {
      const answers = [await stranger.get(path(id)), await stranger.get(path(`c_${"0".repeat(36)}`))];
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    }
    expect((await developer.get(pathOf(id))).status).toBe(200);
  });

  it("shows a change of who may sign, which nobody cancels here", async () => {
    const [change] = await rows("SELECT id FROM confirmations WHERE type = 'credential.endorsed'");
    const id = String(change?.["id"]);
    const html = await page(id, company.alex);
    expect(html).toContain("The outcome is in the log");
    await company.alex.elevate();
    const sent = await company.alex.submit(`${pathOf(id)}/cancel`, {});
    expect(sent.status).toBe(403);
    expect(await sent.text()).toContain("is not cancelled");
  });
});

describe("a request that a member cancels", () => {
  it("needs a touch of the passkey, ends once, and the audit trail says who did it", async () => {
    const id = await company.asked("maria");
    expect(await page(id)).toContain(`action="${pathOf(id)}/cancel"`);
    expect((await developer.submit(`${pathOf(id)}/cancel`, {})).status).toBe(403);
    await developer.elevate();
    const sent = await developer.submit(`${pathOf(id)}/cancel`, {});
    expect([sent.status, sent.headers.get("location")]).toEqual([303, pathOf(id)]);
    const again = await developer.submit(`${pathOf(id)}/cancel`, {});
    expect(again.status).toBe(409);
    expect(await again.text()).toContain("cancelled");
    expect(timeline(await page(id))).toEqual([
      "Default key asked",
      "dev cancelled it",
      expect.stringMatching(/^The outcome is in the log/),
    ]);
    expect((await company.api("GET", `/api/confirmations/${id}`)).body.status).toBe("cancelled");
    const entries = await rows("SELECT actor_name, act FROM trail WHERE subject_id = ?1", id);
    expect(entries).toEqual([{ actor_name: "dev", act: "request.cancelled" }]);
  });

  it("names its requester if an API key cancelled it", async () => {
    const id = await company.asked("maria");
    await company.api("POST", `/api/confirmations/${id}/cancel`);
    expect(timeline(await page(id))[1]).toBe("Default key cancelled it");
  });
});
