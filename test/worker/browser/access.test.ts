import { OPERATOR, trailEntryOf } from "../../../src/app/acts/trail-entry.ts";
import { beforeAll, describe, expect, it } from "vitest";
import { createTenant } from "../../../src/app/account/create-tenant.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import { withRef } from "../../../src/core/confirmation/tenant-secret.ts";
import { backend, BrowserClient, hashOfText } from "../../support/browser-client.ts";
import { enrolPasskey } from "../../../src/store/account/enrolments.ts";
import {
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";
import { statuses } from "../support/rest-calls.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { auditOf } from "../support/http-audit.ts";
import { changedBy, rows } from "../support/database-rows.ts";

// What a link, a waiting passkey and a session give access to, and when that ends.

let platform: Platform;
beforeAll(async () => {
  platform = await freshPlatform();
});

const newClient = () => BrowserClient.create(fetchWorker, ORIGIN);

describe("before the owner has enrolled", () => {
  it.each(["admin", "developer", "auditor", "approver"])(
    "a link for the role %s makes no passkey, and works once the owner has enrolled",
    async (role) => {
      const tenant = await createTenant(platform, `Early ${role}`, "alex");
      const people = backend(fetchWorker, ORIGIN, tenant.peopleKey);
      const { body } = await people("POST", "/api/invites", { username: "maria", role });
      const maria = await newClient();
      const differs = await changedBy(async () => {
        const refused = await maria.enrol(body.enrolUrl);
        expect(statusAndCode(refused)).toEqual([409, "owner_not_enrolled"]);
        expect(refused.body.detail).toContain("then open this link again");
      });
      // Neither a challenge was issued nor the link used.
      expect([differs, maria.cookie]).toEqual([[], ""]);
      const alex = await newClient();
      expect((await alex.enrol(tenant.enrolUrl)).body).toMatchObject({ active: true });
      expect((await maria.enrol(body.enrolUrl)).body).toMatchObject({ active: false, stream: null });
    },
  );

  it("no statement begins the stream for anybody but an owner", async () => {
    const { store, peopleKey } = await createTenant(platform, "Forced", "alex");
    const people = backend(fetchWorker, ORIGIN, peopleKey);
    await people("POST", "/api/invites", { username: "maria", role: "admin" });
    const [link] = await rows(
      "SELECT e.id, e.person_id FROM enrolments e JOIN people p ON p.id = e.person_id WHERE e.tenant_id = ?1 AND p.username = 'maria'",
      store.tenantId,
    );
    const passkey = {
      id: "AAAA",
      personId: String(link?.["person_id"]),
      label: "",
      publicKey: "AAAA",
      algorithm: -7,
      signCount: 0,
      backupEligible: false,
      backedUp: false,
      transports: "",
      createdAt: 1,
    };
    const first = { stream: "00", at: 1, entrySalt: "", payloadSalt: "", body: "{}" };
    const use = { enrolment: String(link?.["id"]), attempt: "s_1", now: 1 };
    const entry = trailEntryOf(platform, OPERATOR, { act: "passkey.created" });
    await enrolPasskey(store, use, passkey, first, entry);
    expect((await store.own()).stream).toBe(null);
    expect(await rows("SELECT seq FROM outbox WHERE tenant_id = ?1", store.tenantId)).toEqual([]);
  });
});

const REJECTION = { vote: "reject", reason: "I do not know this passkey" } as const;

/** Invites this person and returns the link. */
async function invited(company: Company, username: string): Promise<string> {
  const answer = await company.people("POST", "/api/invites", { username, role: "approver" });
  expect(answer.status).toBe(201);
  return answer.body.enrolUrl;
}

/** Enrols a new browser with this link. Its passkey is not endorsed. */
async function enrolledBy(
  link: string,
): Promise<{ readonly client: BrowserClient; readonly request: string }> {
  const client = await newClient();
  const { status, body } = await client.enrol(link);
  expect([status, body.active]).toEqual([200, false]);
  return { client, request: idOf(body.approval) };
}

/** The passkey of this browser gives no access, neither by its session nor by a new sign-in. */
async function expectEnded(client: BrowserClient): Promise<void> {
  expect((await client.get("/enrol/state")).status).toBe(401);
  expect(statusAndCode(await client.signIn())).toEqual([403, "unknown_credential"]);
}

async function expectSuperseded(link: string): Promise<void> {
  const client = await newClient();
  const refused = await client.enrol(link);
  expect(statusAndCode(refused)).toEqual([410, "enrolment_superseded"]);
  expect(refused.body.detail).toContain("ask for a new one");
}

describe("a person's links", { timeout: 30_000 }, () => {
  it("are void once a newer one exists, and a passkey that waits ends with them", async () => {
    const company = await newCompany(platform, "Newer");
    const first = await invited(company, "maria");
    const second = await invited(company, "maria");
    await expectSuperseded(first);
    const waiting = await enrolledBy(second);
    const third = await invited(company, "maria");
    await expectEnded(waiting.client);
    // Its request is closed, so that nobody endorses it by mistake.
    expect((await company.alex.approvalPage(waiting.request)).data.state.status).toBe("cancelled");
    const { request } = await enrolledBy(third);
    expect((await company.alex.decide(request)).body.status).toBe("approved");
    expect(await auditOf(company)).toBe("");
  });

  it("of a recovery are void once a newer one exists, and an invitation needs a person without a passkey", async () => {
    const company = await newCompany(platform, "Recoveries");
    const maria = await company.enrolled("maria");
    const recover = async () =>
      (await company.people("POST", "/api/recoveries", { username: "maria" })).body.enrolUrl;
    const first = await recover();
    const waiting = await enrolledBy(await recover());
    await expectSuperseded(first);
    const last = await recover();
    await expectEnded(waiting.client);
    expect((await maria.get("/inbox/items")).status).toBe(200);
    await enrolledBy(last);
    const again = await company.people("POST", "/api/invites", { username: "maria", role: "approver" });
    expect(statusAndCode(again)).toEqual([409, "username_taken"]);
  });

  it("are void once one of them is used, also by somebody who has it open", async () => {
    const company = await newCompany(platform, "Used");
    const link = await invited(company, "maria");
    // Two links that are both unused: only an operator could make them.
    const other = await invited(company, "maria");
    await rows("UPDATE enrolments SET voided_at = NULL");
    const open = await newClient();
    const { body } = await open.post("/enrol/begin", { secret: new URL(link).hash.slice(1) });
    await enrolledBy(other);
    await expectSuperseded(link);
    const finished = await open.finishEnrolment(link, body);
    expect([statusAndCode(finished), open.cookie]).toEqual([[410, "enrolment_superseded"], ""]);
  });

  it("are used once, also if two are used at the same moment", async () => {
    const company = await newCompany(platform, "Moment");
    for (let round = 0; round < 4; round++) {
      const links = [await invited(company, `maria-${round}`), await invited(company, `maria-${round}`)];
      await rows("UPDATE enrolments SET voided_at = NULL");
      const answers = await Promise.all(links.map(async (link) => (await newClient()).enrol(link)));
      expect(statuses(answers)).toEqual([200, 410]);
    }
  });
});

describe("rejecting", { timeout: 30_000 }, () => {
  it("an endorsement ends the passkey, its session and the person's links", async () => {
    const company = await newCompany(platform, "Reject");
    const { client, request } = await enrolledBy(await invited(company, "maria"));
    const secret = withRef(company.store.tenantId, "A".repeat(43));
    // An unused link next to it: only an operator could make it.
    await rows(
      "INSERT INTO enrolments SELECT tenant_id, 'e_unused', ?1, person_id, created_at, expires_at, NULL, NULL, 0, NULL, NULL, 'person', '' FROM enrolments WHERE tenant_id = ?2 AND used_at IS NOT NULL ORDER BY id DESC LIMIT 1",
      hashOfText(secret),
      company.store.tenantId,
    );
    const unused = `${ORIGIN}/enrol#${secret}`;
    expect((await company.alex.decide(request, REJECTION)).body.status).toBe("rejected");
    await expectEnded(client);
    await expectSuperseded(unused);
    expect(await auditOf(company)).toBe("");
  });

  it("a recovery ends the new passkey and its session, and leaves the person's own passkeys", async () => {
    const company = await newCompany(platform, "Refused");
    const maria = await company.enrolled("maria");
    const recovery = await company.people("POST", "/api/recoveries", { username: "maria" });
    const { client, request } = await enrolledBy(recovery.body.enrolUrl);
    expect((await company.alex.decide(request, REJECTION)).body.status).toBe("rejected");
    await expectEnded(client);
    expect((await maria.decide(await company.asked("maria"))).body.status).toBe("approved");
    expect(await auditOf(company)).toBe("");
  });

  it("the endorsement of a further passkey ends it", async () => {
    const { alex } = await newCompany(platform, "Further");
    const further = new BrowserClient(fetchWorker, ORIGIN, (await newClient()).passkey);
    further.userHandle = alex.userHandle;
    const { body } = await alex.addDevice(further.passkey);
    await further.signIn();
    expect((await alex.decide(idOf(body.approval), REJECTION)).body.status).toBe("rejected");
    await expectEnded(further);
    expect((await alex.get("/inbox/items")).status).toBe(200);
  });
});

describe("a passkey that was ended before it was endorsed", { timeout: 30_000 }, () => {
  it("can no longer be endorsed, also by a signature that is on its way", async () => {
    const company = await newCompany(platform, "Late");
    const { client, request } = await enrolledBy(await invited(company, "maria"));
    const signed = await company.alex.sign(request);
    await rows("UPDATE credentials SET revoked_at = 1 WHERE id = ?1", client.passkey.credential.id);
    const late = await company.alex.post(`/approve/${request}/decision`, signed);
    expect(statusAndCode(late)).toEqual([409, "passkey_removed"]);
    expect(await auditOf(company)).toBe("");
  });

  it("is endorsed or ended, never both, if both happen at the same moment", async () => {
    const company = await newCompany(platform, "Both");
    for (let round = 0; round < 4; round++) {
      const username = `maria-${round}`;
      const { client, request } = await enrolledBy(await invited(company, username));
      const signed = await company.alex.sign(request);
      await Promise.all([
        company.alex.post(`/approve/${request}/decision`, signed),
        company.people("POST", "/api/invites", { username, role: "approver" }),
      ]);
      const [passkey] = await rows(
        "SELECT endorsed_seq, revoked_at FROM credentials WHERE id = ?1",
        client.passkey.credential.id,
      );
      expect(
        [passkey?.["endorsed_seq"], passkey?.["revoked_at"]].filter((value) => value !== null),
      ).toHaveLength(1);
    }
    expect(await auditOf(company)).toBe("");
  });
});
