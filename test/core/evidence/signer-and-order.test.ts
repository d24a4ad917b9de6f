import { beforeAll, describe, expect, it } from "vitest";
import { replayDirectory } from "../../../src/core/evidence/directory-replay.ts";
import type { SignedRecord } from "../../../src/core/evidence/receipt.ts";
import {
  credentialFailure,
  orderFailure,
  revocationFailure,
  signedFailure,
} from "../../../src/core/evidence/signed-record.ts";
import type { Directory } from "../../../src/core/stream/directory.ts";
import {
  withBody,
  withEvidence,
  withMember,
  withPasskey,
  withSigners,
  withTime,
} from "../../support/evidence/altered-record.ts";
import { createStaff, type Staff } from "../../support/evidence/sample-company.ts";
import { RP } from "../../support/evidence/sample-tenant.ts";

// Each row breaks exactly one thing about an honest record, or about the directory before it, and names the sentence
// of the one check that notices it.

let staff: Staff;
let honest: SignedRecord;
let directory: Directory;
beforeAll(async () => {
  staff = await createStaff();
  const tenant = await staff.tenant();
  const votes = [{ by: staff.cy }, { by: staff.dan }];
  const receipt = await tenant.receipt(await tenant.decide({ policy: staff.twoOfThree(), votes }));
  honest = receipt.decision;
  ({ directory } = await replayDirectory(receipt.created.record, receipt.directory, receipt.decision));
});

const before = (more: { directory?: Directory; times?: readonly string[] } = {}) => ({
  directory,
  rp: RP,
  times: [],
  ...more,
});
const body = (change: Parameters<typeof withBody>[1]) => withBody(honest, change);

describe("a signer", () => {
  const another = "the passkey belongs to another person than dan";
  it.each<[string, () => Directory, string | undefined]>([
    [
      "whose passkey nobody endorsed",
      () => withPasskey(directory, staff.dan, "removed"),
      "the passkey used for dan was never endorsed",
    ],
    [
      "whose passkey is another person's",
      () => withPasskey(directory, staff.dan, { person: staff.cy.id }),
      another,
    ],
    ["who is not in the directory", () => withMember(directory, staff.dan, "removed"), another],
    ["who has another name there", () => withMember(directory, staff.dan, { username: "dana" }), another],
    ["whose name is not known", () => withMember(directory, staff.dan, { username: null }), another],
    [
      "who is an auditor",
      () => withMember(directory, staff.dan, { role: "auditor" }),
      "dan may read but not decide",
    ],
    ["who is a developer", () => withMember(directory, staff.dan, { role: "developer" }), undefined],
  ])("%s", async (_name, make, expected) => {
    expect(credentialFailure(honest, make())).toBe(expected);
    if (expected !== undefined)
      expect(await signedFailure(honest, before({ directory: make() }))).not.toBe(undefined);
  });

  it.each([
    ["was not revoked", null, undefined],
    ["was revoked by record 0", 0, "dan's passkey was revoked before"],
    ["was revoked by a later record", 4, "dan's passkey was revoked before"],
  ])("whose passkey %s", async (_name, revokedAt, expected) => {
    const changed = withPasskey(directory, staff.dan, { revokedAt });
    expect(revocationFailure(honest, changed)).toBe(expected);
    expect(await signedFailure(honest, before({ directory: changed }))).toBe(expected);
  });
});

describe("the order", () => {
  const named = () => honest.record.body.directory.seq;
  const relying = (seq: number) => body({ directory: { seq, commit: "ab".repeat(32) } });
  const later = "the decision relies on a later state of the directory";
  const endorsed = "a passkey was endorsed only after the decision";
  it.each<[string, () => SignedRecord, () => Directory, string | undefined]>([
    [
      "of a record that relies on the one before it",
      () => relying(honest.record.seq - 1),
      () => directory,
      undefined,
    ],
    ["of a record that relies on itself", () => relying(honest.record.seq), () => directory, later],
    [
      "of a record that relies on the change that endorsed its passkey",
      () => honest,
      () => withPasskey(directory, staff.dan, { endorsedAt: named() }),
      undefined,
    ],
    [
      "of a record whose passkey was endorsed later",
      () => honest,
      () => withPasskey(directory, staff.dan, { endorsedAt: named() + 1 }),
      endorsed,
    ],
    [
      "of a record whose passkey is not known",
      () => honest,
      () => withPasskey(directory, staff.dan, "removed"),
      undefined,
    ],
  ])("%s", (_name, make, of, expected) => {
    expect(orderFailure(make(), of(), [])).toBe(expected);
  });

  const backdated = "it is dated before a record that it follows";
  it.each([
    ["after an earlier record", -1, undefined],
    ["five minutes before it, as clocks may differ", 300_000, undefined],
    ["a millisecond more before it", 300_001, backdated],
  ])("of a record dated %s", (_name, milliseconds, expected) => {
    const time = new Date(Date.parse(honest.record.at) + milliseconds).toISOString();
    const first = "2026-11-01T12:00:00.000Z";
    expect(orderFailure(honest, directory, [time, first])).toBe(expected);
    expect(orderFailure(honest, directory, [first, time])).toBe(expected);
  });
});

describe("the checks of a whole record", () => {
  // A record that one check alone refuses is refused as a whole.
  it.each<[string, () => SignedRecord, string]>([
    [
      "payload",
      () => withEvidence(honest, { payload: { other: 1 } }),
      "the payload in the file is not the one whose hash was signed",
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
    expect(await signedFailure(honest, before({ directory: auditor }))).toBe("dan may read but not decide");
  });

  it("order, by the times before it", async () => {
    const times = ["2026-11-01T13:00:00.000Z"];
    expect(await signedFailure(honest, before({ times }))).toBe(
      "it is dated before a record that it follows",
    );
  });
});
