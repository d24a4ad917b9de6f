import { describe, expect, it } from "vitest";
import type { Policy } from "../../../src/core/policy/policy.ts";
import { policyHash } from "../../../src/core/policy/policy.ts";
import { outcomeFailure, policyFailure } from "../../../src/core/evidence/outcome-rules.ts";
import type { SignedRecord } from "../../../src/core/evidence/receipt.ts";
import {
  credentialFailure,
  orderFailure,
  revocationFailure,
} from "../../../src/core/evidence/signed-record.ts";
import type { Directory, Passkey } from "../../../src/core/stream/directory.ts";
import { NO_RULEBOOK } from "../../../src/core/stream/rulebook.ts";
import type { Role } from "../../../src/core/stream/record.ts";
import { rulesOf, type Cell } from "../../support/evidence/outcome-cells.ts";
import { idOf, policyOf, recordOf } from "../../support/evidence/outcome-records.ts";

// Rules of one signed record that other checks usually cover as well, each alone.

const approval: Cell = {
  outcome: "approved",
  votes: [{ by: "ann", vote: "approve", reason: "" }],
  rules: rulesOf("1 of 2, first, one escalation, asked by ann"),
  requester: null,
  elapsedMs: 10_000,
};

describe("a policy", () => {
  /** The record of an approval under this policy, which people signed. */
  const under = (policy: Policy | null, hash = policy && policyHash(policy)): SignedRecord => {
    const { record, evidence } = recordOf(approval);
    return {
      record: { ...record, body: { ...record.body, policyHash: hash } } as SignedRecord["record"],
      evidence: { ...evidence, policy },
    };
  };
  const valid = policyOf(
    approval.rules ?? { asked: [], rejection: "first", excludeRequester: false, breakGlass: [] },
  );
  const [escalation] = valid.escalations;

  it("that is valid and signed passes", () => {
    expect([policyFailure(under(valid)), outcomeFailure(under(valid))]).toEqual([undefined, undefined]);
  });

  const invalid: readonly [string, Partial<Policy>][] = [
    [
      "with two escalations at one time",
      { escalations: escalation === undefined ? [] : [escalation, escalation] },
    ],
    [
      "with an escalation that nobody can meet",
      {
        escalations: [
          {
            afterSeconds: 600,
            stage: 1,
            needs: [{ name: "", count: 2, of: [idOf("eli")] }],
          },
        ],
      },
    ],
  ];
  it.each(invalid)("%s fails both checks, though the votes would meet it", (_name, change) => {
    const signed = under({ ...valid, ...change });
    expect(policyFailure(signed)).toContain("not valid");
    expect(outcomeFailure(signed)).toContain("not valid");
  });

  it("that is missing from the file fails", () => {
    expect(policyFailure(under(null, policyHash(valid)))).toContain("missing");
  });

  it("that nobody signed fails", () => {
    expect(policyFailure(under(valid, null))).toContain("not the one that was signed");
    expect(policyFailure(under(valid, "ab".repeat(32)))).toContain("not the one that was signed");
  });
});

/** ann's passkey was endorsed by record 3. The record of the approval is record 9. */
function directoryWith(passkey: Partial<Passkey> = {}, role: Role = "approver"): Directory {
  const member = { id: idOf("ann"), username: "ann", role };
  const endorsed: Passkey = {
    id: "AQID",
    publicKey: "AA",
    publicKeyHash: "88".repeat(32),
    person: member.id,
    endorsedAt: 3,
    revokedAt: null,
    ...passkey,
  };
  return {
    members: new Map([[member.id, member]]),
    passkeys: new Map([[endorsed.id, endorsed]]),
    rulebook: NO_RULEBOOK,
  };
}

function naming(seq: number): SignedRecord {
  const { record, evidence } = recordOf(approval);
  const body = { ...record.body, directory: { seq, commit: "66".repeat(32) } };
  return { record: { ...record, body } as SignedRecord["record"], evidence };
}

describe("the order", () => {
  it.each([
    [0, "endorsed only after"],
    [2, "endorsed only after"],
    [3, undefined],
    [8, undefined],
    [9, "later state"],
    [10, "later state"],
  ])("of record 9, which names record %i, and a passkey endorsed by record 3", (seq, failure) => {
    const found = orderFailure(naming(seq), directoryWith(), []);
    if (failure === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(failure);
  });

  const at = Date.parse(recordOf(approval).record.at);
  it.each([
    ["300 seconds before one of them", [300_000, -1], undefined],
    ["more than 300 seconds before the first", [300_001, 0], "dated before"],
    ["more than 300 seconds before the second", [0, 300_001], "dated before"],
    ["long after both", [-86_400_000, -86_400_000], undefined],
  ])("of a record dated %s", (_name, later, failure) => {
    const times = later.map((milliseconds) => new Date(at + milliseconds).toISOString());
    const found = orderFailure(naming(8), directoryWith(), times);
    if (failure === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(failure);
  });
});

describe("a signer", () => {
  const signed = recordOf(approval);
  it("with an active passkey of their own passes", () => {
    expect(credentialFailure(signed, directoryWith())).toBeUndefined();
    expect(revocationFailure(signed, directoryWith())).toBeUndefined();
  });

  it.each([
    ["whose passkey was never endorsed", directoryWith({ id: "AQIE" }), "never endorsed"],
    ["with the passkey of somebody else", directoryWith({ person: idOf("bob") }), "another person"],
    ["who is an auditor", directoryWith({}, "auditor"), "not decide"],
    [
      "whom only records name",
      {
        ...directoryWith(),
        members: new Map([[idOf("ann"), { id: idOf("ann"), username: null, role: "approver" }]]),
      },
      "another person",
    ],
    ["who is no member", { ...directoryWith(), members: new Map() }, "another person"],
  ])("%s fails", (_name, directory, failure) => {
    expect(credentialFailure(signed, directory)).toContain(failure);
  });

  it.each([0, 4])("whose passkey was revoked by record %i fails", (revokedAt) => {
    expect(revocationFailure(signed, directoryWith({ revokedAt }))).toContain("ann's passkey was revoked");
  });

  it("beside one with an active passkey fails as well", () => {
    const votes = [...approval.votes, { by: "bob", vote: "approve" as const, reason: "" }];
    const two = recordOf({ ...approval, votes });
    const [first, second] = two.evidence.signers;
    if (first === undefined || second === undefined) throw new RangeError("two signers are expected");
    const signers = [first, { ...second, assertion: { ...second.assertion, id: "AQIE" } }];
    const both = { ...two, evidence: { ...two.evidence, signers } };
    const { passkeys, ...others } = directoryWith();
    const revoked = { ...directoryWith({ id: "AQIE", revokedAt: 5 }).passkeys.get("AQIE") } as Passkey;
    const directory = { ...others, passkeys: new Map(passkeys).set("AQIE", revoked) };
    expect(revocationFailure(both, directory)).toContain("bob's passkey was revoked");
    expect(orderFailure({ ...both, record: naming(4).record }, directory, [])).toBeUndefined();
  });
});
