import type { Directory } from "../../../../src/core/stream/directory.ts";
import { effectOf, publicKeyHash } from "../../../../src/core/stream/change-effect.ts";
import { applyChange } from "../../../../src/core/stream/directory-change.ts";
import { groupHash, type GroupDocument } from "../../../../src/core/policy/group-document.ts";
import { parsePolicyDocument, policyDocumentHash } from "../../../../src/core/policy/policy-document.ts";
import { parseRules, rulesHash } from "../../../../src/core/rules/rules-document.ts";
import { parseChange } from "../../../../src/core/stream/change-format.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import type { Role } from "../../../../src/core/stream/record.ts";
import { expectOk } from "../../../../src/core/refusal.ts";

// Changes of the directory with those who signed them, and whether the directory allows them.

const person = (username: string) => ({ id: `p-${username}`, username });
const key = (name: string) => ({ id: `key${name}`, publicKey: `pub${name}` });
const change = (name: string, fields: JsonObject): JsonObject => ({
  v: 1,
  kind: "countersign/change",
  change: name,
  ...fields,
});
const endorsed = (who: string, role: Role, passkey: string, publicKey = passkey) =>
  change("credential.endorsed", {
    person: person(who),
    role,
    credential: { ...key(passkey), publicKey: key(publicKey).publicKey },
  });
/** The right person under another user name. */
const misnamed = (document: JsonObject, who: string): JsonObject => ({
  ...document,
  person: { ...person(who), username: "dan" },
});
const revoked = (who: string, passkey: string) =>
  change("credential.revoked", { person: person(who), credential: { id: key(passkey).id } });
const recovered = (who: string, passkey: string, lost: readonly string[]) =>
  change("recovered", {
    person: person(who),
    credential: key(passkey),
    revoked: lost.map((each) => key(each).id),
  });
const removed = (who: string, lost: readonly string[]) =>
  change("person.removed", { person: person(who), revoked: lost.map((each) => key(each).id) });
const role = (who: string, wanted: Role) => change("role.changed", { person: person(who), role: wanted });
const member = (username: string) => ({ kind: "person", ...person(username) });
const groupOf = (name: string, ...members: readonly string[]): GroupDocument => ({
  v: 1,
  kind: "countersign/group",
  name,
  members: members.map(person),
});
const policyOf = (name: string, ...from: readonly JsonObject[]): JsonObject => ({
  v: 1,
  kind: "countersign/policy-document",
  name,
  stages: [{ name: "", needs: [{ count: 1, from }] }],
  escalations: [],
  minimum: 1,
  excludeRequester: false,
  rejection: "first",
  breakGlass: [],
  authenticator: "any",
  expiresInSeconds: null,
  executeWithinSeconds: null,
  quietHours: "kept",
});
const rulesOf = (...otherwise: readonly string[]): JsonObject => ({
  v: 1,
  kind: "countersign/rules",
  rules: [],
  otherwise,
});
/** In force. */
const staff = groupOf("staff", "cy");
const payments = expectOk(parsePolicyDocument(policyOf("payments", { kind: "group", name: "staff" })));
const rules = expectOk(parseRules(rulesOf("payments")));
const [STAFF, PAYMENTS, RULES] = [groupHash(staff), policyDocumentHash(payments), rulesHash(rules)];
const newGroup = (name: string, replaces: string | null, group: JsonObject | null) =>
  change("group.changed", { name, replaces, group });
const newPolicy = (name: string, replaces: string | null, policy: JsonObject | null) =>
  change("policy.changed", { name, replaces, policy });
const newRules = (replaces: string | null, document: JsonObject | null) =>
  change("rules.changed", { replaces, rules: document });
const newKey = change("key.changed", {
  key: {
    id: "k_1",
    name: "Directory sync",
    hash: "ab".repeat(32),
    project: { id: "p_1", name: "Default" },
    scopes: ["people", "audit:read"],
    expires: "2027-11-01T12:00:00.000Z",
  },
});
const deletion = change("tenant.deleted", { tenant: { name: "Acme", stream: "ab".repeat(32) } });
const reveal = change("revealed", {
  confirmation: "c_1",
  decided: { seq: 7, commit: "ab".repeat(32) },
  action: "Deploy",
  payloadHash: "cd".repeat(32),
  shown: true,
});

/** alex owns, bea is an admin, cy approves, eve audits; each has one passkey, named by the first letter. */
const MEMBERS = { alex: "owner", bea: "admin", cy: "approver", eve: "auditor" } as const;

const CHANGES: readonly (readonly [string, JsonObject, string])[] = [
  ["an owner enrols an admin", endorsed("dan", "admin", "d"), "alex"],
  ["an owner enrols a second owner", endorsed("dan", "owner", "d"), "alex"],
  ["an admin enrols an approver", endorsed("dan", "approver", "d"), "bea"],
  ["an admin enrols an owner", endorsed("dan", "owner", "d"), "bea"],
  ["an admin enrols an admin", endorsed("dan", "admin", "d"), "bea"],
  ["an approver enrols somebody", endorsed("dan", "approver", "d"), "cy"],
  ["a person adds a passkey", endorsed("cy", "approver", "n"), "cy"],
  ["a person adds a passkey with a better role", endorsed("cy", "admin", "n"), "cy"],
  ["an owner adds a passkey to an approver", endorsed("cy", "approver", "n"), "alex"],
  ["an auditor adds a passkey", endorsed("eve", "auditor", "n"), "eve"],
  ["one manager adds an auditor's passkey", endorsed("eve", "auditor", "n"), "bea"],
  ["two managers add an auditor's passkey", endorsed("eve", "auditor", "n"), "alex bea"],
  ["a passkey that is somebody's already", endorsed("dan", "approver", "c"), "bea"],
  ["a new person's passkey has the public key of another", endorsed("dan", "approver", "d", "c"), "bea"],
  ["a further passkey has the person's own public key", endorsed("cy", "approver", "n", "c"), "cy"],
  ["a further passkey under another user name", misnamed(endorsed("cy", "approver", "n"), "cy"), "cy"],
  ["a person revokes a passkey of their own", revoked("cy", "c"), "cy"],
  ["an admin revokes an approver's passkey", revoked("cy", "c"), "bea"],
  ["an approver revokes an admin's passkey", revoked("bea", "b"), "cy"],
  ["an admin revokes an owner's passkey", revoked("alex", "a"), "bea"],
  ["a passkey under another person's name", revoked("cy", "b"), "bea"],
  ["a revocation under another user name", misnamed(revoked("cy", "c"), "cy"), "cy"],
  ["an only owner revokes their only passkey", revoked("alex", "a"), "alex"],
  ["an only owner becomes an admin", role("alex", "admin"), "alex"],
  ["an only owner gets the role that they have", role("alex", "owner"), "alex"],
  ["an admin makes an approver an admin", role("cy", "admin"), "bea"],
  ["an owner makes an approver an admin", role("cy", "admin"), "alex"],
  ["an admin makes an approver a developer", role("cy", "developer"), "bea"],
  ["an admin gives up that role", role("bea", "approver"), "bea"],
  ["an admin makes an approver an owner", role("cy", "owner"), "bea"],
  ["an admin demotes an owner", role("alex", "approver"), "bea"],
  ["an approver makes himself an admin", role("cy", "admin"), "cy"],
  ["a role for nobody", role("dan", "admin"), "alex"],
  ["a role under another user name", misnamed(role("cy", "developer"), "cy"), "bea"],
  ["an admin removes an approver", removed("cy", ["c"]), "bea"],
  ["an admin leaves", removed("bea", ["b"]), "bea"],
  ["an approver leaves", removed("cy", ["c"]), "cy"],
  ["an admin removes an owner", removed("alex", ["a"]), "bea"],
  ["an only owner leaves", removed("alex", ["a"]), "alex"],
  ["a removal under another user name", misnamed(removed("cy", ["c"]), "cy"), "bea"],
  ["a removal of nobody", removed("dan", []), "bea"],
  ["a removal that leaves a passkey", removed("cy", []), "bea"],
  ["a removal that takes another's passkey as well", removed("cy", ["b", "c"]), "bea"],
  ["an admin creates a group", newGroup("it", null, groupOf("it", "bea")), "bea"],
  ["an approver creates a group", newGroup("it", null, groupOf("it", "bea")), "cy"],
  ["an admin replaces a group", newGroup("staff", STAFF, groupOf("staff", "bea", "cy")), "bea"],
  ["a group of a name that there is", newGroup("staff", null, groupOf("staff", "bea")), "bea"],
  ["a group under another name", newGroup("it", null, groupOf("staff2", "bea")), "bea"],
  [
    "a group that replaces a version not in force",
    newGroup("staff", PAYMENTS, groupOf("staff", "bea")),
    "bea",
  ],
  ["the group that is in force already", newGroup("staff", STAFF, { ...staff }), "bea"],
  ["a group with a person twice", newGroup("it", null, groupOf("it", "bea", "bea")), "bea"],
  ["the end of a group that a policy names", newGroup("staff", STAFF, null), "bea"],
  ["the end of a group that is not there", newGroup("it", null, null), "bea"],
  ["an admin creates a policy", newPolicy("deploy", null, policyOf("deploy", member("cy"))), "bea"],
  ["an approver creates a policy", newPolicy("deploy", null, policyOf("deploy", member("cy"))), "cy"],
  [
    "a policy with a group that is not there",
    newPolicy("deploy", null, policyOf("deploy", { kind: "group", name: "it" })),
    "bea",
  ],
  [
    "a policy of a reserved name",
    newPolicy("named-person", null, policyOf("named-person", member("cy"))),
    "bea",
  ],
  ["the end of a policy that the rules name", newPolicy("payments", PAYMENTS, null), "bea"],
  ["an admin replaces the rules", newRules(RULES, rulesOf("named-person")), "bea"],
  ["an approver replaces the rules", newRules(RULES, rulesOf("named-person")), "cy"],
  ["rules beside those in force", newRules(null, rulesOf("named-person")), "bea"],
  ["rules with a policy that is not there", newRules(RULES, rulesOf("deploy")), "bea"],
  ["an admin ends the rules", newRules(RULES, null), "bea"],
  ["an admin signs for an API key", newKey, "bea"],
  ["an approver signs for an API key", newKey, "cy"],
  ["an owner deletes the organisation", deletion, "alex"],
  ["an admin deletes the organisation", deletion, "bea"],
  ["an admin reveals a decision", reveal, "bea"],
  ["an approver reveals a decision", reveal, "cy"],
  ["two managers recover an approver", recovered("cy", "n", ["c"]), "alex bea"],
  ["one manager recovers an approver, where there are two", recovered("cy", "n", ["c"]), "bea"],
  ["a manager and a colleague recover an approver", recovered("cy", "n", ["c"]), "bea eve"],
  ["a person recovers alone", recovered("cy", "n", ["c"]), "cy"],
  ["the owner recovers the only other manager", recovered("bea", "n", ["b"]), "alex"],
  ["an admin recovers the only owner", recovered("alex", "n", ["a"]), "bea"],
  ["a recovery under another user name", misnamed(recovered("cy", "n", ["c"]), "cy"), "alex bea"],
  ["a recovery of nobody", recovered("dan", "n", []), "alex bea"],
  ["a recovery that takes nothing back", recovered("cy", "n", []), "alex bea"],
  ["a recovery that takes another's passkey as well", recovered("cy", "n", ["b", "c"]), "alex bea"],
];

export function directoryVectors(): JsonObject {
  const names = Object.keys(MEMBERS) as readonly (keyof typeof MEMBERS)[];
  const members = names.map((name) => ({ ...person(name), role: MEMBERS[name] }));
  const passkeys = names.map((name) => {
    const { id, publicKey } = key(name.charAt(0));
    return { id, publicKey, person: person(name).id, endorsedAt: 0, revokedAt: null };
  });
  const directory: Directory = {
    members: new Map(members.map((member) => [member.id, member])),
    passkeys: new Map(
      passkeys.map((passkey) => [
        passkey.id,
        { ...passkey, publicKeyHash: publicKeyHash(passkey.publicKey) },
      ]),
    ),
    rulebook: {
      groups: new Map([[STAFF, staff]]),
      policies: new Map([[PAYMENTS, payments]]),
      rules: new Map([[RULES, rules]]),
    },
  };
  const changes = CHANGES.map(([name, document, signers]) => {
    const signed = signers.split(" ").map((signer) => person(signer).id);
    const parsed = expectOk(parseChange(document));
    const applied = applyChange(directory, parsed, signed, 9);
    const verdict = applied.ok ? { accepted: true } : { accepted: false, code: applied.refusal.code };
    return { name, change: document, effect: effectOf(parsed), signers: signed, ...verdict };
  });
  const documents = { groups: [{ ...staff }], policies: [{ ...payments }], rules: { ...rules } };
  return { members, passkeys, documents, changes };
}
