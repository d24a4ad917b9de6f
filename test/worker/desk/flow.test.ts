import { beforeAll, describe, expect, it } from "vitest";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { parseTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import { newPasskey } from "../../support/browser-client.ts";
import {
  freshPlatform,
  fetchWorker,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// From a request to a signed decision in the log, as a new user does it.

let company: Company;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
});

const payload = { service: "api", sha: "abc123" };
const read = async (id: string, query = "") =>
  (await company.api("GET", `/api/confirmations/${id}${query}`)).body;
const receipt = async (id: string) => {
  const headers = { "x-api-key": company.apiKey };
  return fetchWorker(`${ORIGIN}/api/confirmations/${id}/receipt`, { headers });
};

describe("a request", () => {
  it("is created, decided, sealed, proven and used once", async () => {
    const asked = await company.api("POST", "/api/confirmations", {
      username: "alex",
      action: "Deploy",
      payload,
    });
    expect([asked.status, asked.body]).toEqual([
      201,
      expect.objectContaining({ status: "pending", decisions: [], log: null }),
    ]);
    const { id, code } = asked.body;
    const page = await company.alex.approvalPage(id);
    expect(page.data).toMatchObject({
      code,
      payload: '{"service":"api","sha":"abc123"}',
      state: { canDecide: true },
    });

    const waiting = read(id, "?wait=25");
    const decided = await company.alex.decide(id, { reason: "looks right" });
    expect(decided).toMatchObject({
      status: 200,
      body: { status: "approved", sealed: true, mine: "approve" },
    });
    expect(await waiting).toMatchObject({
      status: "approved",
      credentialId: company.alex.passkey.credential.id,
      rawAssertion: { id: company.alex.passkey.credential.id, response: { signature: expect.any(String) } },
      decisions: [{ approver: "alex", decision: "approve", reason: "looks right" }],
      log: { index: expect.any(Number), origin: "localhost:8787/log" },
    });

    const file = new Uint8Array(await (await receipt(id)).arrayBuffer());
    const trust = expectOk(parseTrustPolicy(await (await fetchWorker(`${ORIGIN}/log/policy.txt`)).text()));
    const report = await verifyReceipt(file, { tenant: ANY_TENANT, trust });
    expect([report.verified, report.outcome]).toEqual([true, "approved"]);

    const use = (body: unknown) => company.api("POST", `/api/confirmations/${id}/consume`, { payload: body });
    expect((await use({ ...payload, sha: "abc124" })).body.code).toBe("argument_hash_mismatch");
    expect((await use({ sha: "abc123", service: "api" })).status).toBe(200);
    expect(await use(payload)).toMatchObject({ status: 409, body: { code: "already_consumed" } });
  });

  it("is rejected with the same signature, and proven", async () => {
    const id = await company.asked();
    await company.alex.decide(id, { vote: "reject", reason: "not on a Friday" });
    expect(await read(id)).toMatchObject({
      status: "rejected",
      decisions: [{ decision: "reject", reason: "not on a Friday" }],
    });
    const report = await verifyReceipt(new Uint8Array(await (await receipt(id)).arrayBuffer()), {
      tenant: ANY_TENANT,
    });
    expect([report.verified, report.outcome]).toEqual([true, "rejected"]);
    const used = await company.api("POST", `/api/confirmations/${id}/consume`, { payload });
    expect(used.body.code).toBe("not_approved");
  });

  it("is cancelled by the requester, and then can't be decided", async () => {
    const id = await company.asked();
    const held = await company.alex.sign(id);
    expect((await company.api("POST", `/api/confirmations/${id}/cancel`)).body.status).toBe("cancelled");
    expect((await company.alex.post(`/approve/${id}/decision`, held)).body.code).toBe("already_decided");
    expect((await company.api("POST", `/api/confirmations/${id}/cancel`)).body.code).toBe("already_decided");
  });
});

describe("people", () => {
  it("enrol with a link, and their passkey is active once it is endorsed", async () => {
    const invited = await company.people("POST", "/api/invites", { username: "maria", role: "approver" });
    const { BrowserClient } = await import("../../support/browser-client.ts");
    const maria = await BrowserClient.create(fetchWorker, ORIGIN);
    const enrolled = await maria.enrol(invited.body.enrolUrl);
    expect(enrolled.body).toMatchObject({ stream: null, active: false, approval: expect.any(String) });
    const question = { username: "maria", action: "Pay", payload: {} };
    const early = await company.api("POST", "/api/confirmations", question);
    expect([early.status, early.body.code]).toEqual([409, "approver_without_passkey"]);
    expect((await maria.decide(idOf(enrolled.body.approval)).catch(() => undefined))?.status).not.toBe(200);

    await company.alex.decide(idOf(enrolled.body.approval));
    const id = (await company.api("POST", "/api/confirmations", question)).body.id;
    expect((await maria.decide(id)).body.status).toBe("approved");
    const report = await verifyReceipt(new Uint8Array(await (await receipt(id)).arrayBuffer()), {
      tenant: ANY_TENANT,
    });
    expect(report.verified).toBe(true);
    expect((await maria.enrol(invited.body.enrolUrl)).body.code).toBe("enrolment_used");
  });

  it("add a second passkey by signing with the first, and revoke one at once", async () => {
    const second = await newPasskey(ORIGIN);
    const added = await company.alex.addDevice(second);
    const id = await company.asked();
    expect((await company.alex.decide(id, { passkey: second })).body.code).toBe("unknown_credential");
    await company.alex.decide(idOf(added.body.approval));
    expect((await company.alex.decide(await company.asked(), { passkey: second })).body.status).toBe(
      "approved",
    );

    const revoked = await company.alex.post(`/devices/${second.credential.id}/revoke`, {});
    const held = await company.alex.sign(id, { passkey: second });
    await company.alex.decide(idOf(revoked.body.approval));
    expect((await company.alex.post(`/approve/${id}/decision`, held)).body.code).toBe("unknown_credential");
    expect((await company.alex.decide(id)).body.status).toBe("approved");
  });

  it("sign in with the passkey alone, and sign out", async () => {
    const { alex } = company;
    alex.cookie = "";
    expect((await alex.post("/devices/begin", {})).body.code).toBe("session_required");
    expect((await alex.signIn()).status).toBe(200);
    expect((await alex.post("/devices/begin", {})).status).toBe(200);
    const held = alex.cookie;
    await alex.post("/signout", {});
    alex.cookie = held;
    expect((await alex.post("/devices/begin", {})).body.code).toBe("session_required");
    await alex.signIn();
  });
});
