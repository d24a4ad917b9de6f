import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as streamText } from "node:stream/consumers";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "../../support/browser/axe.ts";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import { createPasskey, decide, type Device } from "../../support/browser/device.ts";
import { headersOf, message, send } from "../../support/mcp-messages.ts";

// Two organisations on one server, from sign-up to deletion, as new users do it: step by step, side by side. Neither
// ever gets a byte of the other.

const { url, device } = browserFixture("two-organisations");
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "countersign-walk-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Organisation {
  readonly name: string;
  /** Only in this organisation's requests. */
  readonly word: string;
  readonly owner: Device;
  readonly colleague: Device;
  /** Everything that the server sent to its people and programs. */
  readonly received: string[];
  key: string;
  id: string;
  confirmation: string;
}

const both: Organisation[] = [];
beforeAll(async () => {
  for (const [name, word] of [
    ["Blue Heron", "heron-4711"],
    ["Red Kite", "kite-0815"],
  ] as const) {
    const [owner, colleague] = [await device({ viewport: { width: 1280, height: 800 } }), await device()];
    const received: string[] = [];
    for (const { page } of [owner, colleague]) keepAnswers(page, received);
    both.push({ name, word, owner, colleague, received, key: "", id: "", confirmation: "" });
  }
});

function keepAnswers(page: Page, received: string[]): void {
  page.on("response", (response) => {
    // A download and a redirect have no body here.
    response.text().then(
      (body) => received.push(body),
      () => undefined,
    );
  });
}

/** The same step in both, one after the other. */
async function inBoth(step: (organisation: Organisation) => Promise<void>): Promise<void> {
  for (const organisation of both) await step(organisation);
}

/** Clicks, and confirms with the passkey if the page asks for it. */
async function change({ page }: Device, button: string): Promise<void> {
  await page.getByRole("button", { name: button }).click();
  const confirm = page.getByRole("button", { name: "Confirm with your passkey" });
  await page.waitForLoadState();
  if (await confirm.isVisible()) await confirm.click();
}

/** A download of a link on this page, in a file. */
async function downloaded({ page }: Device, link: string, name: string): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: link }).click();
  const text = await streamText(await (await download).createReadStream());
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const countersign = async (...args: readonly string[]) =>
  (await run(process.execPath, [".build/countersign.mjs", ...args])).stdout;

describe("two organisations side by side", () => {
  it("sign up with two names and a passkey", () =>
    inBoth(async (organisation) => {
      const { page } = organisation.owner;
      await page.goto(`${url}/signup`);
      await page.getByLabel("Organisation").fill(organisation.name);
      await page.getByLabel("User name").fill("alex");
      await page.getByRole("button", { name: "Create passkey" }).click();
      await eventually(page.getByRole("heading", { name: `${organisation.name} is ready` })).toBeVisible();
      organisation.id = (await page.locator("#stream").innerText()).replaceAll(" ", "");
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Save your organisation card" }).click();
      const card = await streamText(await (await download).createReadStream());
      writeFileSync(join(folder, `${organisation.word}-policy.txt`), card);
    }));

  it("invite a colleague, who creates a passkey, and trust it", () =>
    inBoth(async ({ owner, colleague }) => {
      await owner.page.goto(`${url}/console/people`);
      await owner.page.getByText("Invite somebody").click();
      await owner.page.getByLabel("User name").fill("maria");
      await change(owner, "Invite");
      await eventually(owner.page.locator("#link")).toBeVisible();
      const link = await owner.page.locator("#link").innerText();
      await createPasskey(colleague, link);
      const fingerprint = await colleague.page.locator("#fingerprint").innerText();
      await owner.page.goto(`${url}/inbox`);
      await owner.page.locator("#new-people a").first().click();
      await eventually(owner.page.locator("main")).toContainText(fingerprint.split(/\s+/)[0] ?? "");
      await decide(owner, "Approve");
      await eventually(owner.page.locator("#outcome")).toBeVisible();
    }));

  it("make a key, which is shown once", () =>
    inBoth(async (organisation) => {
      const { owner } = organisation;
      await owner.page.goto(`${url}/console`);
      await change(owner, "Create a key");
      await eventually(owner.page.locator("#secret")).toBeVisible();
      organisation.key = await owner.page.locator("#secret").innerText();
      expect(organisation.key).toMatch(/^cs_live_/);
      expect(await seriousFaults(owner)).toEqual([]);
    }));

  it("ask over MCP, and approve on a phone", () =>
    inBoth(async (organisation) => {
      const { key, word, colleague, received } = organisation;
      const args = {
        action: `Pay ${word}`,
        payload: { to: word, amount: "42.00" },
        approver_username: "maria",
        wait_seconds: 0,
      };
      const tool = "request_human_approval";
      const posted = await send(key, message("new", tool, args), headersOf("new", tool), {
        fetch: async (address, init) => fetch(address, init),
        url: `${url}/mcp`,
      });
      const { structuredContent } = posted.answer.result;
      received.push(JSON.stringify(posted.answer));
      expect(structuredContent).toMatchObject({ approved: false, status: "pending" });
      organisation.confirmation = structuredContent.confirmation_id;
      await colleague.page.goto(`${url}/inbox`);
      await colleague.page.getByText(word).first().click();
      await decide(colleague, "Approve");
      await eventually(colleague.page.locator("#outcome")).toContainText("Approved");
    }));

  it("find it in the history, and take the receipt and the whole history along", () =>
    inBoth(async (organisation) => {
      const { owner, word, id, received } = organisation;
      const { page } = owner;
      await page.goto(`${url}/console/requests`);
      await page.getByRole("link", { name: `Pay ${word}` }).click();
      await eventually(page.locator("main")).toContainText(word);
      expect(await seriousFaults(owner)).toEqual([]);
      const receipt = await downloaded(owner, "Download the receipt", `${word}-receipt.json`);
      await page.goto(`${url}/console/export`);
      const history = await downloaded(owner, "Download the history", `${word}-history.ndjson`);
      const policy = join(folder, `${word}-policy.txt`);
      const verified = await countersign("verify", receipt, "--policy", policy, "--tenant", id);
      const audited = await countersign(
        "audit",
        history,
        "--log",
        `${url}/log`,
        "--policy",
        policy,
        "--tenant",
        id,
      );
      received.push(verified, audited);
      expect(verified).toContain("APPROVED");
      expect(audited).toContain("COMPLETE AND VERIFIED");
    }));

  it("revoke the key, which ends it at once", () =>
    inBoth(async ({ owner, key }) => {
      const { page } = owner;
      await page.goto(`${url}/console/projects`);
      await page.getByRole("link", { name: "Default" }).click();
      await page.getByRole("link", { name: "First key" }).click();
      await change(owner, "Revoke");
      await eventually(page.getByText("Revoked").first()).toBeVisible();
      const answer = await fetch(`${url}/api/confirmations`, { headers: { "x-api-key": key } });
      expect(answer.status).toBe(401);
    }));

  it("have each received no byte of the other", () => {
    const [one, other] = both;
    if (one === undefined || other === undefined) throw new Error("there are two");
    const all = (organisation: Organisation) => organisation.received.join("\n");
    for (const [mine, theirs] of [
      [one, other],
      [other, one],
    ] as const) {
      // Not the texts themselves: a failure would print megabytes.
      const secrets = [theirs.name, theirs.word, theirs.id, theirs.key, theirs.confirmation];
      expect(secrets.map((secret) => [secret, secret !== "" && all(mine).includes(secret)])).toEqual(
        secrets.map((secret) => [secret, false]),
      );
      expect(all(mine).includes(mine.word)).toBe(true);
    }
  });

  it("and one deletes itself, while the other goes on", async () => {
    const [one, other] = both;
    if (one === undefined || other === undefined) throw new Error("there are two");
    const { page } = one.owner;
    await page.goto(`${url}/console/settings`);
    await page.getByLabel("Type the organisation's name").fill(one.name);
    await change(one.owner, "Ask for the deletion");
    await decide(one.owner, "Approve");
    await eventually(page.locator("#outcome")).toContainText("The organisation is deleted.");
    for (const { page: gone } of [one.owner, one.colleague]) {
      await gone.goto(`${url}/inbox`);
      await eventually(gone.getByRole("heading", { level: 1 })).toHaveText("Sign in");
    }
    await other.owner.page.goto(`${url}/console/requests`);
    await eventually(other.owner.page.getByText(`Pay ${other.word}`).first()).toBeVisible();
    for (const { owner, colleague } of both) expect([...owner.faults, ...colleague.faults]).toEqual([]);
  });
});
