import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import {
  applyApproved,
  peopleToProve,
  replayDirectory,
} from "../../../../src/core/evidence/directory-replay.ts";
import type { DirectoryLink, Receipt, SignedChange } from "../../../../src/core/evidence/receipt.ts";
import type { CreatedRecord } from "../../../../src/core/stream/record.ts";
import { createStaff, type Staff } from "../../../support/evidence/sample-company.ts";
import type { TestTenant } from "../../../support/evidence/sample-tenant.ts";

// The directory as rebuilt from its changes. Each row breaks one thing about an honest tenant: record 0 is alex's,
// records 1 to 4 endorse bea, cy, dan and eve, record 5 is a policy, and record 6 is the decision.

let staff: Staff;
let tenant: TestTenant;
let honest: Receipt;
beforeAll(async () => {
  staff = await createStaff();
  tenant = await staff.tenant();
  await tenant.setTemplate("Deploy to production", null, staff.alex);
  honest = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.cy }] }));
});

const created = (change: Partial<CreatedRecord> = {}): CreatedRecord => ({
  ...honest.created.record,
  ...change,
});
const link = (seq: number): DirectoryLink => {
  const found = honest.directory.find(({ record }) => record.seq === seq);
  if (found === undefined) throw new RangeError(`no change ${seq}`);
  return found;
};
const change = (of: DirectoryLink, record: JsonObject, body: JsonObject = {}): DirectoryLink =>
  ({
    ...of,
    record: { ...of.record, ...record, body: { ...of.record.body, ...body } },
  }) as unknown as DirectoryLink;

it("no change is applied if the stream does not start with record 0", async () => {
  const { failure, directory } = await replayDirectory(
    created({ prev: "ab".repeat(32) }),
    honest.directory,
    honest.decision,
  );
  expect([failure, directory.members.size]).toEqual([
    "the stream does not start with its owner's passkey",
    1,
  ]);
});

describe("the changes", () => {
  const replay = (links: readonly DirectoryLink[]) => replayDirectory(created(), links, honest.decision);
  const bare = (seq: number): DirectoryLink => ({ ...link(seq), evidence: null });

  it("lead to the directory after them", async () => {
    const { directory, failure } = await replay(honest.directory);
    expect(failure).toBe(undefined);
    expect([...directory.members.values()].map(({ username, role }) => `${username} ${role}`)).toEqual([
      "alex owner",
      "bea admin",
      "cy approver",
      "dan approver",
      "eve auditor",
    ]);
    expect([...directory.passkeys.values()].map(({ endorsedAt }) => endorsedAt)).toEqual([0, 1, 2, 3, 4]);
  });

  const order = "the changes of the directory are not in order";
  const left = "the file leaves out who signed it";
  const rows: [string, () => readonly DirectoryLink[], string, number][] = [
    ["one that is at record 0's place", () => [change(link(1), { seq: 0 })], order, 1],
    ["one that is at the place of the one before it", () => [link(1), change(link(2), { seq: 1 })], order, 2],
    [
      "one of another stream",
      () => [link(1), change(link(2), { stream: "ab".repeat(32) })],
      "a change belongs to another stream",
      2,
    ],
    ["one twice", () => [link(5), change(link(5), { seq: 6 })], "one request is sealed twice", 1],
    [
      "the decision's request as a change",
      () => [change(link(5), {}, { confirmation: honest.decision.record.body.confirmation })],
      "one request is sealed twice",
      1,
    ],
    [
      "without evidence, about the owner",
      () => [
        change(
          bare(1),
          {},
          { change: { person: staff.alex.id, role: "owner", credential: null, revoked: [] } },
        ),
      ],
      `change 1 (credential.endorsed): ${left}`,
      1,
    ],
    ["without evidence, about an admin", () => [bare(1)], `change 1 (credential.endorsed): ${left}`, 1],
    [
      "without evidence, about the signer",
      () => [link(1), bare(2)],
      `change 2 (credential.endorsed): ${left}`,
      2,
    ],
    // bea signed the changes that follow.
    [
      "without evidence, about somebody who signed another change",
      () => [change(bare(1), {}, { change: { ...link(1).record.body.change, role: "developer" } }), link(2)],
      `change 1 (credential.endorsed): ${left}`,
      1,
    ],
    [
      "two wrong ones, of which the first is named",
      () => [change(link(1), { at: "2026-10-01T12:00:00.000Z" }), link(3)],
      "change 1 (credential.endorsed): the times of request, signature and record are out of order",
      1,
    ],
    [
      "one that relies on passkeys of a left-out one",
      () => [link(2)],
      "change 2 (credential.endorsed): a signature was made with a passkey that nobody endorsed",
      1,
    ],
  ];
  it.each(rows)("are refused: %s", async (_name, make, failure, members) => {
    const { directory, ...found } = await replay(make());
    expect([found.failure, directory.members.size]).toEqual([failure, members]);
  });

  it("may lack the evidence of those about people who signed nothing, and of policies", async () => {
    const { directory, failure } = await replay([link(1), link(2), bare(3), bare(4), bare(5)]);
    expect(failure).toBe(undefined);
    expect(directory.members.get(staff.dan.id)).toEqual({
      id: staff.dan.id,
      username: null,
      role: "approver",
    });
    expect(directory.passkeys.get(staff.dan.passkey.credential.id)?.publicKey).toBe(null);
  });
});

it("a change without evidence is not applied after one that is left out, on which it may rest", async () => {
  const bare = (seq: number): DirectoryLink => ({ ...link(seq), evidence: null });
  const names = async (...links: readonly DirectoryLink[]) => {
    const { directory, failure } = await replayDirectory(created(), links, honest.decision);
    expect(failure).toBe(undefined);
    return [...directory.members.keys()].map((id) => id.replace("person-", "")).join(" ");
  };
  expect(await names(link(1), link(2), bare(3), bare(4))).toBe("alex bea cy dan eve");
  expect(await names(link(1), bare(3), bare(4))).toBe("alex bea");
  expect(await names(link(1), bare(3), link(4))).toBe("alex bea eve");
});

describe("the people whose changes need evidence", () => {
  const people = (
    links: readonly DirectoryLink[],
    decided = honest.decision.record,
    signers: readonly string[] = [],
  ) =>
    [
      ...peopleToProve(
        created(),
        links.map(({ record }) => record),
        decided,
        signers,
      ),
    ].toSorted();
  const roleOf = (role: string | null): DirectoryLink =>
    change(link(2), {}, { change: { person: "p", role, credential: null, revoked: [] } });

  it.each([
    ["the owner", [], undefined, []],
    ["a signer", [], ["s"], ["s"]],
    ["an admin", ["admin"], undefined, ["p"]],
    ["a further owner", ["owner"], undefined, ["p"]],
    ["nobody who was only an approver", ["approver"], undefined, []],
    ["nobody whose role stays", [null], undefined, []],
    ["somebody who was an admin once", ["admin", "approver"], undefined, ["p"]],
  ])("are %s", (_name, roles, signers, expected) => {
    const all = [staff.alex.id, ...expected].toSorted();
    expect(people(roles.map(roleOf), undefined, signers)).toEqual(all);
  });

  it("are the person whom a decided change is about, and nobody for a policy", () => {
    expect(people([], link(2).record)).toEqual([staff.alex.id, staff.cy.id].toSorted());
    expect(people([], link(5).record)).toEqual([staff.alex.id]);
  });
});

describe("a change that people approved", () => {
  const signed = (of: DirectoryLink, more: JsonObject = {}): SignedChange =>
    ({ record: of.record, evidence: { ...of.evidence, ...more } }) as unknown as SignedChange;
  const applied = async (of: SignedChange) => {
    const { directory } = await replayDirectory(created(), [link(1)], honest.decision);
    const result = applyApproved(of, directory);
    return result.ok ? "applied" : result.refusal.detail;
  };
  const effect = () => link(2).record.body.change;
  const payload = () => link(2).evidence?.payload ?? {};
  const states = "its record states another change than the one that people signed";
  it.each<[string, () => SignedChange, string]>([
    ["as it is", () => signed(link(2)), "applied"],
    ["a policy", () => signed(link(5)), "applied"],
    ["withheld", () => signed(link(2), { payload: null }), "its content is withheld"],
    [
      "another payload",
      () => signed(link(2), { payload: { service: "api" } }),
      "its content is not a change of the directory: expected one of",
    ],
    [
      "sealed as another kind",
      () => signed(change(link(2), { type: "role.changed" })),
      "it is sealed as another kind of change",
    ],
    [
      "that states another person",
      () => signed(change(link(2), {}, { change: { ...effect(), person: "p" } })),
      states,
    ],
    [
      "that states another role",
      () => signed(change(link(2), {}, { change: { ...effect(), role: "auditor" } })),
      states,
    ],
    ["that states no effect", () => signed(change(link(2), {}, { change: null })), states],
    [
      "that states an effect of a policy",
      () => signed(change(link(5), {}, { change: effect() ?? null })),
      states,
    ],
    [
      "with another name",
      () => signed(link(2), { payload: { ...payload(), person: { id: staff.cy.id, username: "bea" } } }),
      "another person has this user name",
    ],
  ])("%s", async (_name, make, expected) => {
    expect(await applied(make())).toContain(expected);
  });

  it("counts only the people who approved it", async () => {
    const rejected = link(2).evidence?.signers.map((signer) => ({
      ...signer,
      statement: { ...signer.statement, vote: "reject" },
    }));
    expect(await applied(signed(link(2), { signers: rejected as unknown as JsonObject[] }))).toContain(
      "nobody who signed this change was entitled to it",
    );
  });
});
