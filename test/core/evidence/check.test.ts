import { describe, expect, it } from "vitest";
import {
  absentCheck,
  checkResult,
  isVerified,
  malformedChecks,
  type Check,
} from "../../../src/core/evidence/check.ts";

const check = (name: string, status: Check<string>["status"]): Check<string> => ({
  name,
  status,
  detail: "",
});

describe("a check", () => {
  it.each([
    ["passes without a failure", checkResult("a", undefined, "All is well."), "passed", "All is well."],
    ["fails with one, in a sentence", checkResult("a", "it is wrong", ""), "failed", "It is wrong."],
    ["does not end in two full stops", checkResult("a", "it is wrong.", ""), "failed", "It is wrong."],
    ["is absent for a reason", absentCheck("a", "nobody signed"), "absent", "Nobody signed."],
  ])("%s", (_name, made, status, detail) => {
    expect(made).toEqual({ name: "a", status, detail });
  });
});

describe("the checks of a file that could not be read", () => {
  it.each([
    ["with a place", { detail: "missing field", at: "/v" }, "Missing field (at /v)."],
    ["of the whole file", { detail: "not an object", at: "" }, "Not an object."],
    ["without a place", { detail: "too large" }, "Too large."],
  ])("fail in their form alone, %s", (_name, refusal, detail) => {
    expect(malformedChecks(["form", "other"], refusal, "it could not be read")).toEqual([
      { name: "form", status: "failed", detail },
      { name: "other", status: "absent", detail: "It could not be read." },
    ]);
  });
});

describe("a file is verified", () => {
  it.each([
    ["if every check passed", [check("a", "passed"), check("b", "passed")], true],
    ["if only a check is absent that may be", [check("a", "passed"), check("b", "absent")], true],
    ["not if another check is absent", [check("a", "absent"), check("b", "passed")], false],
    ["not if a check failed", [check("a", "failed"), check("b", "passed")], false],
    ["not if a check failed that may be absent", [check("a", "passed"), check("b", "failed")], false],
  ])("%s", (_name, checks, verified) => {
    expect(isVerified(checks, new Set(["b"]))).toBe(verified);
  });
});
