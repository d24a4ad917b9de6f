import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Desk } from "../../../src/desk/desk.ts";
import { bindings, freshPlatform, newCompany, type Company } from "../support/worker-fixture.ts";

// Everything that a binding to a Desk can call. A Worker takes a caller's word for nothing: each call for a client says
// who asks, and the Desk finds that out by itself.

let company: Company;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
});
afterAll(() => reset());

/** For the cron. They answer nothing of the tenant. */
const FOR_THE_CRON = ["wake", "moveTo"];
/** The platform calls it, and nobody else can. */
const FOR_THE_PLATFORM = ["alarm"];

function methodsOf(prototype: object): readonly string[] {
  const names = Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
  const parent: object = Object.getPrototypeOf(prototype);
  return Object.getPrototypeOf(parent) === Object.prototype ? names : [...names, ...methodsOf(parent)];
}
const CALLS = methodsOf(Desk.prototype).filter(
  (name) => !FOR_THE_CRON.includes(name) && !FOR_THE_PLATFORM.includes(name),
);

type AnyCall = (...values: unknown[]) => Promise<{ result: { ok: boolean; refusal?: { code: string } } }>;
const callOf = (name: string): AnyCall => {
  const desk = bindings.DESK.getByName(company.store.tenantId) as unknown as Record<keyof Desk, AnyCall>;
  return async (...values) => desk[name as keyof Desk](...values);
};

const STRANGERS = [
  "unauthorized",
  "session_required",
  "enrolment_unknown",
  "challenge_unknown",
  "link_unknown",
];
const NOBODY = "0".repeat(64);
/** Of calls that take more than who asks. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  inbox: [NOBODY, { wait: 0 }, ""],
  approvalState: [NOBODY, "", { version: "", wait: 0 }, ""],
  finishSignIn: [{ challenge: "not base64url!", userHandle: null, assertion: { id: "AAAA" } }],
  finishEnrolment: [NOBODY, {}, { place: "", isSignedIn: true }],
  act: [NOBODY, "", "settings.read", null],
  consolePage: [NOBODY, "", "settings.read", null],
  consoleVersion: [NOBODY, "", "trail.read", { before: null }, { seconds: 0, call: "" }],
  actWithKey: [NOBODY, "trail.read", { before: null }],
  unsubscribeState: [{ ref: "", channel: "", proof: NOBODY }],
  unsubscribe: [{ ref: "", channel: "", proof: NOBODY }, ""],
};

describe("a Desk", () => {
  it.each(CALLS)("refuses a stranger who calls %s", async (name) => {
    const { result } = await callOf(name)(...(ARGUMENTS[name] ?? [NOBODY]));
    expect(STRANGERS).toContain(result.refusal?.code);
  });

  it.each(["open", "forget", "callers"])("does not give its %s to a caller", async (name) => {
    await expect((async () => callOf(name)(NOBODY))()).rejects.toThrow(/does not implement/u);
  });
});
