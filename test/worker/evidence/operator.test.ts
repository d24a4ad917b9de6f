import { reset } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { recordLabel, encodeEntry } from "../../../src/core/stream/record.ts";
import { fromHex, toBase64url, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { newPasskey, BrowserClient } from "../../support/browser-client.ts";
import { fetchWorker, idOf, ORIGIN } from "../support/worker-fixture.ts";
import { log } from "../support/log-audit.ts";
import {
  attacked,
  bringBack,
  CASE_MAX_MILLISECONDS,
  entriesNow,
  honestTenant,
  receiptOf,
  ofBoth,
  relayLog,
  sealAnew,
  SEQ,
  takePast,
  UNSEEN,
  type Caught,
  type Past,
  type Victim,
} from "../support/operator.ts";
import {
  decidedBy,
  endorsementOf,
  forge,
  forgeUse,
  impostorOf,
  plant,
  plantPerson,
  roleOf,
  type ForgedVote,
} from "../support/operator-rows.ts";
import { rows } from "../support/database-rows.ts";

// The operator against an honest tenant: he has every row, the log's storage and its key, and may have the
// help of an approver and of an admin who was dismissed. He does not have the passkeys of the others. Each row
// of these tables is something he does for real, and who catches him, by which named check, on the evidence
// that his own service then gives out; in the same test what was there before is accepted by all of them.

let own: Victim;
let past: Past;
beforeAll(async () => {
  own = await honestTenant();
  past = await takePast(own);
});
beforeEach(() => bringBack(past));
afterAll(() => reset());

interface Attack {
  readonly name: string;
  readonly hopes: string;
  /** Returns the request whose receipt is looked at. */
  readonly does: () => Promise<string>;
  readonly caught: Caught;
}

const label = async (seq: number): Promise<Bytes> =>
  recordLabel(expectOk(fromHex((await own.store.own()).streamKey)), seq);

/** Mallory's passkey has a record of its own, and decides. */
async function endorsed(mallory: BrowserClient, ...by: readonly ForgedVote[]): Promise<string> {
  const payload = await endorsementOf(own, "mallory", mallory.passkey);
  await forge(own, { type: "credential.endorsed", payload, votes: by });
  return decidedBy(own, "mallory", mallory);
}

const SOMEBODY_NEW: readonly Attack[] = [
  {
    name: "a person and a passkey put into the tables",
    hopes: "his own signature counts as an approver's",
    does: async () => decidedBy(own, "mallory", await plantPerson(own)),
    caught: { receipt: "signature credential", audit: "decisions" },
  },
  {
    name: "a second passkey put into the tables for an admin",
    hopes: "he signs in her name",
    does: async () => {
      const passkey = await newPasskey(ORIGIN);
      await plant(own, "maria", passkey, 1);
      return decidedBy(own, "maria", own.maria, passkey);
    },
    caught: { receipt: "signature credential", audit: "decisions" },
  },
  {
    name: "the public key of an admin's passkey swapped for his",
    hopes: "he signs in her name, with the passkey that was endorsed",
    does: async () => {
      const passkey = await impostorOf(own.maria);
      const { publicKey } = passkey.credential;
      const { id } = own.maria.passkey.credential;
      await rows("UPDATE credentials SET public_key = ?1 WHERE id = ?2", toBase64url(publicKey), id);
      return decidedBy(own, "maria", own.maria, passkey);
    },
    caught: { receipt: "signature", audit: "decisions" },
  },
  {
    name: "an endorsement that nobody signed",
    hopes: "his passkey has a record of its own, and decides",
    does: async () => endorsed(await plantPerson(own)),
    caught: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "an endorsement by his own key",
    hopes: "his passkey has a signed record of its own, and decides",
    does: async () => {
      const mallory = await plantPerson(own);
      return endorsed(mallory, { by: "mallory", passkey: mallory.passkey });
    },
    caught: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "an endorsement by his own key in the owner's name",
    hopes: "it reads as if alex had signed",
    does: async () => {
      const passkey = await newPasskey(ORIGIN);
      await plant(own, "alex", passkey);
      return endorsed(await plantPerson(own), { by: "alex", passkey });
    },
    caught: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "an endorsement by an admin whose passkey was revoked",
    hopes: "whoever was dismissed lets him in",
    does: async () => {
      await rows("UPDATE credentials SET revoked_at = NULL, revoked_seq = NULL");
      return endorsed(await plantPerson(own), { by: "rae", passkey: own.rae.passkey });
    },
    caught: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "an endorsement by a mere approver",
    hopes: "an approver who helps him lets him in",
    does: async () => endorsed(await plantPerson(own), { by: "cy", passkey: own.cy.passkey }),
    caught: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "a role raised by nobody",
    hopes: "an approver who helps him may let him in",
    does: async () => {
      await forge(own, { type: "role.changed", payload: await roleOf(own, "cy", "admin"), votes: [] });
      return endorsed(await plantPerson(own), { by: "cy", passkey: own.cy.passkey });
    },
    caught: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "a role raised in the table alone",
    hopes: "the service itself lets an approver let him in",
    does: async () => {
      await rows("UPDATE people SET role = 'admin' WHERE username = 'cy'");
      const invited = await own.people("POST", "/api/invites", { username: "mallory", role: "approver" });
      const mallory = await BrowserClient.create(fetchWorker, ORIGIN);
      const { body } = await mallory.enrol(invited.body.enrolUrl);
      expect((await own.cy.decide(idOf(body.approval))).status).toBe(200);
      return decidedBy(own, "mallory", mallory);
    },
    caught: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
];

const DECISIONS: readonly Attack[] = [
  {
    name: "an approval that nobody signed",
    hopes: "the word of the tables is enough",
    does: () => forge(own, { votes: [] }),
    caught: { receipt: "outcome", audit: "decisions" },
  },
  {
    name: "the signature of another request",
    hopes: "one approval serves twice",
    does: async () => {
      const id = await forge(own, { votes: [] });
      await rows("UPDATE outbox SET idx = NULL, commitment = NULL WHERE confirmation_id = ?1", id);
      await rows(
        `INSERT INTO steps SELECT tenant_id, ?1, n, id || 'x', type, at, person_id FROM steps
         WHERE confirmation_id = ?2 AND type = 'approve'`,
        id,
        own.approved,
      );
      await rows(
        `INSERT INTO votes SELECT tenant_id, ?1, person_id, step_id || 'x', decision, at, credential_id, statement,
         assertion, assertion_hash FROM votes WHERE confirmation_id = ?2`,
        id,
        own.approved,
      );
      await sealAnew(own, 11);
      return id;
    },
    caught: { receipt: "statement", audit: "decisions" },
  },
  {
    name: "one signature where two were due",
    hopes: "nobody counts",
    does: async () =>
      forge(own, { policy: await ofBoth(own, 2), votes: [{ by: "cy", passkey: own.cy.passkey }] }),
    caught: { receipt: "outcome", audit: "decisions" },
  },
  {
    name: "one person counted twice",
    hopes: "two signatures are taken for two people",
    does: async () => {
      const { passkey } = own.cy;
      const votes = [
        { by: "cy", passkey },
        { by: "cy", passkey, under: "maria" },
      ];
      return forge(own, { policy: await ofBoth(own, 2), votes });
    },
    caught: { receipt: "outcome", audit: "decisions" },
  },
  {
    name: "one person counted twice, under another's name",
    hopes: "a passkey that counts is taken for any person's",
    does: async () => {
      const { passkey } = own.cy;
      const votes = [
        { by: "cy", passkey },
        { by: "maria", passkey },
      ];
      return forge(own, { policy: await ofBoth(own, 2), votes });
    },
    caught: { receipt: "credential", audit: "decisions" },
  },
  {
    name: "a decision with a passkey that was revoked before",
    hopes: "whoever was dismissed goes on to approve",
    does: async () => {
      await rows("UPDATE credentials SET revoked_at = NULL, revoked_seq = NULL");
      return decidedBy(own, "rae", own.rae);
    },
    caught: { receipt: "credential", audit: "decisions" },
  },
  {
    name: "the same, relying on the directory as it was before",
    hopes: "the revocation is not noticed",
    does: async () => {
      await rows("UPDATE credentials SET revoked_at = NULL, revoked_seq = NULL");
      return forge(own, { votes: [{ by: "rae", passkey: own.rae.passkey }], directorySeq: SEQ.revoked - 1 });
    },
    caught: { receipt: "credential", audit: "decisions" },
  },
  {
    name: "a signature that came after the request had expired",
    hopes: "it counts none the less",
    does: () =>
      forge(own, { created: Date.now() - 1_000_000, votes: [{ by: "cy", passkey: own.cy.passkey }] }),
    caught: { receipt: "statement", audit: "decisions" },
  },
  {
    name: "an approval dated before it was signed",
    hopes: "it looks as if it had been there in time",
    does: () => {
      const at = Date.now() - 3_600_000;
      const issued = new Date(at + 1_000).toISOString();
      return forge(own, { at, votes: [{ by: "cy", passkey: own.cy.passkey, says: { issued } }] });
    },
    caught: { receipt: "statement", audit: "time decisions" },
  },
  {
    name: "an approval dated back, and the page with it",
    hopes: "it looks as if it had been there in time, and the approver noticed no date",
    does: () => forge(own, { at: Date.now() - 3_600_000, votes: [{ by: "cy", passkey: own.cy.passkey }] }),
    caught: { audit: "time" },
  },
  {
    name: "a use of what was rejected",
    hopes: "it looks as if it had been allowed",
    does: () => forgeUse(own, own.rejected),
    caught: { audit: "uses" },
  },
  {
    name: "a second use",
    hopes: "one approval serves twice",
    does: () => forgeUse(own, own.used),
    caught: { audit: "uses" },
  },
];

const named = (attacks: readonly Attack[]) =>
  attacks.map((attack) => [attack.name, attack.hopes, attack] as const);

describe.each([
  ["he lets somebody in", SOMEBODY_NEW],
  ["he adds to the history", DECISIONS],
])("%s", { timeout: CASE_MAX_MILLISECONDS }, (_about, attacks) => {
  it.each(named(attacks))("%s, so that %s", async (_name, _hopes, { does, caught }) => {
    expect(await attacked(own, does)).toEqual({ before: UNSEEN, after: { ...UNSEEN, ...caught } });
  });
});

const entryUnder = async (seq: number) =>
  encodeEntry({ kind: "sealed", label: await label(seq), commit: sha256(new Uint8Array(1)) });

const LOG: readonly Attack[] = [
  {
    name: "a next record that is in no table",
    hopes: "it can be brought out when it is wanted",
    does: async () => {
      await log().append([{ label: toHex(await label(11)), entry: await entryUnder(11) }]);
      return own.approved;
    },
    caught: { audit: "hidden" },
  },
  {
    name: "a second record under one label",
    hopes: "he shows the one that suits him",
    does: async () => {
      await relayLog([...(await entriesNow()), await entryUnder(SEQ.approved)]);
      return own.approved;
    },
    caught: { audit: "fork", monitor: "duplicate-label" },
  },
  {
    name: "an earlier state of the log",
    hopes: "what came since is forgotten",
    does: async () => {
      await relayLog((await entriesNow()).slice(0, -2));
      return own.approved;
    },
    caught: { monitor: "shrunk" },
  },
  {
    name: "an earlier state of log and tables",
    hopes: "what came since is forgotten",
    does: async () => {
      await relayLog((await entriesNow()).slice(0, -1));
      await rows("DELETE FROM outbox WHERE confirmation_id = ?1", own.both);
      return own.approved;
    },
    caught: { monitor: "shrunk" },
  },
  {
    name: "a log of the same size with another record in it",
    hopes: "nobody compares roots",
    does: async () => {
      await relayLog([...(await entriesNow()).slice(0, -1), await entryUnder(SEQ.both)]);
      return own.approved;
    },
    caught: { audit: "places", monitor: "split-view" },
  },
];

describe("he changes the log", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it.each(named(LOG))("%s, so that %s", async (_name, _hopes, { does, caught }) => {
    expect(await attacked(own, does)).toEqual({ before: UNSEEN, after: { ...UNSEEN, ...caught } });
  });

  it("an earlier state of the log alone: the service seals nothing more on it", async () => {
    const id = await own.asked("cy");
    await relayLog((await entriesNow()).slice(0, -2));
    await own.cy.decide(id);
    expect((await own.api("GET", `/api/confirmations/${id}`)).body).toMatchObject({ status: "pending" });
    expect(await receiptOf(own, id)).toBe("the service answers 404");
  });
});
