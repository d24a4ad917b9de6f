import { beforeAll, describe, expect, it } from "vitest";
import { policyNote, seatTexts } from "../../../src/core/report/policy-notes.ts";
import type { RichText } from "../../../src/core/report/rich-text.ts";
import { LARGE } from "../../support/rules/ruled-documents.ts";
import {
  largeRequest,
  namedPolicy,
  resolvedPolicy,
  ruledTenant,
  smallRequest,
} from "../../support/evidence/ruled-tenant.ts";
import { createStaff, type Staff } from "../../support/evidence/sample-company.ts";
import type { SampleRequest, TestTenant } from "../../support/evidence/sample-tenant.ts";

let staff: Staff;
let tenant: TestTenant;
beforeAll(async () => {
  staff = await createStaff();
  tenant = await ruledTenant(staff);
});

/** With other people's text in brackets. */
const shown = (text: RichText | undefined) =>
  text?.map((part) => (typeof part === "string" ? part : `[${part.exact}]`)).join("");

describe("a receipt says", () => {
  const rows: readonly [
    name: string,
    ask: (own: TestTenant) => SampleRequest,
    note: string | undefined,
    seats: readonly string[],
  ][] = [
    [
      "which rule demanded the policy, and the stage and seat of each signature",
      (own) => largeRequest(own, staff),
      "The rule “[Large amounts]” demands the policy “[large]”: [First one of finance, then one of managers].",
      [" for [finance], in stage 1 ([Finance])", " for [managers], in stage 2 ([Managers])"],
    ],
    [
      "that no rule matched",
      (own) => smallRequest(own, staff),
      "For what falls under no rule, the rules demand the policy “[small]”: [One of the approvers].",
      [" for [the approvers]"],
    ],
    [
      "that the rules let one named person decide",
      (own) => smallRequest(own, staff, { policy: namedPolicy(own, staff.cy) }),
      "For what falls under no rule, the rules demand one person, whom the request names.",
      [""],
    ],
    [
      "no seat of a rejection",
      (own) => largeRequest(own, staff, { outcome: "rejected", votes: [{ by: staff.cy, vote: "reject" }] }),
      "The rule “[Large amounts]” demands the policy “[large]”: [First one of finance, then one of managers].",
      [", in stage 1 ([Finance])"],
    ],
  ];
  it.each(rows)("%s", async (_name, ask, note, seats) => {
    const receipt = await tenant.receipt(await tenant.decide(ask(tenant)));
    expect(shown(policyNote(receipt))).toBe(note);
    expect([...seatTexts(receipt).values()].map(shown)).toEqual(seats);
  });

  it("that the requester chose the policy where there were no rules", async () => {
    const own = await ruledTenant(staff);
    await own.setRules(null, staff.alex);
    const policy = resolvedPolicy(own, LARGE, "");
    const receipt = await own.receipt(await own.decide(largeRequest(own, staff, { policy })));
    expect(shown(policyNote(receipt))).toMatch(/^The requester chose the policy “\[large\]”: /);
  });

  it("nothing of a policy where one person decided without", async () => {
    const own = await staff.tenant();
    const receipt = await own.receipt(await own.decide({ votes: [{ by: staff.cy }] }));
    expect([policyNote(receipt), [...seatTexts(receipt)]]).toEqual([undefined, []]);
  });
});
