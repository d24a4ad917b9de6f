import { beforeAll, describe, expect, it } from "vitest";
import { toBase64url, toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { blockTimeFailure } from "../../../src/core/evidence/log-checks.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import { encodeTimestampFile } from "../../../src/core/timestamp/ots.ts";
import { encodeLogProof, parseLogProof } from "../../../src/core/tlog/log-proof.ts";
import { treeRoot } from "../../../src/core/tlog/merkle.ts";
import { headerOf, readerOf, rowsOf } from "../../support/evidence/export-file.ts";
import {
  createStaff,
  failedChecks,
  fullOptions,
  statusOf,
  verifiedReport,
  type Staff,
} from "../../support/evidence/sample-company.ts";
import {
  auditOf,
  auditOptions,
  auditRows,
  failedChecks as failedAuditChecks,
  sampleHistory,
} from "../../support/evidence/sample-history.ts";
import { randomBytes, TestTenant } from "../../support/evidence/sample-tenant.ts";

// What receipts and audits say about the log: proofs, labels, timestamps, and a log that can't be read.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});

describe("a proof", () => {
  it.each([
    ["with an extra line", (proof: string) => proof.replace("\nindex ", "\nextra QUJD\nindex ")],
    ["without its index line", (proof: string) => proof.replace(/\nindex [0-9]+\n/, "\n")],
    ["of another index", (proof: string) => proof.replace(/\nindex [0-9]+\n/, "\nindex 0\n")],
    ["with the index in another spelling", (proof: string) => proof.replace("\nindex ", "\nindex 0")],
    ["with spaces after it", (proof: string) => `${proof} `],
  ])("%s is refused", async (_name, change) => {
    const tenant = await staff.tenant();
    const receipt = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.cy }] }));
    const proof = change(receipt.decision.proof);
    const changed = { ...receipt, decision: { ...receipt.decision, proof } };
    expect(proof).not.toBe(receipt.decision.proof);
    expect(failedChecks(await verifiedReport(changed, fullOptions(tenant)))).toBe("inclusion");
    expect(failedChecks(await verifiedReport(receipt, fullOptions(tenant)))).toBe("");
  });

  it("with two more hashes than the tree is high is refused", async () => {
    const tenant = await staff.tenant();
    const receipt = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.cy }] }));
    const parsed = expectOk(parseLogProof(receipt.decision.proof));
    const proof = encodeLogProof({ ...parsed, path: [...parsed.path, randomBytes(32), randomBytes(32)] });
    const changed = { ...receipt, decision: { ...receipt.decision, proof } };
    expect(failedChecks(await verifiedReport(changed, fullOptions(tenant)))).toBe("inclusion");
  });
});

describe("a label", () => {
  it("made with another stream key than the tenant's first record names is refused, even with that key", async () => {
    const genuine = new TestTenant(staff.log, staff.alex);
    const streamKey = randomBytes(32);
    const tenant: TestTenant = Object.assign(genuine, { streamKey });
    const receipt = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.alex }] }));
    const { history: _history, ...options } = fullOptions(tenant);
    expect(options.streamKey).toBe(streamKey);
    expect(failedChecks(await verifiedReport(receipt, options))).toBe("label");
  });
});

describe("a timestamp", () => {
  const decided = "2026-11-01T12:00:00.000Z";
  const seconds = Date.parse(decided) / 1_000;
  it.each([
    ["a block after the decision", seconds + 600, true],
    ["a block two hours before it, as wrong as a block's time may be", seconds - 7_200, true],
    ["a block one second older than that", seconds - 7_201, false],
    ["a block of the year before", seconds - 365 * 24 * 3_600, false],
  ])("%s", (_name, blockTime, accepted) =>
    expect(blockTimeFailure(blockTime, decided) === undefined).toBe(accepted),
  );

  it("that no block holds yet is absent, also with block headers", async () => {
    const tenant = await staff.tenant();
    const receipt = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.cy }] }));
    const { proof } = receipt.decision;
    const digest = sha256(utf8(expectOk(parseLogProof(proof)).checkpoint));
    const attestations = [{ kind: "pending" as const, uri: "https://calendar.example" }];
    const timestamp = toBase64url(encodeTimestampFile({ digest, tree: { attestations, branches: [] } }));
    const report = await verifiedReport(
      { ...receipt, anchor: { proof, timestamp } },
      { ...fullOptions(tenant), bitcoinHeaders: [randomBytes(80)] },
    );
    expect([statusOf(report, "anchor"), report.verified]).toEqual(["absent", true]);
  });
});

describe("an audit", () => {
  it("says absent for the places of records in a log that can't be read", async () => {
    const tenant = await sampleHistory(staff);
    const reader = { ...readerOf(tenant.log), fetchEntries: async () => undefined };
    const report = await auditOf(tenant, { log: reader });
    const statuses = Object.fromEntries(report.checks.map(({ name, status }) => [name, status]));
    expect(statuses).toMatchObject({ log: "failed", places: "absent", fork: "absent", hidden: "absent" });
  });

  it("accepts public entries of the log", async () => {
    const tenant = await staff.tenant();
    tenant.log.append(encodeEntry({ kind: "public", record: { release: "1" } }));
    await tenant.decide({ votes: [{ by: staff.cy }] });
    expect(failedAuditChecks(await auditOf(tenant))).toBe("");
  });

  it("needs a state of the log that holds the last record", async () => {
    const tenant = await sampleHistory(staff);
    const last = tenant.records.at(-1)?.index ?? 0;
    const audited = async (logSize: number) => {
      const logRoot = toHex(treeRoot(tenant.log.leaves.slice(0, logSize)));
      const header = { ...headerOf(tenant), logSize, logRoot };
      return failedAuditChecks(await auditRows(header, rowsOf(tenant), await auditOptions(tenant)));
    };
    expect([await audited(last), await audited(last + 1)]).toEqual(["places", ""]);
  });
});
