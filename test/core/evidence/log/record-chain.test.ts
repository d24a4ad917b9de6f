import { beforeAll, describe, expect, it } from "vitest";
import { toHex, utf8 } from "../../../../src/core/encoding/bytes.ts";
import type { Receipt } from "../../../../src/core/evidence/receipt.ts";
import {
  chainFailure,
  checkpointsOf,
  gapFailure,
  recordInclusion,
} from "../../../../src/core/evidence/record-chain.ts";
import { encodeEntry, recordLabel } from "../../../../src/core/stream/record.ts";
import { encodeLogProof, parseLogProof } from "../../../../src/core/tlog/log-proof.ts";
import { expectOk } from "../../../../src/core/refusal.ts";
import { createStaff, type Staff } from "../../../support/evidence/sample-company.ts";
import type { TestTenant } from "../../../support/evidence/sample-tenant.ts";

// The order of the records in a receipt, and the place of the last one in the log. Each row breaks one thing about an
// honest receipt: records 0 to 4 are the directory, and record 6 is the decision.

const DECIDED = 6;

let staff: Staff;
let tenant: TestTenant;
let honest: Receipt;
beforeAll(async () => {
  staff = await createStaff();
  tenant = await staff.tenant();
  await tenant.decide({ votes: [{ by: staff.cy }] });
  honest = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.cy }] }));
});

type Link = Receipt["directory"][number];
type Changed = Partial<Link["record"]> & { readonly names?: { seq?: number; commit?: string } };

/** With a change to record `seq`. */
function changed(seq: number, { names, ...change }: Changed): Receipt {
  const edit = <Opened extends Link | Receipt["decision"]>(opened: Opened): Opened =>
    opened.record.seq === seq
      ? {
          ...opened,
          record: {
            ...opened.record,
            ...change,
            body: { ...opened.record.body, directory: { ...opened.record.body.directory, ...names } },
          },
        }
      : opened;
  return { ...honest, directory: honest.directory.map(edit), decision: edit(honest.decision) };
}
const links = (change: (all: readonly Link[]) => readonly Link[]): Receipt => ({
  ...honest,
  directory: change(honest.directory),
});
const ZEROS = "00".repeat(32);

describe("the records of a receipt", () => {
  const order = "the records are not in the order of the stream";
  it.each<[string, () => Receipt, string | undefined]>([
    ["all of them", () => honest, undefined],
    ["without some changes", () => links((all) => all.slice(0, 2)), undefined],
    ["with a change twice", () => links((all) => all.toSpliced(1, 0, ...all.slice(1, 2))), order],
    ["with two changes in another order", () => links((all) => all.toReversed()), order],
    ["with record 0 as a change", () => changed(1, { seq: 0 }), order],
    ["with a change after the decision", () => changed(4, { seq: DECIDED + 3 }), order],
    ["with a change at the decision's place", () => changed(4, { seq: DECIDED }), order],
    [
      "with a first change that follows another record",
      () => changed(1, { prev: ZEROS }),
      "record 1 does not follow the record before it",
    ],
    [
      "with a last change that follows another record",
      () => changed(4, { prev: ZEROS }),
      "record 4 does not follow the record before it",
    ],
    // Record 5 is not in the receipt, so the log alone shows what the decision follows.
    ["with a decision that follows an unknown record", () => changed(DECIDED, { prev: ZEROS }), undefined],
    [
      "with a first change that relies on another record 0",
      () => changed(1, { names: { commit: ZEROS } }),
      "record 1 relies on another state of the directory",
    ],
    [
      "with a change that relies on another state",
      () => changed(4, { names: { commit: ZEROS } }),
      "record 4 relies on another state of the directory",
    ],
    [
      "with a decision that relies on another state",
      () => changed(DECIDED, { names: { commit: ZEROS } }),
      `record ${DECIDED} relies on another state of the directory`,
    ],
    [
      "with a decision that relies on an unknown record",
      () => changed(DECIDED, { names: { seq: 5 } }),
      undefined,
    ],
  ])("%s", (_name, make, expected) => {
    expect(chainFailure(make())).toBe(expected);
  });
});

describe("the changes that a receipt leaves out", () => {
  it.each<[string, () => Receipt, number | undefined]>([
    ["none", () => honest, undefined],
    ["the last", () => links((all) => all.slice(0, -1)), 4],
    ["the first", () => links((all) => all.slice(1)), 1],
    ["one between", () => links((all) => all.toSpliced(1, 1)), 2],
    [
      "two, of which the first to be missed is named",
      () => links((all) => [all[1], all[3]].filter((one) => one !== undefined)),
      1,
    ],
    ["all", () => links(() => []), 4],
    ["one that nobody knows of", () => changed(DECIDED, { names: { seq: 5 } }), 5],
    ["one before the first record", () => changed(1, { names: { seq: 3 } }), 3],
  ])("%s", (_name, make, expected) => {
    const failure = gapFailure(make());
    expect(failure === undefined ? undefined : Number(/names change (\d+)/.exec(failure)?.[1])).toBe(
      expected,
    );
  });
});

describe("a record's place in the log", () => {
  const proof = () => expectOk(parseLogProof(honest.decision.proof));
  const proven = (text = honest.decision.proof, decision = honest.decision, origin = tenant.log.origin) => {
    const included = recordInclusion(decision, text, origin);
    return included.ok ? included.value : included.refusal.detail;
  };
  const form = "the inclusion proof is not in the form in which this service writes it";
  const elsewhere = "the path does not lead to this root";

  it("is proven by the checkpoint", () => {
    expect(proven()).toBe(proof().checkpoint);
  });

  it.each<[string, () => string, string]>([
    ["no proof", () => proven("x"), "no blank line before the checkpoint"],
    ["a proof with unsigned data", () => proven(encodeLogProof({ ...proof(), extra: utf8("x") })), form],
    [
      "a proof of another index",
      () => proven(encodeLogProof({ ...proof(), index: proof().index - 1 })),
      "the path is too short for this tree",
    ],
    [
      "a proof of another path",
      () => proven(encodeLogProof({ ...proof(), path: proof().path.toReversed() })),
      elsewhere,
    ],
    [
      "another log",
      () => proven(undefined, undefined, "other.example"),
      "the log is log.example/countersign, not other.example",
    ],
    ["another label", () => proven(undefined, { ...honest.decision, label: ZEROS }), elsewhere],
    ["another salt", () => proven(undefined, { ...honest.decision, entrySalt: "A".repeat(43) }), elsewhere],
    [
      "another record",
      () => proven(undefined, changed(DECIDED, { at: "2026-12-01T12:00:00.000Z" }).decision),
      elsewhere,
    ],
  ])("is not proven by %s", (_name, attempt, expected) => {
    expect(attempt()).toBe(expected);
  });

  it("is not proven by the proof of a public entry with the same bytes", async () => {
    const { label } = honest.decision;
    const entry = encodeEntry({ kind: "public", record: { label, commit: tenant.commitAt(DECIDED) } });
    const index = tenant.log.append(entry);
    expect(proven(tenant.log.proof(index, await tenant.log.checkpoint()))).toBe(elsewhere);
    expect(toHex(recordLabel(tenant.streamKey, DECIDED))).toBe(label);
  });

  it("names the checkpoints of the decision and of its anchor", async () => {
    const { checkpoint } = proof();
    const later = await tenant.log.checkpoint();
    const anchored = (text: string): Receipt => ({ ...honest, anchor: { proof: text, timestamp: "AA" } });
    const index = proof().index;
    expect([...checkpointsOf(honest)]).toEqual([checkpoint]);
    expect([...checkpointsOf(anchored(honest.decision.proof))]).toEqual([checkpoint]);
    expect([...checkpointsOf(anchored(tenant.log.proof(index, later)))]).toEqual([checkpoint, later]);
    expect([...checkpointsOf(anchored("x"))]).toEqual([checkpoint]);
  });
});
