import { beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "../../support/browser/axe.ts";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import { createPasskey, decide, signIn, type Device } from "../../support/browser/device.ts";
import { faultsOfLook } from "../../support/browser/page-look.ts";

// Requests that several people sign, each on their own phone.

const { url, enrolUrl, api, people, device, ask, read } = browserFixture("several-signers");
/** Enough to open the page before it on a busy machine. */
const ESCALATION_SECONDS = 9;
const NAMES = ["maria", "bo", "yan"] as const;
let alex: Device;
let maria: Device;
let bo: Device;
let yan: Device;

beforeAll(async () => {
  alex = await device();
  await createPasskey(alex, enrolUrl);
  const phones: Device[] = [];
  for (const username of NAMES) {
    const phone = await device();
    const invited = await people("POST", "/api/invites", { username, role: "approver" });
    await createPasskey(phone, invited.body.enrolUrl);
    await alex.page.goto(`${url}/inbox`);
    await alex.page.locator("#new-people").getByRole("link").click();
    await approve(alex);
    await eventually(alex.page.getByRole("heading", { name: "Approved" })).toBeVisible();
    phones.push(phone);
  }
  [maria, bo, yan] = phones as [Device, Device, Device];
  await change("groups/finance", { members: ["maria", "bo"] });
  await change("policies/high-value", {
    stages: [{ needs: [{ count: 2, from: { group: "finance" } }] }, { needs: [{ from: "yan" }] }],
  });
  await change("policies/one-each", { stages: [{ needs: [{ group: "finance" }] }, { needs: ["yan"] }] });
  await change("policies/later-yan", {
    needs: [{ group: "finance" }],
    escalations: [{ afterSeconds: ESCALATION_SECONDS, needs: ["yan"] }],
  });
}, 120_000);

/** A change that alex signs on its page. */
async function change(path: string, content: object): Promise<void> {
  const { status, body } = await people("PUT", `/api/${path}`, content);
  expect([path, status, body.detail]).toEqual([path, 202, undefined]);
  await alex.page.goto(body.url);
  await approve(alex);
  await eventually(alex.page.getByRole("heading", { name: "Approved" })).toBeVisible();
}

const approve = (phone: Device) => decide(phone, "Approve");

/** Each phone has the page of this request open. */
async function open(id: string, ...phones: readonly Device[]): Promise<void> {
  for (const phone of phones) {
    await phone.page.goto(`${url}/approve/${id}`);
    if (await phone.page.getByRole("button", { name: "Sign in with passkey" }).isVisible())
      await signIn(phone, `${url}/approve/${id}`);
    await eventually(phone.page.getByText("Verified on this device")).toBeVisible();
  }
}

const heading = (phone: Device, name: string) =>
  eventually(phone.page.getByRole("heading", { level: 2, name, exact: true })).toBeVisible();
const lines = ({ page }: Device) => [page.locator("#who-signs"), page.locator("#progress")] as const;
const under = (policy: string) => ask({ policy, username: undefined });

describe("a request in two stages", () => {
  it("tells everybody who has signed and who is needed, and becomes the form when it is their turn", async () => {
    const { id } = await under("high-value");
    await open(id, maria, bo, yan);
    const [who, progress] = lines(bo);
    await eventually(who).toHaveText("First two of finance, then yan");
    await eventually(progress).toHaveText(/^0 of 3, until \d\d:\d\d$/);
    for (const name of ["Reject", "Approve with passkey"])
      await eventually(bo.page.getByRole("button", { name })).toBeInViewport({ ratio: 1 });
    expect(await bo.page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
    await heading(yan, "Not your turn yet");
    await eventually(yan.page.locator("#outcome")).toContainText(
      "Stage 2: you are asked when these have signed: two of finance.",
    );
    const before = await bo.page.locator("#fields").boundingBox();

    await approve(maria);
    await heading(maria, "Signed, waiting for others");
    await eventually(maria.page.locator("#outcome")).toContainText("Still needed: one of finance (bo).");
    await eventually(progress).toHaveText(/^maria has signed · 1 of 3, until \d\d:\d\d$/);
    // Nothing moves under the finger of somebody who reads.
    expect(await bo.page.locator("#fields").boundingBox()).toEqual(before);

    await approve(bo);
    await heading(bo, "Signed, waiting for others");
    await eventually(yan.page.getByRole("button", { name: "Approve with passkey" })).toBeVisible();
    await eventually(lines(yan)[1]).toHaveText(/^maria and bo have signed · 2 of 3/);
    await decide(yan, "Approve", "Called the vendor");
    for (const phone of [maria, bo, yan]) {
      await heading(phone, "Approved");
      const outcome = phone.page.locator("#outcome");
      await eventually(outcome).toContainText("maria approved for finance in stage 1,");
      await eventually(outcome).toContainText("bo approved for finance in stage 1,");
      await eventually(outcome).toContainText("yan approved in stage 2,");
      await eventually(outcome).toContainText("Called the vendor");
    }
    expect((await read(id)).status).toBe("approved");
  });

  it("opens to all places, and looks right on a narrow phone, in both modes and with large text", async () => {
    const { id } = await under("high-value");
    await open(id, maria, bo);
    await approve(maria);
    await bo.page.locator("#policy summary").click();
    await eventually(bo.page.locator("#places dt")).toHaveText(["Stage 1 of 2, open", "Stage 2 of 2, later"]);
    await eventually(bo.page.locator("#places dd").first()).toHaveText(
      /^two of finance: (maria approved, bo|bo, maria approved)$/,
    );
    await eventually(bo.page.locator("#sentence")).toHaveText("high-value: First two of finance, then yan.");
    expect(await faultsOfLook(bo)).toEqual([]);
    expect(await seriousFaults(maria)).toEqual([]);
    await bo.page.locator("#verified").click();
    await eventually(bo.page.locator("#policy-text")).toContainText(/^For stage 1 of \{"authenticator":/);
    await decide(bo, "Reject", "Wrong account");
    for (const phone of [maria, bo]) {
      await heading(phone, "Rejected");
      await eventually(phone.page.locator("#outcome")).toContainText("bo rejected in stage 1,");
      await eventually(phone.page.locator("#outcome")).toContainText("Wrong account");
    }
  });

  it("says to whom the stage is over, also if the signature was on its way", async () => {
    const { id } = await under("one-each");
    await bo.page.route("**/state?*", (route) =>
      route.request().url().includes("wait=0") ? route.continue() : route.abort(),
    );
    await open(id, maria, bo);
    await eventually(bo.page.locator("#status")).toHaveText("You can decide now.");
    await approve(maria);
    await heading(maria, "Signed, waiting for others");
    await approve(bo);
    await heading(bo, "Your stage is over");
    await eventually(bo.page.locator("#status")).toHaveText(
      "Others completed this stage before your signature arrived, so it does not count.",
    );
    await eventually(lines(bo)[1]).toContainText("maria has signed · 1 of 2");
    await bo.page.unrouteAll();
    await api("POST", `/api/confirmations/${id}/cancel`);
    await heading(maria, "Cancelled");
  });
});

describe("a request that escalates", () => {
  it("asks more people while their page is open, and says when", async () => {
    const { id } = await under("later-yan");
    await open(id, yan);
    await heading(yan, "Not your turn yet");
    await eventually(yan.page.locator("#outcome")).toContainText(/More people are asked at \d\d:\d\d\./);
    await eventually(yan.page.getByRole("button", { name: "Approve with passkey" })).toBeVisible({
      timeout: 2_000 * ESCALATION_SECONDS,
    });
    await approve(yan);
    await heading(yan, "Approved");
    expect((await read(id)).status).toBe("approved");
  });
});

describe("a policy that is not the signed one", () => {
  it("can't be signed under", async () => {
    const { id } = await under("one-each");
    await bo.page.route(`**/approve/${id}`, async (route) => {
      const response = await route.fetch();
      const html = await response.text();
      await route.fulfill({ response, body: html.replace(/\\"minimum\\":2/, '\\"minimum\\":1') });
    });
    await bo.page.goto(`${url}/approve/${id}`);
    await eventually(bo.page.getByRole("heading", { name: "Display not verified" })).toBeVisible();
    await eventually(bo.page.locator("#why-not")).toHaveText(
      "The policy is not the one that you would sign.",
    );
    await eventually(bo.page.locator("#decision")).toBeHidden();
    await bo.page.unrouteAll();
  });
});

describe("the page of a changed document", () => {
  it("compares it with the version that it replaces", async () => {
    const { body } = await people("PUT", "/api/groups/finance", { members: ["maria", "alex"] });
    await alex.page.goto(body.url);
    await eventually(alex.page.getByRole("heading", { level: 1 })).toHaveText("Change the group “finance”?");
    await eventually(alex.page.locator("#fields .people")).toHaveText([
      "Added: alex",
      "Removed: bo",
      "Stays: maria",
    ]);
    expect(await faultsOfLook(alex)).toEqual([]);
    await decide(alex, "Reject");
    await heading(alex, "Rejected");
    await eventually(alex.page.locator("#outcome")).toContainText("The group stays as it was.");
  });

  it("says a policy in a sentence, before and after", async () => {
    const content = { needs: [{ count: 2, from: { group: "finance" } }], excludeRequester: true };
    const { body } = await people("PUT", "/api/policies/one-each", content);
    await alex.page.goto(body.url);
    await eventually(alex.page.locator("#fields .version")).toHaveText([
      "Until nowFirst one of finance, then yan.",
      "From now onTwo of finance; not the person who asked.",
    ]);
    expect(await seriousFaults(alex)).toEqual([]);
    await decide(alex, "Reject");
    await heading(alex, "Rejected");
  });

  it("lists the rules with what changed, and each must be on the screen before it is signed", async () => {
    const large = { name: "Large payments", when: "payload.amount_usd > 10000", policies: "high-value" };
    await change("rules", { rules: [large], otherwise: "named-person" });
    const { body } = await people("PUT", "/api/rules", {
      rules: [
        { name: "Deploys", when: 'action.startsWith("Deploy")', policies: ["one-each", "high-value"] },
        { ...large, when: "payload.amount_usd > 5000" },
      ],
      otherwise: "named-person",
    });
    await alex.page.goto(body.url);
    await eventually(alex.page.locator("#fields .rule")).toHaveText([
      'New Deploys: if action.startsWith("Deploy") then one-each, or high-value',
      "Changed Large payments: if payload.amount_usd > 5000 then high-valueUntil now: if payload.amount_usd > 10000 then high-value",
    ]);
    expect(await faultsOfLook(alex)).toEqual([]);
    await decide(alex, "Reject");
    await heading(alex, "Rejected");
  });
});
