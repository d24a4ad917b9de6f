import { describe, expect, it } from "vitest";
import { createOutbound } from "../../../src/app/create-outbound.ts";
import type { Env } from "../../../src/env.ts";
import { TEST_SECRETS } from "../../support/test-secrets.ts";

const RECEIVER = "http://127.0.0.1:9000";

function outbound(settings: { readonly [name in keyof Env]?: unknown }) {
  const env = {
    ...TEST_SECRETS,
    ORIGIN: "https://sign.acme.com",
    LOG_ORIGIN: "log.acme.com/log",
    SECURITY_CONTACT: "mailto:security@acme.com",
    ...settings,
  };
  return createOutbound(env as Env, () => Date.now());
}

describe("the setting that opens this machine", () => {
  it.each([
    ["counts on one machine", "http://localhost:8787", undefined],
    ["counts for nothing in production", "https://sign.acme.com", /must begin with https/],
    ["counts for nothing behind a tunnel to this machine", "https://localhost", /must begin with https/],
  ])("%s", (_what, ORIGIN, problem) => {
    const { addressProblem } = outbound({ ORIGIN, OUTBOUND_TEST_ORIGINS: `http://other.test ${RECEIVER}` });
    if (problem === undefined) expect(addressProblem(`${RECEIVER}/hook`)).toBeUndefined();
    else expect(addressProblem(`${RECEIVER}/hook`)).toMatch(problem);
  });

  it("opens nothing while it is empty", () => {
    const { addressProblem } = outbound({ ORIGIN: "http://localhost:8787", OUTBOUND_TEST_ORIGINS: "" });
    expect(addressProblem(`${RECEIVER}/hook`)).toMatch(/must begin with https/);
  });
});

it.each(["https://sign.acme.com/api", "https://log.acme.com/log", "https://a.sign.acme.com/"])(
  "no address leads back to the service or its log: %s",
  (url) => expect(outbound({}).addressProblem(url)).toMatch(/host of the service itself/),
);

describe("a deployment without", () => {
  it("a seed can't sign", () => {
    for (const SEND_SEED of ["", "5e4d", "x".repeat(64)])
      expect(() => outbound({ SEND_SEED }).seed).toThrow("SEND_SEED must be 32 bytes");
    expect(outbound({}).seed).toHaveLength(32);
  });

  it("keys for web push offers none", () => {
    expect(outbound({}).push).toMatchObject({ publicKey: TEST_SECRETS.VAPID_PUBLIC_KEY });
    expect(outbound({ VAPID_PRIVATE_KEY: undefined }).push).toBeNull();
  });

  it("a sender of mails offers none", () => {
    const EMAIL = { send: async () => undefined };
    expect(outbound({ EMAIL, EMAIL_FROM: "a@acme.com" }).email).toBeTypeOf("function");
    expect([outbound({ EMAIL, EMAIL_FROM: "" }).email, outbound({ EMAIL_FROM: "a@acme.com" }).email]).toEqual(
      [null, null],
    );
  });
});
