import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { GROUP_MAX_MEMBERS, groupHash, parseGroup } from "../../../src/core/policy/group-document.ts";
import { expectOk } from "../../../src/core/refusal.ts";

const ANA = { id: "p1", username: "ana" };
const BO = { id: "p2", username: "bo" };
const FINANCE = { v: 1, kind: "countersign/group", name: "finance", members: [ANA, BO] };
const people = (count: number) =>
  Array.from({ length: count }, (_none, place) => ({ id: `p${place}`, username: `user${place}` }));

describe("a group", () => {
  it.each<[name: string, change: JsonObject]>([
    ["one person", { members: [ANA] }],
    ["64 people", { members: people(GROUP_MAX_MEMBERS) }],
    ["a name of one letter", { name: "a" }],
    ["a name of 64 letters", { name: "a".repeat(64) }],
    ["digits and hyphens in its name", { name: "2nd-line-" }],
  ])("may have %s", (_name, change) => {
    expect(parseGroup({ ...FINANCE, ...change })).toEqual({ ok: true, value: { ...FINANCE, ...change } });
  });

  it.each<[name: string, change: JsonObject, at: string, detail: string]>([
    ["another version", { v: 2 }, "/v", "expected 1"],
    ["nobody in it", { members: [] }, "/members", "fewer than 1 items"],
    ["65 people", { members: people(65) }, "/members", "more than 64 items"],
    ["another group in it", { members: [{ kind: "group", name: "x" }] }, "/members/0/kind", "unknown field"],
    ["one person twice", { members: [ANA, BO, { ...ANA, username: "ann" }] }, "/members/2", "has ann twice"],
    ["one user name twice", { members: [ANA, { ...BO, username: "ana" }] }, "/members/1", "has ana twice"],
    ["no name", { name: "" }, "/name", "must not be empty"],
    ["a name of 65 letters", { name: "a".repeat(65) }, "/name", "longer than 64 characters"],
    ["a capital letter in its name", { name: "Finance" }, "/name", "must be 1 to 64 of a-z"],
    ["a hyphen before its name", { name: "-finance" }, "/name", "must be 1 to 64 of a-z"],
    ["a line break after its name", { name: "finance\n" }, "/name", "must be 1 to 64 of a-z"],
    ["a letter that looks like another", { name: "fin\u0430nce" }, "/name", "must be 1 to 64 of a-z"],
  ])("can't have %s", (_name, change, at, detail) => {
    expect(parseGroup({ ...FINANCE, ...change })).toMatchObject({
      ok: false,
      refusal: { at, detail: expect.stringContaining(detail) },
    });
  });

  it("has another hash with other people", () => {
    const hash = groupHash(expectOk(parseGroup(FINANCE)));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(groupHash(expectOk(parseGroup({ ...FINANCE, members: [ANA] })))).not.toBe(hash);
  });
});
