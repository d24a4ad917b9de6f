import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import { encodeReceipt } from "../../../../src/core/evidence/receipt.ts";
import { verifyReceipt } from "../../../../src/core/evidence/verify.ts";
import { DEPLOY } from "../../../support/vectors/company/honest.ts";
import {
  createStaff,
  decidedReceipt,
  fullOptions,
  failedChecks,
  verifiedReport,
} from "../../../support/evidence/sample-company.ts";
import {
  randomBytes,
  type SampleRequest,
  type TestPerson,
  type TestTenant,
} from "../../../support/evidence/sample-tenant.ts";

// An operator with the database and the log can seal any record. Each row is an attack and the checks that catch it.
// The same test accepts an honest decision of the same tenant.

const { log, alex, bea, cy, dan, eve, zoe, twoOfThree, tenant: enrolled } = await createStaff();
const tenant = await enrolled();

describe("a dishonest decision that an operator seals", () => {
  const body = (change: JsonObject) => (record: JsonObject & { body: JsonObject }) => ({
    ...record,
    body: { ...record.body, ...change },
  });
  const rows: [string, () => SampleRequest, string][] = [
    ["a rejection as an approval", () => ({ votes: [{ by: cy, vote: "reject" }] }), "outcome"],
    ["an approval as a rejection", () => ({ outcome: "rejected", votes: [{ by: cy }] }), "outcome"],
    ["an approval without signatures", () => ({ votes: [] }), "outcome"],
    ["an approval as an expiry", () => ({ outcome: "expired", votes: [{ by: cy }] }), "outcome"],
    [
      "an emergency approval as an ordinary one",
      () => ({
        policy: twoOfThree({ breakGlass: [alex.id] }),
        votes: [{ by: alex, vote: "break-glass", reason: "x" }],
      }),
      "outcome",
    ],
    [
      "an emergency approval by another person",
      () => ({
        policy: twoOfThree({ breakGlass: [alex.id] }),
        outcome: "break-glass",
        votes: [{ by: cy, vote: "break-glass", reason: "x" }],
      }),
      "policy",
    ],
    [
      "an emergency approval without a reason",
      () => ({
        policy: twoOfThree({ breakGlass: [alex.id] }),
        outcome: "break-glass",
        votes: [{ by: alex, vote: "break-glass" }],
      }),
      "policy",
    ],
    [
      "one signature where two are required",
      () => ({ policy: twoOfThree(), votes: [{ by: cy }] }),
      "outcome",
    ],
    ["the same person twice", () => ({ policy: twoOfThree(), votes: [{ by: cy }, { by: cy }] }), "outcome"],
    [
      "a second signature that nobody asked for",
      () => ({ votes: [{ by: cy }, { by: dan }] }),
      "policy outcome",
    ],
    [
      "a quorum despite a veto",
      () => ({ policy: twoOfThree(), votes: [{ by: bea, vote: "reject" }, { by: cy }, { by: dan }] }),
      "outcome",
    ],
    [
      "the requester's own signature",
      () => ({
        policy: twoOfThree({ excludeRequester: true }),
        requester: { kind: "person", id: cy.id, name: "cy", person: cy.id },
        votes: [{ by: cy }, { by: dan }],
      }),
      "policy",
    ],
    [
      "the signature of the person behind the key that asks",
      () => ({
        policy: twoOfThree({ excludeRequester: true }),
        requester: { kind: "key", id: "k_1", name: "ci", person: cy.id },
        votes: [{ by: cy }, { by: dan }],
      }),
      "policy",
    ],
    [
      "a template of another action",
      () => ({ action: "Deploy", template: DEPLOY, votes: [{ by: cy }] }),
      "statement",
    ],
    [
      "a template that can't be read",
      () => ({ template: { ...DEPLOY, sentence: "Deploy {service" }, votes: [{ by: cy }] }),
      "statement",
    ],
    [
      "an order of members that the content does not have",
      () => ({ order: [2, 0, 1], votes: [{ by: cy }] }),
      "statement",
    ],
    [
      "two signatures that allow different times for using it",
      () => ({
        policy: twoOfThree(),
        votes: [{ by: cy }, { by: dan, statement: { executeWithinSeconds: 3_600 } }],
      }),
      "statement",
    ],
    [
      "a synced passkey under a policy that forbids it",
      () => ({ policy: twoOfThree({ authenticator: "device-bound" }), votes: [{ by: cy }, { by: dan }] }),
      "signature",
    ],
    ["a passkey that nobody endorsed", () => ({ votes: [{ by: zoe }] }), "signature credential history"],
    [
      "a signature with another person's passkey",
      () => ({ votes: [{ by: cy, passkey: dan.passkey }] }),
      "credential",
    ],
    ["an auditor's signature", () => ({ votes: [{ by: eve }] }), "credential"],
    [
      "a signature made at another origin",
      () => ({ votes: [{ by: cy, lies: { origin: "https://approve.example.evil" } }] }),
      "signature",
    ],
    [
      "a signature without user verification",
      () => ({ votes: [{ by: cy, lies: { userVerified: false } }] }),
      "signature",
    ],
    [
      "a signature of something else",
      () => ({ votes: [{ by: cy, lies: { challenge: randomBytes(64) } }] }),
      "signature",
    ],
    [
      "a statement for another tenant",
      () => ({ votes: [{ by: cy, statement: { tenant: { id: "00".repeat(32), name: "Acme" } } }] }),
      "statement",
    ],
    [
      "a statement for another site",
      () => ({ votes: [{ by: cy, statement: { rp: "https://other.example" } }] }),
      "statement signature",
    ],
    [
      "a statement for another request",
      () => ({ votes: [{ by: cy, statement: { confirmation: "c_other" } }] }),
      "statement",
    ],
    [
      "two statements that differ in the action",
      () => ({
        policy: twoOfThree(),
        votes: [{ by: cy }, { by: dan, statement: { action: "Nothing much" } }],
      }),
      "statement",
    ],
    [
      "another payload's commitment",
      () => ({ votes: [{ by: cy }], alter: body({ payloadCommit: "ab".repeat(32) }) }),
      "payload",
    ],
    [
      "no signatures in the record",
      () => ({ votes: [{ by: cy }], alter: body({ signatures: [] }) }),
      "statement signature",
    ],
    [
      "no policy where one was signed",
      () => ({ policy: twoOfThree(), votes: [{ by: cy }, { by: dan }], alter: body({ policyHash: null }) }),
      "statement policy",
    ],
    [
      "a decision before its signature",
      () => ({ votes: [{ by: cy }], alter: (record) => ({ ...record, at: "2026-11-01T12:00:00.000Z" }) }),
      "statement",
    ],
    [
      "a decision after the request expired",
      () => ({ votes: [{ by: cy }], alter: (record) => ({ ...record, at: "2026-12-01T12:00:00.000Z" }) }),
      "outcome",
    ],
    [
      "a later directory state",
      () => ({ votes: [{ by: cy }], alter: body({ directory: { seq: 900, commit: "00".repeat(32) } }) }),
      "revocation order history",
    ],
    [
      "a directory state from before the endorsement",
      () => ({ votes: [{ by: cy }], alter: body({ directory: { seq: 0, commit: "00".repeat(32) } }) }),
      "revocation order history",
    ],
    [
      "a directory state that does not exist",
      () => ({ votes: [{ by: cy }], alter: body({ directory: { seq: 4, commit: "00".repeat(32) } }) }),
      "order history",
    ],
  ];
  it.each(rows)("%s", async (_name, asked, expected) => {
    const own = await enrolled();
    const good = await verifiedReport(await decidedReceipt(own, { votes: [{ by: cy }] }), fullOptions(own));
    const report = await verifiedReport(await decidedReceipt(own, asked()), fullOptions(own));
    expect([good.verified, report.verified, failedChecks(report)]).toEqual([true, false, expected]);
  });
});

describe("what an operator does to the directory", () => {
  const rows: [string, (own: TestTenant) => Promise<unknown>, () => TestPerson, string][] = [
    ["lets a revoked passkey sign", (own) => own.revoke(cy, bea), () => cy, "revocation history"],
    [
      "lets an approver endorse a stranger",
      (own) => own.endorse(zoe, "approver", cy),
      () => zoe,
      "signature credential endorsement history",
    ],
    [
      "lets a stranger endorse themselves",
      (own) => own.endorse(zoe, "approver", zoe),
      () => zoe,
      "signature credential endorsement history",
    ],
    [
      "lets an admin make an owner",
      (own) => own.endorse(zoe, "owner", bea),
      () => zoe,
      "signature credential endorsement history",
    ],
    [
      "raises a role without an entitled signature",
      async (own) => {
        await own.changeRole(cy, "admin", cy);
        await own.endorse(zoe, "approver", cy);
      },
      () => zoe,
      "signature credential endorsement history",
    ],
    [
      "endorses with a revoked admin's passkey",
      async (own) => {
        await own.revoke(bea, alex);
        await own.endorse(zoe, "approver", bea);
      },
      () => zoe,
      "signature credential endorsement history",
    ],
    [
      "shows the admin another key than the one it seals",
      (own) =>
        own.endorse(zoe, "approver", bea, {
          votes: [{ by: bea, lies: { challenge: randomBytes(64) } }],
        }),
      () => zoe,
      "signature credential endorsement history",
    ],
    [
      "endorses what was rejected",
      (own) =>
        own.endorse(zoe, "approver", bea, { outcome: "rejected", votes: [{ by: bea, vote: "reject" }] }),
      () => zoe,
      "signature credential endorsement history",
    ],
    [
      "gives a person's name to another key",
      (own) => own.endorse({ ...zoe, username: "cy" }, "approver", bea),
      () => ({ ...zoe, username: "cy" }),
      "signature credential endorsement history",
    ],
  ];
  it.each(rows)("%s", async (_name, attack, signer, expected) => {
    const own = await enrolled();
    const good = await verifiedReport(await decidedReceipt(own, { votes: [{ by: cy }] }), fullOptions(own));
    await attack(own);
    const report = await verifiedReport(
      await decidedReceipt(own, { votes: [{ by: signer() }] }),
      fullOptions(own),
    );
    expect([good.verified, report.verified, failedChecks(report)]).toEqual([true, false, expected]);
  });

  it("starts a second stream for the same tenant", async () => {
    const alike = await enrolled();
    const file = encodeReceipt(await decidedReceipt(alike, { votes: [{ by: cy }] }));
    const pinned = await verifyReceipt(file, { tenant: tenant.stream, trust: log.trust(2) });
    const believed = await verifyReceipt(file, { tenant: alike.stream, trust: log.trust(2) });
    expect([pinned.verified, failedChecks(pinned), believed.verified]).toEqual([false, "tenant", true]);
  });

  it("omits a record from the export, or changes one", async () => {
    const own = await enrolled();
    const file = encodeReceipt(await decidedReceipt(own, { votes: [{ by: cy }] }));
    const rows = own.history();
    const other = await enrolled();
    const erased = rows.map((row, seq) =>
      seq === 4
        ? { kind: "erased" as const, erased: true as const, seq, label: "", commit: own.commitAt(seq) }
        : row,
    );
    const table: [typeof rows, boolean][] = [
      [rows, true],
      [erased, true],
      [rows.slice(0, -1), false],
      [rows.filter((_row, index) => index !== 3), false],
      [[...rows.slice(0, 4), ...rows.slice(3)], false],
      [[...rows.slice(0, 4), ...other.history().slice(4, 5), ...rows.slice(5)], false],
      [other.history(), false],
      [[], false],
    ];
    for (const [history, verified] of table) {
      const report = await verifyReceipt(file, { ...fullOptions(own), history });
      expect([report.verified, failedChecks(report)]).toEqual([verified, verified ? "" : "history"]);
    }
  });
});
