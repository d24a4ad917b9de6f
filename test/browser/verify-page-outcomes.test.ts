import { beforeAll, describe, expect, it } from "vitest";
import { canonicalText } from "../../src/core/encoding/jcs.ts";
import { RECEIPT_MAX_CHANGES } from "../../src/core/evidence/receipt.ts";
import { encodeTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { seriousFaults } from "../support/browser/axe.ts";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import type { Device } from "../support/browser/device.ts";
import { createStaff, decidedReceipt, type Staff } from "../support/evidence/sample-company.ts";
import { randomBytes, type SampleRequest, type TestTenant } from "../support/evidence/sample-tenant.ts";

// Every outcome that a receipt can prove, as an auditor reads it. The receipts come from another service than
// the page, and from a log with witnesses.

const OTHER_ENTRIES = 300;
const { url, device } = browserFixture("verify-page");
const file = (name: string, text: string) => ({ name, mimeType: "", buffer: Buffer.from(text) });
const verdict = () => auditor.page.locator("#verdict");
/** The sentences and the facts below the heading of the verdict. */
const below = async () =>
  `${await auditor.page.locator("#sentences").innerText()} ${await auditor.page.locator("#facts").innerText()}`;
let auditor: Device;
beforeAll(async () => {
  auditor = await device();
});

describe("a receipt of any service, with the trust policy of an auditor", () => {
  const cases: [string, (staff: Staff) => SampleRequest, string, string, RegExp][] = [
    [
      "two of three",
      ({ cy, dan, twoOfThree }) => ({ policy: twoOfThree(), votes: [{ by: cy }, { by: dan }] }),
      "good",
      "Verified",
      /Deploy to production.*cy approved.*dan approved/s,
    ],
    [
      "two against one",
      ({ bea, cy, dan, twoOfThree }) => ({
        policy: twoOfThree({ rejection: "impossible" }),
        votes: [{ by: bea, vote: "reject" }, { by: cy }, { by: dan }],
      }),
      "good",
      "Verified",
      /bea rejected.*cy approved.*dan approved/s,
    ],
    [
      "an emergency",
      ({ alex, cy, twoOfThree }) => ({
        policy: twoOfThree({ breakGlass: [alex.id] }),
        outcome: "break-glass",
        votes: [{ by: cy }, { by: alex, vote: "break-glass", reason: "site is down" }],
      }),
      "alone",
      "Verified: approved by alex alone, in an emergency",
      /^One person decided without the other signatures that the policy asks for. The reason given: “site is down”.*alex approved alone, in an emergency/s,
    ],
    [
      "a rejection",
      ({ cy }) => ({ outcome: "rejected", votes: [{ by: cy, vote: "reject", reason: "Not on a Friday" }] }),
      "over",
      "Verified: rejected by cy",
      /cy rejected\s+“?Not on a Friday/,
    ],
    [
      "an expiry that nobody signed",
      () => ({ outcome: "expired", votes: [] }),
      "over",
      "Verified: in the log as expired",
      /^That the request expired, and what it asked for, is the operator's word\..*Nobody signed\./s,
    ],
    [
      "one of two, expired",
      ({ cy, twoOfThree }) => ({ policy: twoOfThree(), outcome: "expired", votes: [{ by: cy }] }),
      "over",
      "Verified: in the log as expired",
      /^cy approved “Deploy to production”, which did not decide it. That the request expired is the operator's word./,
    ],
    [
      "one of two, cancelled",
      ({ cy, twoOfThree }) => ({ policy: twoOfThree(), outcome: "cancelled", votes: [{ by: cy }] }),
      "over",
      "Verified: in the log as cancelled",
      /^cy approved “Deploy to production”, which did not decide it. That the request was cancelled is the operator's word./,
    ],
    [
      "a change of the directory",
      ({ alex, cy }) => ({
        type: "role.changed",
        action: "Make cy (approver) admin",
        payload: {
          v: 1,
          kind: "countersign/change",
          change: "role.changed",
          person: { id: cy.id, username: "cy" },
          role: "admin",
        },
        votes: [{ by: alex }],
      }),
      "over",
      "Verified: a change of who may sign",
      /^It made cy an admin\./,
    ],
    [
      "a test",
      ({ cy }) => ({ mode: "test", votes: [{ by: cy }] }),
      "test",
      "TEST, verified: approved by cy",
      /^This is a TEST approval: it proves no real decision\..*cy approved.*Asked by.*Default\s+Test/s,
    ],
    [
      "text with hidden characters",
      ({ cy }) => ({ action: "Pay \u202e0001 <b>", payload: { a: "</script>" }, votes: [{ by: cy }] }),
      "good",
      "Verified",
      /Pay .*U\+202E.*0001 <b>/,
    ],
  ];
  let staff: Staff;
  let tenant: TestTenant;
  beforeAll(async () => {
    staff = await createStaff();
    tenant = await staff.tenant();
  });

  const submit = async (text: string, { stream } = tenant) => {
    const { page } = auditor;
    await page.goto(`${url}/verify`);
    const trust = encodeTrustPolicy(tenant.log.trust(3));
    await page.locator("#file").setInputFiles([file("trust.txt", trust), file("receipt.json", text)]);
    await page.locator("#organisation").fill(stream);
  };

  it.each(cases)("shows the outcome: %s", async (_name, asked, tone, heading, words) => {
    const seq = await tenant.decide(asked(staff));
    // Other entries make the path to the log's root long.
    for (let index = 0; index < OTHER_ENTRIES; index++) tenant.log.append(randomBytes(65));
    await submit(canonicalText(await tenant.receipt(seq)));
    const { page } = auditor;
    await eventually(page.locator("#heading")).toHaveText(heading);
    await eventually(verdict()).toHaveClass(`verdict ${tone}`);
    expect(await below()).toMatch(words);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect([colorScheme, await seriousFaults(auditor)]).toEqual([colorScheme, []]);
    }
    await eventually(page.locator("svg.diagram")).toContainText("more levels");
    await eventually(page.locator("[data-check=witnesses]")).toHaveClass("check passed");
    expect(auditor.faults).toEqual([]);
  });

  it("that nobody signed does not present its content as signed", async () => {
    const receipt = await decidedReceipt(tenant, { outcome: "cancelled", payload: { to: "me" }, votes: [] });
    await submit(canonicalText(receipt));
    const { page } = auditor;
    await eventually(page.locator("#heading")).toHaveText("Verified: in the log as cancelled");
    await eventually(page.locator("#facts")).toContainText("Nobody signed.");
    await eventually(page.locator("#asked")).toContainText(
      "Nobody signed, so nothing proves what was asked. By the operator’s word, the request was cancelled",
    );
    await eventually(page.getByRole("heading", { name: "What was asked" })).toBeVisible();
    await eventually(page.locator("#tally")).toHaveText("8 passed · 2 need more from you · 8 not possible");
    const absent = await page
      .locator("#checks .absent:not(.wanting)")
      .evaluateAll((checks) => checks.map((check) => (check as HTMLElement).dataset["check"]));
    expect(absent).toEqual([
      "payload",
      "statement",
      "signature",
      "credential",
      "revocation",
      "policy",
      "choice",
      "anchor",
    ]);
    const text = await page.locator("#checks").evaluate(({ textContent }) => textContent);
    for (const untrue of ["exactly what was shown", "Every signature"])
      expect([untrue, text.includes(untrue)]).toEqual([untrue, false]);
  });

  it("with a withheld payload is proven once the auditor adds it, and says that it was withheld", async () => {
    const receipt = await decidedReceipt(tenant, { payload: { to: "acct_8821" }, votes: [{ by: staff.cy }] });
    const { decision } = receipt;
    const withheld = { ...decision, evidence: { ...decision.evidence, payload: null } };
    await submit(canonicalText({ ...receipt, decision: withheld }));
    await eventually(verdict()).toContainText("Not verified yet");
    await eventually(verdict()).toContainText(
      "The receipt withholds the content. Add the content that you have.",
    );
    const content = verdict().getByLabel("The content that you have, as JSON");
    await content.fill('{"to":"acct_666"}');
    await eventually(verdict()).toContainText("Not the content that you have");
    await content.fill('{"to":"acct_8821"}');
    await eventually(verdict()).toHaveClass("verdict good");
    await eventually(verdict()).toContainText(
      "The receipt withholds the content; yours has the hash that was signed.",
    );
  });

  it("of a tenant with more changes than a receipt holds is not proven, and the page says what helps", async () => {
    const long = await staff.tenant();
    const { bea, cy } = staff;
    for (let count = 4; count <= RECEIPT_MAX_CHANGES; count++)
      await long.setTemplate("Deploy to production", null, bea);
    const seq = await long.decide({ votes: [{ by: cy }] });
    const kept = Array.from({ length: seq - 1 }, (_, place) => place + 1).filter((place) => place !== 5);
    await submit(canonicalText(await long.receipt(seq, { changes: kept, bare: kept.slice(4) })), long);
    await eventually(verdict()).toHaveClass("verdict open");
    await eventually(verdict()).toContainText("It is not known whether a passkey used was revoked");
  });
});
