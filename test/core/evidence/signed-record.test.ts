import { PastDirectories } from "../../../src/core/evidence/choice/past-directories.ts";
import { beforeAll, describe, expect, it } from "vitest";
import { base64urlBytes, hexBytes, toBase64url, toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { canonicalBytes, hashOfJson } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { replayDirectory } from "../../../src/core/evidence/directory-replay.ts";
import type { Signer, SignedRecord } from "../../../src/core/evidence/receipt.ts";
import {
  payloadFailure,
  signatureFailure,
  signedFailure,
  statementFailure,
} from "../../../src/core/evidence/signed-record.ts";
import type { Directory } from "../../../src/core/stream/directory.ts";
import { payloadCommit } from "../../../src/core/stream/record.ts";
import {
  withBody,
  withEvidence,
  withMember,
  withPasskey,
  withSealed,
  withSigners,
  withStatement,
  withTime,
} from "../../support/evidence/altered-record.ts";
import { createStaff, type Staff } from "../../support/evidence/sample-company.ts";
import { createPerson, RP, type TestPerson } from "../../support/evidence/sample-tenant.ts";

// Each row breaks exactly one thing about an honest record that cy and dan signed, and names the sentence of the one
// check that notices it.

let staff: Staff;
let honest: SignedRecord;
let directory: Directory;
let hardware: TestPerson;
beforeAll(async () => {
  staff = await createStaff();
  hardware = await createPerson("zoe", { backupEligible: false });
  ({ signed: honest, directory } = await decided(staff.cy, staff.dan));
});

async function decided(...by: readonly TestPerson[]) {
  const tenant = await staff.tenant();
  await tenant.endorse(hardware, "approver", staff.alex);
  const policy = staff.twoOfThree({ authenticator: by.includes(hardware) ? "device-bound" : "any" });
  const receipt = await tenant.receipt(
    await tenant.decide({ policy, votes: by.map((one) => ({ by: one })) }),
  );
  const { record, evidence } = receipt.decision;
  const replayed = await replayDirectory(receipt.created.record, receipt.directory, receipt.decision);
  return { signed: { record, evidence } satisfies SignedRecord, directory: replayed.directory };
}

const body = (change: Parameters<typeof withBody>[1]) => withBody(honest, change);
const evidence = (change: Parameters<typeof withEvidence>[1], of = honest) => withEvidence(of, change);
const signers = (change: Parameters<typeof withSigners>[1]) => withSigners(honest, change);
const sealed = (change: Parameters<typeof withSealed>[1]) => withSealed(honest, change);
const stated = (change: Parameters<typeof withStatement>[1], which?: "every") =>
  withStatement(honest, change, which);

const before = () => ({ directory, rp: RP, times: [], past: new PastDirectories() });

it("an honest record passes every check", async () => {
  expect(await signedFailure(honest, before())).toBe(undefined);
});

describe("the payload", () => {
  /** An honest record about another payload. */
  const about = (payload: JsonObject): SignedRecord => {
    const payloadHash = toHex(hashOfJson(payload));
    const commit = payloadCommit(base64urlBytes(honest.evidence.payloadSalt), hexBytes(payloadHash));
    return evidence({ payload, payloadHash }, body({ payloadCommit: toHex(commit) }));
  };
  const sized = (bytes: number) => ({ a: "x".repeat(bytes - utf8('{"a":""}').length) });
  const deep = (levels: number): JsonObject => (levels === 1 ? {} : { a: deep(levels - 1) });
  const wide = (nodes: number) => ({ a: Array.from({ length: nodes - 2 }, () => 0) });
  const tooLarge = /^the content is larger than a request may send: /;

  it.each<[string, () => SignedRecord, RegExp | undefined]>([
    ["withheld", () => evidence({ payload: null }), undefined],
    ["of another hash", () => evidence({ payload: { other: 1 } }), /not the one whose hash was signed/],
    ["of another salt", () => evidence({ payloadSalt: "A".repeat(43) }), /commits to other content/],
    ["of another commitment", () => body({ payloadCommit: "ab".repeat(32) }), /commits to other content/],
    [
      "withheld, of another commitment",
      () => evidence({ payload: null }, body({ payloadCommit: "ab".repeat(32) })),
      /commits to other content/,
    ],
    ["of 64 KiB", () => about(sized(64 * 1024)), undefined],
    ["of one byte more", () => about(sized(64 * 1024 + 1)), tooLarge],
    ["of 32 levels", () => about(deep(32)), undefined],
    ["of 33 levels", () => about(deep(33)), tooLarge],
    ["of 10,000 values", () => about(wide(10_000)), undefined],
    ["of 10,001 values", () => about(wide(10_001)), tooLarge],
  ])("%s", (_name, make, expected) => {
    const failure = payloadFailure(make());
    if (expected === undefined) expect(failure).toBe(undefined);
    else expect(failure).toMatch(expected);
    expect(payloadFailure(honest)).toBe(undefined);
  });

  it("counts in bytes of canonical JSON", () => {
    expect(canonicalBytes(sized(64 * 1024)).length).toBe(64 * 1024);
  });
});

describe("the statements", () => {
  const other = "2026-11-01T12:00:00.000Z";
  const issued = () => honest.evidence.signers[1]?.statement.issued ?? "";
  const after = (time: string, milliseconds: number) =>
    new Date(Date.parse(time) + milliseconds).toISOString();
  const project = { id: "p_default", name: "Default" };
  const sealedAsReal = "a test is sealed as a real decision";
  const different = "the statements describe different requests";
  const noOrder = "a statement orders members that the payload does not have, or one of them twice";
  const inOrder = (...order: readonly number[]) => ({ display: { order, template: null } });
  const withheld = (signed: SignedRecord) => evidence({ payload: null }, signed);
  const outOfOrder = "the times of request, signature and record are out of order";
  it.each<[string, () => SignedRecord, string | undefined]>([
    ["one fewer", () => signers((all) => all.slice(1)), "the record names 2 signatures, the file holds 1"],
    [
      "one more",
      () => signers((all) => [...all, ...all.slice(1)]),
      "the record names 2 signatures, the file holds 3",
    ],
    [
      "in another order",
      () => signers((all) => all.toReversed()),
      "a statement is not the one in the record",
    ],
    [
      "one with another nonce in the record",
      () => sealed({ nonce: "ab".repeat(32) }),
      "a statement is not the one in the record",
    ],
    [
      "one for another site",
      () => stated({ rp: "https://other.example" }),
      `a statement was made for https://other.example, not for ${RP}`,
    ],
    [
      "all for another tenant",
      () => stated({ tenant: { id: "ab".repeat(32), name: "Acme" } }, "every"),
      "a statement belongs to another organisation",
    ],
    [
      "all for another request",
      () => stated({ confirmation: "c_other" }, "every"),
      "a statement belongs to another request",
    ],
    [
      "all under another policy",
      () => stated({ policyHash: "ab".repeat(32) }, "every"),
      "a statement names another policy",
    ],
    ["all under no policy", () => stated({ policyHash: null }, "every"), "a statement names another policy"],
    [
      "all with another expiry",
      () => stated({ expires: "2026-11-02T12:00:00.000Z" }, "every"),
      "a statement names another expiry than the record",
    ],
    ["one issued before the request", () => stated({ issued: other }), outOfOrder],
    [
      "one issued with the request",
      () => stated({ issued: honest.evidence.signers[0]?.statement.created ?? "" }),
      undefined,
    ],
    ["one issued after the record", () => stated({ issued: after(honest.record.at, 1) }), outOfOrder],
    ["one issued with the record", () => stated({ issued: honest.record.at }), undefined],
    [
      "one issued when the request expires",
      () => withTime(stated({ issued: honest.record.body.expires }), honest.record.body.expires),
      outOfOrder,
    ],
    [
      "one with another tenant's name",
      () => stated({ tenant: { id: honest.record.stream, name: "Acme Ltd" } }),
      different,
    ],
    [
      "one of another project",
      () => stated({ project: { id: "p_other", name: "Default", mode: "live" } }),
      different,
    ],
    ["one of a test project", () => stated({ project: { ...project, mode: "test" } }), sealedAsReal],
    [
      "every one of a test project",
      () => stated({ project: { ...project, mode: "test" } }, "every"),
      sealedAsReal,
    ],
    [
      "of a real request, in the record of a test",
      () => body({ mode: "test" } as object),
      "a real decision is sealed as a test",
    ],
    ["one of another action", () => stated({ action: "Nothing much" }), different],
    ["one in another order", () => stated(inOrder(1, 0)), different],
    ["all in another order", () => stated(inOrder(1, 0), "every"), undefined],
    ["all with a member twice", () => stated(inOrder(1, 1), "every"), noOrder],
    ["all with a member too many", () => stated(inOrder(1, 0, 2), "every"), noOrder],
    ["all with a member too many, withheld", () => withheld(stated(inOrder(1, 0, 2), "every")), undefined],
    ["all with a member twice, withheld", () => withheld(stated(inOrder(1, 1), "every")), noOrder],
    [
      "one of another requester",
      () => stated({ requester: { kind: "key", id: "k_2", name: "ci", person: null } }),
      different,
    ],
    ["one of a request created later", () => stated({ created: issued() }), different],
    ["one with another time to use it", () => stated({ executeWithinSeconds: 60 }), different],
    ["one with another vote", () => stated({ vote: "reject" }), undefined],
    ["one with another reason", () => stated({ reason: "because" }), undefined],
    ["one of another person", () => stated({ approver: { id: "p", username: "p" } }), undefined],
    ["one with another salt", () => stated({ salt: "A".repeat(43) }), undefined],
  ])("%s", (_name, make, expected) => {
    expect(statementFailure(make(), RP)).toBe(expected);
    expect(statementFailure(honest, RP)).toBe(undefined);
  });
});

describe("the signatures", () => {
  const notSealed = "a signature is not the one in the record";
  const unsigned = "dan's signature: the signature was not made by this key over these bytes";
  const challenge = "dan's signature: the passkey signed another challenge";
  const assertion = (change: Partial<Signer["assertion"]>) =>
    signers((all) =>
      all.map((signer, index) =>
        index === 1 ? { ...signer, assertion: { ...signer.assertion, ...change } } : signer,
      ),
    );
  it.each<[string, () => SignedRecord, string | undefined]>([
    [
      "one that the record does not name",
      () => body({ signatures: honest.record.body.signatures.slice(0, 1) }),
      notSealed,
    ],
    ["one with another passkey in the record", () => sealed({ credential: "AAAA" }), notSealed],
    ["one with another hash in the record", () => sealed({ assertionHash: "ab".repeat(32) }), notSealed],
    ["one with another passkey in the file", () => assertion({ id: "AAAA" }), notSealed],
    ["one with other bytes in the file", () => assertion({ signature: "AAAA" }), notSealed],
    [
      "of another payload's hash",
      () => evidence({ payloadHash: "ab".repeat(32) }),
      "cy's signature: the passkey signed another challenge",
    ],
    ["of another statement", () => stated({ reason: "because" }), challenge],
    [
      "with a synced passkey, under a policy for others",
      () => evidence({ policy: staff.twoOfThree({ authenticator: "device-bound" }) }),
      "cy's passkey can be copied, which the policy does not allow",
    ],
  ])("%s", async (_name, make, expected) => {
    expect(await signatureFailure(make(), directory)).toBe(expected);
    expect(await signatureFailure(honest, directory)).toBe(undefined);
  });

  it.each<[string, () => Parameters<typeof withPasskey>[2], string]>([
    [
      "a passkey that nobody endorsed",
      () => "removed",
      "a signature was made with a passkey that nobody endorsed",
    ],
    [
      "a passkey whose key is not known",
      () => ({ publicKey: null }),
      "a signature was made with a passkey that nobody endorsed",
    ],
    [
      "a passkey with another key",
      () => ({ publicKey: toBase64url(staff.alex.passkey.credential.publicKey) }),
      unsigned,
    ],
  ])("with %s", async (_name, change, expected) => {
    expect(await signatureFailure(honest, withPasskey(directory, staff.dan, change()))).toBe(expected);
  });

  it("with a passkey that can't be copied are accepted under a policy that asks for it", async () => {
    const bound = await decided(hardware);
    expect(await signatureFailure(bound.signed, bound.directory)).toBe(undefined);
  });
});

describe("the checks of a whole record", () => {
  // A record that one check alone refuses is refused as a whole.
  it.each<[string, () => SignedRecord, string]>([
    [
      "payload",
      () => withEvidence(honest, { payload: { other: 1 } }),
      "the content in the file is not the one whose hash was signed",
    ],
    [
      "statement",
      () => withSigners(honest, (all) => all.slice(1)),
      "the record names 2 signatures, the file holds 1",
    ],
    [
      "order",
      () => body({ directory: { seq: honest.record.seq, commit: "ab".repeat(32) } }),
      "the decision relies on a later state of the directory",
    ],
    [
      "policy",
      () => withEvidence(honest, { policy: null }),
      "the policy that was signed is missing from the file",
    ],
    [
      "outcome",
      () => withTime(honest, "2026-12-01T12:00:00.000Z"),
      "the decision was recorded after the request expired",
    ],
  ])("%s", async (_name, make, expected) => {
    expect(await signedFailure(make(), before())).toBe(expected);
  });

  it("credential", async () => {
    const auditor = withMember(directory, staff.dan, { role: "auditor" });
    expect(await signedFailure(honest, { ...before(), directory: auditor })).toBe(
      "dan may read but not decide",
    );
  });

  it("revocation", async () => {
    const revoked = withPasskey(directory, staff.dan, { revokedAt: 3 });
    expect(await signedFailure(honest, { ...before(), directory: revoked })).toBe(
      "dan's passkey was revoked before",
    );
  });

  it("order, by the times before it", async () => {
    const times = ["2026-11-01T13:00:00.000Z"];
    expect(await signedFailure(honest, { ...before(), times })).toBe(
      "it is dated before a record that it follows",
    );
  });
});
