import { afterEach, beforeAll, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { expectOk } from "../../../src/core/refusal.ts";
import { fromBase64url } from "../../../src/core/encoding/bytes.ts";
import type { Authenticator, Lies } from "../../support/authenticator.ts";
import { BrowserClient, newPasskey, type Answered } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import { receiptVerdict } from "../support/http-audit.ts";
import { needOf, staged } from "../policies/support/frozen-policies.ts";
import { requestUnderSealed } from "../policies/support/sealed-policies.ts";
import { personNamed } from "../support/signed-decisions.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import {
  freshPlatform,
  fetchWorker,
  idOf,
  newCompany,
  ORIGIN,
  runtimeOf,
  type Company,
} from "../support/worker-fixture.ts";

// What an operator must see of passkeys that behave strangely: a row of `events`, and a line in the log.

let company: Company;
let alex: BrowserClient;
let warnings: MockInstance<typeof console.warn>;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  alex = company.alex;
});
beforeEach(() => {
  warnings = vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(async () => {
  warnings.mockRestore();
  await rows("DELETE FROM events");
  await rows("UPDATE credentials SET sign_count = 0, counter_regressed_at = NULL");
});

/** The second verifier parses the obsolete token binding and refuses this one. Ours ignores it. */
const DISPUTED: Lies = { clientData: { tokenBinding: "not an object" } };
const REFUSED = [403, "signature_verification_failed"];

const lines = (): readonly unknown[] =>
  warnings.mock.calls.map(([line]) => JSON.parse(String(line)) as unknown);
const events = () => rows("SELECT type, tenant_id, person_id, credential_id, confirmation_id FROM events");

async function expectOneEvent(event: string, credential: string, confirmation: string | null): Promise<void> {
  const tenant = company.store.tenantId;
  const [owner] = await rows("SELECT person_id FROM credentials WHERE id = ?1", credential);
  const [invited] = await rows("SELECT id FROM people WHERE username = 'carol'");
  const person = owner?.["person_id"] ?? invited?.["id"];
  expect(lines()).toEqual([{ event, tenant, person, credential, confirmation }]);
  expect(await events()).toEqual([
    {
      type: event,
      tenant_id: tenant,
      person_id: person,
      credential_id: credential,
      confirmation_id: confirmation,
    },
  ]);
}

async function signInWith(lies: Lies): Promise<Answered> {
  const { body } = await alex.post("/signin/begin", {});
  const { assertion, userHandle } = await alex.passkey.assert(expectOk(fromBase64url(body.challenge)), {
    userHandle: alex.userHandle,
    ...lies,
  });
  return alex.post("/signin/finish", { challenge: body.challenge, assertion: { ...assertion, userHandle } });
}

/** A request to alex that takes only a passkey that can't be copied. */
async function deviceBound(): Promise<string> {
  const { store } = company;
  const signer = { person: await personNamed(store, "alex"), passkey: alex.passkey };
  const policy = staged([[needOf(1, [signer])]], { authenticator: "device-bound" });
  return requestUnderSealed(runtimeOf(store), store, signer, policy);
}

/** A further passkey of alex that can't be copied. */
async function newDevicePasskey(): Promise<Authenticator> {
  const passkey = await newPasskey(ORIGIN, 0, false);
  const { body } = await alex.addDevice(passkey);
  await alex.decide(idOf(body.approval));
  return passkey;
}

const setCounter = (count: number) =>
  rows("UPDATE credentials SET sign_count = ?1 WHERE id = ?2", count, alex.passkey.credential.id);
const storedCounter = async () =>
  (await rows("SELECT sign_count FROM credentials WHERE id = ?1", alex.passkey.credential.id))[0]?.[
    "sign_count"
  ];

describe("verifiers that disagree", () => {
  const id = () => alex.passkey.credential.id;

  it("refuse a vote, and the operator sees it once", async () => {
    const request = await company.asked();
    const signed = await alex.sign(request, { lies: DISPUTED });
    expect(statusAndCode(await alex.post(`/approve/${request}/decision`, signed))).toEqual(REFUSED);
    await expectOneEvent("verifier_disagreement", id(), request);
    expect(await rows("SELECT status, version FROM confirmations WHERE id = ?1", request)).toEqual([
      { status: "pending", version: 0 },
    ]);
    const [{ detail } = {}] = await rows("SELECT detail FROM events");
    expect(JSON.parse(String(detail))).toEqual({ ours: "accepted", theirs: expect.any(String) });
  });

  it("refuse a sign-in", async () => {
    expect(statusAndCode(await signInWith(DISPUTED))).toEqual([403, "unknown_credential"]);
    await expectOneEvent("verifier_disagreement", id(), null);
  });

  it("refuse a new passkey", async () => {
    const { body } = await company.people("POST", "/api/invites", { username: "carol", role: "approver" });
    const carol = new BrowserClient(fetchWorker, ORIGIN, await newPasskey(ORIGIN));
    expect(statusAndCode(await carol.enrol(body.enrolUrl, DISPUTED))).toEqual(REFUSED);
    await expectOneEvent("verifier_disagreement", carol.passkey.credential.id, null);
    expect(await rows("SELECT id FROM credentials WHERE id = ?1", carol.passkey.credential.id)).toEqual([]);
  });
});

describe("a signature counter that went back", () => {
  const id = () => alex.passkey.credential.id;

  it("is accepted in a vote, and the operator sees it once", async () => {
    const request = await company.asked();
    await setCounter(10);
    const signed = await alex.sign(request, { lies: { signCount: 4 } });
    for (let round = 0; round < 2; round++) {
      const answer = await alex.post(`/approve/${request}/decision`, signed);
      expect([answer.status, answer.body.status]).toEqual([200, "approved"]);
    }
    await expectOneEvent("signature_counter_regression", id(), request);
    expect(await rows("SELECT detail FROM events")).toEqual([{ detail: '{"received":4,"stored":10}' }]);
    expect(await storedCounter()).toBe(10);
  });

  it("is accepted at sign-in", async () => {
    await setCounter(10);
    expect((await signInWith({ signCount: 4 })).status).toBe(200);
    await expectOneEvent("signature_counter_regression", id(), null);
    expect(await storedCounter()).toBe(10);
  });

  it("is accepted, and in the log, although the event can't be stored", async () => {
    const request = await company.asked();
    await setCounter(10);
    const signed = await alex.sign(request, { lies: { signCount: 4 } });
    await rows("ALTER TABLE events RENAME TO events_elsewhere");
    const answer = await alex.post(`/approve/${request}/decision`, signed);
    await rows("ALTER TABLE events_elsewhere RENAME TO events");
    expect([answer.status, answer.body.status]).toEqual([200, "approved"]);
    expect(lines()).toMatchObject([{ event: "signature_counter_regression", confirmation: request }]);
  });
});

describe("a passkey whose counter went back", () => {
  const mark = async () => (await alex.devicesPage()).data.passkeys[0].counterRegressedAt as string | null;

  it.each<[string, () => Promise<unknown>]>([
    ["in a vote", async () => alex.decide(await company.asked(), { lies: { signCount: 4 } })],
    ["at sign-in", async () => signInWith({ signCount: 4 })],
  ])("%s is marked on its person's page", async (_name, use) => {
    expect(await mark()).toBeNull();
    await setCounter(10);
    const before = Date.now();
    await use();
    expect(Date.parse((await mark()) ?? "")).toBeGreaterThanOrEqual(before);
    // The mark stays when the counter goes on.
    expect((await signInWith({ signCount: 12 })).status).toBe(200);
    expect(await mark()).not.toBeNull();
  });

  it("is refused where the policy requires a device-bound passkey, now and later", async () => {
    const requests = [await deviceBound(), await deviceBound(), await deviceBound()] as const;
    const [passkey, another] = [await newDevicePasskey(), await newDevicePasskey()];
    const decide = async (request: string, signCount: number) =>
      alex.decide(request, { passkey, lies: { signCount } });
    expect((await decide(requests[0], 11)).body.status).toBe("approved");
    const refused = await decide(requests[1], 4);
    expect(statusAndCode(refused)).toEqual([403, "signature_counter_regression"]);
    expect(refused.body.detail).toContain("sign with another passkey");
    await expectOneEvent("signature_counter_regression", passkey.credential.id, requests[1]);
    expect(statusAndCode(await decide(requests[2], 12))).toEqual([403, "signature_counter_regression"]);
    expect((await decide(await company.asked(), 13)).body.status).toBe("approved");
    expect((await alex.decide(requests[2], { passkey: another })).body.status).toBe("approved");
    expect(await receiptVerdict(company, requests[2])).toEqual(["", true]);
  });

  it("that can be backed up is refused there as well, because no receipt of it would verify", async () => {
    const refused = await alex.decide(await deviceBound());
    expect(statusAndCode(refused)).toEqual([403, "authenticator_class_mismatch"]);
    expect(refused.body.detail).toContain("such as a security key");
  });
});

it.each<[string, number, number]>([
  ["has no counter", 0, 0],
  ["counts on", 4, 10],
])("a passkey that %s is no event", async (_name, stored, signCount) => {
  await setCounter(stored);
  expect((await signInWith({ signCount })).status).toBe(200);
  expect(
    (await alex.decide(await company.asked(), { lies: { signCount: signCount && signCount + 1 } })).status,
  ).toBe(200);
  expect([lines(), await events()]).toEqual([[], []]);
});

it("a vote without a session is no event", async () => {
  const request = await company.asked();
  await setCounter(10);
  const signed = await alex.sign(request, { lies: { signCount: 4 } });
  const { cookie } = alex;
  await alex.post("/signout", {});
  alex.cookie = cookie;
  expect(statusAndCode(await alex.post(`/approve/${request}/decision`, signed))).toEqual([
    401,
    "session_required",
  ]);
  expect([lines(), await events()]).toEqual([[], []]);
  await alex.signIn();
});
