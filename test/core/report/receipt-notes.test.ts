import { beforeAll, describe, expect, it } from "vitest";
import { toBase64url } from "../../../src/core/encoding/bytes.ts";
import type { Check } from "../../../src/core/evidence/check.ts";
import type { Receipt } from "../../../src/core/evidence/receipt.ts";
import { changeText } from "../../../src/core/report/change-text.ts";
import { changeOf, isDecided, receiptNotes, votesText } from "../../../src/core/report/receipt-notes.ts";
import type { RichText } from "../../../src/core/report/rich-text.ts";
import type { Change } from "../../../src/core/stream/change-format.ts";
import { fingerprintOf } from "../../../src/core/webauthn/fingerprint.ts";
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
    ["one approval", () => ({ votes: [by("cy")] }), "[cy] approved “[Deploy to production]”", true, []],
    [
      "one rejection",
      () => ({ outcome: "rejected", votes: [by("cy", "reject")] }),
      "[cy] rejected “[Deploy to production]”",
      true,
      [],
    ],
    [
      "two approvals",
      () => ({ policy: staff.twoOfThree(), votes: [by("cy"), by("dan")] }),
      "[cy] and [dan] approved “[Deploy to production]”",
      true,
      [],
    ],
    [
      "a rejection and two approvals",
      () => ({ policy: glass(), votes: [by("bea", "reject"), by("cy"), by("dan")] }),
      "[bea] rejected, [cy] and [dan] approved “[Deploy to production]”",
      true,
      [],
    ],
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
    ["passed", "The receipt withholds the payload; yours has the hash that was signed."],
    ["absent", "The payload is withheld: the receipt holds only its hash."],
    ["failed", "The payload is withheld: the receipt holds only its hash."],
  ] as const)("about a withheld payload whose check is %s", async (status, note) => {
    const receipt = withheld(await receiptOf({ votes: [by("cy")] }));
    expect(receiptNotes(receipt, payloadIs(status)).map(shown)).toEqual([note]);
  });

  it("about a change names it, unless its content is withheld", async () => {
    const receipt = await tenant.receipt(await tenant.changeRole(staff.eve, "approver", staff.bea));
    expect(receiptNotes(receipt, payloadIs("passed")).map(shown)).toEqual(["It made [eve] an approver."]);
    expect(changeOf(receipt)).toMatchObject({ change: "role.changed", role: "approver" });
    expect(changeOf(withheld(receipt))).toBe(undefined);
  });
});

describe("a change reads", () => {
  const person = { id: "p1", username: "eve" };
  const publicKey = Uint8Array.of(1, 2, 3);
  const credential = { id: "AQID", publicKey: toBase64url(publicKey) };
  const fingerprint = fingerprintOf(publicKey);
  const head = { v: 1, kind: "countersign/change" } as const;
  const decided = { seq: 1, commit: "ab".repeat(32) };
  const reveal = { confirmation: "c_1", decided, action: "Deploy", payloadHash: "ab".repeat(32) };
  const rows: readonly (readonly [Change, string])[] = [
    [
      { ...head, change: "credential.endorsed", person, role: "admin", credential },
      `endorsed the passkey ${fingerprint} of [eve], an admin`,
    ],
    [
      { ...head, change: "credential.endorsed", person, role: "developer", credential },
      `endorsed the passkey ${fingerprint} of [eve], a developer`,
    ],
    [
      { ...head, change: "credential.revoked", person, credential: { id: "AQID" } },
      "revoked the passkey [AQID] of [eve]",
    ],
    [{ ...head, change: "role.changed", person, role: "owner" }, "made [eve] an owner"],
    [
      { ...head, change: "recovered", person, credential, revoked: [] },
      `replaced all passkeys of [eve] by the passkey ${fingerprint}`,
    ],
    [{ ...head, change: "revealed", ...reveal, shown: true }, "made the decision of [c_1] public"],
    [
      { ...head, change: "revealed", ...reveal, shown: false },
      "stopped showing the decision of [c_1] to the public",
    ],
  ];
  it.each(rows)("%o", (change, text) => {
    expect(shown(changeText(change))).toBe(text);
  });

  it("a policy by its name", () => {
    const policy = staff.twoOfThree();
    expect(shown(changeText({ ...head, change: "policy.changed", name: "Payments", policy }))).toBe(
      "changed the policy “[Payments]”",
    );
  });
});
