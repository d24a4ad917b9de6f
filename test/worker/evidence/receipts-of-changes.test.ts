import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCurrent } from "../../../src/app/confirmation/read.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { RECEIPT_MEDIA_TYPE } from "../../../src/core/evidence/receipt.ts";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { BrowserClient, newPasskey } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import { auditOf } from "../support/http-audit.ts";
import { trust } from "../support/log-audit.ts";
import { personNamed } from "../support/signed-decisions.ts";
import {
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
  runtimeOf,
} from "../support/worker-fixture.ts";

// Receipts that people download with their session: of what they decided, and of changes, which no API key can read.

const DAY_MILLISECONDS = 24 * 3_600_000;

let platform: Platform;
let runtime: Runtime;
let company: Company;
let boris: BrowserClient;
let maria: BrowserClient;
let stream: string;
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  runtime = runtimeOf(company.store);
  boris = await company.enrolled("boris", "admin");
  maria = await company.enrolled("maria");
  stream = (await company.store.own()).stream ?? "";
});
afterAll(() => reset());

const receiptOf = async (client: BrowserClient, id: string): Promise<Response> =>
  client.get(`/approve/${id}/receipt`);

/** What a verifier finds who knows the tenant and trusts the log. */
async function verdictOf(client: BrowserClient, id: string) {
  const response = await receiptOf(client, id);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, RECEIPT_MEDIA_TYPE]);
  expect(response.headers.get("content-disposition")).toBe(`attachment; filename="receipt-${id}.json"`);
  const file = new Uint8Array(await response.arrayBuffer());
  const { receipt, checks, verified, outcome } = await verifyReceipt(file, {
    tenant: stream,
    trust: await trust(),
  });
  const failed = checks.filter(({ status }) => status === "failed").map(({ name }) => name);
  const revocation = checks.find(({ name }) => name === "revocation")?.status;
  const signers = receipt?.decision.evidence.signers.length;
  return { type: receipt?.decision.record.type, outcome, verified, failed, revocation, signers };
}

/** Somebody who lost every passkey has enrolled a new one. Returns the request to replace the old ones. */
async function recoveryOf(username: string): Promise<string> {
  await company.enrolled(username);
  const { body: link } = await company.people("POST", "/api/recoveries", { username });
  const client = await BrowserClient.create(fetchWorker, ORIGIN);
  return idOf((await client.enrol(link.enrolUrl)).body.approval);
}

interface Change {
  readonly type: string;
  /** Returns the request, and who signs it. */
  readonly ask: () => Promise<readonly [id: string, ...signers: BrowserClient[]]>;
}

const CHANGES: readonly Change[] = [
  {
    type: "credential.endorsed",
    ask: async () => {
      const { body: link } = await company.people("POST", "/api/invites", {
        username: "nina",
        role: "approver",
      });
      const nina = await BrowserClient.create(fetchWorker, ORIGIN);
      return [idOf((await nina.enrol(link.enrolUrl)).body.approval), company.alex];
    },
  },
  {
    type: "credential.endorsed",
    ask: async () => [idOf((await maria.addDevice(await newPasskey(ORIGIN))).body.approval), maria],
  },
  {
    type: "credential.revoked",
    ask: async () => {
      const spare = await newPasskey(ORIGIN);
      await maria.decide(idOf((await maria.addDevice(spare)).body.approval));
      const { body } = await maria.post(`/devices/${spare.credential.id}/revoke`, {});
      return [idOf(body.approval), maria];
    },
  },
  {
    type: "role.changed",
    ask: async () => {
      await company.enrolled("otto");
      const { body } = await company.people("POST", "/api/roles", { username: "otto", role: "developer" });
      return [idOf(body.url), boris];
    },
  },
  { type: "recovered", ask: async () => [await recoveryOf("rae"), company.alex, boris] },
  {
    type: "revealed",
    ask: async () => {
      const id = await company.asked("maria");
      await maria.decide(id);
      return [idOf((await boris.post(`/approve/${id}/reveal`, {})).body.approval), boris];
    },
  },
];

describe("everybody who is asked gets a receipt that verifies", { timeout: 30_000 }, () => {
  it.each(CHANGES.map((change, place) => [`${change.type} (${place + 1})`, change] as const))(
    "of the change %s",
    async (_name, { type, ask }) => {
      const [id, ...signers] = await ask();
      for (const signer of signers) expect((await signer.decide(id)).status).toBe(200);
      const expected = { type, outcome: "approved", verified: true, failed: [], revocation: "passed" };
      for (const signer of signers)
        expect(await verdictOf(signer, id)).toEqual({ ...expected, signers: signers.length });
    },
  );

  it.each(["approve", "reject"] as const)("of a decision to %s", async (vote) => {
    const id = await company.asked("maria");
    await maria.decide(id, { vote });
    const outcome = vote === "approve" ? "approved" : "rejected";
    expect(await verdictOf(maria, id)).toMatchObject({ type: "decision", outcome, verified: true });
    const byKey = await fetchWorker(`${ORIGIN}/api/confirmations/${id}/receipt`, {
      headers: { "x-api-key": company.apiKey },
    });
    expect(await byKey.text()).toBe(await (await receiptOf(maria, id)).text());
  });

  it("of a change that was rejected, and has no effect", async () => {
    const id = await recoveryOf("ria");
    await boris.decide(id);
    await company.alex.decide(id, { vote: "reject" });
    expect(await verdictOf(boris, id)).toMatchObject({
      type: "decision",
      outcome: "rejected",
      verified: true,
    });
  });
});

describe("nobody else gets a receipt", () => {
  it("neither a person who is not asked, nor the person concerned, nor another tenant", async () => {
    const other = await newCompany(platform, "Other");
    const { body } = await company.people("POST", "/api/invites", { username: "pia", role: "approver" });
    const pia = await BrowserClient.create(fetchWorker, ORIGIN);
    const endorsement = idOf((await pia.enrol(body.enrolUrl)).body.approval);
    expect((await receiptOf(pia, endorsement)).status).toBe(403);
    await company.alex.decide(endorsement);
    const decision = await company.asked("maria");
    await maria.decide(decision);
    const absent = await (await receiptOf(pia, "c_absent")).json<Record<string, unknown>>();
    for (const [client, id] of [
      [pia, endorsement],
      [pia, decision],
      [maria, endorsement],
      [boris, decision],
      [other.alex, endorsement],
      [other.alex, decision],
    ] as const) {
      const refused = await receiptOf(client, id);
      const {
        instance: _instance,
        requestId: _request,
        ...problem
      } = await refused.json<Record<string, unknown>>();
      expect(refused.status).toBe(404);
      expect(absent).toMatchObject(problem);
    }
    const signedOut = await BrowserClient.create(fetchWorker, ORIGIN);
    expect((await receiptOf(signedOut, decision)).status).toBe(401);
    const headers = { "x-api-key": company.apiKey };
    const byKey = await fetchWorker(`${ORIGIN}/api/confirmations/${endorsement}/receipt`, { headers });
    expect(byKey.status).toBe(404);
  });

  it("before the outcome is sealed", async () => {
    const id = await company.asked("maria");
    expect((await receiptOf(maria, id)).status).toBe(404);
  });
});

it("a receipt names nobody who did not sign and does not manage people", async () => {
  const zoe = await company.enrolled("zoe-unrelated");
  const { id } = await personNamed(company.store, "zoe-unrelated");
  const [passkey] = await rows("SELECT public_key FROM credentials WHERE person_id = ?1", id);
  const text = async (client: BrowserClient, username: string) => {
    const decision = await company.asked(username);
    await client.decide(decision);
    return (await receiptOf(client, decision)).text();
  };
  const [others, own] = [await text(maria, "maria"), await text(zoe, "zoe-unrelated")];
  for (const secret of ["zoe-unrelated", String(passkey?.["public_key"])])
    expect([others.includes(secret), own.includes(secret)]).toEqual([false, true]);
  // Her changes are there, so that none can be left out.
  expect(others).toContain(id);
});

describe("a request that expires after some of its signatures", { timeout: 30_000 }, () => {
  it("has a receipt that says so, and the history passes the audit", async () => {
    const own = await newCompany(platform, "Late");
    const admin = await own.enrolled("boris", "admin");
    await own.enrolled("rae");
    const { body: link } = await own.people("POST", "/api/recoveries", { username: "rae" });
    const client = await BrowserClient.create(fetchWorker, ORIGIN);
    const id = idOf((await client.enrol(link.enrolUrl)).body.approval);
    await admin.decide(id);
    const unsigned = await own.asked("boris");
    const later = { ...runtime, now: () => Date.now() + 8 * DAY_MILLISECONDS };
    for (const request of [unsigned, id]) {
      const { row } = expectOk(await loadCurrent(later, own.store, request));
      expect(row.status).toBe("expired");
    }
    stream = (await own.store.own()).stream ?? "";
    const expired = { type: "decision", outcome: "expired", verified: true, failed: [] };
    expect(await verdictOf(admin, id)).toEqual({ ...expired, revocation: "passed", signers: 1 });
    expect(await verdictOf(admin, unsigned)).toEqual({ ...expired, revocation: "absent", signers: 0 });
    expect(await auditOf(own)).toBe("");
  });
});
