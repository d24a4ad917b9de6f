import { reset } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { canonicalText, hashOfJson } from "../../../src/core/encoding/jcs.ts";
import { BrowserClient } from "../../support/browser-client.ts";
import { asking } from "../support/rest-calls.ts";
import { fetchWorker, idOf, ORIGIN } from "../support/worker-fixture.ts";
import {
  askedOfBoth,
  attacked,
  bringBack,
  CASE_MAX_MILLISECONDS,
  honestTenant,
  lookNow,
  sealAnew,
  SEQ,
  takePast,
  UNSEEN,
  type Caught,
  type Past,
  type Victim,
} from "../support/operator.ts";
import { decidedBy, endorsementOf, forge, forgeUse, plantPerson, shift } from "../support/operator-rows.ts";
import { rows } from "../support/database-rows.ts";

// Where the operator's word is all there is, and what he may do with it: each of these is done, and is not
// caught by those who are said not to catch it. README tells the same in words; if one of these should ever be
// caught, it is to say so.

let own: Victim;
let past: Past;
beforeAll(async () => {
  own = await honestTenant();
  past = await takePast(own);
});
beforeEach(() => bringBack(past));
afterAll(() => reset());

interface Word {
  readonly name: string;
  readonly why: string;
  readonly does: () => Promise<string>;
  readonly caught?: Caught;
}

const WORDS: readonly Word[] = [
  {
    name: "another name for who asked",
    why: "a request is not signed by who makes it; the approver sees that name and signs it",
    does: async () => {
      const id = await own.asked("cy");
      await rows("UPDATE confirmations SET requester_name = 'the board' WHERE id = ?1", id);
      await own.cy.decide(id);
      return id;
    },
  },
  {
    name: "a request that he asks himself",
    why: "what it says is what the approver reads and signs",
    does: async () => {
      const { create } = asking(own);
      const { body } = await create({ username: "cy", action: "Pay the operator", payload: { to: "me" } });
      await own.cy.decide(body.id);
      return body.id;
    },
  },
  {
    name: "a request that two were to decide, asked of one",
    why: "which policy a request has is what its approvers sign, and nobody else says",
    does: async () => {
      const id = await own.asked("cy", { action: "What takes two in this company" });
      await own.cy.decide(id);
      return id;
    },
  },
  {
    name: "his own passkey, under the name of somebody invited",
    why: "the owner signed its fingerprint, and did not compare it with the new colleague's",
    does: async () => {
      const invited = await own.people("POST", "/api/invites", { username: "zed", role: "approver" });
      const mallory = await BrowserClient.create(fetchWorker, ORIGIN);
      const { body } = await mallory.enrol(invited.body.enrolUrl);
      await own.alex.decide(idOf(body.approval));
      return decidedBy(own, "zed", mallory);
    },
  },
  {
    name: "his own passkey, as the content of a request under another heading",
    why: "whoever approves a change's content has signed that change, whatever the action says",
    does: async () => {
      const mallory = await plantPerson(own);
      const payload = await endorsementOf(own, "mallory", mallory.passkey);
      const id = await own.asked("alex", { action: "Deploy to production" });
      // No key may ask for such a thing; he has the rows.
      const given = "UPDATE confirmations SET payload = ?2, payload_hash = ?3 WHERE id = ?1";
      await rows(given, id, canonicalText(payload), toHex(hashOfJson(payload)));
      await own.alex.decide(id);
      await rows("UPDATE outbox SET type = 'credential.endorsed' WHERE confirmation_id = ?1", id);
      await rows("UPDATE confirmations SET type = 'credential.endorsed' WHERE id = ?1", id);
      await sealAnew(own, SEQ.both + 1);
      return decidedBy(own, "mallory", mallory);
    },
  },
  {
    name: "a rejection thrown away, and another's approval taken",
    why: "a signature that was never sealed leaves no trace; whoever gave it was never told that it was",
    does: async () => {
      const id = await askedOfBoth(own, 1);
      await own.cy.sign(id, { decision: "reject" });
      await own.maria.decide(id);
      return id;
    },
  },
  {
    name: "an approval dated ahead, and the page with it",
    why: "a file knows no clock",
    does: () => {
      const created = Date.now();
      const votes = [{ by: "cy", passkey: own.cy.passkey }];
      return forge(own, { created, at: created + 600_000, votes });
    },
  },
  {
    name: "an approval dated ahead, and an honest one behind it",
    why: "a receipt knows no other times than its own; the complete history does",
    does: async () => {
      const created = Date.now();
      const votes = [{ by: "cy", passkey: own.cy.passkey }];
      const id = await forge(own, { created, at: created + 600_000, votes });
      await own.maria.decide(await own.asked("maria"));
      return id;
    },
    caught: { audit: "time" },
  },
  {
    name: "a request that was never shown to anybody",
    why: "there is no record before there is an outcome",
    does: async () => {
      const id = await own.asked("cy");
      await rows("DELETE FROM audience WHERE confirmation_id = ?1", id);
      await rows("DELETE FROM confirmations WHERE id = ?1", id);
      return own.approved;
    },
  },
  {
    name: "a signature that was given and thrown away",
    why: "there is no record before it is sealed; the approver was never told that it was",
    does: async () => {
      const id = await own.asked("cy");
      await own.cy.sign(id, { decision: "reject" });
      const { cancel } = asking(own);
      await cancel(id);
      return id;
    },
  },
  {
    name: "a request cancelled by nobody",
    why: "cancellations and expiries bear no signature",
    does: () => forge(own, { outcome: "cancelled", votes: [] }),
  },
  {
    name: "a use that never was",
    why: "uses bear no signature",
    does: () => forgeUse(own, own.approved),
  },
  {
    name: "an approval dated back by minutes, and the page with it",
    why: "so much the clocks of honest machines may differ",
    does: () => forge(own, { at: Date.now() - 240_000, votes: [{ by: "cy", passkey: own.cy.passkey }] }),
  },
  {
    name: "an approval dated back by an hour, and the page with it",
    why: "a receipt knows no other times than its own; the complete history does",
    does: () => forge(own, { at: Date.now() - 3_600_000, votes: [{ by: "cy", passkey: own.cy.passkey }] }),
    caught: { audit: "time" },
  },
  {
    name: "a use of what was rejected",
    why: "a receipt is of the decision; the complete history has the uses",
    does: () => forgeUse(own, own.rejected),
    caught: { audit: "uses" },
  },
  {
    name: "a rejection taken out of tables and log before anybody looked",
    why: "the first look believes what it sees: only whoever remembers, or holds what was given out, can tell",
    does: async () => {
      await rows("DELETE FROM outbox WHERE confirmation_id = ?1", own.rejected);
      await shift(own, SEQ.rejected + 1, -1);
      await sealAnew(own, SEQ.rejected);
      expect(await lookNow(own)).toHaveProperty("checkpoint");
      return own.approved;
    },
    caught: { monitor: "split-view", held: "history" },
  },
];

/** Approved by its own person, and never made a change: the passkey goes on to count. */
describe("a revocation sealed as an ordinary decision", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it("shows in the history, where what was signed stands", async () => {
    const revoking = async () => {
      const { body } = await own.cy.post(`/devices/${own.cy.passkey.credential.id}/revoke`, {});
      const id = idOf(body.approval);
      await own.cy.decide(id);
      await rows("UPDATE outbox SET type = 'decision' WHERE confirmation_id = ?1", id);
      await rows("UPDATE confirmations SET type = 'decision' WHERE id = ?1", id);
      await rows(
        "UPDATE credentials SET revoked_at = NULL, revoked_seq = NULL WHERE id = ?1",
        own.cy.passkey.credential.id,
      );
      await sealAnew(own, SEQ.both + 1);
      return decidedBy(own, "cy", own.cy);
    };
    const after = { ...UNSEEN, audit: "decisions" };
    expect(await attacked(own, revoking)).toEqual({ before: UNSEEN, after });
  });
});

describe("his word, and nothing against it", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it.each(WORDS.map((word) => [word.name, word.why, word] as const))(
    "%s: %s",
    async (_name, _why, { does, caught = {} }) =>
      expect(await attacked(own, does)).toEqual({ before: UNSEEN, after: { ...UNSEEN, ...caught } }),
  );
});
