import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { parseChange } from "../../../src/core/stream/change-format.ts";
import type { Directory } from "../../../src/core/stream/directory.ts";
import { applyChange } from "../../../src/core/stream/directory-change.ts";
import { NO_RULEBOOK } from "../../../src/core/stream/rulebook.ts";

// Somebody who was removed from the organisation. ana is an owner, bo an approver; each passkey is named after its
// person.

const person = (username: string) => ({ id: `p-${username}`, username });
const passkey = (username: string) => ({ id: `${username}AA`.slice(0, 4), publicKey: "AQID" });
const staffed: Directory = {
  members: new Map(
    (["ana", "bo"] as const).map((name) => [
      `p-${name}`,
      { ...person(name), role: name === "ana" ? "owner" : "approver" },
    ]),
  ),
  passkeys: new Map(
    ["ana", "bo"].map((name) => {
      const own = { ...passkey(name), person: `p-${name}`, endorsedAt: 1, revokedAt: null };
      return [own.id, { ...own, publicKeyHash: `hash of ${name}` }];
    }),
  ),
  rulebook: NO_RULEBOOK,
};
const document = (change: string, who: string, more: object): JsonValue => ({
  v: 1,
  kind: "countersign/change",
  change,
  person: person(who),
  ...more,
});
const apply = (directory: Directory, change: JsonValue) =>
  applyChange(directory, expectOk(parseChange(change)), ["p-ana"], 9);
const bo = passkey("bo");
const removal = document("person.removed", "bo", { revoked: [bo.id] });
const without = expectOk(apply(staffed, removal));

it("has no active passkey, and keeps role and user name", () => {
  expect(without.members.get("p-bo")).toEqual({ ...person("bo"), role: "approver", removed: true });
  expect(without.passkeys.get(bo.id)?.revokedAt).toBe(9);
  expect(without.passkeys.get(passkey("ana").id)?.revokedAt).toBe(null);
});

describe("nothing changes that person again", () => {
  const NEW = { id: "BAUG", publicKey: "BAUG" };
  const rows: [string, JsonValue][] = [
    ["a role", document("role.changed", "bo", { role: "developer" })],
    ["a recovery", document("recovered", "bo", { credential: NEW, revoked: [] })],
    ["a removal", document("person.removed", "bo", { revoked: [] })],
    ["a revocation", document("credential.revoked", "bo", { credential: { id: bo.id } })],
  ];
  it.each(rows)("%s", (_name, change) => {
    expect(apply(without, change)).toMatchObject({
      refusal: { code: "change_invalid", detail: "this person was removed from the organisation" },
    });
  });

  it("not even a passkey that an owner endorses", () => {
    const joins = document("credential.endorsed", "bo", { role: "approver", credential: NEW });
    expect(apply(without, joins).ok).toBe(false);
  });
});

it("nobody else gets the user name", () => {
  const joins = document("credential.endorsed", "bo", {
    person: { id: "p-x", username: "bo" },
    role: "approver",
    credential: { id: "BAUG", publicKey: "BAUG" },
  });
  expect(apply(without, joins)).toMatchObject({
    refusal: { code: "change_invalid", detail: "another person has this user name" },
  });
});

it("is never the only owner with an active passkey", () => {
  const leaves = document("person.removed", "ana", { revoked: [passkey("ana").id] });
  expect(apply(staffed, leaves)).toMatchObject({
    refusal: {
      code: "change_invalid",
      detail: "ana is the only owner with an active passkey; make somebody else an owner first",
    },
  });
});
