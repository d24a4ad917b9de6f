import { beforeAll, describe, expect, it } from "vitest";
import type { Check } from "../../../src/core/evidence/check.ts";
import type { Receipt } from "../../../src/core/evidence/receipt.ts";
import { changeOf, isDecided, receiptNotes, votesText } from "../../../src/core/report/receipt-notes.ts";
import type { RichText } from "../../../src/core/report/rich-text.ts";
import { createStaff, type Staff } from "../../support/evidence/sample-company.ts";
import type { SampleRequest, TestTenant } from "../../support/evidence/sample-tenant.ts";

// The sentences of a verdict. Text that other people wrote is in square brackets here.

let staff: Staff;
let tenant: TestTenant;
beforeAll(async () => {
  staff = await createStaff();
  tenant = await staff.tenant();
});

const shown = (text: RichText | undefined) =>
  text?.map((part) => (typeof part === "string" ? part : `[${part.exact}]`)).join("");
const receiptOf = async (request: SampleRequest) => tenant.receipt(await tenant.decide(request));
const withheld = (receipt: Receipt): Receipt => ({
  ...receipt,
  decision: { ...receipt.decision, evidence: { ...receipt.decision.evidence, payload: null } },
});
const payloadIs = (status: Check<string>["status"]): readonly Check<string>[] => [
  { name: "payload", status, detail: "" },
  { name: "statement", status: "passed", detail: "" },
];

const by = (who: "alex" | "bea" | "cy" | "dan", vote: "approve" | "reject" | "break-glass" = "approve") => ({
  by: staff[who],
  vote,
  reason: vote === "break-glass" ? "site is down" : "",
});
const glass = () => staff.twoOfThree({ breakGlass: [staff.alex.id], rejection: "impossible" });
const OPERATOR = "is the operator's word.";

describe("a verdict", () => {
  type Row = readonly [
    name: string,
    request: () => SampleRequest,
    votes: string | undefined,
    decided: boolean,
    notes: readonly string[],
  ];
  const rows: readonly Row[] = [
    [
      "an emergency approval beside an ordinary one",
      () => ({ policy: glass(), outcome: "break-glass", votes: [by("cy"), by("alex", "break-glass")] }),
      "[alex] approved “[Deploy to production]”, alone and in an emergency",
      true,
      [
        "One person decided without the other signatures that the policy asks for. The reason given: “[site is down]”",
      ],
    ],
    [
      "nobody, in time",
      () => ({ outcome: "expired", votes: [] }),
      undefined,
      false,
      [`That the request expired, and what it asked for, ${OPERATOR}`],
    ],
    [
      "nobody, before it was cancelled",
      () => ({ outcome: "cancelled", votes: [] }),
      undefined,
      false,
      [`That the request was cancelled, and what it asked for, ${OPERATOR}`],
    ],
    [
      "too few",
      () => ({ policy: staff.twoOfThree(), outcome: "expired", votes: [by("cy")] }),
      "[cy] approved “[Deploy to production]”",
      false,
      [
        `[cy] approved “[Deploy to production]”, which did not decide it. That the request expired ${OPERATOR}`,
      ],
    ],
  ];
  it.each(rows)("by %s", async (_name, request, votes, decided, notes) => {
    const receipt = await receiptOf(request());
    expect([shown(votesText(receipt)), isDecided(receipt)]).toEqual([votes, decided]);
    expect(receiptNotes(receipt, payloadIs("passed")).map(shown)).toEqual(notes);
    expect(changeOf(receipt)).toBe(undefined);
  });

  it.each([
    ["passed", "The receipt withholds the content; yours has the hash that was signed."],
    ["absent", "The content is withheld: the receipt holds only its hash."],
    ["failed", "The content is withheld: the receipt holds only its hash."],
  ] as const)("about a withheld payload whose check is %s", async (status, note) => {
    const receipt = withheld(await receiptOf({ votes: [by("cy")] }));
    expect(receiptNotes(receipt, payloadIs(status)).map(shown)).toEqual([note]);
  });

  it("about a record that names an emergency without one: the signatures as they are", async () => {
    const receipt = await receiptOf({ outcome: "break-glass", votes: [by("cy")] });
    expect(shown(votesText(receipt))).toBe("[cy] approved “[Deploy to production]”");
  });

  it("about a record that does not name its emergency: all signatures", async () => {
    const receipt = await receiptOf({ policy: glass(), votes: [by("cy"), by("alex", "break-glass")] });
    expect(shown(votesText(receipt))).toBe("[cy] approved and [alex] approved “[Deploy to production]”");
  });

  it("about a change that was rejected names no change", async () => {
    const person = { id: staff.eve.id, username: "eve" };
    const payload = { v: 1, kind: "countersign/change", change: "role.changed", person, role: "owner" };
    const receipt = await receiptOf({ payload, outcome: "rejected", votes: [by("cy", "reject")] });
    expect(changeOf(receipt)).toBe(undefined);
  });

  it("about a change names it, unless its content is withheld", async () => {
    const receipt = await tenant.receipt(await tenant.changeRole(staff.eve, "approver", staff.bea));
    expect(receiptNotes(receipt, payloadIs("passed")).map(shown)).toEqual(["It made [eve] an approver."]);
    expect(changeOf(receipt)).toMatchObject({ change: "role.changed", role: "approver" });
    expect(changeOf(withheld(receipt))).toBe(undefined);
  });
});
