import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import { toBase64url } from "../../../src/core/encoding/bytes.ts";
import { newPasskey, BrowserClient } from "../../support/browser-client.ts";
import { auditOf, receiptVerdict } from "../support/http-audit.ts";
import {
  freshPlatform,
  fetchWorker,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
  runtimeOf,
} from "../support/worker-fixture.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { changedBy, rows } from "../support/database-rows.ts";
import { insertActivePasskey, personNamed } from "../support/signed-decisions.ts";

// Who may sign, over HTTP: lost passkeys, changed roles, and rows that somebody with access to the database edited.

let platform: Platform;
afterAll(() => reset());
beforeAll(async () => {
  platform = await freshPlatform();
});

async function decidedBy(company: Company, username: string, client: BrowserClient): Promise<string> {
  const id = await company.asked(username);
  expect(statusAndCode(await client.decide(id))).toEqual([200, undefined]);
  return id;
}

/** The person is invited again and enrols a new device. */
async function loseDevice(
  company: Company,
  username: string,
): Promise<{ again: BrowserClient; request: string }> {
  const invited = await company.people("POST", "/api/recoveries", { username });
  expect(invited.status).toBe(201);
  const again = await BrowserClient.create(fetchWorker, ORIGIN);
  const { status, body } = await again.enrol(invited.body.enrolUrl);
  expect([status, body.active]).toEqual([200, false]);
  return { again, request: idOf(body.approval) };
}

const noticesOf = async (client: BrowserClient) => (await (await client.get("/inbox/items")).json()) as Inbox;
interface Inbox {
  readonly notices: readonly { readonly username: string; readonly signedBy: readonly string[] }[];
  readonly version: string;
}

/** Several people enrol and sign, on a machine that may be busy. */
const COMPANY_MAX_MILLISECONDS = 30_000;

describe("a recovery", { timeout: COMPANY_MAX_MILLISECONDS }, () => {
  it("needs two managers, notifies everybody, and locks out the lost device", async () => {
    const company = await newCompany(platform, "Two");
    const { alex } = company;
    const bea = await company.enrolled("bea", "admin");
    const maria = await company.enrolled("maria");
    const before = await decidedBy(company, "maria", maria);
    const { again, request } = await loseDevice(company, "maria");
    // Until it is signed, the lost passkey stays active and the new one is not.
    expect((await maria.get("/inbox")).status).toBe(200);
    expect((await again.approvalPage(request)).data).toMatchObject({ state: "waiting", signer: "managers" });
    expect((await maria.approvalPage(request)).status).toBe(404);

    const { data } = await bea.approvalPage(request);
    const { id: newKey } = again.passkey.credential;
    expect(JSON.parse(data.payload)).toMatchObject({
      change: "recovered",
      person: { username: "maria" },
      credential: { id: newKey },
      revoked: [maria.passkey.credential.id],
    });
    const { version } = await noticesOf(maria);
    expect((await bea.decide(request)).body.status).toBe("pending");
    await decidedBy(company, "maria", maria);
    expect((await noticesOf(maria)).notices).toEqual([]);
    expect((await alex.decide(request)).body.status).toBe("approved");

    // The lost device can't read or decide any more, and its passkey can't sign in.
    const held = await company.asked("maria");
    expect(statusAndCode(await maria.post(`/approve/${held}/ceremony`, {}))).toEqual([
      401,
      "session_required",
    ]);
    expect(statusAndCode(await maria.signIn())).toEqual([403, "unknown_credential"]);
    expect((await again.decide(held)).body.status).toBe("approved");
    expect(await receiptVerdict(company, held)).toEqual(["", true]);
    expect(await receiptVerdict(company, before)).toEqual(["", true]);
    for (const person of [alex, bea, again]) {
      const { notices, version: now } = await noticesOf(person);
      expect(notices).toEqual([{ username: "maria", at: expect.any(String), signedBy: ["alex", "bea"] }]);
      expect(now).not.toBe(version);
    }
    expect(await auditOf(company)).toBe("");
    await rows("UPDATE outbox SET at = at - 31 * 24 * 3600000 WHERE type = 'recovered'");
    expect((await noticesOf(alex)).notices).toEqual([]);
  });

  it("needs one manager if there is no other, and says if there is a second one since", async () => {
    const company = await newCompany(platform, "One");
    const maria = await company.enrolled("maria");
    const first = await loseDevice(company, "maria");
    const bea = await company.enrolled("bea", "admin");
    // Only alex was asked, as the only manager. Now bea is one, too, and his signature is not enough.
    const refused = await company.alex.decide(first.request);
    expect([statusAndCode(refused), refused.body.detail]).toEqual([
      [403, "not_an_approver"],
      "2 managers of people must sign this change, 1 did",
    ]);
    // Signing in with the new passkey requests it again, from both.
    expect((await first.again.signIn()).status).toBe(200);
    const [newest] = await rows(
      "SELECT id FROM confirmations WHERE type = 'recovered' ORDER BY id DESC LIMIT 1",
    );
    const request = String(newest?.["id"]);
    expect(request).not.toBe(first.request);
    await company.alex.decide(request);
    expect((await bea.decide(request)).body.status).toBe("approved");
    expect(await receiptVerdict(company, await decidedBy(company, "maria", first.again))).toEqual(["", true]);
    expect(statusAndCode(await maria.signIn())).toEqual([403, "unknown_credential"]);
    expect(await auditOf(company)).toBe("");
  });

  it("by the only manager is valid, and receipts prove it", async () => {
    const company = await newCompany(platform, "Alone");
    await company.enrolled("maria");
    const { again, request } = await loseDevice(company, "maria");
    expect((await company.alex.decide(request)).body.status).toBe("approved");
    await company.enrolled("bea", "admin");
    expect(await receiptVerdict(company, await decidedBy(company, "maria", again))).toEqual(["", true]);
    expect(await auditOf(company)).toBe("");
  });

  it("is requested at the next sign-in if the service stopped before it was requested", async () => {
    const company = await newCompany(platform, "Ended");
    await company.enrolled("maria");
    const { again, request } = await loseDevice(company, "maria");
    await rows("DELETE FROM audience WHERE confirmation_id = ?1", request);
    await rows("DELETE FROM confirmations WHERE id = ?1", request);
    expect((await again.signIn()).status).toBe(200);
    const [newest] = await rows(
      "SELECT id FROM confirmations WHERE type = 'recovered' ORDER BY id DESC LIMIT 1",
    );
    expect((await company.alex.decide(String(newest?.["id"]))).body.status).toBe("approved");
    expect(await receiptVerdict(company, await decidedBy(company, "maria", again))).toEqual(["", true]);
  });

  it("of somebody whose passkey was never active is an ordinary endorsement", async () => {
    const company = await newCompany(platform, "Never");
    await company.enrolled("bea", "admin");
    const invited = await company.people("POST", "/api/invites", { username: "maria", role: "approver" });
    await (await BrowserClient.create(fetchWorker, ORIGIN)).enrol(invited.body.enrolUrl);
    const { again, request } = await loseDevice(company, "maria");
    const { data } = await company.alex.approvalPage(request);
    expect(JSON.parse(data.payload).change).toBe("credential.endorsed");
    expect((await company.alex.decide(request)).body.status).toBe("approved");
    expect(await receiptVerdict(company, await decidedBy(company, "maria", again))).toEqual(["", true]);
  });

  it("of an only owner is refused before a link is sent", async () => {
    const company = await newCompany(platform, "Owner");
    await company.enrolled("bea", "admin");
    const differs = await changedBy(async () => {
      const refused = await company.people("POST", "/api/recoveries", { username: "alex" });
      expect(statusAndCode(refused)).toEqual([409, "recovery_impossible"]);
      const unknown = await company.people("POST", "/api/recoveries", { username: "nobody" });
      expect(statusAndCode(unknown)).toEqual([422, "unknown_approver"]);
    });
    expect(differs).toEqual([]);
  });

  it("that one manager rejects is rejected, and signing in does not request it again", async () => {
    const company = await newCompany(platform, "No");
    const bea = await company.enrolled("bea", "admin");
    const maria = await company.enrolled("maria");
    const { again, request } = await loseDevice(company, "maria");
    expect((await bea.decide(request, { vote: "reject", reason: "she sits here" })).body.status).toBe(
      "rejected",
    );
    const differs = await changedBy(async () => {
      expect(statusAndCode(await again.signIn())).toEqual([403, "unknown_credential"]);
    });
    expect(differs).toEqual(["webauthn_challenges"]);
    expect(await receiptVerdict(company, await decidedBy(company, "maria", maria))).toEqual(["", true]);
    expect(await auditOf(company)).toBe("");
  });

  it("does not follow from an older invitation, which still needs the person's own signature", async () => {
    const company = await newCompany(platform, "Old");
    const invite = () => company.people("POST", "/api/invites", { username: "maria", role: "approver" });
    const [first, second] = [await invite(), await invite()];
    const maria = await BrowserClient.create(fetchWorker, ORIGIN);
    const enrolled = await maria.enrol(second.body.enrolUrl);
    await company.alex.decide(idOf(enrolled.body.approval));
    const thief = await BrowserClient.create(fetchWorker, ORIGIN);
    expect(statusAndCode(await thief.enrol(first.body.enrolUrl))).toEqual([410, "enrolment_superseded"]);
    // Only the operator could make it usable again.
    await rows(
      "UPDATE enrolments SET voided_at = NULL WHERE person_id = ?1",
      (await personNamed(company.store, "maria")).id,
    );
    const { body } = await thief.enrol(first.body.enrolUrl);
    expect((await company.alex.approvalPage(idOf(body.approval))).status).toBe(404);
    expect((await maria.approvalPage(idOf(body.approval))).status).toBe(200);
  });

  it("has no signature in its record of a passkey that was revoked before the outcome", async () => {
    const company = await newCompany(platform, "Left");
    const bea = await company.enrolled("bea", "admin");
    const ada = await company.enrolled("ada", "admin");
    await company.enrolled("maria");
    const { again, request } = await loseDevice(company, "maria");
    expect((await ada.decide(request)).body.status).toBe("pending");
    const { body } = await ada.post(`/devices/${ada.passkey.credential.id}/revoke`, {});
    expect((await ada.decide(idOf(body.approval))).body.status).toBe("approved");
    expect((await bea.decide(request)).body.status).toBe("pending");
    expect((await company.alex.decide(request)).body.status).toBe("approved");
    expect(await receiptVerdict(company, await decidedBy(company, "maria", again))).toEqual(["", true]);
    expect(await auditOf(company)).toBe("");
  });
});

describe("a role", { timeout: COMPANY_MAX_MILLISECONDS }, () => {
  it("changes only after somebody entitled has signed", async () => {
    const company = await newCompany(platform, "Roles");
    const maria = await company.enrolled("maria", "auditor");
    const ask = (username: string, role: string) => company.people("POST", "/api/roles", { username, role });
    const asked = await ask("maria", "approver");
    expect([asked.status, (await ask("maria", "approver")).body]).toEqual([201, asked.body]);
    const id = idOf(asked.body.url);
    expect((await maria.approvalPage(id)).status).toBe(404);
    expect((await personNamed(company.store, "maria")).role).toBe("auditor");
    expect((await company.alex.decide(id)).body.status).toBe("approved");
    expect((await personNamed(company.store, "maria")).role).toBe("approver");
    expect(await receiptVerdict(company, await decidedBy(company, "maria", maria))).toEqual(["", true]);
    expect(statusAndCode(await ask("nobody", "approver"))).toEqual([422, "unknown_approver"]);
    expect(statusAndCode(await ask("maria", "king"))).toEqual([422, "validation_failed"]);
    // Only another owner can change an owner.
    expect(statusAndCode(await ask("alex", "approver"))).toEqual([409, "last_way_in"]);
    expect(await auditOf(company)).toBe("");
  });
});

describe("edited rows in the database", { timeout: COMPANY_MAX_MILLISECONDS }, () => {
  it("an inserted passkey decides, and none of its receipts verifies", async () => {
    const company = await newCompany(platform, "Hand");
    const maria = await company.enrolled("maria");
    const honest = await decidedBy(company, "maria", maria);
    const passkey = await insertActivePasskey(
      runtimeOf(company.store),
      company.store,
      await personNamed(company.store, "maria"),
    );
    const id = await company.asked("maria");
    expect((await maria.decide(id, { passkey })).body.status).toBe("approved");
    expect(await receiptVerdict(company, id)).toEqual(["signature credential", false]);
    expect(await receiptVerdict(company, honest)).toEqual(["", true]);
    expect(await auditOf(company)).toBe("decisions");
  });

  it("a replaced public key decides, and none of its receipts verifies", async () => {
    const company = await newCompany(platform, "Swapped");
    const maria = await company.enrolled("maria");
    const honest = await decidedBy(company, "maria", maria);
    const other = await newPasskey(ORIGIN);
    const own = maria.passkey.credential.id;
    const swap = "UPDATE credentials SET public_key = ?1 WHERE id = ?2";
    await rows(swap, toBase64url(other.credential.publicKey), own);
    const id = await company.asked("maria");
    expect((await maria.decide(id)).status).toBe(403);
    const held = await maria.sign(id, { passkey: other });
    const sent = { ...held, assertion: { ...held.assertion, id: own } };
    expect((await maria.post(`/approve/${id}/decision`, sent)).body.status).toBe("approved");
    expect(await receiptVerdict(company, id)).toEqual(["signature", false]);
    expect(await receiptVerdict(company, honest)).toEqual(["", true]);
    expect(await auditOf(company)).toBe("decisions");
  });

  it("a higher role decides and endorses, and none of the receipts verifies", async () => {
    const company = await newCompany(platform, "Raised");
    const eve = await company.enrolled("eve", "auditor");
    const cy = await company.enrolled("cy");
    const honest = await decidedBy(company, "cy", cy);
    await rows("UPDATE people SET role = 'approver' WHERE username = 'eve'");
    await rows("UPDATE people SET role = 'admin' WHERE username = 'cy'");
    expect(await receiptVerdict(company, await decidedBy(company, "eve", eve))).toEqual([
      "credential",
      false,
    ]);
    const invited = await company.people("POST", "/api/invites", { username: "zoe", role: "approver" });
    const zoe = await BrowserClient.create(fetchWorker, ORIGIN);
    const { body } = await zoe.enrol(invited.body.enrolUrl);
    expect((await cy.decide(idOf(body.approval))).body.status).toBe("approved");
    expect(await receiptVerdict(company, await decidedBy(company, "zoe", zoe))).toEqual([
      "signature credential endorsement",
      false,
    ]);
    expect(await receiptVerdict(company, honest)).toEqual(["", true]);
    expect(await auditOf(company)).toBe("directory decisions");
  });

  it("a passkey with its revocation removed decides, and the receipt has the revocation and fails", async () => {
    const company = await newCompany(platform, "Undone");
    const maria = await company.enrolled("maria");
    const second = await newPasskey(ORIGIN);
    await maria.decide(idOf((await maria.addDevice(second)).body.approval));
    const { body } = await maria.post(`/devices/${second.credential.id}/revoke`, {});
    await maria.decide(idOf(body.approval));
    const honest = await decidedBy(company, "maria", maria);
    await rows("UPDATE credentials SET revoked_at = NULL WHERE id = ?1", second.credential.id);
    const id = await company.asked("maria");
    expect((await maria.decide(id, { passkey: second })).body.status).toBe("approved");
    expect(await receiptVerdict(company, id)).toEqual(["revocation", false]);
    expect(await receiptVerdict(company, honest)).toEqual(["", true]);
    expect(await auditOf(company)).toBe("decisions");
  });
});
