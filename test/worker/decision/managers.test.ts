import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import { BrowserClient } from "../../support/browser-client.ts";
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

// Who manages people: everybody with that role and an active passkey, and nobody else.

/** Several people, each with an invitation, a passkey and signatures, on a machine that may be busy. */
const COMPANY_MAX_MILLISECONDS = 30_000;

let platform: Platform;
afterAll(() => reset());
beforeAll(async () => {
  platform = await freshPlatform();
});

const invite = async (company: Company, username: string, role: string) =>
  company.people("POST", "/api/invites", { username, role });
const requestRole = async (company: Company, username: string, role: string) =>
  company.people("POST", "/api/roles", { username, role });

/** People who were invited in this role and have no passkey. Their names come first in the alphabet. */
async function insertInvited({ store }: Company, count: number, role = "admin"): Promise<void> {
  for (let n = 0; n < count; n++) {
    const id = `a${insertedPeople++}`;
    await rows(
      "INSERT INTO people (tenant_id, id, username, role, user_handle, created_at) VALUES (?1, ?2, ?2, ?3, ?2, 1)",
      store.tenantId,
      id,
      role,
    );
  }
}
let insertedPeople = 0;

/** As if all of them had enrolled. */
async function insertPasskeys({ store, alex }: Company): Promise<void> {
  await rows(
    `INSERT INTO credentials SELECT c.tenant_id, p.id || c.id, p.id, c.label, printf('%04d', p.rowid) || c.public_key, c.algorithm, c.sign_count,
      c.backup_eligible, c.backed_up, c.transports, c.created_at, c.endorsed_seq, c.revoked_at, c.last_used_at,
      c.counter_regressed_at FROM people p JOIN credentials c ON c.tenant_id = p.tenant_id AND c.id = ?2
      WHERE p.tenant_id = ?1 AND NOT EXISTS (SELECT 1 FROM credentials k WHERE k.person_id = p.id)`,
    store.tenantId,
    alex.passkey.credential.id,
  );
}

describe("people who were only invited", { timeout: COMPANY_MAX_MILLISECONDS }, () => {
  it("are not asked to sign, however many there are", async () => {
    const company = await newCompany(platform, "Many");
    await insertInvited(company, 64);
    const invited = await invite(company, "maria", "approver");
    const maria = await BrowserClient.create(fetchWorker, ORIGIN);
    const request = idOf((await maria.enrol(invited.body.enrolUrl)).body.approval);
    const [row] = await rows("SELECT policy FROM confirmations WHERE id = ?1", request);
    expect(row?.["policy"]).toBeNull();
    expect((await company.alex.decide(request)).body.status).toBe("approved");
    const role = await requestRole(company, "maria", "developer");
    expect((await company.alex.decide(idOf(role.body.url))).body.status).toBe("approved");
    expect(await auditOf(company)).toBe("");
  });

  it("are asked once they have enrolled", async () => {
    const company = await newCompany(platform, "Once");
    const bea = await company.enrolled("bea", "admin");
    const invited = await invite(company, "maria", "approver");
    const maria = await BrowserClient.create(fetchWorker, ORIGIN);
    const request = idOf((await maria.enrol(invited.body.enrolUrl)).body.approval);
    expect((await company.alex.approvalPage(request)).status).toBe(200);
    expect((await bea.decide(request)).body.status).toBe("approved");
  });

  it("wait until the owner's passkey is in the log", async () => {
    const company = await newCompany(platform, "Log");
    const invited = await invite(company, "maria", "approver");
    const { tenantId } = company.store;
    await rows("UPDATE outbox SET idx = NULL WHERE tenant_id = ?1 AND seq = 0", tenantId);
    await rows("UPDATE credentials SET endorsed_seq = NULL WHERE tenant_id = ?1", tenantId);
    const maria = await BrowserClient.create(fetchWorker, ORIGIN);
    const { body } = await maria.enrol(invited.body.enrolUrl);
    expect((await company.alex.decide(idOf(body.approval))).body.status).toBe("approved");
  });
});

describe("only owners are asked", { timeout: COMPANY_MAX_MILLISECONDS }, () => {
  let company: Company;
  let bea: BrowserClient;
  let oda: BrowserClient;
  beforeAll(async () => {
    company = await newCompany(platform, "Makers");
    bea = await company.enrolled("bea", "admin");
    oda = await company.enrolled("oda");
    const promoted = await requestRole(company, "oda", "owner");
    await company.alex.decide(idOf(promoted.body.url));
  });
  /** The statuses of the page for the admin and the two owners. */
  const asked = async (request: string): Promise<readonly number[]> =>
    Promise.all([bea, company.alex, oda].map(async (client) => (await client.approvalPage(request)).status));

  it("to let an invited admin in, and the admin's page says so", async () => {
    const invited = await invite(company, "dan", "admin");
    const dan = await BrowserClient.create(fetchWorker, ORIGIN);
    const request = idOf((await dan.enrol(invited.body.enrolUrl)).body.approval);
    expect(await asked(request)).toEqual([404, 200, 200]);
    expect(await (await dan.get("/enrol/state")).json()).toMatchObject({ state: "waiting", signer: "owner" });
    expect((await oda.decide(request)).body.status).toBe("approved");
    expect((await dan.get("/inbox")).status).toBe(200);
  });

  it.each(["admin", "owner"])("to make somebody an %s", async (role) => {
    await company.enrolled(`next-${role}`);
    const request = idOf((await requestRole(company, `next-${role}`, role)).body.url);
    expect(await asked(request)).toEqual([404, 200, 200]);
    expect((await company.alex.decide(request)).body.status).toBe("approved");
  });

  it("and an admin signs for every other role, also for that of another admin", async () => {
    await company.enrolled("ada", "admin");
    const request = idOf((await requestRole(company, "ada", "developer")).body.url);
    expect(await asked(request)).toEqual([200, 200, 200]);
    expect((await bea.decide(request)).body.status).toBe("approved");
    expect(await auditOf(company)).toBe("");
  });
});

describe("a tenant has at most 56 who manage people", { timeout: COMPANY_MAX_MILLISECONDS }, () => {
  it("including invited ones, so that each of them can be asked", async () => {
    const company = await newCompany(platform, "Full");
    const maria = await company.enrolled("maria");
    await insertInvited(company, 54);
    expect((await invite(company, "last", "admin")).status).toBe(201);
    // A new link for somebody who is counted already.
    expect((await invite(company, "last", "admin")).status).toBe(201);
    const tables = await changedBy(async () => {
      expect(statusAndCode(await invite(company, "more", "admin"))).toEqual([409, "too_many_managers"]);
      expect(statusAndCode(await requestRole(company, "maria", "admin"))).toEqual([409, "too_many_managers"]);
    });
    expect(tables).toEqual([]);
    expect((await invite(company, "more", "approver")).status).toBe(201);
    expect((await requestRole(company, "maria", "developer")).status).toBe(201);
    expect((await maria.get("/inbox")).status).toBe(200);
  });

  it("also when several are signed for at the same time", async () => {
    const company = await newCompany(platform, "Together");
    await company.enrolled("maria");
    await company.enrolled("cy");
    await insertInvited(company, 54);
    await insertPasskeys(company);
    const asked = [await requestRole(company, "maria", "admin"), await requestRole(company, "cy", "admin")];
    const [first = "", second = ""] = asked.map(({ body }) => idOf(body.url));
    expect((await company.alex.decide(first)).body.status).toBe("approved");
    expect(statusAndCode(await company.alex.decide(second))).toEqual([409, "too_many_managers"]);
    expect((await company.alex.decide(second, { vote: "reject" })).body.status).toBe("rejected");
  });

  it("of whom 8 are owners", async () => {
    const company = await newCompany(platform, "Owners");
    await company.enrolled("maria");
    await insertInvited(company, 6, "owner");
    expect((await requestRole(company, "maria", "owner")).status).toBe(201);
    await insertInvited(company, 1, "owner");
    const refused = await requestRole(company, "maria", "owner");
    expect([...statusAndCode(refused), refused.body.detail]).toEqual([
      409,
      "too_many_managers",
      "there are 8 owners already, invited ones included; give one of them another role first",
    ]);
  });
});
