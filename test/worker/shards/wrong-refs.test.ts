import { createExecutionContext, reset, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_KEY_RANDOM_BYTES, makeApiKey } from "../../../src/core/confirmation/api-key.ts";
import { makeUserHandle, USER_HANDLE_RANDOM_BYTES } from "../../../src/core/confirmation/user-handle.ts";
import { toBase64url } from "../../../src/core/encoding/bytes.ts";
import { app } from "../../../src/http/app.ts";
import { openDatabases } from "../../../src/store/database.ts";
import { openTenant } from "../../../src/store/tenant-lookup.ts";
import { BrowserClient } from "../../support/browser-client.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  newCompany,
  observedDatabase,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// Keys, cookies, links and user handles that name no tenant: each gets the answer to an unknown one.

const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
const REFS = [
  ["unknown", "0unknown"],
  ["of a shard without a binding", "9unknown"],
  ["of an empty shard", "1unknown"],
  ["of the last shard", "zzzzzzzz"],
] as const;

let company: Company;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
});
afterAll(() => reset());

const keyOf = (ref: string) => makeApiKey("test", ref, random(API_KEY_RANDOM_BYTES));

/** The answer to a call, and what the Desk of this ref has stored by it. */
async function answerTo(path: string, ref: string, headers: Record<string, string>) {
  const response = await fetchWorker(ORIGIN + path, { headers });
  const body = (await response.text()).replaceAll(/"requestId":"[^"]+"/g, "");
  const stored = await runInDurableObject(bindings.DESK.getByName(ref), async (_desk, { storage }) => [
    await storage.getAlarm(),
    (await storage.list()).size,
  ]);
  return { answer: [response.status, body], stored };
}
const NOTHING = [null, 0];

describe.each(REFS)("with a ref %s", (_name, ref) => {
  it("a key gets the answer to an unknown key of a tenant", async () => {
    const path = "/api/confirmations";
    const { tenantId } = company.store;
    const unknown = await answerTo(path, tenantId, { "x-api-key": keyOf(tenantId) });
    const wrong = await answerTo(path, ref, { "x-api-key": keyOf(ref) });
    expect([wrong.answer, wrong.stored]).toEqual([unknown.answer, NOTHING]);
    expect(wrong.answer[0]).toBe(401);
  });

  it("a cookie opens no page", async () => {
    const cookieOf = (name: string) => ({ cookie: `__Host-session=${name}.${toBase64url(random(32))}` });
    const { tenantId } = company.store;
    const unknown = await answerTo("/inbox/data", tenantId, cookieOf(tenantId));
    const wrong = await answerTo("/inbox/data", ref, cookieOf(ref));
    expect([wrong.answer, wrong.stored]).toEqual([unknown.answer, NOTHING]);
  });

  it("a Desk looks for its tenant once", async () => {
    const texts: string[] = [];
    const observed = observedDatabase({ prepare: (text) => texts.push(text) });
    expect(await openTenant(openDatabases({ ...bindings, DB: observed }), ref)).toBeUndefined();
    expect(texts.length).toBe(ref.startsWith("0") ? 2 : 0);
  });

  it("a link is unknown", async () => {
    const client = await BrowserClient.create(fetchWorker, ORIGIN);
    const answer = await client.enrol(`${ORIGIN}/enrol#${ref}.${toBase64url(random(32))}`);
    expect(statusAndCode(answer)).toEqual([404, "enrolment_unknown"]);
  });

  it("a user handle opens no session", async () => {
    const client = new BrowserClient(fetchWorker, ORIGIN, company.alex.passkey);
    client.userHandle = makeUserHandle(ref, random(USER_HANDLE_RANDOM_BYTES));
    expect([statusAndCode(await client.signIn()), client.cookie]).toEqual([[403, "unknown_credential"], ""]);
  });

  it("nobody who calls without a key or a session learns whether there is such a tenant", async () => {
    const client = await BrowserClient.create(fetchWorker, ORIGIN);
    const { body } = await client.post("/signin/begin", {});
    const post = async (path: string, form: object) => {
      const headers = { origin: ORIGIN, "content-type": "application/json" };
      const init = { method: "POST", headers, body: JSON.stringify(form) };
      const { status, headers: answered } = await fetchWorker(ORIGIN + path, init);
      return [status, [...answered.keys()].toSorted()];
    };
    const answersFor = async (name: string) => {
      const { assertion } = await company.alex.passkey.assert(random(32));
      const userHandle = makeUserHandle(name, random(USER_HANDLE_RANDOM_BYTES));
      const signIn = (challenge: string) =>
        post("/signin/finish", { challenge, assertion: { ...assertion, id: "AAAA", userHandle } });
      return [
        await post("/enrol/begin", { secret: `${name}.${toBase64url(random(32))}` }),
        await signIn(toBase64url(random(32))),
        await signIn("malformed"),
        await signIn((await client.post("/signin/begin", {})).body.challenge),
        await signIn(body.challenge),
      ];
    };
    await answersFor(ref);
    expect(await answersFor(ref)).toEqual(await answersFor(company.store.tenantId));
  });

  it("a verification link leads to nothing", async () => {
    const id = await company.asked();
    await company.alex.decide(id);
    const other = id.slice(0, -1) + ref.charAt(0);
    const answer = await fetchWorker(`${ORIGIN}/public/log/entries/${other}/verification`);
    expect(answer.status).toBe(ref.startsWith("0") ? 200 : 404);
  });
});

it.each([
  ["no ref", "cs_test_123456789012345678901234567890123456"],
  ["a short ref", "cs_test_0unknow_123456789012345678901234567890123456"],
  ["a ref with another character", "cs_test_0unkn-wn_123456789012345678901234567890123456"],
  ["an empty ref", "cs_test__123456789012345678901234567890123456"],
])("a key with %s is refused before any Desk is called", async (_name, key) => {
  const DESK = {
    getByName: () => expect.unreachable("a Desk was called"),
  } as unknown as typeof bindings.DESK;
  const request = new Request(`${ORIGIN}/api/confirmations`, { headers: { "x-api-key": key } });
  const answer = await app.fetch(request, { ...bindings, DESK }, createExecutionContext());
  expect(answer.status).toBe(401);
});
