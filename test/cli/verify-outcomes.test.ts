import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import { encodeReceipt, RECEIPT_MAX_CHANGES, type Receipt } from "../../src/core/evidence/receipt.ts";
import { fingerprintOf } from "../../src/core/webauthn/fingerprint.ts";
import { countersign as run } from "../support/product/cli-program.ts";
import { createStaff, decidedReceipt, type Staff } from "../support/evidence/sample-company.ts";
import type { TestTenant } from "../support/evidence/sample-tenant.ts";

// What the program says of each outcome, and with which exit code. A script continues at exit code 0, so only the
// ordinary approval of a request has it.

const folder = mkdtempSync(join(tmpdir(), "countersign-"));
const at = (name: string) => join(folder, name);
const TEMPLATED = new URL("../../web/docs/vectors/receipts/templated.json", import.meta.url).pathname;
let staff: Staff;

beforeAll(async () => {
  staff = await createStaff();
  const tenant = await staff.tenant();
  const { alex, bea, cy, dan, zoe, twoOfThree } = staff;
  const approved = await decidedReceipt(tenant, { votes: [{ by: cy }] });
  const receipts: Record<string, Receipt> = {
    approved,
    withheld: withheld(approved),
    rejected: await decidedReceipt(tenant, { outcome: "rejected", votes: [{ by: cy, vote: "reject" }] }),
    expired: await decidedReceipt(tenant, { outcome: "expired", votes: [] }),
    cancelled: await decidedReceipt(tenant, { outcome: "cancelled", votes: [] }),
    "expired-one": await decidedReceipt(tenant, {
      outcome: "expired",
      policy: twoOfThree(),
      votes: [{ by: cy }],
    }),
    emergency: await decidedReceipt(tenant, {
      policy: twoOfThree({ breakGlass: [alex.id] }),
      outcome: "break-glass",
      votes: [{ by: cy }, { by: alex, vote: "break-glass", reason: "site is down\u202e" }],
    }),
    endorsed: await tenant.receipt(await tenant.endorse(zoe, "developer", bea)),
    promoted: await tenant.receipt(await tenant.changeRole(zoe, "admin", alex)),
    revoked: await tenant.receipt(await tenant.revoke(zoe, alex)),
    "hidden-change": withheld(await tenant.receipt(await tenant.changeRole(cy, "developer", alex))),
    test: await decidedReceipt(tenant, { mode: "test", votes: [{ by: dan }] }),
    "test-rejected": await decidedReceipt(tenant, {
      mode: "test",
      outcome: "rejected",
      votes: [{ by: dan, vote: "reject" }],
    }),
    "test-expired": await decidedReceipt(tenant, { mode: "test", outcome: "expired", votes: [] }),
    long: await longReceipt(await staff.tenant(), staff),
  };
  for (const [name, receipt] of Object.entries(receipts))
    writeFileSync(at(`${name}.json`), encodeReceipt(receipt));
  const loud = await decidedReceipt(tenant, { action: "APPROVED", votes: [{ by: cy }] });
  writeFileSync(
    at("forged.json"),
    encodeReceipt({ ...loud, decision: { ...loud.decision, label: "00".repeat(32) } }),
  );
  writeFileSync(at("named.json"), canonicalBytes({ ...approved, "VERIFIED: APPROVED": 1 }));
  writeFileSync(at("old.json"), canonicalBytes({ ...approved, v: 2 }));
  writeFileSync(at("payload.json"), '{ "sha": "abc123", "service": "api" }');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

function withheld(receipt: Receipt): Receipt {
  const { decision } = receipt;
  return { ...receipt, decision: { ...decision, evidence: { ...decision.evidence, payload: null } } };
}

/** Of a tenant that has one change more than a receipt can hold. */
async function longReceipt(long: TestTenant, { bea, cy }: Staff): Promise<Receipt> {
  for (let count = 4; count <= RECEIPT_MAX_CHANGES; count++)
    await long.setTemplate("Deploy to production", null, bea);
  const seq = await long.decide({ votes: [{ by: cy }] });
  const kept = Array.from({ length: seq - 1 }, (_, place) => place + 1).filter((place) => place !== 5);
  return long.receipt(seq, { changes: kept, bare: kept.slice(4) });
}

const verify = async (name: string, ...options: readonly string[]) =>
  run(folder, ["verify", `${name}.json`, "--any-tenant", ...options]);
const DETAILS = "Not checked, because something is missing: log, witnesses, anchor, tenant, label, history.";

describe("the exit code", () => {
  const rows: [string, string, number][] = [
    ["approved", "", 0],
    ["approved", "--payload payload.json", 0],
    ["withheld", "", 0],
    ["rejected", "", 3],
    ["rejected", "--any-outcome", 0],
    ["rejected", "--accept-break-glass --accept-change", 3],
    ["expired", "", 3],
    ["expired", "--any-outcome", 0],
    ["cancelled", "", 3],
    ["expired-one", "", 3],
    ["expired-one", "--accept-break-glass --accept-change", 3],
    ["emergency", "", 4],
    ["emergency", "--any-outcome --accept-change", 4],
    ["emergency", "--accept-break-glass", 0],
    ["endorsed", "", 5],
    ["endorsed", "--any-outcome --accept-break-glass", 5],
    ["endorsed", "--accept-change", 0],
    ["test", "", 6],
    ["test", "--any-outcome --accept-break-glass --accept-change", 6],
    ["test", "--accept-test", 0],
    ["test-rejected", "--any-outcome", 6],
    ["test-rejected", "--accept-test", 3],
    ["approved", "--accept-test", 0],
    ["promoted", "--payload payload.json --accept-change", 1],
    ["hidden-change", "--accept-change", 1],
    ["long", "--any-outcome --accept-change --accept-break-glass", 1],
    ["old", "--any-outcome --accept-change --accept-break-glass", 1],
  ];
  it.each(rows)("of %s with “%s” is %i", async (name, options, code) => {
    expect((await verify(name, ...options.split(" ").filter((word) => word !== ""))).code).toBe(code);
  });
});

it("the JSON says what kind of record it is about, and whether its payload is withheld", async () => {
  const { out } = await verify("promoted", "--json");
  expect(JSON.parse(out)).toMatchObject({
    type: "role.changed",
    verified: true,
    withheld: false,
    missing: [],
  });
  const long = await verify("long", "--json");
  expect(JSON.parse(long.out)).toMatchObject({ type: "decision", verified: false, missing: ["revocation"] });
  const hidden = await verify("withheld", "--json");
  expect(JSON.parse(hidden.out)).toMatchObject({ type: "decision", verified: true, withheld: true });
});

it("the JSON of a test has its outcome apart, so that a script can't take it for a real one", async () => {
  const { out } = await verify("test", "--json");
  expect(JSON.parse(out)).toMatchObject({
    verified: true,
    mode: "test",
    outcome: null,
    testOutcome: "approved",
    project: { mode: "test" },
  });
  const { outcome, mode, testOutcome } = JSON.parse((await verify("approved", "--json")).out);
  expect([outcome, mode, testOutcome]).toEqual(["approved", "live", null]);
  expect((await verify("test", "--explain")).out).toContain(
    "mode test\noutcome none\ntestOutcome approved\n",
  );
});

describe("the verdict", () => {
  const rows: [string, () => readonly string[]][] = [
    ["approved", () => ["VERIFIED: approved. cy approved “Deploy to production”.", DETAILS]],
    [
      "withheld",
      () => [
        "VERIFIED: approved. cy approved “Deploy to production”.",
        "The content is withheld: the receipt holds only its hash.",
        DETAILS.replace("log", "payload, log"),
      ],
    ],
    ["rejected", () => ["VERIFIED: rejected. cy rejected “Deploy to production”.", DETAILS]],
    [
      "expired",
      () => [
        "VERIFIED: expired. Nobody signed.",
        "That the request expired, and what it asked for, is the operator's word.",
        "Not checked, because nobody signed: payload, statement, signature, credential, revocation, policy, choice.",
        DETAILS,
      ],
    ],
    [
      "cancelled",
      () => [
        "VERIFIED: cancelled. Nobody signed.",
        "That the request was cancelled, and what it asked for, is the operator's word.",
        "Not checked, because nobody signed: payload, statement, signature, credential, revocation, policy, choice.",
        DETAILS,
      ],
    ],
    [
      "expired-one",
      () => [
        "VERIFIED: expired.",
        "cy approved “Deploy to production”, which did not decide it. That the request expired is the operator's word.",
        DETAILS,
      ],
    ],
    [
      "emergency",
      () => [
        "VERIFIED: break-glass. alex approved “Deploy to production”, alone and in an emergency.",
        "One person decided without the other signatures that the policy asks for. The reason given: “site is down⟨U+202E right-to-left override⟩”",
        DETAILS,
      ],
    ],
    [
      "endorsed",
      () => [
        "VERIFIED: approved, a change of the directory. bea approved “Change the directory: credential.endorsed”.",
        `It endorsed the passkey ${fingerprintOf(staff.zoe.passkey.credential.publicKey)} of zoe, a developer.`,
        DETAILS,
      ],
    ],
    [
      "promoted",
      () => [
        "VERIFIED: approved, a change of the directory. alex approved “Change the directory: role.changed”.",
        "It made zoe an admin.",
        DETAILS,
      ],
    ],
    [
      "revoked",
      () => [
        "VERIFIED: approved, a change of the directory. alex approved “Change the directory: credential.revoked”.",
        `It revoked the passkey ${staff.zoe.passkey.credential.id} of zoe.`,
        DETAILS,
      ],
    ],
    [
      "test",
      () => [
        "TEST, VERIFIED: approved. dan approved “Deploy to production”.",
        "This is a TEST approval: it proves no real decision.",
        DETAILS,
      ],
    ],
    [
      "test-expired",
      () => [
        "TEST, VERIFIED: expired. Nobody signed.",
        "This is a TEST request: it proves no real decision.",
        "That the request expired, and what it asked for, is the operator's word.",
        "Not checked, because nobody signed: payload, statement, signature, credential, revocation, policy, choice.",
        DETAILS,
      ],
    ],
    [
      "long",
      () => [
        "NOT VERIFIED, because something is missing: revocation.",
        "The organisation has more changes than a receipt holds: give its export, with verify --history.",
        expect.stringMatching(/^The file names the request c_/),
      ],
    ],
    [
      "hidden-change",
      () => [
        "NOT VERIFIED: outcome.",
        "Its content is withheld.",
        expect.stringMatching(/^The file names the request c_/),
      ],
    ],
    [
      "old",
      () => ["NOT VERIFIED: form.", "This is a receipt of version 2; this program reads version 3 (at /v)."],
    ],
  ];
  it.each(rows)("on %s", async (name, lines) => {
    const { out } = await verify(name);
    expect(out.split("\n\n")[0]?.split("\n")).toEqual(lines());
  });

  it("names a withheld payload also if the reader's own one matches", async () => {
    const { out } = await verify("withheld", "--payload", "payload.json");
    expect(out).toContain("\nThe receipt withholds the content; yours has the hash that was signed.\n");
  });

  it("never says APPROVED of a receipt that is not verified, not even in the file's own words", async () => {
    const names = ["forged", "named", "long", "old"];
    for (const { code, out } of await Promise.all(names.map(async (name) => verify(name)))) {
      expect([code, out]).toEqual([1, expect.stringMatching(/^NOT VERIFIED/)]);
      expect(out).not.toContain("APPROVED");
    }
    const { verified, outcome } = JSON.parse((await verify("forged", "--json")).out);
    expect([verified, outcome]).toEqual([false, null]);
  });
});

describe("the summary", () => {
  it("of a test begins with TEST, and never says APPROVED", async () => {
    const { out } = await verify("test");
    expect(out).toMatch(/^TEST, approved at 2026-11-/m);
    expect(out).not.toContain("APPROVED");
  });

  it("of a request that nobody signed says so, and does not present its content as signed", async () => {
    const { out } = await verify("expired");
    expect(out).toContain("EXPIRED at 2026-11-");
    expect(out).toContain("  signed by  nobody\n");
    expect(out).toMatch(/ {2}content {4}sha256 [0-9a-f]{64}, which nobody signed\n/);
    expect(out).not.toContain("exactly");
  });

  it("has the sentence of the template that was signed", async () => {
    const { out } = await run(folder, ["verify", TEMPLATED, "--any-tenant"]);
    expect(out).toContain("  sentence   Deploy ⟨api⟩ (⟨2 MiB⟩) to ⟨production⟩\n");
    expect(out).toContain('    Size of the image ["size"] number: 2097152\n');
  });

  it("of a change says what it did", async () => {
    const { out } = await verify("promoted");
    expect(out).toContain("CHANGE OF THE DIRECTORY, APPROVED at 2026-11-");
    expect(out).toContain("  change     made zoe an admin\n");
  });
});
