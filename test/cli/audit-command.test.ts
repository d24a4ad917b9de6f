import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { encodeReceipt } from "../../src/core/evidence/receipt.ts";
import { entriesPath, tilePath } from "../../src/core/tlog/tile.ts";
import { tilesOfSize } from "../support/log/tiles-of-size.ts";
import { encodeTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { confirmationOf, erase } from "../support/evidence/sample-history.ts";
import { exportOf, fileOf, headerOf, publicFile } from "../support/evidence/export-file.ts";
import { createLog, type TestLog } from "../support/log/memory-log.ts";
import { serveTestLog, type LogServer } from "../support/log/log-server.ts";
import { countersign as run } from "../support/product/cli-program.ts";
import { createStaff } from "../support/evidence/sample-company.ts";
import { randomBytes, type TestPerson, type TestTenant } from "../support/evidence/sample-tenant.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-audit-"));
const at = (name: string) => join(folder, name);
const countersign = async (name: string, ...args: readonly string[]) =>
  run(folder, [name, ...args, ...(name === "audit" ? ["--ahead", "1000"] : [])]);
let server: LogServer;
let stream: string;
let erasedStream: string;

beforeAll(async () => {
  const staff = await createStaff();
  const { cy, bea, dan } = staff;
  // More than one tile, so that the tree has parent tiles.
  for (let filler = 0; filler < 300; filler++) staff.log.append(new Uint8Array([1, ...randomBytes(64)]));
  const tenant = await staff.tenant();
  stream = tenant.stream;
  const approved = await tenant.decide({ action: "Deploy\u001b[2J", votes: [{ by: cy }] });
  tenant.sealUnsigned("consumed", { confirmation: confirmationOf(tenant, approved), decided: approved });
  await tenant.decide({ outcome: "rejected", votes: [{ by: dan, vote: "reject" }] });
  const file = exportOf(tenant);
  const text = Buffer.from(file).toString();
  const receipt = await tenant.receipt(approved);
  await tenant.revoke(cy, bea);
  // The operator's record names the directory as it was before the revocation.
  const directory = { seq: 4, commit: tenant.commitAt(4) };
  const lateSeq = await tenant.decide({
    votes: [{ by: cy }],
    alter: (record) => ({ ...record, body: { ...record.body, directory } }),
  });
  const late = await tenant.receipt(lateSeq, { changes: [1, 2, 3, 4] });
  const erased = await erasedHistory(await staff.tenant(), cy);
  const files: Record<string, string | Uint8Array> = {
    "export.ndjson": file,
    "cut.ndjson": text.slice(0, -100),
    "shorter.ndjson": text.replace('"count":8', '"count":7').split("\n").slice(0, -2).join("\n").concat("\n"),
    "edited.ndjson": text.replace("abc123", "abc124"),
    "later.ndjson": exportOf(tenant),
    "erased.ndjson": erased.file,
    "after-erased.json": encodeReceipt(erased.receipt),
    "receipt.json": encodeReceipt(receipt),
    "late.json": encodeReceipt(late),
    "policy.txt": encodeTrustPolicy(staff.log.trust(2)),
    "other-log.txt": encodeTrustPolicy((await createLog(staff.log.origin)).trust()),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content);
  await copyLog(staff.log, "copy");
  server = await serveTestLog(staff.log);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Before its last decision, a record was erased: nobody can say any more that it was no revocation. */
async function erasedHistory(tenant: TestTenant, signer: TestPerson) {
  const gone = await tenant.decide({ outcome: "expired", votes: [] });
  tenant.sealUnsigned("erased", { rule: "Expired requests", spans: [{ from: gone, to: gone }] });
  const receipt = await tenant.receipt(await tenant.decide({ votes: [{ by: signer }] }));
  erasedStream = tenant.stream;
  return { file: fileOf(headerOf(tenant), erase(tenant, [gone])), receipt };
}

/** As a static host stores it: every full tile and the newest partial tiles. */
async function copyLog(log: TestLog, name: string): Promise<void> {
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(at(join(name, path))), { recursive: true });
    writeFileSync(at(join(name, path)), content);
  };
  put("checkpoint", await log.checkpoint());
  for (const tile of tilesOfSize(log.leaves.length)) {
    const paths = [tilePath(tile), ...(tile.level === 0 ? [entriesPath(tile.index, tile.width)] : [])];
    for (const path of paths) put(path, publicFile(log, path) ?? new Uint8Array());
  }
}

const TRUST = () => ["--policy", "policy.txt", "--tenant", stream];

vi.setConfig({ testTimeout: 30_000 });

describe("countersign audit", () => {
  const rows: [string, () => string[], number, string][] = [
    [
      "a whole export, over the network",
      () => ["export.ndjson", "--log", server.url, ...TRUST()],
      0,
      "COMPLETE AND VERIFIED.",
    ],
    [
      "a whole export, from a folder",
      () => ["export.ndjson", "--log", "copy", ...TRUST()],
      0,
      "COMPLETE AND VERIFIED.",
    ],
    [
      "an address that ends with a slash",
      () => ["export.ndjson", "--log", `${server.url}/`, ...TRUST()],
      0,
      "✓ hidden",
    ],
    [
      "any tenant",
      () => ["export.ndjson", "--log", "copy", "--policy", "policy.txt", "--any-tenant"],
      0,
      "– tenant",
    ],
    ["a truncated file", () => ["cut.ndjson", "--log", "copy", ...TRUST()], 1, "NOT VERIFIED: form."],
    [
      "a missing last record",
      () => ["shorter.ndjson", "--log", "copy", ...TRUST()],
      1,
      "NOT VERIFIED: hidden.",
    ],
    ["an edited payload", () => ["edited.ndjson", "--log", "copy", ...TRUST()], 1, "✗ decisions"],
    [
      "a decision with a revoked passkey",
      () => ["later.ndjson", "--log", "copy", ...TRUST()],
      1,
      "NOT VERIFIED: decisions.",
    ],
    [
      "another tenant",
      () => ["export.ndjson", "--log", "copy", "--policy", "policy.txt", "--tenant", "00".repeat(32)],
      1,
      "✗ tenant",
    ],
    ["no tenant", () => ["export.ndjson", "--log", "copy", "--policy", "policy.txt"], 1, "✗ tenant"],
    [
      "another log's key",
      () => ["export.ndjson", "--log", "copy", "--policy", "other-log.txt", "--tenant", stream],
      1,
      "✗ log",
    ],
    ["a file that is not an export", () => ["policy.txt", "--log", "copy", ...TRUST()], 1, "✗ form"],
  ];
  it.concurrent.each(rows)("%s", async (_name, args, code, message) => {
    const result = await countersign("audit", ...args());
    expect([result.code, result.err]).toEqual([code, ""]);
    expect(result.out).toContain(message);
    expect(result.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it("names an erased record that may have revoked a passkey", async () => {
    const options = ["--log", "copy", "--policy", "policy.txt", "--tenant", erasedStream];
    const { code, out } = await countersign("audit", "erased.ndjson", ...options);
    expect(out).toMatch(/^– revocation +Record 7 is signed, and a record before it is erased/m);
    expect(out).toContain("COMPLETE AND VERIFIED. Not checked, because something is missing: revocation.");
    expect(code).toBe(0);
  });

  it("summarises the history", async () => {
    const { out } = await countersign("audit", "export.ndjson", "--log", "copy", ...TRUST());
    for (const line of [
      /^Records +8$/m,
      /^ +4 credential\.endorsed$/m,
      /^ +1 consumed$/m,
      /^Decisions +2$/m,
      /^ +1 approved$/m,
      /^ +1 rejected$/m,
      /^Tests +0$/m,
      /^People +5$/m,
      /^Passkeys +5 active, 0 revoked$/m,
      /^Sealed since +2, not in this export$/m,
      /^Looked ahead +1000 labels$/m,
      /^Unsealed +none/m,
    ])
      expect(out).toMatch(line);
  });

  it("reads standard input, and prints one JSON object for scripts", async () => {
    const { readFileSync } = await import("node:fs");
    const args = ["audit", "-", "--ahead", "1000", "--log", "copy", ...TRUST(), "--json"];
    const { code, out } = await run(folder, args, readFileSync(at("export.ndjson")));
    expect([code, JSON.parse(out)]).toEqual([
      0,
      expect.objectContaining({
        verified: true,
        stream,
        newer: 2,
        decisions: { approved: 1, rejected: 1 },
        withheld: 0,
        checks: expect.arrayContaining([expect.objectContaining({ name: "hidden", status: "passed" })]),
      }),
    ]);
  });

  const problems: [string, () => string[], string][] = [
    ["no log", () => ["export.ndjson", ...TRUST()], "--log is required"],
    ["no policy", () => ["export.ndjson", "--log", "copy", "--tenant", stream], "--policy is required"],
    ["a folder that is not a log", () => ["export.ndjson", "--log", ".", ...TRUST()], "has no checkpoint"],
    ["a missing file", () => ["nowhere", "--log", "copy", ...TRUST()], "can't read nowhere"],
    ["no server", () => ["export.ndjson", "--log", "http://127.0.0.1:9", ...TRUST()], "can't fetch"],
  ];
  it.concurrent.each(problems)("says why it could not run: %s", async (_name, args, message) => {
    const result = await countersign("audit", ...args());
    expect([result.code, result.out]).toEqual([2, ""]);
    expect(result.err).toContain(message);
    expect(result.err).not.toMatch(/\n\s+at /);
  });

  it("ends at the deadline if the log sends byte by byte", async () => {
    try {
      server.lie = () => "drip";
      const args = ["export.ndjson", "--log", server.url, ...TRUST(), "--deadline", "1"];
      const result = await countersign("audit", ...args);
      expect([result.code, result.out, result.err]).toEqual([
        2,
        "",
        expect.stringContaining("did not answer everything within 1 seconds"),
      ]);
    } finally {
      server.lie = undefined;
    }
  });

  it("distinguishes a missing tile from a failing server", async () => {
    const args = ["audit", "export.ndjson", "--log", server.url, ...TRUST()] as const;
    try {
      server.lie = (path) => (path.startsWith("tile/0/") ? { status: 404, body: "" } : undefined);
      const missing = await countersign(...args);
      server.lie = (path) => (path.startsWith("tile/0/") ? { status: 503, body: "" } : undefined);
      const failing = await countersign(...args);
      server.lie = (path) => (path.startsWith("tile/0/") ? { body: new Uint8Array(9_000) } : undefined);
      const large = await countersign(...args);
      expect([missing.code, failing.code, large.code]).toEqual([1, 2, 1]);
      expect([missing.out, failing.err, large.out]).toEqual([
        expect.stringContaining("✗ log"),
        expect.stringContaining("answered with status 503"),
        expect.stringContaining("✗ log"),
      ]);
    } finally {
      server.lie = undefined;
    }
  });
});

describe("countersign verify --history", () => {
  it("finds a revocation that the receipt leaves out, and checks the record's place", async () => {
    const args = ["--tenant", stream, "--policy", "policy.txt", "--history", "later.ndjson"];
    const good = await countersign("verify", "receipt.json", ...args);
    expect([good.code, good.out]).toEqual([0, expect.stringContaining("✓ history")]);
    expect(good.out).toContain("✓ label");
    const late = await countersign("verify", "late.json", ...args);
    expect([late.code, late.out]).toEqual([1, expect.stringContaining("NOT VERIFIED: history.")]);
    const alone = await countersign("verify", "late.json", "--tenant", stream);
    expect([alone.code, alone.out]).toEqual([0, expect.stringContaining("– history")]);
    const known = ["--tenant", erasedStream, "--policy", "policy.txt", "--history", "erased.ndjson"];
    const erased = await countersign("verify", "after-erased.json", ...known);
    expect([erased.code, erased.out]).toEqual([0, expect.stringContaining("– history")]);
    expect(erased.out).toContain("\nNot checked, because something is missing: anchor, history.\n");
    const cut = await countersign("verify", "receipt.json", "--tenant", stream, "--history", "cut.ndjson");
    expect([cut.code, cut.err]).toEqual([2, expect.stringContaining("cut.ndjson is not an export")]);
  });
});
