import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "../../src/core/encoding/bytes.ts";
import { encodeReceipt, RECEIPT_LIMITS } from "../../src/core/evidence/receipt.ts";
import { encodeTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { countersign as run } from "../support/product/cli-program.ts";
import { createStaff, decidedReceipt } from "../support/evidence/sample-company.ts";

// The program as people run it: a process, files and an exit code.

const folder = mkdtempSync(join(tmpdir(), "countersign-"));
const at = (name: string) => join(folder, name);
let stream: string;

beforeAll(async () => {
  const staff = await createStaff();
  const tenant = await staff.tenant();
  const payload = { service: "api", sha: "abc123", note: "safe \u202E txt" };
  const { cy } = staff;
  stream = tenant.stream;
  const approved = await decidedReceipt(tenant, { payload, votes: [{ by: cy, reason: "go\u001b[2J" }] });
  const rejected = await decidedReceipt(tenant, {
    payload,
    outcome: "rejected",
    votes: [{ by: cy, vote: "reject" }],
  });
  const { decision } = approved;
  const withheld = {
    ...approved,
    decision: { ...decision, evidence: { ...decision.evidence, payload: null } },
  };
  const files: Record<string, string | Uint8Array> = {
    "approved.json": encodeReceipt(approved),
    "rejected.json": encodeReceipt(rejected),
    "withheld.json": encodeReceipt(withheld),
    "spaced.json": ` ${Buffer.from(encodeReceipt(approved)).toString()}`,
    "doubled.json": Buffer.from(encodeReceipt(approved)).toString().replace("{", '{"anchor":null,'),
    "policy.txt": encodeTrustPolicy(staff.log.trust(2)),
    "other-log.txt": encodeTrustPolicy((await createStaff()).log.trust()),
    "key.hex": `${toHex(tenant.streamKey)}\n`,
    "other.hex": `${"00".repeat(32)}\n`,
    "payload.json": '{ "sha": "abc123", "service": "api", "note": "safe \\u202e txt" }',
    "changed.json": '{ "sha": "abc124", "service": "api", "note": "safe \\u202e txt" }',
    "twice.json": '{"a":1,"a":2}',
    "empty.txt": "",
    "large.json": new Uint8Array(RECEIPT_LIMITS.maxBytes + 1),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program in the folder of the files. */
const countersign = async (args: readonly string[], input?: string | Uint8Array) => run(folder, args, input);

describe("countersign verify", () => {
  const all = () => [
    "--policy",
    "policy.txt",
    "--tenant",
    stream,
    "--stream-key",
    "key.hex",
    "--payload",
    "payload.json",
  ];
  const rows: [string, () => string[], number, string][] = [
    ["an approval, with every option", () => ["approved.json", ...all()], 0, "VERIFIED: approved."],
    ["an approval of any tenant", () => ["approved.json", "--any-tenant"], 0, "✓ inclusion"],
    ["an approval, no tenant pinned", () => ["approved.json"], 1, "NOT VERIFIED: tenant."],
    [
      "an approval of another tenant",
      () => ["approved.json", "--tenant", "00".repeat(32)],
      1,
      "NOT VERIFIED: tenant.",
    ],
    [
      "an approval in another log",
      () => ["approved.json", "--any-tenant", "--policy", "other-log.txt"],
      1,
      "✗ log",
    ],
    [
      "an approval with another stream key",
      () => ["approved.json", "--any-tenant", "--stream-key", "other.hex"],
      1,
      "✗ label",
    ],
    [
      "an approval of another payload",
      () => ["approved.json", "--any-tenant", "--payload", "changed.json"],
      1,
      "✗ payload",
    ],
    [
      "a payload that is not strict JSON",
      () => ["approved.json", "--any-tenant", "--payload", "twice.json"],
      1,
      "✗ payload",
    ],
    [
      "a re-formatted file",
      () => ["spaced.json", "--any-tenant"],
      0,
      "The file was re-formatted. It was judged by its content.",
    ],
    [
      "a file with a name twice",
      () => ["doubled.json", "--any-tenant"],
      1,
      "This was a receipt, but it is damaged or incomplete.",
    ],
    ["an empty file", () => ["empty.txt", "--any-tenant"], 1, "The file is empty."],
    [
      "an organisation id in groups",
      () => ["approved.json", "--tenant", stream.toUpperCase().replace(/(.{4})/g, "$1 ")],
      0,
      "✓ tenant",
    ],
    ["a rejection", () => ["rejected.json", ...all()], 3, "VERIFIED: rejected."],
    [
      "a rejection with --any-outcome",
      () => ["rejected.json", ...all(), "--any-outcome"],
      0,
      "VERIFIED: rejected.",
    ],
    ["a withheld payload", () => ["withheld.json", "--any-tenant"], 0, "– payload"],
    ["a withheld payload that the verifier has", () => ["withheld.json", ...all()], 0, "✓ payload"],
  ];
  it.each(rows)("%s", async (_name, args, code, message) => {
    const result = await countersign(["verify", ...args()]);
    expect([result.code, result.err]).toEqual([code, ""]);
    expect(result.out).toContain(message);
  });

  it("shows what was signed, without its control characters", async () => {
    const { out } = await countersign(["verify", "approved.json", "--any-tenant"]);
    expect(out).toContain("APPROVED at 2026-11-");
    expect(out).toContain("Deploy to production");
    expect(out).toMatch(/signed by +cy: approve, because go.*U\+001B/);
    expect(out).toMatch(/Sha .*abc123/);
    expect(out).toContain("U+202E");
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it("reads standard input and addresses", async () => {
    const file = await countersign(["verify", "approved.json", "--any-tenant", "--json"]);
    const { readFileSync } = await import("node:fs");
    const bytes = readFileSync(at("approved.json"));
    const piped = await countersign(["verify", "-", "--any-tenant", "--json"], bytes);
    const server = createServer((request, response) => {
      response.statusCode = request.url === "/receipt" ? 200 : 404;
      response.end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const fetched = await countersign(["verify", `${base}/receipt`, "--any-tenant", "--json"]);
    const missing = await countersign(["verify", `${base}/nothing`, "--any-tenant"]);
    await new Promise((resolve) => server.close(resolve));
    expect([piped, fetched]).toEqual([file, file]);
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining("answered with status 404")]);
  });

  it("prints one JSON object for scripts", async () => {
    const { out } = await countersign(["verify", "approved.json", "--tenant", stream, "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      verified: true,
      outcome: "approved",
      stream,
      action: "Deploy to production",
      code: expect.stringMatching(/^[0-9a-f]{8}$/),
      signers: [{ approver: { username: "cy" }, vote: "approve" }],
      checks: expect.arrayContaining([{ name: "log", status: "absent", detail: expect.any(String) }]),
    });
    const broken = await countersign(["verify", "doubled.json", "--any-tenant", "--json"]);
    expect([broken.code, JSON.parse(broken.out)]).toEqual([
      1,
      expect.objectContaining({ verified: false, outcome: null }),
    ]);
  });
});

describe("a command that can't run says why", () => {
  const rows: [string, string[], string][] = [
    ["no such command", ["prove"], 'no command "prove"'],
    ["no file", ["verify"], "name exactly one file"],
    ["two files", ["verify", "a", "b"], "name exactly one file"],
    ["a missing file", ["verify", "nowhere.json", "--any-tenant"], "can't read nowhere.json"],
    ["a folder", ["verify", ".", "--any-tenant"], "can't read ."],
    ["a file that is too large", ["verify", "large.json", "--any-tenant"], "larger than"],
    ["an unknown option", ["verify", "approved.json", "--trust-me"], "--trust-me"],
    ["an option without its value", ["verify", "approved.json", "--tenant"], "--tenant"],
    [
      "an option twice",
      ["verify", "approved.json", "--tenant", "a", "--tenant", "b"],
      "--tenant occurs twice",
    ],
    ["two tenants", ["verify", "approved.json", "--any-tenant", "--tenant", "00".repeat(32)], "not both"],
    [
      "another kind of id",
      ["verify", "approved.json", "--tenant", "c_1"],
      "This looks like the id of a request. An organisation id has 64 digits, 0-9 and a-f.",
    ],
    ["an invalid policy", ["verify", "approved.json", "--policy", "payload.json"], "not a trust policy"],
    ["an empty policy", ["verify", "approved.json", "--policy", "empty.txt"], "not a trust policy"],
    ["an invalid key", ["verify", "approved.json", "--stream-key", "policy.txt"], "not a stream key"],
    ["an invalid payload", ["hash", "twice.json"], "json_duplicate_name at /a"],
  ];
  it.each(rows)("%s", async (_name, args, message) => {
    const result = await countersign(args);
    expect([result.code, result.out]).toEqual([2, ""]);
    expect(result.err).toContain(message);
    expect(result.err).not.toMatch(/\n\s+at /);
  });
});

it("countersign hash prints canonical bytes and their SHA-256", async () => {
  const sha = "43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777";
  const { code, out } = await countersign(["hash", "-"], '{ "b": 2.0, "a": 1 }');
  expect([code, out]).toEqual([0, `{"a":1,"b":2}\nsha256 ${sha}\n`]);
  const machines = await countersign(["hash", "-", "--json"], '{ "b": 2.0, "a": 1 }');
  expect(JSON.parse(machines.out)).toEqual({ canonical: '{"a":1,"b":2}', bytes: 13, sha256: sha });
});

it("countersign help lists the commands", async () => {
  for (const args of [["help"], ["--help"]]) {
    const { code, out } = await countersign(args);
    expect([code, out]).toEqual([0, expect.stringContaining("countersign verify FILE|-|URL")]);
  }
});

it("countersign without a command lists the commands as an error, so that a script notices", async () => {
  const { code, out, err } = await countersign([]);
  expect([code, out, err]).toEqual([2, "", expect.stringContaining("countersign verify FILE|-|URL")]);
});
