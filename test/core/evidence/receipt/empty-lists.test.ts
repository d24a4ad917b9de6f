import { beforeAll, describe, expect, it } from "vitest";
import { canonicalBytes } from "../../../../src/core/encoding/jcs.ts";
import type { JsonValue } from "../../../../src/core/encoding/strict-json.ts";
import { verifyReceipt } from "../../../../src/core/evidence/verify.ts";
import { editJson } from "../../../support/evidence/edit-json.ts";
import { createStaff, failedChecks, type Staff } from "../../../support/evidence/sample-company.ts";
import { honestReceipts, type HonestReceipt } from "../../../support/evidence/sample-receipts.ts";

// Nothing where something belongs: each list of an honest receipt that may be empty by its form. Each row names the checks
// that refuse it.

let staff: Staff;
let honest: readonly HonestReceipt[];
beforeAll(async () => {
  staff = await createStaff();
  honest = await honestReceipts(staff);
});

type Row = readonly [what: string, receipt: string, pointers: readonly string[], failed: string];
const ROWS: readonly Row[] = [
  ["no changes of the directory", "a quorum", ["/directory"], "signature credential revocation"],
  ["no changes of the directory, before an expiry", "an expiry", ["/directory"], "revocation"],
  ["no signers", "a quorum", ["/decision/evidence/signers"], "statement outcome"],
  ["no signatures", "a quorum", ["/decision/record/body/signatures"], "statement signature inclusion"],
  [
    "neither",
    "a quorum",
    ["/decision/evidence/signers", "/decision/record/body/signatures"],
    "outcome inclusion",
  ],
  [
    "an endorsement that nobody signed",
    "a quorum",
    ["/directory/0/evidence/signers"],
    "signature credential endorsement choice",
  ],
  [
    "an endorsement that nobody signed, in its record, too",
    "a quorum",
    ["/directory/0/evidence/signers", "/directory/0/record/body/signatures"],
    "signature credential endorsement order choice",
  ],
  [
    "a revocation of no passkey",
    "a revocation",
    ["/decision/record/body/change/revoked"],
    "outcome inclusion",
  ],
  [
    "a recovery that revokes no passkey",
    "a recovery",
    ["/decision/record/body/change/revoked"],
    "outcome inclusion",
  ],
  [
    "a recovery that revokes no passkey, nor does its payload",
    "a recovery",
    ["/decision/record/body/change/revoked", "/decision/evidence/payload/revoked"],
    "payload outcome inclusion",
  ],
  ["no signatures of an unrelated change", "a quorum", ["/directory/3/record/body/signatures"], "order"],
  ["no escalations", "a rejection", ["/decision/evidence/policy/escalations"], "policy choice"],
  ["nobody for an emergency", "a rejection", ["/decision/evidence/policy/breakGlass"], "policy choice"],
];

describe("a receipt with", () => {
  it.each(ROWS)("%s is refused", async (_what, which, pointers, failed) => {
    const sample = honest.find(({ name }) => name === which);
    if (sample === undefined) throw new RangeError(which);
    const { receipt, options } = sample;
    const edited = pointers.reduce<JsonValue>(
      (whole, pointer) => editJson(whole, pointer, () => []),
      receipt,
    );
    const good = await verifyReceipt(canonicalBytes(receipt), options);
    const bad = await verifyReceipt(canonicalBytes(edited), options);
    expect([good.verified, bad.verified, failedChecks(bad)]).toEqual([true, false, failed]);
  });
});
