import { describe, expect, it } from "vitest";
import { recordLabel, encodeEntry } from "../../../src/core/stream/record.ts";
import { fromHex, toBase64url, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { newPasskey, BrowserClient } from "../../support/browser-client.ts";
import { fetchWorker, idOf, ORIGIN } from "../support/worker-fixture.ts";
import { log } from "../support/log-audit.ts";
import {
  CASE_MAX_MILLISECONDS,
  downloadReceipt,
  NO_FINDINGS,
  runAttack,
  type Findings,
} from "./support/attack-findings.ts";
import {
  quorumOfBoth,
  readLogEntries,
  resealFrom,
  rewriteLog,
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
  withIdOf,
  plantPasskey,
  plantPerson,
  roleChange,
  type ForgedVote,
} from "./support/forged-rows.ts";
import { rows } from "../support/database-rows.ts";

// Attacks of the operator on an honest tenant. The operator controls every row, the log's storage and its key, and may
// be helped by an approver and by an admin who was dismissed, but has no other passkeys. Each entry below is one real
// attack, with the named checks that detect it in the evidence that the service then gives out. In the same test,
// the evidence from before the attack passes every check.

let tenant: AttackedTenant;
setUpAttackedTenant((created) => {
  tenant = created;
});

interface Attack {
  readonly name: string;
  readonly goal: string;
  /** Returns the request whose receipt is checked. */
  readonly attack: () => Promise<string>;
  readonly findings: Findings;
}

const label = async (seq: number): Promise<Bytes> =>
  recordLabel(expectOk(fromHex((await tenant.store.own()).streamKey)), seq);

/** Mallory's passkey gets an endorsement record, then approves a request. */
async function endorseAndApprove(mallory: BrowserClient, ...by: readonly ForgedVote[]): Promise<string> {
  const payload = await endorsementChange(tenant, "mallory", mallory.passkey);
  await forge(tenant, { type: "credential.endorsed", payload, votes: by });
  return approveAs(tenant, "mallory", mallory);
}

/** Two people, by the document that is sealed in the tenant's history. */
const policyOfBoth = async () => sealedBy(tenant, await quorumOfBoth(tenant, 2));

const NEW_SIGNERS: readonly Attack[] = [
  {
    name: "a person and a passkey inserted into the tables",
    goal: "the operator's signature counts as an approver's",
    attack: async () => approveAs(tenant, "mallory", await plantPerson(tenant)),
    findings: { receipt: "signature credential", audit: "decisions" },
  },
  {
    name: "a second passkey inserted into the tables for an admin",
    goal: "the operator signs in her name",
    attack: async () => {
      const passkey = await newPasskey(ORIGIN);
      await plantPasskey(tenant, "maria", passkey, 1);
      return approveAs(tenant, "maria", tenant.maria, passkey);
    },
    findings: { receipt: "signature credential", audit: "decisions" },
  },
  {
    name: "the public key of an admin's passkey replaced by the operator's",
    goal: "the operator signs in her name, with the passkey that was endorsed",
    attack: async () => {
      const passkey = await withIdOf(tenant.maria);
      const { publicKey } = passkey.credential;
      const { id } = tenant.maria.passkey.credential;
      await rows("UPDATE credentials SET public_key = ?1 WHERE id = ?2", toBase64url(publicKey), id);
      return approveAs(tenant, "maria", tenant.maria, passkey);
    },
    findings: { receipt: "signature", audit: "decisions" },
  },
  {
    name: "an endorsement that nobody signed",
    goal: "the operator's passkey has an endorsement record and can decide",
    attack: async () => endorseAndApprove(await plantPerson(tenant)),
    findings: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "an endorsement by the operator's own key",
    goal: "the operator's passkey has a signed endorsement record and can decide",
    attack: async () => {
      const mallory = await plantPerson(tenant);
      return endorseAndApprove(mallory, { by: "mallory", passkey: mallory.passkey });
    },
    findings: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "an endorsement by the operator's key in the owner's name",
    goal: "it looks as if alex had signed",
    attack: async () => {
      const passkey = await newPasskey(ORIGIN);
      await plantPasskey(tenant, "alex", passkey);
      return endorseAndApprove(await plantPerson(tenant), { by: "alex", passkey });
    },
    findings: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "an endorsement by an admin whose passkey was revoked",
    goal: "the dismissed admin can still add a person",
    attack: async () => {
      await rows("UPDATE credentials SET revoked_at = NULL");
      return endorseAndApprove(await plantPerson(tenant), { by: "rae", passkey: tenant.rae.passkey });
    },
    findings: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "an endorsement by an approver",
    goal: "an approver who helps the operator can add a person",
    attack: async () =>
      endorseAndApprove(await plantPerson(tenant), { by: "cy", passkey: tenant.cy.passkey }),
    findings: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "a higher role that nobody signed",
    goal: "an approver who helps the operator may add a person",
    attack: async () => {
      await forge(tenant, {
        type: "role.changed",
        payload: await roleChange(tenant, "cy", "admin"),
        votes: [],
      });
      return endorseAndApprove(await plantPerson(tenant), { by: "cy", passkey: tenant.cy.passkey });
    },
    findings: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
  {
    name: "another role of the only owner, signed by that owner",
    goal: "nobody is left who can manage the tenant",
    attack: async () => {
      await forge(tenant, {
        type: "role.changed",
        payload: await roleChange(tenant, "alex", "approver"),
        votes: [{ by: "alex", passkey: tenant.alex.passkey }],
      });
      return tenant.approved;
    },
    findings: { audit: "directory" },
  },
  {
    name: "a higher role in the table only",
    goal: "the service itself lets an approver add a person",
    attack: async () => {
      await rows("UPDATE people SET role = 'admin' WHERE username = 'cy'");
      const invited = await tenant.people("POST", "/api/invites", { username: "mallory", role: "approver" });
      const mallory = await BrowserClient.create(fetchWorker, ORIGIN);
      const { body } = await mallory.enrol(invited.body.enrolUrl);
      expect((await tenant.cy.decide(idOf(body.approval))).status).toBe(200);
      return approveAs(tenant, "mallory", mallory);
    },
    findings: { receipt: "signature credential endorsement", audit: "directory decisions" },
  },
];

const DECISIONS: readonly Attack[] = [
  {
    name: "an approval that nobody signed",
    goal: "the status in the tables is enough",
    attack: () => forge(tenant, { votes: [] }),
    findings: { receipt: "outcome", audit: "decisions" },
  },
  {
    name: "the signature of another request",
    goal: "one approval serves twice",
    attack: async () => {
      const id = await forge(tenant, { votes: [] });
      await rows("UPDATE outbox SET idx = NULL, commitment = NULL WHERE confirmation_id = ?1", id);
      await rows(
        `INSERT INTO steps SELECT tenant_id, ?1, n, id || 'x', type, at, person_id FROM steps
         WHERE confirmation_id = ?2 AND type = 'approve'`,
        id,
        tenant.approved,
      );
      await rows(
        `INSERT INTO votes SELECT tenant_id, ?1, person_id, step_id || 'x', vote, at, credential_id, statement,
         assertion, assertion_hash, ended_seq, stage FROM votes WHERE confirmation_id = ?2`,
        id,
        tenant.approved,
      );
      await resealFrom(tenant, SEQ.both + 1);
      return id;
    },
    findings: { receipt: "statement", audit: "decisions" },
  },
  {
    name: "one signature where the policy requires two",
    goal: "the signatures are not counted",
    attack: async () =>
      forge(tenant, {
        policy: await policyOfBoth(),
        votes: [{ by: "cy", passkey: tenant.cy.passkey }],
      }),
    findings: { receipt: "outcome", audit: "decisions" },
  },
  {
    name: "one person counted twice",
    goal: "two signatures look like two people",
    attack: async () => {
      const { passkey } = tenant.cy;
      const votes = [
        { by: "cy", passkey },
        { by: "cy", passkey, under: "maria" },
      ];
      return forge(tenant, { policy: await policyOfBoth(), votes });
    },
    findings: { receipt: "outcome", audit: "decisions" },
  },
  {
    name: "one person counted twice, under another's name",
    goal: "an active passkey is accepted for any person",
    attack: async () => {
      const { passkey } = tenant.cy;
      const votes = [
        { by: "cy", passkey },
        { by: "maria", passkey },
      ];
      return forge(tenant, { policy: await policyOfBoth(), votes });
    },
    findings: { receipt: "credential", audit: "decisions" },
  },
  {
    name: "a decision with a passkey that was revoked before",
    goal: "the dismissed admin can still approve",
    attack: async () => {
      await rows("UPDATE credentials SET revoked_at = NULL");
      return approveAs(tenant, "rae", tenant.rae);
    },
    findings: { receipt: "revocation", audit: "decisions" },
  },
  {
    name: "the same, with a reference to the directory before the revocation",
    goal: "the revocation is not noticed",
    attack: async () => {
      await rows("UPDATE credentials SET revoked_at = NULL");
      return forge(tenant, {
        votes: [{ by: "rae", passkey: tenant.rae.passkey }],
        directorySeq: SEQ.revoked - 1,
      });
    },
    findings: { receipt: "revocation", audit: "decisions" },
  },
  {
    name: "a signature made after the request expired",
    goal: "it counts anyway",
    attack: () =>
      forge(tenant, { created: Date.now() - 1_000_000, votes: [{ by: "cy", passkey: tenant.cy.passkey }] }),
    findings: { receipt: "statement outcome", audit: "decisions" },
  },
  {
    name: "an approval dated before it was signed",
    goal: "it looks as if it was made in time",
    attack: () => {
      const at = Date.now() - 3_600_000;
      const issued = new Date(at + 1_000).toISOString();
      return forge(tenant, { at, votes: [{ by: "cy", passkey: tenant.cy.passkey, changes: { issued } }] });
    },
    findings: { receipt: "statement order", audit: "time decisions" },
  },
  {
    name: "a use of a rejected request",
    goal: "it looks as if it was approved",
    attack: () => forgeUse(tenant, tenant.rejected),
    findings: { audit: "uses" },
  },
  {
    name: "a second use",
    goal: "one approval serves twice",
    attack: () => forgeUse(tenant, tenant.used),
    findings: { audit: "uses" },
  },
];

const named = (attacks: readonly Attack[]) =>
  attacks.map((attack) => [attack.name, attack.goal, attack] as const);

describe.each([
  ["the operator adds a signer", NEW_SIGNERS],
  ["the operator adds records", DECISIONS],
])("%s", { timeout: CASE_MAX_MILLISECONDS }, (_about, attacks) => {
  it.each(named(attacks))("%s (aim: %s)", async (_name, _goal, { attack, findings }) => {
    expect(await runAttack(tenant, attack)).toEqual({
      before: NO_FINDINGS,
      after: { ...NO_FINDINGS, ...findings },
    });
  });
});

const entryUnder = async (seq: number) =>
  encodeEntry({ kind: "sealed", label: await label(seq), commit: sha256(new Uint8Array(1)) });

const LOG: readonly Attack[] = [
  {
    name: "a further record in the log that is in no table",
    goal: "it can be shown when it is useful",
    attack: async () => {
      const next = SEQ.both + 1;
      await log().append([{ label: toHex(await label(next)), entry: await entryUnder(next) }]);
      return tenant.approved;
    },
    findings: { audit: "hidden" },
  },
  {
    name: "a second record under one label",
    goal: "the operator shows the one that suits best",
    attack: async () => {
      await rewriteLog([...(await readLogEntries()), await entryUnder(SEQ.approved)]);
      return tenant.approved;
    },
    findings: { audit: "fork", monitor: "duplicate-label" },
  },
  {
    name: "an earlier state of the log",
    goal: "later records disappear",
    attack: async () => {
      await rewriteLog((await readLogEntries()).slice(0, -2));
      return tenant.approved;
    },
    findings: { monitor: "shrunk" },
  },
  {
    name: "an earlier state of log and tables",
    goal: "later records disappear",
    attack: async () => {
      await rewriteLog((await readLogEntries()).slice(0, -1));
      await rows("DELETE FROM outbox WHERE confirmation_id = ?1", tenant.both);
      return tenant.approved;
    },
    findings: { monitor: "shrunk" },
  },
  {
    name: "a log of the same size with another record in it",
    goal: "nobody compares roots",
    attack: async () => {
      await rewriteLog([...(await readLogEntries()).slice(0, -1), await entryUnder(SEQ.both)]);
      return tenant.approved;
    },
    findings: { audit: "places", monitor: "split-view" },
  },
];

describe("the operator changes the log", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it.each(named(LOG))("%s (aim: %s)", async (_name, _goal, { attack, findings }) => {
    expect(await runAttack(tenant, attack)).toEqual({
      before: NO_FINDINGS,
      after: { ...NO_FINDINGS, ...findings },
    });
  });

  it("an earlier state of the log only: the service seals nothing more", async () => {
    const id = await tenant.asked("cy");
    await rewriteLog((await readLogEntries()).slice(0, -2));
    await tenant.cy.decide(id);
    expect((await tenant.api("GET", `/api/confirmations/${id}`)).body).toMatchObject({ status: "pending" });
    expect(await downloadReceipt(tenant, id)).toBe("the service answers 404");
  });
});
