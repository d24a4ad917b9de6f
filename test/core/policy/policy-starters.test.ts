import { describe, expect, it } from "vitest";
import type { Party } from "../../../src/core/policy/policy-document.ts";
import { documentSentence } from "../../../src/core/policy/policy-sentence.ts";
import { policyFromStarter, STARTERS, type StarterName } from "../../../src/core/policy/policy-starters.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { group, person, role } from "./support/documents.ts";

describe("a policy to start from", () => {
  it.each<[starter: StarterName, parties: readonly Party[], text: string]>([
    ["one-person", [person("alex")], "alex"],
    ["four-eyes", [], "Two of the owners, the admins, the developers or the approvers"],
    ["two-of-a-group", [group("finance")], "Two of finance; not the person who asked"],
    [
      "two-groups",
      [group("finance"), group("security")],
      "One of finance, and one of security; not the person who asked",
    ],
    [
      "staged",
      [group("dev"), group("finance")],
      "First one of dev, then one of finance; not the person who asked",
    ],
  ])("%s", (starter, parties, text) => {
    const policy = expectOk(policyFromStarter(starter, "payments", parties));
    expect(documentSentence(policy)).toBe(text);
    expect(policy.name).toBe("payments");
  });

  it("takes all of its people at least, until somebody lowers that", () => {
    const minimums = [1, 2, 2, 2, 2];
    const filled: Readonly<Record<"person" | "group", Party>> = { person: person("a"), group: group("b") };
    const names = Object.keys(STARTERS) as StarterName[];
    const made = names.map((name) =>
      expectOk(
        policyFromStarter(
          name,
          "p",
          STARTERS[name].asks.map((kind) => filled[kind]),
        ),
      ),
    );
    expect(made.map(({ minimum }) => minimum)).toEqual(minimums);
  });

  it.each<[name: string, starter: StarterName, parties: readonly Party[], detail: string]>([
    ["nobody", "one-person", [], "needs person"],
    ["a group for a person", "one-person", [group("a")], "needs person"],
    ["one group of two", "two-groups", [group("a")], "needs group and group"],
    ["one party too many", "four-eyes", [role("owner")], "needs no party"],
  ])("is refused with %s", (_name, starter, parties, detail) => {
    expect(policyFromStarter(starter, "p", parties)).toEqual({
      ok: false,
      refusal: { code: "policy_invalid", detail },
    });
  });

  it("is refused with a name that no policy can have", () => {
    expect(policyFromStarter("four-eyes", "Four Eyes", [])).toMatchObject({ refusal: { at: "/name" } });
  });
});
