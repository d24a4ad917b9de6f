import { describe, expect, it } from "vitest";
import { toBase64url, utf8 } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { canonicalBytes, canonicalText } from "../../../src/core/encoding/jcs.ts";
import { encodeTimestampFile } from "../../../src/core/timestamp/ots.ts";
import type { Attestation } from "../../../src/core/timestamp/ots-attestation.ts";
import { parseLogProof } from "../../../src/core/tlog/log-proof.ts";
import { encodeReceipt, parseReceipt } from "../../../src/core/evidence/receipt.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { RECEIPT_CHECKS, verifyReceipt, type VerifyOptions } from "../../../src/core/evidence/verify.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { createAuthenticator } from "../../support/authenticator.ts";
import { createLog } from "../../support/log/memory-log.ts";
import { editJson } from "../../support/evidence/edit-json.ts";
import {
  createStaff,
  decidedReceipt,
  fullOptions,
  failedChecks,
  verifiedReport,
  statusOf,
} from "../../support/evidence/sample-company.ts";
import { randomBytes, RP, type SampleRequest } from "../../support/evidence/sample-tenant.ts";

const { log, alex, bea, cy, dan, zoe, twoOfThree, tenant: enrolled } = await createStaff();
const tenant = await enrolled();

describe("an honest receipt", () => {
  it("passes every check that the options allow, and is verified", async () => {
    const receipt = await decidedReceipt(tenant, { votes: [{ by: cy }] });
    const report = await verifyReceipt(encodeReceipt(receipt), fullOptions(tenant));
    expect(report).toMatchObject({ verified: true, outcome: "approved" });
    expect(report.checks.map(({ name, status }) => `${name} ${status}`)).toEqual(
      Object.keys(RECEIPT_CHECKS).map((name) => `${name} ${name === "anchor" ? "absent" : "passed"}`),
    );
  });

  it("gets absent, not passed, for checks without the options that they need", async () => {
    const file = encodeReceipt(await decidedReceipt(tenant, { votes: [{ by: cy }] }));
    const rows: [VerifyOptions, boolean, string[]][] = [
      [{}, false, ["log", "witnesses", "anchor", "label", "history"]],
      [{ tenant: ANY_TENANT }, true, ["log", "witnesses", "anchor", "tenant", "label", "history"]],
      [{ tenant: tenant.stream }, true, ["log", "witnesses", "anchor", "label", "history"]],
      [{ tenant: tenant.stream, trust: log.trust() }, true, ["witnesses", "anchor", "label", "history"]],
      [{ tenant: tenant.stream, trust: log.trust(3) }, true, ["anchor", "label", "history"]],
      [
        { tenant: tenant.stream, streamKey: tenant.streamKey },
        true,
        ["log", "witnesses", "anchor", "history"],
      ],
      [fullOptions(tenant), true, ["anchor"]],
    ];
    for (const [knowledge, verified, absent] of rows) {
      const report = await verifyReceipt(file, knowledge);
      expect(report.verified).toBe(verified);
      expect(report.checks.filter(({ status }) => status === "absent").map(({ name }) => name)).toEqual(
        absent,
      );
      if (!verified) expect(failedChecks(report)).toBe("tenant");
    }
  });

  const outcomes: [string, () => SampleRequest, string][] = [
    ["the owner alone", () => ({ votes: [{ by: alex }] }), "approved"],
    [
      "a rejection with its reason",
      () => ({ outcome: "rejected", votes: [{ by: cy, vote: "reject", reason: "not today" }] }),
      "rejected",
    ],
    ["a quorum of two", () => ({ policy: twoOfThree(), votes: [{ by: cy }, { by: dan }] }), "approved"],
    [
      "a quorum despite one rejection, if one rejection is no veto",
      () => ({
        policy: twoOfThree({ rejection: "impossible" }),
        votes: [{ by: bea, vote: "reject" }, { by: cy }, { by: dan }],
      }),
      "approved",
    ],
    [
      "an emergency approval",
      () => ({
        policy: twoOfThree({ breakGlass: [alex.id] }),
        outcome: "break-glass",
        votes: [{ by: alex, vote: "break-glass", reason: "site is down" }],
      }),
      "break-glass",
    ],
    ["an expiry that nobody signed", () => ({ outcome: "expired", votes: [] }), "expired"],
    [
      "a cancelled request with one of two signatures",
      () => ({ policy: twoOfThree(), outcome: "cancelled", votes: [{ by: cy }] }),
      "cancelled",
    ],
  ];
  it.each(outcomes)("proves %s", async (_name, asked, outcome) => {
    const report = await verifiedReport(await decidedReceipt(tenant, asked()), fullOptions(tenant));
    expect([failedChecks(report), report.verified, report.outcome]).toEqual(["", true, outcome]);
  });

  it("holds only the records of changes about people who have nothing to do with it", async () => {
    const receipt = await tenant.receipt(await tenant.decide({ votes: [{ by: cy }] }), { bare: [3, 4] });
    expect(receipt.directory.slice(0, 4).map(({ evidence }) => evidence === null)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    const { history: _history, ...fileAlone } = fullOptions(tenant);
    const report = await verifiedReport(receipt, fileAlone);
    expect([failedChecks(report), statusOf(report, "revocation"), report.verified]).toEqual([
      "",
      "passed",
      true,
    ]);
  });

  it("accepts a further passkey that its own person endorsed, and a role that an owner set", async () => {
    const own = await enrolled();
    const second = await createAuthenticator({ rpId: new URL(RP).hostname, origin: RP });
    await own.endorse(cy, "approver", cy, {}, second);
    await own.changeRole(dan, "admin", alex);
    await own.endorse(zoe, "developer", dan);
    const report = await verifiedReport(
      await decidedReceipt(own, { votes: [{ by: cy, passkey: second }] }),
      fullOptions(own),
    );
    expect([failedChecks(report), report.verified]).toEqual(["", true]);
    const byZoe = await verifiedReport(await decidedReceipt(own, { votes: [{ by: zoe }] }), fullOptions(own));
    expect([failedChecks(byZoe), byZoe.verified]).toEqual(["", true]);
  });

  it("can hide a change of the directory in a withheld payload, until the verifier has a copy", async () => {
    const own = await enrolled();
    const alex = own.owner;
    const payload = {
      v: 1,
      kind: "countersign/change",
      change: "credential.revoked",
      person: { id: alex.id, username: alex.username },
      credential: { id: alex.passkey.credential.id },
    };
    const hidden = await decidedReceipt(own, { payload, votes: [{ by: alex }] });
    const withheld = canonicalBytes(editJson(hidden, "/decision/evidence/payload", () => null));
    const copy = { payload: canonicalBytes(payload) };
    const unseen = await verifyReceipt(withheld, fullOptions(own));
    const seen = await verifyReceipt(withheld, { ...fullOptions(own), ...copy });
    expect([failedChecks(unseen), failedChecks(seen)]).toEqual(["", "outcome"]);
  });

  it("may withhold the payload, and is then checked with the verifier's own copy", async () => {
    const payload = { to: "acct_8821", amount_usd: 4200 };
    const receipt = await decidedReceipt(tenant, { payload, votes: [{ by: cy }] });
    const withheld = canonicalBytes(editJson(receipt, "/decision/evidence/payload", () => null));
    const spelled = utf8('{ "amount_usd": 4200.0, "to": "acct_8821" }');
    const rows: [Uint8Array | undefined, string, boolean][] = [
      [undefined, "absent", true],
      [spelled, "passed", true],
      [utf8('{"to":"acct_8821","amount_usd":42000}'), "failed", false],
      [utf8('{"to":"acct_8821","amount_usd":4200,"amount_usd":4200}'), "failed", false],
    ];
    for (const [own, status, verified] of rows) {
      const report = await verifyReceipt(withheld, {
        ...fullOptions(tenant),
        ...(own ? { payload: own } : {}),
      });
      expect([statusOf(report, "payload"), report.verified]).toEqual([status, verified]);
    }
  });
});

describe("the log and its witnesses", () => {
  it("need the trusted log's key and enough witnesses", async () => {
    const file = encodeReceipt(await decidedReceipt(tenant, { votes: [{ by: cy }] }));
    const impostor = await createLog(log.origin, 3);
    const elsewhere = await createLog("elsewhere.example/log", 3);
    const strangers = { ...log.trust(3), witnesses: impostor.trust(3).witnesses };
    const rows: [string, VerifyOptions["trust"], string][] = [
      ["the log and its witnesses", log.trust(3), ""],
      ["another key under the same name", impostor.trust(), "log"],
      ["another log", elsewhere.trust(), "log"],
      ["witnesses that have not signed", strangers, "witnesses"],
    ];
    for (const [name, trust, expected] of rows) {
      const report = await verifyReceipt(file, { ...fullOptions(tenant), ...(trust ? { trust } : {}) });
      expect([name, failedChecks(report)]).toEqual([name, expected]);
    }
  });

  it("refuses the wrong stream key", async () => {
    const file = encodeReceipt(await decidedReceipt(tenant, { votes: [{ by: cy }] }));
    const report = await verifyReceipt(file, { ...fullOptions(tenant), streamKey: randomBytes(32) });
    expect([report.verified, failedChecks(report)]).toEqual([false, "label"]);
  });
});

describe("the anchor in Bitcoin", () => {
  const header = randomBytes(80);
  const bitcoin = { kind: "bitcoin" as const, height: 900_000 };
  const pending = { kind: "pending" as const, uri: "https://calendar.example" };
  const rows: [string, (checkpoint: string) => string, VerifyOptions, string][] = [
    ["not in a block yet", (checkpoint) => timestamp(checkpoint, pending), {}, "absent"],
    ["in a block whose header was not given", (checkpoint) => timestamp(checkpoint, bitcoin), {}, "absent"],
    [
      "in another block",
      (checkpoint) => timestamp(checkpoint, bitcoin),
      { bitcoinHeaders: [header] },
      "failed",
    ],
    ["of another file", (checkpoint) => timestamp(`${checkpoint}.`, bitcoin), {}, "failed"],
    ["that is no timestamp", () => toBase64url(randomBytes(100)), {}, "failed"],
  ];
  it.each(rows)("%s", async (_name, stamp, more, status) => {
    const receipt = await decidedReceipt(tenant, { votes: [{ by: cy }] });
    const { proof } = receipt.decision;
    const anchor = { proof, timestamp: stamp(expectOk(parseLogProof(proof)).checkpoint) };
    const report = await verifiedReport({ ...receipt, anchor }, { ...fullOptions(tenant), ...more });
    expect([statusOf(report, "anchor"), report.verified]).toEqual([status, status === "absent"]);
  });
  it("that is of another record", async () => {
    const [receipt, other] = [
      await decidedReceipt(tenant, { votes: [{ by: cy }] }),
      await decidedReceipt(tenant, { votes: [{ by: dan }] }),
    ];
    const { proof } = other.decision;
    const anchor = { proof, timestamp: timestamp(expectOk(parseLogProof(proof)).checkpoint, bitcoin) };
    const report = await verifiedReport({ ...receipt, anchor }, fullOptions(tenant));
    expect([failedChecks(report), report.verified]).toEqual(["anchor", false]);
  });
  function timestamp(file: string, attestation: Attestation): string {
    const tree = { attestations: [attestation], branches: [] };
    return toBase64url(encodeTimestampFile({ digest: sha256(utf8(file)), tree }));
  }
});

it("a receipt holds at most 1,000 changes of the directory", async () => {
  const receipt = await decidedReceipt(tenant, { votes: [{ by: cy }] });
  const withChanges = (count: number) =>
    parseReceipt(encodeReceipt({ ...receipt, directory: Array(count).fill(receipt.directory[0]) }));
  expect(withChanges(1_000).ok).toBe(true);
  expect(withChanges(1_001)).toMatchObject({ refusal: { code: "shape_mismatch", at: "/directory" } });
});

describe("a changed file", () => {
  const spellings: [string, (file: string) => string][] = [
    ["a space at the end", (file) => `${file} `],
    [
      "another order of fields",
      (file) => file.replace('{"anchor":null,', "{").replace(/}$/, ',"anchor":null}'),
    ],
    ["an unknown field", (file) => file.replace('{"anchor":null', '{"aaa":1,"anchor":null')],
    ["a missing field", (file) => file.replace('"anchor":null,', "")],
    ["a field twice", (file) => file.replace('"anchor":null', '"anchor":null,"anchor":null')],
    ["half of it", (file) => file.slice(0, file.length / 2)],
    ["nothing", () => ""],
    ["another JSON value", () => "[]"],
    ["the version before", (file) => file.replace(/"v":3}$/, '"v":2}')],
    ["a later version", (file) => file.replace(/"v":3}$/, '"v":4}')],
  ];
  it.each(spellings)("is not a receipt with %s", async (_name, spell) => {
    const receipt = await decidedReceipt(tenant, { votes: [{ by: cy }] });
    const file = canonicalText(receipt);
    expect(parseReceipt(utf8(file))).toEqual({ ok: true, value: receipt });
    const report = await verifyReceipt(utf8(spell(file)), fullOptions(tenant));
    expect([report.verified, report.outcome, failedChecks(report)]).toEqual([false, null, "form"]);
  });
});
