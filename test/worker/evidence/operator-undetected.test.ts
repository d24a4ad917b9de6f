import { describe, expect, it, vi } from "vitest";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { canonicalText, hashOfJson } from "../../../src/core/encoding/jcs.ts";
import { BrowserClient, newPasskey } from "../../support/browser-client.ts";
import { restCalls } from "../support/rest-calls.ts";
import { fetchWorker, idOf, ORIGIN } from "../support/worker-fixture.ts";
import {
  CASE_MAX_MILLISECONDS,
  NO_FINDINGS,
  runAttack,
  runMonitor,
  type Findings,
} from "./support/attack-findings.ts";
import {
  requestFromBoth,
  resealFrom,
  sealedBy,
  SEQ,
  type AttackedTenant,
  setUpAttackedTenant,
} from "./support/attack-fixture.ts";
import {
  approveAs,
  endorsementChange,
  forge,
  forgeUse,
  plantPerson,
  shiftRecords,
} from "./support/forged-rows.ts";
import { rows } from "../support/database-rows.ts";
import { needOf, requestUnder, staged } from "../policies/support/frozen-policies.ts";
import { personNamed } from "../support/signed-decisions.ts";

// What the operator can do although the evidence does not show it, or not all of it. Each attack is carried out, and only
// the listed checks detect it. web/docs/security.md lists these limits: change it if a check here detects more.

let tenant: AttackedTenant;
setUpAttackedTenant((created) => {
  tenant = created;
});

interface Limit {
  readonly name: string;
  readonly why: string;
  readonly attack: () => Promise<string>;
  readonly findings?: Findings;
}

const LIMITS: readonly Limit[] = [
  {
    name: "another name for the requester",
    why: "the requester does not sign a request; the approver sees that name and signs it",
    attack: async () => {
      const id = await tenant.asked("cy");
      await rows("UPDATE confirmations SET requester_name = 'the board' WHERE id = ?1", id);
      await tenant.cy.decide(id);
      return id;
    },
  },
  {
    name: "the mark of a passkey that may have been copied, removed",
    why: "no record holds a passkey's counter; the policy still refuses every passkey that can be backed up",
    attack: async () => {
      const passkey = await newPasskey(ORIGIN, 0, false);
      await tenant.cy.decide(idOf((await tenant.cy.addDevice(passkey)).body.approval));
      const { id: key } = passkey.credential;
      await rows("UPDATE credentials SET sign_count = 9, counter_regressed_at = 1 WHERE id = ?1", key);
      const ofCy = staged([[needOf(1, [{ person: await personNamed(tenant.store, "cy") }])]]);
      const policy = await sealedBy(tenant, { ...ofCy, authenticator: "device-bound" });
      const asked = () => requestUnder(tenant.runtime, tenant.store, policy);
      const [id, refused] = [await asked(), await asked()];
      const signing = { passkey, lies: { signCount: 5 } };
      const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
      expect((await tenant.cy.decide(refused, signing)).body.code).toBe("signature_counter_regression");
      expect(warned).toHaveBeenCalledOnce();
      warned.mockRestore();
      await rows("UPDATE credentials SET sign_count = 0, counter_regressed_at = NULL WHERE id = ?1", key);
      expect((await tenant.cy.decide(id, signing)).body.status).toBe("approved");
      return id;
    },
  },
  {
    name: "a request made by the operator",
    why: "its content is what the approver reads and signs",
    attack: async () => {
      const { create } = restCalls(tenant);
      const { body } = await create({ username: "cy", action: "Pay the operator", payload: { to: "me" } });
      await tenant.cy.decide(body.id);
      return body.id;
    },
  },
  {
    name: "a request for one approver where the company wants two and has signed no rules",
    why: "without rules the requester chooses who decides",
    attack: async () => {
      const id = await tenant.asked("cy", { action: "Something that takes two people in this company" });
      await tenant.cy.decide(id);
      return id;
    },
  },
  {
    name: "the operator's passkey under the name of an invited person",
    why: "the owner signed its fingerprint without comparing it with the new colleague's",
    attack: async () => {
      const invited = await tenant.people("POST", "/api/invites", { username: "zed", role: "approver" });
      const mallory = await BrowserClient.create(fetchWorker, ORIGIN);
      const { body } = await mallory.enrol(invited.body.enrolUrl);
      await tenant.alex.decide(idOf(body.approval));
      return approveAs(tenant, "zed", mallory);
    },
  },
  {
    name: "the operator's passkey as the content of a request with another action",
    why: "approving the content of a change signs that change, whatever the action says",
    attack: async () => {
      const mallory = await plantPerson(tenant);
      const payload = await endorsementChange(tenant, "mallory", mallory.passkey);
      const id = await tenant.asked("alex", { action: "Deploy to production" });
      // No API key may request this, but the operator can write rows.
      const update = "UPDATE confirmations SET payload = ?2, payload_hash = ?3 WHERE id = ?1";
      await rows(update, id, canonicalText(payload), toHex(hashOfJson(payload)));
      await tenant.alex.decide(id);
      await rows("UPDATE outbox SET type = 'credential.endorsed' WHERE confirmation_id = ?1", id);
      await rows("UPDATE confirmations SET type = 'credential.endorsed' WHERE id = ?1", id);
      await resealFrom(tenant, SEQ.both + 1);
      return approveAs(tenant, "mallory", mallory);
    },
  },
  {
    name: "a rejection dropped, and another person's approval used",
    why: "a signature that was never sealed leaves no trace; the signer never got a confirmation",
    attack: async () => {
      const id = await requestFromBoth(tenant, 1);
      await tenant.cy.sign(id, { vote: "reject" });
      await tenant.maria.decide(id);
      return id;
    },
  },
  {
    name: "an approval with a later date, on a page with the same date",
    why: "a file has no clock",
    attack: () => {
      const created = Date.now();
      const votes = [{ by: "cy", passkey: tenant.cy.passkey }];
      return forge(tenant, { created, at: created + 600_000, votes });
    },
  },
  {
    name: "an approval with a later date, followed by an honest one",
    why: "a receipt has only its own times; the complete history has the others",
    attack: async () => {
      const created = Date.now();
      const votes = [{ by: "cy", passkey: tenant.cy.passkey }];
      const id = await forge(tenant, { created, at: created + 600_000, votes });
      await tenant.maria.decide(await tenant.asked("maria"));
      return id;
    },
    findings: { audit: "time" },
  },
  {
    name: "a request that nobody ever saw",
    why: "a request has no record before its outcome",
    attack: async () => {
      const id = await tenant.asked("cy");
      await rows("DELETE FROM audience WHERE confirmation_id = ?1", id);
      await rows("DELETE FROM confirmations WHERE id = ?1", id);
      return tenant.approved;
    },
  },
  {
    name: "a signature that was dropped",
    why: "there is no record before it is sealed; the approver never got a confirmation",
    attack: async () => {
      const id = await tenant.asked("cy");
      await tenant.cy.sign(id, { vote: "reject" });
      const { cancel } = restCalls(tenant);
      await cancel(id);
      return id;
    },
  },
  {
    name: "a cancellation that nobody made",
    why: "cancellations and expiries are not signed",
    attack: () => forge(tenant, { outcome: "cancelled", votes: [] }),
  },
  {
    name: "a use that did not happen",
    why: "uses are not signed",
    attack: () => forgeUse(tenant, tenant.approved),
  },
  {
    name: "an approval dated some minutes earlier, on a page with the same date",
    why: "the clocks of honest machines may differ that much",
    attack: () =>
      forge(tenant, { at: Date.now() - 240_000, votes: [{ by: "cy", passkey: tenant.cy.passkey }] }),
  },
  {
    name: "a use of a rejected request",
    why: "a receipt covers the decision; the complete history has the uses",
    attack: () => forgeUse(tenant, tenant.rejected),
    findings: { audit: "uses" },
  },
  {
    name: "a rejection removed from tables and log before the first monitor run",
    why: "a first run has nothing to compare with; an earlier monitor or receipt does",
    attack: async () => {
      await rows("DELETE FROM outbox WHERE confirmation_id = ?1", tenant.rejected);
      await shiftRecords(tenant, SEQ.rejected + 1, -1);
      await resealFrom(tenant, SEQ.rejected);
      expect(await runMonitor(tenant)).toHaveProperty("checkpoint");
      return tenant.approved;
    },
    findings: { monitor: "split-view", oldReceipt: "history" },
  },
];

/** Its person approved it, but it is sealed as a decision, so the passkey stays active. */
describe("a revocation sealed as an ordinary decision", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it("shows in the history, which contains what was signed", async () => {
    const revoking = async () => {
      const { body } = await tenant.cy.post(`/devices/${tenant.cy.passkey.credential.id}/revoke`, {});
      const id = idOf(body.approval);
      await tenant.cy.decide(id);
      await rows("UPDATE outbox SET type = 'decision' WHERE confirmation_id = ?1", id);
      await rows("UPDATE confirmations SET type = 'decision' WHERE id = ?1", id);
      await rows("UPDATE credentials SET revoked_at = NULL WHERE id = ?1", tenant.cy.passkey.credential.id);
      await resealFrom(tenant, SEQ.both + 1);
      return approveAs(tenant, "cy", tenant.cy);
    };
    const after = { ...NO_FINDINGS, audit: "decisions" };
    expect(await runAttack(tenant, revoking)).toEqual({ before: NO_FINDINGS, after });
  });
});

describe(
  "an attack that the evidence shows only in part, or not at all",
  { timeout: CASE_MAX_MILLISECONDS },
  () => {
    it.each(LIMITS.map((limit) => [limit.name, limit.why, limit] as const))(
      "%s: %s",
      async (_name, _why, { attack, findings = {} }) =>
        expect(await runAttack(tenant, attack)).toEqual({
          before: NO_FINDINGS,
          after: { ...NO_FINDINGS, ...findings },
        }),
    );
  },
);
