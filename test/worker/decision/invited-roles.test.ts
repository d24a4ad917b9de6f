import { reset } from "cloudflare:test";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTenant } from "../../../src/app/account/create-tenant.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import { backend, BrowserClient, type Answered } from "../../support/browser-client.ts";
import { changedBy, rows } from "../support/database-rows.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { auditOf } from "../support/http-audit.ts";
import {
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// The role of somebody who was invited and has no passkey that counts: a new invitation changes it.

/** Several people, each with an invitation, a passkey and signatures, on a machine that may be busy. */
const COMPANY_MAX_MILLISECONDS = 30_000;

let platform: Platform;
let company: Company;
afterAll(() => reset());
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
});

const invite = async (username: string, role: string): Promise<Answered> =>
  company.people("POST", "/api/invites", { username, role });
const roleOf = async (username: string) =>
  (await rows("SELECT role FROM people WHERE username = ?1", username))[0]?.["role"];

async function enrol(link: string): Promise<{ client: BrowserClient; answer: Answered }> {
  const client = await BrowserClient.create(fetchWorker, ORIGIN);
  return { client, answer: await client.enrol(link) };
}

it("can't be changed by a signature, and the refusal says what to do", async () => {
  await invite("maria", "approver");
  const request = async () => company.people("POST", "/api/roles", { username: "maria", role: "admin" });
  let refused: Answered | undefined;
  expect(await changedBy(async () => (refused = await request()))).toEqual([]);
  expect([refused?.status, refused?.body.code, refused?.body.detail]).toEqual([
    409,
    "not_enrolled",
    "maria has no endorsed passkey yet; invite maria again with the role admin",
  ]);
  const owner = await company.people("POST", "/api/roles", { username: "maria", role: "owner" });
  expect(owner.body.detail).toBe("maria has no endorsed passkey yet; ask again when there is one");
});

it(
  "is that of the newest invitation, and earlier links and passkeys end",
  async () => {
    const first = await invite("dan", "developer");
    const { answer } = await enrol(first.body.enrolUrl);
    const waiting = idOf(answer.body.approval);
    const second = await invite("dan", "admin");
    expect([second.status, await roleOf("dan")]).toEqual([201, "admin"]);
    expect((await company.alex.decide(waiting)).status).not.toBe(200);
    const third = await invite("dan", "auditor");
    expect((await enrol(second.body.enrolUrl)).answer.status).toBe(410);
    const { client, answer: enrolled } = await enrol(third.body.enrolUrl);
    expect((await company.alex.decide(idOf(enrolled.body.approval))).body.status).toBe("approved");
    expect([await roleOf("dan"), (await client.get("/inbox")).status]).toEqual(["auditor", 200]);
    expect(await auditOf(company)).toBe("");
    const changes = await changedBy(async () => {
      expect(statusAndCode(await invite("dan", "admin"))).toEqual([409, "username_taken"]);
    });
    expect(changes).toEqual([]);
  },
  COMPANY_MAX_MILLISECONDS,
);

it(
  "stays if the passkey was endorsed at the same moment",
  async () => {
    const { body } = await invite("eve", "auditor");
    const { answer } = await enrol(body.enrolUrl);
    await Promise.all([company.alex.decide(idOf(answer.body.approval)), invite("eve", "admin")]);
    const [sealed] = await rows(
      "SELECT count(*) AS count FROM credentials k JOIN people p ON p.id = k.person_id WHERE p.username = 'eve' AND endorsed_seq IS NOT NULL",
    );
    expect(await roleOf("eve")).toBe(sealed?.["count"] === 1 ? "auditor" : "admin");
    expect(await auditOf(company)).toBe("");
  },
  COMPANY_MAX_MILLISECONDS,
);

it("can't be taken from an owner who has not enrolled", async () => {
  const tenant = await createTenant(platform, "Early", "olga");
  const people = backend(fetchWorker, ORIGIN, tenant.peopleKey);
  const refused = await people("POST", "/api/invites", { username: "olga", role: "approver" });
  expect([...statusAndCode(refused), await roleOf("olga")]).toEqual([409, "username_taken", "owner"]);
  expect((await enrol(tenant.enrolUrl)).answer.status).toBe(200);
});
