import { describe, expect, it } from "vitest";
import { firstDirectory, type Directory } from "../../../src/core/stream/directory.ts";
import { applyChange } from "../../../src/core/stream/directory-change.ts";
import { parseChange } from "../../../src/core/stream/change-format.ts";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { NO_PREVIOUS, type Role } from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { documentChange } from "../../support/evidence/sample-documents.ts";

// Who may change what. alex is the owner, bea an admin, cy an approver; each passkey is named after its person.

const person = (username: string) => ({ id: `p-${username}`, username });
const key = (name: string) => ({ id: `key${name}AA`.slice(0, 4), publicKey: `pub${name}` });
const document = (change: string, more: object): JsonValue => ({
  v: 1,
  kind: "countersign/change",
  change,
  ...more,
});
const endorsed = (who: string, role: Role, passkey = who, publicKey = passkey) =>
  document("credential.endorsed", {
    person: person(who),
    role,
    credential: { ...key(passkey), publicKey: key(publicKey).publicKey },
  });
const revoked = (who: string, passkey = who) =>
  document("credential.revoked", { person: person(who), credential: { id: key(passkey).id } });
const recovered = (who: string, passkey: string, lost: readonly string[]) =>
  document("recovered", {
    person: person(who),
    credential: key(passkey),
    revoked: lost.map((name) => key(name).id),
  });
const removed = (who: string, lost: readonly string[]) =>
  document("person.removed", { person: person(who), revoked: lost.map((name) => key(name).id) });
const reveal = (more: object = {}) =>
  document("revealed", {
    confirmation: "c_1",
    decided: { seq: 7, commit: "ab".repeat(32) },
    action: "Deploy",
    payloadHash: "cd".repeat(32),
    shown: true,
    ...more,
  });
const group = documentChange("group.changed");
const apiKey = document("key.changed", {
  key: {
    id: "k1",
    name: "Sync",
    hash: "ab".repeat(32),
    project: { id: "j1", name: "Default" },
    scopes: ["people"],
    expires: null,
  },
});
const deletion = document("tenant.deleted", { tenant: { name: "Acme", stream: "ab".repeat(32) } });
const roleOf = (who: string, role: Role) => document("role.changed", { person: person(who), role });

const beginning = firstDirectory({
  v: 1,
  stream: "00".repeat(32),
  seq: 0,
  prev: NO_PREVIOUS,
  at: "2026-11-01T12:00:00.000Z",
  type: "stream.created",
  body: {
    genesis: {
      rp: "r",
      logOrigin: "l",
      streamKeyHash: "",
      credentialId: key("a").id,
      publicKey: key("a").publicKey,
      salt: "",
    },
    tenant: "Acme",
    person: person("alex"),
  },
});
/** The signers, separated by spaces. */
const apply = (directory: Directory, change: JsonValue, signers: string, seq = 9) =>
  applyChange(
    directory,
    expectOk(parseChange(change)),
    signers.split(" ").map((signer) => `p-${signer}`),
    seq,
  );
const staffed = [
  [endorsed("bea", "admin", "b"), "alex"],
  [endorsed("cy", "approver", "c"), "bea"],
].reduce(
  (directory, [change, signer], index) =>
    expectOk(apply(directory, change as JsonValue, signer as string, index + 1)),
  beginning,
);

describe("a change needs an entitled signer", () => {
  const rows: [string, JsonValue, string, string | undefined][] = [
    ["an owner enrols an admin", endorsed("dan", "admin", "d"), "alex", undefined],
    ["an owner enrols a second owner", endorsed("dan", "owner", "d"), "alex", undefined],
    ["an admin enrols an approver", endorsed("dan", "approver", "d"), "bea", undefined],
    ["an admin enrols an owner", endorsed("dan", "owner", "d"), "bea", "change_not_entitled"],
    ["an approver enrols someone", endorsed("dan", "approver", "d"), "cy", "change_not_entitled"],
    ["a stranger enrols themselves", endorsed("dan", "approver", "d"), "dan", "change_not_entitled"],
    ["a person adds an own passkey", endorsed("cy", "approver", "e"), "cy", undefined],
    ["a person adds one with a better role", endorsed("cy", "admin", "e"), "cy", "change_not_entitled"],
    ["an admin adds a passkey to an owner", endorsed("alex", "owner", "e"), "bea", "change_not_entitled"],
    ["an admin adds a passkey to an approver", endorsed("cy", "approver", "e"), "bea", "change_not_entitled"],
    [
      "an owner adds a passkey to an approver",
      endorsed("cy", "approver", "e"),
      "alex",
      "change_not_entitled",
    ],
    ["both of them do", endorsed("cy", "approver", "e"), "alex bea", "change_not_entitled"],
    [
      "an admin adds a passkey in another role",
      endorsed("cy", "developer", "e"),
      "bea",
      "change_not_entitled",
    ],
    ["a passkey that already belongs to someone", endorsed("dan", "approver", "c"), "bea", "change_invalid"],
    [
      "a new person with another's public key",
      endorsed("dan", "approver", "x", "c"),
      "bea",
      "change_invalid",
    ],
    ["a person's own public key again", endorsed("cy", "approver", "x", "c"), "cy", "change_invalid"],
    [
      "a new person under a taken name",
      document("credential.endorsed", {
        person: { id: "p-x", username: "cy" },
        role: "approver",
        credential: key("e"),
      }),
      "bea",
      "change_invalid",
    ],
    ["a person revokes an own passkey", revoked("cy", "c"), "cy", undefined],
    ["an admin revokes an approver's", revoked("cy", "c"), "bea", undefined],
    ["an approver revokes an admin's", revoked("bea", "b"), "cy", "change_not_entitled"],
    ["an admin revokes an owner's", revoked("alex", "a"), "bea", "change_not_entitled"],
    ["a passkey under another person's name", revoked("cy", "b"), "bea", "change_invalid"],
    ["a passkey that does not exist", revoked("cy", "z"), "bea", "change_invalid"],
    ["an admin makes an approver an admin", roleOf("cy", "admin"), "bea", "change_not_entitled"],
    ["an owner makes an approver an admin", roleOf("cy", "admin"), "alex", undefined],
    ["an admin enrols an admin", endorsed("dan", "admin", "d"), "bea", "change_not_entitled"],
    ["an admin makes an approver an owner", roleOf("cy", "owner"), "bea", "change_not_entitled"],
    ["an admin demotes an owner", roleOf("alex", "approver"), "bea", "change_not_entitled"],
    ["an approver raises their own role", roleOf("cy", "admin"), "cy", "change_not_entitled"],
    ["an unknown person", roleOf("dan", "admin"), "alex", "change_invalid"],
    ["an owner publishes a decision", reveal(), "alex", undefined],
    ["an admin withdraws it", reveal({ shown: false }), "bea", undefined],
    ["an approver publishes one", reveal(), "cy", "change_not_entitled"],
    ["a stranger publishes one", reveal(), "dan", "change_not_entitled"],
    ["an owner changes a group", group, "alex", undefined],
    ["an admin changes a group", group, "bea", undefined],
    ["an approver changes a group", group, "cy", "change_not_entitled"],
    ["a stranger changes a group", group, "dan", "change_not_entitled"],
    ["an owner signs for an API key", apiKey, "alex", undefined],
    ["an admin signs for an API key", apiKey, "bea", undefined],
    ["an approver signs for an API key", apiKey, "cy", "change_not_entitled"],
    ["an owner deletes the organisation", deletion, "alex", undefined],
    ["an admin deletes the organisation", deletion, "bea", "change_not_entitled"],
    ["an owner deletes the organisation, beside an admin", deletion, "bea alex", undefined],
  ];
  it.each(rows)("%s", (_name, change, signer, code) => {
    const result = apply(staffed, change, signer);
    expect(result.ok ? undefined : result.refusal.code).toBe(code);
  });
});

describe("a change under another user name than the person's is refused", () => {
  /** The right person, with this name. */
  const named = (change: JsonValue, username: string) => {
    const { person: subject, ...rest } = change as { readonly person: object };
    return { ...rest, person: { ...subject, username } } as JsonValue;
  };
  const rows: [string, JsonValue, string][] = [
    ["an own passkey", endorsed("cy", "approver", "n"), "cy"],
    ["an auditor's further passkey", endorsed("eve", "auditor", "n"), "alex bea"],
    ["a revocation of an own passkey", revoked("cy", "c"), "cy"],
    ["a revocation by an admin", revoked("cy", "c"), "bea"],
    ["a role", roleOf("cy", "developer"), "bea"],
    ["a recovery", recovered("cy", "n", ["c"]), "alex bea"],
    ["a removal", removed("cy", ["c"]), "bea"],
  ];
  const withAuditor = expectOk(apply(staffed, endorsed("eve", "auditor", "e"), "bea", 3));
  it.each(rows)("%s", (_name, change, signers) => {
    const accepted = expectOk(apply(withAuditor, change, signers));
    for (const [id, { username }] of withAuditor.members)
      expect(accepted.members.get(id)?.username).toBe(username);
    for (const username of ["zoe", "bea"])
      expect(apply(withAuditor, named(change, username), signers)).toMatchObject({
        refusal: { code: "change_invalid", detail: "the person has another user name" },
      });
  });

  it("also of a new person who takes somebody's name, or of somebody known by records alone who does", () => {
    const taken = { refusal: { code: "change_invalid", detail: "another person has this user name" } };
    expect(apply(staffed, named(endorsed("dan", "approver", "d"), "cy"), "bea")).toMatchObject(taken);
    const members = new Map(staffed.members).set("p-x", { id: "p-x", username: null, role: "approver" });
    const change = (username: string) =>
      document("role.changed", { person: { id: "p-x", username }, role: "developer" });
    expect(apply({ ...staffed, members }, change("cy"), "bea")).toMatchObject(taken);
    expect(apply({ ...staffed, members }, change("zoe"), "bea").ok).toBe(true);
  });
});

describe("a recovery needs two managers", () => {
  const of = (who: string) => recovered(who, "n", [who]);
  const withAuditor = expectOk(apply(staffed, endorsed("eve", "auditor", "e"), "bea", 3));
  const twoOwners = expectOk(apply(staffed, endorsed("oda", "owner", "o"), "alex", 3));
  const ownerAlone = expectOk(apply(staffed, revoked("bea", "b"), "alex", 3));
  const rows: [string, Directory, JsonValue, string, string | undefined][] = [
    ["both", staffed, of("cy"), "alex bea", undefined],
    ["the owner alone", staffed, of("cy"), "alex", "quorum_missing"],
    ["an admin alone", staffed, of("cy"), "bea", "quorum_missing"],
    ["one of them twice", staffed, of("cy"), "bea bea", "quorum_missing"],
    ["one and the person", staffed, of("cy"), "bea cy", "quorum_missing"],
    ["one and a colleague", withAuditor, of("cy"), "bea eve", "quorum_missing"],
    ["the person alone", staffed, of("cy"), "cy", "change_not_entitled"],
    ["a stranger", staffed, of("cy"), "dan", "change_not_entitled"],
    ["the only other manager, for an admin", staffed, of("bea"), "alex", undefined],
    ["the only one with an active passkey", ownerAlone, of("cy"), "alex", undefined],
    ["the admin of an only owner", staffed, of("alex"), "bea", "quorum_missing"],
    ["an owner for themselves", staffed, of("alex"), "alex", "change_not_entitled"],
    ["another owner and an admin", twoOwners, of("alex"), "oda bea", undefined],
    ["another owner alone, where there is an admin", twoOwners, of("alex"), "oda", "quorum_missing"],
    ["an unknown person", staffed, of("dan"), "alex bea", "change_invalid"],
    ["one that revokes nothing", staffed, recovered("cy", "n", []), "alex bea", "change_invalid"],
    [
      "one that revokes another person's passkey",
      staffed,
      recovered("cy", "n", ["b"]),
      "alex bea",
      "change_invalid",
    ],
    [
      "one that also revokes another person's passkey",
      staffed,
      recovered("cy", "n", ["c", "b"]),
      "alex bea",
      "change_invalid",
    ],
    [
      "one that names the same twice",
      staffed,
      recovered("cy", "n", ["c", "c"]),
      "alex bea",
      "change_invalid",
    ],
    ["one with another person's passkey", staffed, recovered("cy", "b", ["c"]), "alex bea", "change_invalid"],
    [
      "an auditor's further passkey, by both",
      withAuditor,
      endorsed("eve", "auditor", "n"),
      "alex bea",
      undefined,
    ],
    [
      "an auditor's further passkey, by one",
      withAuditor,
      endorsed("eve", "auditor", "n"),
      "bea",
      "quorum_missing",
    ],
    [
      "an auditor's further passkey, by that person",
      withAuditor,
      endorsed("eve", "auditor", "n"),
      "eve",
      "change_not_entitled",
    ],
  ];
  it.each(rows)("%s", (_name, directory, change, signers, code) => {
    const result = apply(directory, change, signers);
    expect(result.ok ? undefined : result.refusal.code).toBe(code);
  });

  it("leaves only the new passkey active", () => {
    const second = expectOk(apply(staffed, endorsed("cy", "approver", "d"), "cy", 5));
    const after = expectOk(apply(second, recovered("cy", "n", ["c", "d"]), "bea alex", 8));
    const states = ["c", "d", "n", "b"].map((name) => after.passkeys.get(key(name).id));
    expect(states.map((one) => [one?.person, one?.endorsedAt, one?.revokedAt])).toEqual([
      ["p-cy", 2, 8],
      ["p-cy", 5, 8],
      ["p-cy", 8, null],
      ["p-bea", 1, null],
    ]);
    expect(after.members).toEqual(second.members);
    // A revoked passkey cannot be endorsed again.
    expect(apply(after, recovered("cy", "c", ["n"]), "bea alex").ok).toBe(false);
  });
});

describe("an owner with an active passkey remains", () => {
  const secondKey = expectOk(apply(staffed, endorsed("alex", "owner", "e"), "alex", 3));
  const secondOwner = expectOk(apply(staffed, endorsed("oda", "owner", "o"), "alex", 3));
  const ownerless = {
    ...staffed,
    passkeys: new Map([...staffed.passkeys].filter(([, { person: holder }]) => holder !== "p-alex")),
  };
  const formerOwner = expectOk(apply(secondOwner, revoked("oda", "o"), "oda", 4));
  const rows: [string, Directory, JsonValue, string, string | undefined][] = [
    ["an only owner revokes their only passkey", staffed, revoked("alex", "a"), "alex", "change_invalid"],
    ["an only owner revokes one of two", secondKey, revoked("alex", "a"), "alex", undefined],
    ["one of two owners revokes their only passkey", secondOwner, revoked("alex", "a"), "alex", undefined],
    ["another owner does", secondOwner, revoked("alex", "a"), "oda", undefined],
    ["the last owner with a passkey does", formerOwner, revoked("alex", "a"), "alex", "change_invalid"],
    ["an only owner becomes an admin", staffed, roleOf("alex", "admin"), "alex", "change_invalid"],
    ["one of two owners becomes an admin", secondOwner, roleOf("alex", "admin"), "oda", undefined],
    ["the last owner with a passkey does", formerOwner, roleOf("alex", "admin"), "alex", "change_invalid"],
    ["an owner without a passkey becomes an admin", formerOwner, roleOf("oda", "admin"), "alex", undefined],
    ["an only owner keeps the role", staffed, roleOf("alex", "owner"), "alex", undefined],
    ["where no owner has one, an admin revokes a passkey", ownerless, revoked("cy", "c"), "bea", undefined],
    ["an only owner revokes an admin's passkey", staffed, revoked("bea", "b"), "alex", undefined],
    [
      "a recovery replaces an owner's only passkey",
      formerOwner,
      recovered("oda", "n", []),
      "alex bea",
      undefined,
    ],
  ];
  it.each(rows)("%s", (_name, directory, change, signers, code) => {
    const result = apply(directory, change, signers);
    expect(result.ok ? undefined : result.refusal.code).toBe(code);
  });

  it("so the refusal says what to do first", () => {
    expect(apply(staffed, revoked("alex", "a"), "alex")).toMatchObject({
      refusal: {
        detail:
          "alex is the only owner with an active passkey, and this is the only one; add a second passkey or a second owner first",
      },
    });
    expect(apply(staffed, roleOf("alex", "admin"), "alex")).toMatchObject({
      refusal: { detail: "alex is the only owner with an active passkey; make somebody else an owner first" },
    });
  });
});

it("what is not about a person changes nobody and no passkey", () => {
  for (const change of [apiKey, reveal(), deletion])
    expect(expectOk(apply(staffed, change, "alex"))).toBe(staffed);
});

it("begins with the owner's passkey, whose key nobody can use again", () => {
  expect([...beginning.members.values()]).toEqual([{ ...person("alex"), role: "owner" }]);
  expect([...beginning.passkeys.values()]).toMatchObject([
    { ...key("a"), person: "p-alex", endorsedAt: 0, revokedAt: null },
  ]);
  for (const change of [endorsed("dan", "owner", "x", "a"), endorsed("alex", "owner", "x", "a")])
    expect(apply(beginning, change, "alex")).toMatchObject({
      refusal: { code: "change_invalid", detail: "the public key of this passkey was endorsed before" },
    });
});

it("keeps the public key of a new passkey, by which its signatures are verified", () => {
  const second = expectOk(apply(staffed, endorsed("cy", "approver", "n"), "cy"));
  const after = expectOk(apply(second, recovered("cy", "m", ["c", "n"]), "alex bea"));
  for (const name of ["c", "n", "m"])
    expect(after.passkeys.get(key(name).id)?.publicKey).toBe(key(name).publicKey);
});

it("keeps when a passkey was endorsed and revoked, and never accepts it again", () => {
  const withoutPasskey = expectOk(apply(staffed, revoked("cy", "c"), "bea", 7));
  expect(staffed.passkeys.get(key("c").id)).toMatchObject({ person: "p-cy", endorsedAt: 2, revokedAt: null });
  expect(withoutPasskey.passkeys.get(key("c").id)).toMatchObject({
    person: "p-cy",
    endorsedAt: 2,
    revokedAt: 7,
  });
  expect(apply(withoutPasskey, revoked("cy", "c"), "bea").ok).toBe(false);
  expect(apply(withoutPasskey, endorsed("cy", "approver", "c"), "bea").ok).toBe(false);
});

it("parses a change document strictly", () => {
  const rows: [JsonValue, string | undefined][] = [
    [roleOf("cy", "admin"), undefined],
    [document("role.changed", { person: person("cy") }), "/role"],
    [document("role.changed", { person: person("cy"), role: "king" }), "/role"],
    [document("role.changed", { person: person("cy"), role: "admin", note: "x" }), "/note"],
    [document("meal.eaten", {}), "/change"],
    [{ v: 1 }, "/change"],
    ["role.changed", "/change"],
  ];
  for (const [change, at] of rows) {
    const parsed = parseChange(change);
    expect(parsed.ok ? undefined : parsed.refusal.at).toBe(at);
  }
});

it("keeps a group from naming somebody by another user name", () => {
  const members = [{ id: person("cy").id, username: person("bea").username }];
  const swapped = document("group.changed", {
    name: "finance",
    replaces: null,
    group: { v: 1, kind: "countersign/group", name: "finance", members },
  });
  expect(apply(staffed, swapped, "alex")).toMatchObject({
    ok: false,
    refusal: { code: "change_invalid", detail: "the user name of bea is cy" },
  });
});
