import { describe, expect, it } from "vitest";
import { parseChange, type Change } from "../../../src/core/stream/change-format.ts";
import { applyEffect } from "../../../src/core/stream/apply-effect.ts";
import { effectOf, type ChangeEffect, type PersonEffect } from "../../../src/core/stream/change-effect.ts";
import type { Directory, Passkey } from "../../../src/core/stream/directory.ts";
import { NO_RULEBOOK } from "../../../src/core/stream/rulebook.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { documentChange, DOCUMENT_EFFECTS } from "../../support/evidence/sample-documents.ts";

// What a change does, followed from its record alone. ana is an owner with two passkeys, bo an approver with one that
// was revoked and one that is active.

const passkey = (id: string, person: string, revokedAt: number | null = null): Passkey => ({
  id,
  publicKey: null,
  publicKeyHash: `hash of ${id}`,
  person,
  endorsedAt: 0,
  revokedAt,
});
const passkeys = [passkey("a1", "ana"), passkey("a2", "ana"), passkey("b1", "bo", 3), passkey("b2", "bo")];
const directory: Directory = {
  members: new Map([
    ["ana", { id: "ana", username: "ana", role: "owner" }],
    ["bo", { id: "bo", username: null, role: "approver" }],
  ]),
  passkeys: new Map(passkeys.map((one) => [one.id, one])),
  rulebook: NO_RULEBOOK,
};

const NOTHING = { role: null, credential: null, revoked: [] };
const credential = (id: string) => ({ id, publicKeyHash: `hash of ${id}` });
const joins: PersonEffect = { ...NOTHING, person: "cy", role: "developer", credential: credential("c1") };
const adds: PersonEffect = { ...NOTHING, person: "bo", role: "approver", credential: credential("b3") };
const ends: PersonEffect = { ...NOTHING, person: "bo", revoked: ["b2"] };
const promotes: PersonEffect = { ...NOTHING, person: "bo", role: "admin" };
const replaces: PersonEffect = { ...NOTHING, person: "bo", credential: credential("b3"), revoked: ["b2"] };

const removes: PersonEffect = { ...NOTHING, person: "ana", revoked: ["a1", "a2"] };

describe("the effect of a change", () => {
  const named = (change: string, more: object) =>
    effectOf(
      expectOk(
        parseChange({
          v: 1,
          kind: "countersign/change",
          change,
          person: { id: "ana", username: "a" },
          ...more,
        }),
      ),
    );
  const key = { id: "BAUG", publicKey: "AQID" };
  // SHA-256 of the bytes 1, 2, 3.
  const hash = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81";
  const ana = { person: "ana", role: null, credential: null, revoked: [] };
  const rows: [string, object, ChangeEffect][] = [
    [
      "credential.endorsed",
      { role: "admin", credential: key },
      { ...ana, role: "admin", credential: { id: "BAUG", publicKeyHash: hash } },
    ],
    ["credential.revoked", { credential: { id: "BAUG" } }, { ...ana, revoked: ["BAUG"] }],
    ["role.changed", { role: "auditor" }, { ...ana, role: "auditor" }],
    [
      "recovered",
      { credential: key, revoked: ["BwgJ"] },
      { ...ana, credential: { id: "BAUG", publicKeyHash: hash }, revoked: ["BwgJ"] },
    ],
    ["person.removed", { revoked: ["BwgJ"] }, { ...ana, revoked: ["BwgJ"] }],
  ];
  it.each(["group.changed", "policy.changed", "rules.changed"] as const)("%s has hashes only", (name) => {
    expect(effectOf(expectOk(parseChange(documentChange(name))))).toEqual(DOCUMENT_EFFECTS[name]);
  });
  it.each(rows)("%s has ids and hashes only", (change, more, effect) => {
    expect(named(change, more)).toEqual(effect);
  });
});

describe("a change known by its record alone", () => {
  const rows: [string, Change["change"], PersonEffect, [string, string | null][], string[]][] = [
    [
      "adds a person without a name",
      "credential.endorsed",
      joins,
      [["cy", "developer"]],
      ["a1", "a2", "b2", "c1"],
    ],
    ["adds a passkey", "credential.endorsed", adds, [["bo", "approver"]], ["a1", "a2", "b2", "b3"]],
    ["ends a passkey", "credential.revoked", ends, [["bo", "approver"]], ["a1", "a2"]],
    ["changes a role", "role.changed", promotes, [["bo", "admin"]], ["a1", "a2", "b2"]],
    ["replaces every passkey of a person", "recovered", replaces, [["bo", "approver"]], ["a1", "a2", "b3"]],
  ];
  it.each(rows)("%s", (_name, kind, effect, roles, active) => {
    const after = expectOk(applyEffect(directory, kind, effect, 9));
    for (const [id, role] of roles) expect(after.members.get(id)).toEqual({ id, username: null, role });
    expect(after.members.get("ana")).toEqual(directory.members.get("ana"));
    const changed = [...after.passkeys.values()].filter((one) => one !== directory.passkeys.get(one.id));
    expect(after.passkeys.size - directory.passkeys.size).toBe(effect.credential === null ? 0 : 1);
    for (const one of changed) {
      const isNew = one.id === effect.credential?.id;
      const own = { id: one.id, person: effect.person, publicKey: null, publicKeyHash: `hash of ${one.id}` };
      expect(one).toEqual({ ...own, endorsedAt: isNew ? 9 : 0, revokedAt: isNew ? null : 9 });
    }
    const still = [...after.passkeys.values()].filter(({ revokedAt }) => revokedAt === null);
    expect(still.map(({ id }) => id)).toEqual(active);
  });

  it.each(["template.changed", "key.changed", "revealed", "tenant.deleted"] as const)(
    "leaves people and passkeys alone: %s",
    (kind) => {
      expect(applyEffect(directory, kind, null, 9)).toEqual({ ok: true, value: directory });
    },
  );
});

describe("a record is refused", () => {
  const taken = (hash: string) => ({ id: "n", publicKeyHash: `hash of ${hash}` });
  const again = (id: string) => ({ id, publicKeyHash: "hash of n" });
  const rows: [string, Change["change"], ChangeEffect | null, string][] = [
    [
      "with a passkey that is somebody's",
      "credential.endorsed",
      { ...joins, credential: again("a1") },
      "this passkey was endorsed before",
    ],
    [
      "with a passkey of the same person",
      "credential.endorsed",
      { ...adds, credential: again("b2") },
      "this passkey was endorsed before",
    ],
    [
      "with a passkey that was revoked",
      "recovered",
      { ...replaces, credential: again("b1") },
      "this passkey was endorsed before",
    ],
    [
      "with another person's public key",
      "credential.endorsed",
      { ...joins, credential: taken("a1") },
      "the public key",
    ],
    [
      "with the same person's public key",
      "credential.endorsed",
      { ...adds, credential: taken("b2") },
      "the public key",
    ],
    [
      "with the public key of a revoked passkey",
      "recovered",
      { ...replaces, credential: taken("b1") },
      "the public key",
    ],
    [
      "with the public key of the passkey it replaces",
      "recovered",
      { ...replaces, credential: taken("b2") },
      "the public key",
    ],
    [
      "if a further passkey changes the role",
      "credential.endorsed",
      { ...adds, role: "admin" },
      "must not change the person's role",
    ],
    [
      "if it revokes a passkey of nobody",
      "credential.revoked",
      { ...ends, revoked: ["z"] },
      "no such active passkey",
    ],
    [
      "if it revokes another person's passkey",
      "credential.revoked",
      { ...ends, revoked: ["a1"] },
      "no such active passkey",
    ],
    [
      "if it revokes a passkey twice",
      "credential.revoked",
      { ...ends, revoked: ["b1"] },
      "no such active passkey",
    ],
    [
      "if it revokes two passkeys",
      "credential.revoked",
      { ...ends, person: "ana", revoked: ["a1", "a2"] },
      "can have",
    ],
    ["if it revokes none", "credential.revoked", { ...ends, revoked: [] }, "can have"],
    ["if it revokes a stranger's passkey", "credential.revoked", { ...ends, person: "cy" }, "no such person"],
    [
      "if a recovery keeps a passkey",
      "recovered",
      { ...replaces, person: "ana", revoked: ["a1"] },
      "every active passkey",
    ],
    [
      "if a recovery names one passkey twice",
      "recovered",
      { ...replaces, person: "ana", revoked: ["a1", "a1"] },
      "every active passkey",
    ],
    [
      "if a recovery revokes another's passkey as well",
      "recovered",
      { ...replaces, revoked: ["b2", "a1"] },
      "every active passkey",
    ],
    [
      "if a recovery revokes a revoked passkey as well",
      "recovered",
      { ...replaces, revoked: ["b1", "b2"] },
      "every active passkey",
    ],
    [
      "if a removal keeps a passkey",
      "person.removed",
      { ...removes, revoked: ["a2"] },
      "every active passkey",
    ],
    ["if it removes a stranger", "person.removed", { ...removes, person: "cy" }, "no such person"],
    ["if a removal sets a role", "person.removed", { ...removes, role: "admin" }, "can have"],
    [
      "if a removal adds a passkey",
      "person.removed",
      { ...removes, credential: credential("n") },
      "can have",
    ],
    ["if a removal says nothing", "person.removed", null, "can have"],
    ["if it recovers a stranger", "recovered", { ...replaces, person: "cy", revoked: [] }, "no such person"],
    ["if it gives a stranger a role", "role.changed", { ...promotes, person: "cy" }, "no such person"],
    ["if an endorsement names no role", "credential.endorsed", { ...joins, role: null }, "can have"],
    ["if an endorsement names no passkey", "credential.endorsed", { ...joins, credential: null }, "can have"],
    ["if an endorsement revokes something", "credential.endorsed", { ...adds, revoked: ["b2"] }, "can have"],
    ["if a revocation sets a role", "credential.revoked", { ...ends, role: "admin" }, "can have"],
    [
      "if a revocation adds a passkey",
      "credential.revoked",
      { ...ends, credential: credential("n") },
      "can have",
    ],
    ["if a change of a role names none", "role.changed", { ...promotes, role: null }, "can have"],
    [
      "if a change of a role adds a passkey",
      "role.changed",
      { ...promotes, credential: credential("n") },
      "can have",
    ],
    ["if a change of a role revokes a passkey", "role.changed", { ...promotes, revoked: ["b2"] }, "can have"],
    ["if a recovery sets a role", "recovered", { ...replaces, role: "approver" }, "can have"],
    ["if a recovery adds no passkey", "recovered", { ...replaces, credential: null }, "can have"],
    ["if a policy changes a person", "policy.changed", promotes, "can have"],
    ["if a publication changes a person", "revealed", ends, "can have"],
    ["if an endorsement says nothing", "credential.endorsed", null, "can have"],
    ["if a revocation says nothing", "credential.revoked", null, "can have"],
    ["if a change of a role says nothing", "role.changed", null, "can have"],
    ["if a recovery says nothing", "recovered", null, "can have"],
  ];
  it.each(rows)("%s", (_name, kind, effect, detail) => {
    expect(applyEffect(directory, kind, effect, 9)).toMatchObject({
      ok: false,
      refusal: { code: "change_invalid", detail: expect.stringContaining(detail) },
    });
  });
});

it("gives a person no name who joined by a record alone, so that nobody can sign as this person", () => {
  const names = { username: "bo", publicKey: "AQID", document: null };
  for (const [kind, effect] of [
    ["role.changed", promotes],
    ["credential.endorsed", adds],
  ] as const)
    expect(expectOk(applyEffect(directory, kind, effect, 9, names)).members.get("bo")?.username).toBe(null);
  expect(
    expectOk(applyEffect(directory, "credential.endorsed", joins, 9, names)).members.get("cy")?.username,
  ).toBe("bo");
});
