import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Inbox } from "../../../src/core/pages/inbox.ts";
import { isRevealed } from "../../../src/store/stream/reveals.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { fromBase64url, toHex } from "../../../src/core/encoding/bytes.ts";
import { recordCommit } from "../../../src/core/stream/record.ts";
import { verifications } from "../../../src/http/public/verification-handler.ts";
import { parseReceipt } from "../../../src/core/evidence/receipt.ts";
import type { Answered, BrowserClient } from "../../support/browser-client.ts";
import { auditOf } from "../support/http-audit.ts";
import {
  freshPlatform,
  fetchWorker,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { changedBy, rows } from "../support/database-rows.ts";

// Making one decision public: a session requests it, a passkey signs it, and it takes effect once it is sealed.

let company: Company;
let other: Company;
let bea: BrowserClient;
let maria: BrowserClient;
afterAll(() => reset());
beforeAll(async () => {
  const runtime = await freshPlatform();
  company = await newCompany(runtime);
  other = await newCompany(runtime, "Other");
  bea = await company.enrolled("bea", "admin");
  maria = await company.enrolled("maria");
});

async function decided(vote: "approve" | "reject" = "approve"): Promise<string> {
  const id = await company.asked("maria");
  await maria.decide(id, { vote });
  return id;
}

const ask = (by: BrowserClient, id: string, what: "reveal" | "withdraw") =>
  by.post(`/approve/${id}/${what}`, {});
/** As ten seconds later: what was remembered is forgotten. */
const publicAnswer = async (id: string): Promise<Answered["body"]> => {
  verifications.clear();
  return (await fetchWorker(`${ORIGIN}/public/log/entries/${id}/verification`)).json();
};
/** Requested and signed by the same person. */
async function requestAndSign(by: BrowserClient, id: string, what: "reveal" | "withdraw"): Promise<void> {
  const asked = await ask(by, id, what);
  expect(asked.status).toBe(200);
  expect((await by.decide(idOf(asked.body.approval))).body.status).toBe("approved");
}

async function publishPage(
  by: BrowserClient,
  id: string,
): Promise<{ status: number; data: Answered["body"] }> {
  const response = await by.get(`/approve/${id}/publish`);
  const block = /<script type="application\/json" id="data">([^<]+)<\/script>/.exec(await response.text());
  return { status: response.status, data: block ? JSON.parse(block[1] ?? "") : undefined };
}

describe("a decision", () => {
  it("is public only after an admin has signed for it, and can be withdrawn", async () => {
    const id = await decided();
    expect(await publicAnswer(id)).toMatchObject({ outcome: "approved", receipt: null });
    const asked = await ask(bea, id, "reveal");
    expect([asked.status, (await ask(bea, id, "reveal")).body]).toEqual([200, asked.body]);
    expect((await publicAnswer(id)).receipt).toBeNull();
    expect((await bea.decide(idOf(asked.body.approval))).body.status).toBe("approved");

    const { receipt } = await publicAnswer(id);
    expect(receipt.decision.evidence).toMatchObject({
      payload: { service: "api", sha: "abc123" },
      signers: [{ statement: { action: "Deploy to production", approver: { username: "maria" } } }],
    });
    expect(await isRevealed(company.store, id)).toBe(true);
    expect(statusAndCode(await ask(bea, id, "reveal"))).toEqual([409, "already_decided"]);

    await requestAndSign(company.alex, id, "withdraw");
    expect((await publicAnswer(id)).receipt).toBeNull();
    expect(await isRevealed(company.store, id)).toBe(false);
    expect(statusAndCode(await ask(bea, id, "withdraw"))).toEqual([409, "already_decided"]);
    const records = "SELECT type FROM outbox WHERE type = 'revealed' AND idx IS NOT NULL";
    expect(await rows(records)).toHaveLength(2);
    // It can be published again with another signature.
    await requestAndSign(bea, id, "reveal");
    expect(await isRevealed(company.store, id)).toBe(true);
  });

  it("is identified in the signed change by its own record", async () => {
    const id = await decided();
    const asked = await ask(bea, id, "reveal");
    const { data } = await bea.approvalPage(idOf(asked.body.approval));
    const headers = { "x-api-key": company.apiKey };
    const file = await fetchWorker(`${ORIGIN}/api/confirmations/${id}/receipt`, { headers });
    const { decision } = expectOk(parseReceipt(new Uint8Array(await file.arrayBuffer())));
    const salt = expectOk(fromBase64url(decision.entrySalt));
    expect(JSON.parse(data.payload)).toEqual({
      v: 1,
      kind: "countersign/change",
      change: "revealed",
      confirmation: id,
      decided: { seq: decision.record.seq, commit: toHex(recordCommit(decision.record, salt)) },
      action: "Deploy to production",
      payloadHash: decision.evidence.payloadHash,
      shown: true,
    });
  });

  it("that was rejected can also be made public", async () => {
    const id = await decided("reject");
    await requestAndSign(company.alex, id, "reveal");
    expect(await publicAnswer(id)).toMatchObject({ outcome: "rejected", receipt: { v: 3 } });
  });

  it("stays hidden if the person who requested the publication rejects it", async () => {
    const id = await decided();
    const asked = await ask(bea, id, "reveal");
    await bea.decide(idOf(asked.body.approval), { vote: "reject" });
    expect((await publicAnswer(id)).receipt).toBeNull();
  });
});

describe("a publication is refused", () => {
  it("to people who manage nobody, to other tenants, and for requests without a decision: all look absent", async () => {
    const approved = await decided();
    const pending = await company.asked("maria");
    const cancelled = await company.asked("maria");
    await company.api("POST", `/api/confirmations/${cancelled}/cancel`);
    const change = idOf((await ask(bea, approved, "reveal")).body.approval);
    const callers: readonly (readonly [BrowserClient, string])[] = [
      [maria, approved],
      [other.alex, approved],
      [company.alex, pending],
      [company.alex, cancelled],
      [company.alex, change],
      [company.alex, "c_absent"],
    ];
    for (const [by, id] of callers) {
      const differs = await changedBy(async () => {
        for (const what of ["reveal", "withdraw"] as const)
          expect(statusAndCode(await ask(by, id, what))).toEqual([404, "not_found"]);
        expect((await publishPage(by, id)).status).toBe(404);
      });
      expect(differs).toEqual([]);
    }
  });

  it("when a decision is withdrawn that is not public", async () => {
    expect(statusAndCode(await ask(bea, await decided(), "withdraw"))).toEqual([409, "already_decided"]);
  });

  it("to a person who lost the admin role before signing", async () => {
    const id = await decided();
    const ada = await company.enrolled("ada", "admin");
    const asked = await ask(ada, id, "reveal");
    const change = await company.people("POST", "/api/roles", { username: "ada", role: "approver" });
    await company.alex.decide(idOf(change.body.url));
    expect(statusAndCode(await ada.decide(idOf(asked.body.approval)))).toEqual([403, "not_an_approver"]);
    expect((await publicAnswer(id)).receipt).toBeNull();
  });
});

it("an auditor finds every publication in a complete history", async () => {
  expect(await rows("SELECT count(*) AS n FROM outbox WHERE type = 'revealed'")).toEqual([{ n: 4 }]);
  expect(await auditOf(company)).toBe("");
});

describe("the pages", () => {
  it("show an admin what would become public, and where", async () => {
    const id = await decided();
    const { status, data } = await publishPage(bea, id);
    expect([status, data]).toEqual([
      200,
      {
        id,
        tenant: "Acme",
        username: "bea",
        mode: "live",
        action: "Deploy to production",
        payload: '{"service":"api","sha":"abc123"}',
        payloadHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        status: "approved",
        decidedAt: expect.any(String),
        decidedBy: ["maria"],
        shown: false,
        link: `${ORIGIN}/verify?id=${id}`,
      },
    ]);
    await requestAndSign(bea, id, "reveal");
    expect((await publishPage(bea, id)).data.shown).toBe(true);
  });

  it("offer publication in the inbox of people who manage people", async () => {
    const id = await company.asked("alex");
    const itemsShownTo = async (by: BrowserClient): Promise<Record<string, boolean | null>> => {
      const { decided } = await (await by.get("/inbox/items")).json<Inbox>();
      return Object.fromEntries(decided.map((item) => [item.id, item.shown]));
    };
    expect((await itemsShownTo(company.alex))[id]).toBeUndefined();
    await company.alex.decide(id);
    expect((await itemsShownTo(company.alex))[id]).toBe(false);
    await requestAndSign(company.alex, id, "reveal");
    expect((await itemsShownTo(company.alex))[id]).toBe(true);
    expect(new Set(Object.values(await itemsShownTo(maria)))).toEqual(new Set([null]));
  });
});
