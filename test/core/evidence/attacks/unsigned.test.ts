import { beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "../../../../src/core/encoding/bytes.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import type { Evidence, Receipt } from "../../../../src/core/evidence/receipt.ts";
import {
  createStaff,
  failedChecks,
  fullOptions,
  statusOf,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import type { SampleRequest, TestTenant } from "../../../support/evidence/sample-tenant.ts";

// A request that expired or was cancelled without a signature. Most checks of its receipt are absent, but what the file
// holds must still agree with itself.

let staff: Staff;
let tenant: TestTenant;
beforeAll(async () => {
  staff = await createStaff();
  tenant = await staff.tenant();
});

const body = (change: JsonObject) => (record: JsonObject & { body: JsonObject }) => ({
  ...record,
  body: { ...record.body, ...change },
});
const hash = "ab".repeat(32);
const signature = { nonce: hash, assertionHash: hash, credential: "AQID" };

const cancelled = async (
  more: Partial<SampleRequest>,
  evidence: Partial<Evidence> = {},
  changes?: readonly number[],
): Promise<Receipt> => {
  const seq = await tenant.decide({ outcome: "cancelled", votes: [], ...more });
  const receipt = await tenant.receipt(seq, changes === undefined ? {} : { changes });
  const { decision } = receipt;
  return { ...receipt, decision: { ...decision, evidence: { ...decision.evidence, ...evidence } } };
};

describe("a receipt without signatures", () => {
  const rows: [string, () => Promise<Receipt>, string][] = [
    ["as it is", () => cancelled({}), ""],
    ["of a request under a policy", () => cancelled({ policy: staff.twoOfThree() }), ""],
    [
      "whose record names a signature",
      () => cancelled({ alter: body({ signatures: [signature] }) }),
      "statement",
    ],
    [
      "without the policy that its record names",
      () => cancelled({ policy: staff.twoOfThree() }, { policy: null }),
      "policy",
    ],
    [
      "with a policy that its record does not name",
      () => cancelled({}, { policy: staff.twoOfThree() }),
      "policy",
    ],
    [
      "with another policy",
      () => cancelled({ policy: staff.twoOfThree() }, { policy: staff.twoOfThree({ name: "Other" }) }),
      "policy",
    ],
    ["with another payload", () => cancelled({}, { payload: { other: 1 } }), "payload"],
    ["with another payload's hash", () => cancelled({}, { payload: null, payloadHash: hash }), "payload"],
    ["without a change of the directory", () => cancelled({}, {}, [1, 2, 4]), "revocation"],
    ["that is sealed as approved", () => cancelled({ outcome: "approved" }), "outcome"],
    ["that is sealed as rejected", () => cancelled({ outcome: "rejected" }), "outcome"],
    [
      "that is sealed as an emergency approval",
      () => cancelled({ outcome: "break-glass", policy: staff.twoOfThree({ breakGlass: [staff.alex.id] }) }),
      "outcome",
    ],
    [
      "that is sealed as expired too early",
      () => cancelled({ outcome: "expired", sealedAfter: 899 }),
      "outcome",
    ],
    ["that is sealed as cancelled too late", () => cancelled({ sealedAfter: 900 }), "outcome"],
  ];
  it.each(rows)("%s", async (_name, make, failed) => {
    const report = await verifiedReport(await make(), fullOptions(tenant));
    expect([failedChecks(report), report.verified]).toEqual([failed, failed === ""]);
    // Nothing that nobody signed reads passed.
    for (const name of ["payload", "statement", "signature", "credential", "revocation", "policy"]) {
      expect([name, statusOf(report, name)]).toEqual([name, name === failed ? "failed" : "absent"]);
    }
  });

  it("is refused if the verifier's own payload is another one", async () => {
    const receipt = await cancelled({ payload: { a: 1 } });
    const payloadStatus = async (text: string) =>
      statusOf(await verifiedReport(receipt, { ...fullOptions(tenant), payload: utf8(text) }), "payload");
    expect(await payloadStatus('{ "a": 1 }')).toBe("absent");
    expect(await payloadStatus('{ "a": 2 }')).toBe("failed");
    expect(await payloadStatus('{ "a": 1, "a": 1 }')).toBe("failed");
  });
});
