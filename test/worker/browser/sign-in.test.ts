import { beforeAll, describe, expect, it } from "vitest";
import { fromBase64url, toBase64url } from "../../../src/core/encoding/bytes.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import type { Lies } from "../../support/authenticator.ts";
import { BrowserClient } from "../../support/browser-client.ts";
import { freshPlatform, fetchWorker, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import {
  setTime,
  effectOf,
  post,
  refusal,
  statusAndCode,
  type SignedForm,
} from "../support/decision-effect.ts";
import { rows } from "../support/database-rows.ts";

// Signing in: only a verified passkey opens a session.

let company: Company;
let alex: BrowserClient;
let maria: BrowserClient;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  alex = company.alex;
  maria = await company.enrolled("maria");
});

describe("signing in", () => {
  const finish = async (lie: Lies, change: (body: Record<string, unknown>) => object = (body) => body) => {
    const client = new BrowserClient(fetchWorker, ORIGIN, alex.passkey);
    const { body } = await client.post("/signin/begin", {});
    const { assertion } = await alex.passkey.assert(expectOk(fromBase64url(body.challenge)), lie);
    const input = { challenge: body.challenge, assertion: { ...assertion, userHandle: alex.userHandle } };
    const answer = await client.post("/signin/finish", change(input));
    return { answer, client, input };
  };
  const refusals: readonly (readonly [name: string, lie: Lies])[] = [
    ["from another origin", { origin: "https://evil.example" }],
    ["for another site", { rpId: "evil.example" }],
    ["without the person", { userVerified: false }],
    ["in a frame", { crossOrigin: true }],
    ["over another challenge", { challenge: new Uint8Array(32) }],
    ["with the response of a registration", { type: "webauthn.create" }],
    ["with an unknown passkey", { id: "AAAA" }],
  ];
  it.each(refusals)("%s opens no session", async (_name, lie) => {
    expect((await finish({})).answer.status).toBe(200);
    const { answer, client } = await finish(lie);
    expect([statusAndCode(answer), client.cookie]).toEqual([[403, "unknown_credential"], ""]);
  });

  it("signed by another passkey opens no session", async () => {
    const { answer, client } = await finish({ signedBy: maria.passkey });
    expect([statusAndCode(answer), client.cookie]).toEqual([[403, "unknown_credential"], ""]);
  });

  it.each<[string, string | null]>([
    ["no", null],
    ["another", toBase64url(new Uint8Array(32))],
  ])("with %s user handle opens no session", async (_name, userHandle) => {
    const { answer, client } = await finish({}, (input) => ({
      ...input,
      assertion: { ...(input["assertion"] as object), userHandle },
    }));
    expect([statusAndCode(answer), client.cookie]).toEqual([[403, "unknown_credential"], ""]);
  });

  it("does not say which passkeys exist: every refusal is the same, whatever its reason", async () => {
    const revoked = await company.enrolled("revoked");
    await setTime("credentials", "revoked_at", revoked.passkey.credential.id);
    const answers = [
      await finish({ id: "AAAA" }),
      await finish({ signedBy: maria.passkey }),
      await finish({ origin: "https://evil.example" }),
      await finish({ userVerified: false }),
      await finish({ id: revoked.passkey.credential.id }),
      await finish({}, (input) => ({
        ...input,
        assertion: { ...(input["assertion"] as object), userHandle: null },
      })),
    ].map(({ answer: { status, body } }) => ({ status, body: { ...body, requestId: "" } }));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.body.detail).toMatch(/not known here.*ask/);
  });

  it("works once for each challenge, before it expires", async () => {
    const { answer, client, input } = await finish({});
    expect(answer.status).toBe(200);
    expect(statusAndCode(await client.post("/signin/finish", input))).toEqual([409, "challenge_consumed"]);
    const { body } = await client.post("/signin/begin", {});
    await rows(
      "UPDATE webauthn_challenges SET expires_at = ?1 WHERE challenge = ?2",
      Date.now() - 1,
      body.challenge,
    );
    const { assertion } = await alex.passkey.assert(expectOk(fromBase64url(body.challenge)));
    const lateInput = { challenge: body.challenge, assertion: { ...assertion, userHandle: alex.userHandle } };
    expect((await client.post("/signin/finish", lateInput)).status).toBe(409);
  });

  it("refuses a challenge that was issued for a new passkey", async () => {
    const { body } = await alex.post("/devices/begin", {});
    const { assertion } = await alex.passkey.assert(expectOk(fromBase64url(body.challenge)));
    const input = { challenge: body.challenge, assertion: { ...assertion, userHandle: alex.userHandle } };
    expect(
      (await new BrowserClient(fetchWorker, ORIGIN, alex.passkey).post("/signin/finish", input)).status,
    ).toBe(409);
  });

  it("with the signature of a vote opens no session, and a sign-in's signature decides nothing", async () => {
    const id = await company.asked();
    const vote = await alex.sign(id);
    const { answer } = await finish({}, (input) => ({
      ...input,
      assertion: { ...vote.assertion, userHandle: alex.userHandle },
    }));
    expect(statusAndCode(answer)).toEqual([403, "unknown_credential"]);
    const { input } = await finish({});
    const mixed = { ...vote, assertion: input.assertion as unknown as SignedForm["assertion"] };
    expect(await effectOf(id, async () => post(alex, id, mixed))).toEqual(
      refusal(403, "signature_verification_failed"),
    );
  });

  it("with a revoked passkey opens no session", async () => {
    const kim = await company.enrolled("kim");
    expect((await kim.signIn()).status).toBe(200);
    await setTime("credentials", "revoked_at", kim.passkey.credential.id);
    expect(statusAndCode(await kim.signIn())).toEqual([403, "unknown_credential"]);
  });

  it("sets one cookie that scripts can't read and other sites can't send", async () => {
    const challenge = await alex.post("/signin/begin", {});
    const { assertion } = await alex.passkey.assert(expectOk(fromBase64url(challenge.body.challenge)));
    const response = await fetchWorker(`${ORIGIN}/signin/finish`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: ORIGIN },
      body: JSON.stringify({
        challenge: challenge.body.challenge,
        assertion: { ...assertion, userHandle: alex.userHandle },
      }),
    });
    const [value, ...attributes] = (response.headers.get("set-cookie") ?? "").split("; ");
    expect(value).toMatch(/^__Host-session=0[0-9A-Za-z]{7}\.[A-Za-z0-9_-]{43}$/);
    expect(attributes.toSorted()).toEqual([
      "HttpOnly",
      "Max-Age=2592000",
      "Path=/",
      "SameSite=Lax",
      "Secure",
    ]);
    // The database stores a hash, not the secret.
    expect(await rows("SELECT 1 FROM sessions WHERE hash = ?1", value?.slice(15) ?? "")).toEqual([]);
  });

  it("is renewed with its cookie once a day while it is used", async () => {
    const kim = await company.enrolled("lee");
    await kim.signIn();
    const renewal = async () => (await kim.get("/inbox")).headers.get("set-cookie");
    expect(await renewal()).toBe(null);
    const tenDays = Date.now() + 10 * 24 * 3_600_000;
    await rows(
      "UPDATE sessions SET expires_at = ?1 WHERE credential_id = ?2",
      tenDays,
      kim.passkey.credential.id,
    );
    expect(await renewal()).toMatch(/^__Host-session=.*Max-Age=2592000/);
    expect(await renewal()).toBe(null);
    const kept = await rows("SELECT expires_at FROM sessions WHERE expires_at > ?1", tenDays);
    expect(kept.length).toBeGreaterThan(0);
  });
});
