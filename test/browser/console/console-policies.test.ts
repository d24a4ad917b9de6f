import { beforeAll, expect, it } from "vitest";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import { createPasskey, decide } from "../../support/browser/device.ts";
import { faultsOfLook } from "../../support/browser/page-look.ts";

// Groups, policies and rules in the console, with a real browser's forms on a narrow phone.

const { url, enrolUrl, device, ask } = browserFixture("console-policies");

let alex: Awaited<ReturnType<typeof device>>;
beforeAll(async () => {
  alex = await device();
  await createPasskey(alex, enrolUrl);
});

const sign = async () => {
  await decide(alex, "Approve");
  await eventually(alex.page.getByRole("heading", { name: "Approved" })).toBeVisible();
  await alex.page.goto(`${url}/console/policies`);
};

it("makes a group, after a touch of the passkey, and signs it", async () => {
  const { page } = alex;
  await page.goto(`${url}/console`);
  await page.getByRole("link", { name: "Policies" }).click();
  expect(await faultsOfLook(alex)).toEqual([]);
  await page.getByRole("link", { name: "New group" }).click();
  await page.getByLabel("Name").fill("finance");
  await page.getByLabel("alex").check();
  expect(await faultsOfLook(alex)).toEqual([]);
  await page.getByRole("button", { name: "Ask for this group" }).click();
  await page.getByRole("button", { name: "Confirm with your passkey" }).click();
  await sign();
  await eventually(page.getByRole("link", { name: "finance" })).toBeVisible();
});

it("makes a policy from a template, which it reads in plain words before anybody signs", async () => {
  const { page } = alex;
  await page.getByRole("link", { name: "New policy" }).click();
  expect(await faultsOfLook(alex)).toEqual([]);
  await page.getByRole("link", { name: "Two of a group" }).click();
  await page.getByLabel("Name").fill("payments");
  await page.locator('[id="/stages/0/needs/0/from-group:finance"]').check();
  await page.getByRole("button", { name: "Show the sentence" }).click();
  await eventually(page.locator("#words")).toContainText("only 1 of 2 places can be filled");
  await page.getByLabel("How many must sign").fill("1");
  await page.getByLabel("The person who asked may not sign").uncheck();
  // Enter shows the policy, and neither asks for it nor removes a part.
  await page.getByLabel("Open for at most").fill("4 hours");
  await page.getByLabel("Open for at most").press("Enter");
  await eventually(page.locator("#words .sentence")).toHaveText("One of finance; open for at most 4 hours");
  await page.getByRole("button", { name: "Then ask others" }).click();
  await page.getByRole("button", { name: "Ask others after some time" }).click();
  expect(await faultsOfLook(alex)).toEqual([]);
  await page.getByRole("button", { name: "Remove step 1" }).click();
  await page.getByRole("button", { name: "Remove stage 2" }).click();
  await page.getByRole("button", { name: "Ask for this policy" }).click();
  await sign();
  await eventually(page.getByText("One of finance; open for at most 4 hours.")).toBeVisible();
});

it("writes rules, tries them, and sees what would have fallen elsewhere", async () => {
  const { page } = alex;
  await ask({ action: "Pay Acme", payload: { amount: 10_001 } });
  await page.goto(`${url}/console/policies`);
  await page.getByRole("link", { name: "Write rules" }).click();
  await page.getByRole("button", { name: "Add a rule" }).click();
  await page.getByLabel("Rule 1", { exact: true }).fill("Large payments");
  await page.getByLabel("If", { exact: true }).fill("payload.amount >");
  await page.getByLabel("Then who must sign").first().selectOption("payments");
  await page.getByRole("button", { name: "Look at what would be different" }).click();
  await eventually(page.locator('[id="/rules/0/when-fault"]')).toContainText("character");
  await page.getByLabel("If", { exact: true }).fill("payload.amount > 10000");
  await page.getByText("Try these rules on a request").click();
  await page.getByLabel("Action").fill("Pay Acme");
  await page.getByLabel("Content, as JSON").fill('{ "amount": 9999 }');
  await page.getByRole("button", { name: "Try it" }).click();
  await eventually(page.locator("#outcome")).toContainText("Person that it names: is required");
  await page.getByLabel("Content, as JSON").fill("{}");
  await page.getByRole("button", { name: "Try it" }).click();
  await eventually(page.locator("#outcome")).toContainText("could not be judged on this request");
  await page.getByRole("button", { name: "Look at what would be different" }).click();
  await eventually(page.locator("#review")).toContainText("Pay Acme");
  expect(await faultsOfLook(alex)).toEqual([]);
  await page.getByRole("button", { name: "Ask for these rules" }).click();
  await sign();
  await eventually(page.getByText("Every other request")).toBeVisible();
  expect(await faultsOfLook(alex)).toEqual([]);
});

it("tries a request under the rules in force", async () => {
  const { page } = alex;
  await page.goto(`${url}/console/policies`);
  await page.getByRole("link", { name: "Try a request" }).click();
  await page.getByLabel("Action").fill("Pay Acme");
  await page.getByLabel("Content, as JSON").fill('{ "amount": 9999 }');
  await page.getByLabel("Person that it names").fill("alex");
  await page.getByRole("button", { name: "Try it" }).click();
  await eventually(page.locator("#outcome")).toContainText("every other request");
  expect(await faultsOfLook(alex)).toEqual([]);
});

it("sends a test request to everybody in a policy, and sees who has answered", async () => {
  const { page } = alex;
  await page.goto(`${url}/console/policies/payments`);
  await eventually(page.getByText("too few can be reached now")).toBeVisible();
  expect(await faultsOfLook(alex)).toEqual([]);
  await page.getByRole("button", { name: "Send a test request" }).click();
  await eventually(page.getByText("0 of 1 have answered")).toBeVisible();
  await page.getByRole("link", { name: "Look at the request" }).click();
  await page.goto(page.url().replace("/console/requests/", "/approve/"));
  await decide(alex, "Approve");
  await eventually(page.getByRole("heading", { name: "Approved" }).first()).toBeVisible();
  await page.goto(`${url}/console/policies/payments`);
  await eventually(page.getByText("1 of 1 have answered")).toBeVisible();
  expect(await faultsOfLook(alex)).toEqual([]);
});
