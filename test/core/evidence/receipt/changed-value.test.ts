import { expect, it } from "vitest";
import { canonicalBytes } from "../../../../src/core/encoding/jcs.ts";
import { isJsonObject, type JsonValue } from "../../../../src/core/encoding/strict-json.ts";
import { encodeReceipt } from "../../../../src/core/evidence/receipt.ts";
import { verifyReceipt } from "../../../../src/core/evidence/verify.ts";
import { editJson } from "../../../support/evidence/edit-json.ts";
import { createStaff, decidedReceipt, fullOptions } from "../../../support/evidence/sample-company.ts";

// Every single value of a receipt is what somebody signed, sealed or proved.

const { cy, dan, twoOfThree, tenant: enrolled } = await createStaff();
const tenant = await enrolled();

it(
  "a receipt is refused whatever single value is changed, while the file itself is accepted",
  { timeout: 30_000 },
  async () => {
    const receipt = await decidedReceipt(tenant, {
      policy: twoOfThree(),
      votes: [{ by: cy, reason: "fine" }, { by: dan }],
    });
    const knowledge = fullOptions(tenant);
    expect((await verifyReceipt(encodeReceipt(receipt), knowledge)).verified).toBe(true);
    const accepted: string[] = [];
    for (const pointer of leaves(receipt, "")) {
      const report = await verifyReceipt(canonicalBytes(editJson(receipt, pointer, another)), knowledge);
      if (report.verified) accepted.push(pointer);
    }
    expect(accepted).toEqual([]);
  },
);

function leaves(value: JsonValue, at: string): readonly string[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => leaves(item as JsonValue, `${at}/${index}`));
  if (isJsonObject(value))
    return Object.entries(value).flatMap(([name, member]) => leaves(member, `${at}/${name}`));
  return [at];
}

/** A different value of the same type, as similar as possible. */
function another(value: JsonValue): JsonValue {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string") return "x";
  const last = value.slice(-1);
  return `${value.slice(0, -1)}${last === "A" ? "B" : "A"}`;
}
