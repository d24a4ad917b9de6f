import { describe, expect, it } from "vitest";
import { concat, fromHex, toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { parseReceipt } from "../../../src/core/evidence/receipt.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { treeRoot } from "../../../src/core/tlog/merkle.ts";
import forged from "../../../web/docs/vectors/forged.json" with { type: "json" };
import receipts from "../../../web/docs/vectors/receipts.json" with { type: "json" };
import steps from "../../../web/docs/vectors/steps.json" with { type: "json" };
import { editJson } from "../../support/evidence/edit-json.ts";
import { auditAgainst } from "../../support/vectors/audits.ts";
import { companyLog } from "../../support/vectors/company/staff.ts";
import { judge, summaryOf } from "../../support/vectors/expected-verdict.ts";
import { stepsOf } from "../../support/vectors/receipts/receipt-steps.ts";

// Histories that no honest service makes, as a receipt and as an export, and the values on the way to each verdict.

const texts = import.meta.glob("../../../web/docs/vectors/receipts/*", {
  query: "?raw",
  eager: true,
  import: "default",
});

function textOf(name: string): string {
  const text = texts[`../../../web/docs/vectors/receipts/${name}`];
  if (text === undefined) throw new RangeError(`there is no file ${name}`);
  return text;
}

/** How the names of cases begin that are accepted: nothing is wrong, or what is wrong cannot be seen any more. */
const HONEST = "honest: ";
const UNPROVEN = "absent: ";
const { tenant, trust, streamKey, lookahead } = forged;
const trustText = textOf(trust);

describe("a forged history has the published verdicts, as a receipt and in an audit", () => {
  it.each(forged.cases.map((each) => [each.name, each] as const))("%s", async (name, given) => {
    const honest = name.startsWith(HONEST);
    const receipt = receiptOf(given.edits);
    const { log, file } = await exportOf(given);
    const files = new Map([
      [trust, utf8(trustText)],
      ["history", file],
    ]);
    const knowledge = { tenant, trust, streamKey };
    const verdicts = {
      receipt: summaryOf(await judge(receipt, knowledge, files)),
      withHistory: summaryOf(await judge(receipt, { ...knowledge, history: "history" }, files)),
      audit: summaryOf(
        await auditAgainst(log, file, { tenant, trust: trustText, checkpoint: given.checkpoint, lookahead }),
      ),
    };
    const { receipt: alone, withHistory, audit } = given;
    expect(verdicts).toEqual({ receipt: alone, withHistory, audit });
    const accepted = Object.values(verdicts).every(({ verified }) => verified);
    expect(accepted).toBe(honest || name.startsWith(UNPROVEN));
    if (name.startsWith(UNPROVEN)) expect(verdicts.audit.absent).toContain("revocation");
  });
});

interface Edit {
  readonly at: string;
  readonly to: JsonValue;
}

/** The honest receipt with these edits. */
function receiptOf(edits: readonly Edit[]): Uint8Array {
  const honest = expectOk(parseReceipt(utf8(textOf(forged.file)))) as unknown as JsonValue;
  return canonicalBytes(edits.reduce((receipt, { at, to }) => editJson(receipt, at, () => to), honest));
}

/** The export of the first records with these rows, and the log that goes with it. */
async function exportOf({ entries, rows }: { entries: readonly string[]; rows: readonly object[] }) {
  const log = await companyLog();
  for (const entry of [...forged.entries, ...entries]) log.append(expectOk(fromHex(entry)));
  const [header = "", ...first] = textOf(forged.start).trimEnd().split("\n");
  const changed = {
    ...(JSON.parse(header) as Record<string, JsonValue>),
    logSize: log.leaves.length,
    logRoot: toHex(treeRoot(log.leaves)),
    count: first.length + rows.length,
  };
  const lines = [
    canonicalBytes(changed),
    ...first.map(utf8),
    ...rows.map((row) => canonicalBytes(row as JsonValue)),
  ];
  return { log, file: concat(...lines.flatMap((line) => [line, utf8("\n")])) };
}

it("publishes more than a hundred changed and forged receipts besides the honest ones", () => {
  const refused = forged.cases.filter(({ name }) => !name.startsWith(HONEST));
  expect(receipts.mutations.length).toBeGreaterThan(100);
  expect(refused.length).toBeGreaterThan(100);
  expect(new Set(forged.cases.map(({ name }) => name)).size).toBe(forged.cases.length);
});

describe("the published values on the way to a verdict are those of the receipt", () => {
  it.each(steps.receipts.map((each) => [each.file, each] as const))("%s", (name, { explained }) => {
    expect(stepsOf(expectOk(parseReceipt(utf8(textOf(name)))))).toEqual(explained);
  });
});
