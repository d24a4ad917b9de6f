import { beforeAll, describe, expect, it } from "vitest";
import { canonicalText } from "../../src/core/encoding/jcs.ts";
import { encodeTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
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
let auditor: Device;
beforeAll(async () => {
  auditor = await device();
});

describe("a receipt of any service, with the trust policy of an auditor", () => {
  const cases: [string, (staff: Staff) => SampleRequest, string, string][] = [
    [
      "two of three",
      ({ cy, dan, twoOfThree }) => ({ policy: twoOfThree(), votes: [{ by: cy }, { by: dan }] }),
      "good",
      "Proven: cy and dan approved “Deploy to production”.",
    ],
    [
      "two against one",
      ({ bea, cy, dan, twoOfThree }) => ({
        policy: twoOfThree({ rejection: "impossible" }),
        votes: [{ by: bea, vote: "reject" }, { by: cy }, { by: dan }],
      }),
      "good",
      "Proven: bea rejected, cy and dan approved “Deploy to production”.",
    ],
    [
      "an emergency",
      ({ alex, twoOfThree }) => ({
        policy: twoOfThree({ breakGlass: [alex.id] }),
        outcome: "break-glass",
        votes: [{ by: alex, vote: "break-glass", reason: "site is down" }],
      }),
      "good",
      "Proven: alex approved, alone and in an emergency, “Deploy to production”.",
    ],
    ["an expiry", () => ({ outcome: "expired", votes: [] }), "over", "Proven, but no approval: expired."],
    [
      "one of two, cancelled",
      ({ cy, twoOfThree }) => ({ policy: twoOfThree(), outcome: "cancelled", votes: [{ by: cy }] }),
      "over",
      "Proven, but no approval: cancelled.",
    ],
    [
      "text with hidden characters",
      ({ cy }) => ({ action: "Pay \u202e0001 <b>", payload: { a: "</script>" }, votes: [{ by: cy }] }),
      "good",
      "Proven: cy approved “Pay ⟨U+202E right-to-left override⟩0001 <b>”.",
    ],
  ];
  let staff: Staff;
  let tenant: TestTenant;
  beforeAll(async () => {
    staff = await createStaff();
    tenant = await staff.tenant();
  });

  const submit = async (text: string) => {
    const { page } = auditor;
    await page.goto(`${url}/verify`);
    await page.locator("#tenant").fill(tenant.stream);
    const trust = encodeTrustPolicy(tenant.log.trust(3));
    await page.locator("#file").setInputFiles([file("trust.txt", trust), file("receipt.json", text)]);
  };

  it.each(cases)("shows the outcome: %s", async (_name, asked, tone, words) => {
    const seq = await tenant.decide(asked(staff));
    // Other entries make the path to the log's root long.
    for (let index = 0; index < OTHER_ENTRIES; index++) tenant.log.append(randomBytes(65));
    await submit(canonicalText(await tenant.receipt(seq)));
    await eventually(verdict()).toContainText(words);
    await eventually(verdict()).toHaveClass(`card verdict ${tone}`);
    await eventually(auditor.page.locator("svg.diagram")).toContainText("more levels");
    await eventually(auditor.page.locator("#checks .passed h3", { hasText: "The witnesses" })).toBeVisible();
    expect(auditor.faults).toEqual([]);
  });

  it("with withheld content is proven once the auditor adds the content", async () => {
    const receipt = await decidedReceipt(tenant, { payload: { to: "acct_8821" }, votes: [{ by: staff.cy }] });
    await submit(canonicalText({ ...receipt, decision: { ...receipt.decision, payload: null } }));
    await eventually(verdict()).toContainText("NOT proven yet: it is not known what the content was.");
    await auditor.page.getByText("Add your own trust policy").click();
    const content = auditor.page.getByLabel("The content you have, as JSON");
    await content.fill('{"to":"acct_666"}');
    await eventually(verdict()).toContainText("NOT proven: Your payload");
    await content.fill('{"to":"acct_8821"}');
    await eventually(verdict()).toHaveClass("card verdict good");
  });
});
