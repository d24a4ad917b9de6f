import { describe, expect, it } from "vitest";
import { requestSealing } from "../../../src/app/sealing/request-sealing.ts";
import { fromHex, toBase64url, toHex, utf8, utf8Text, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { encodeReceipt, parseReceipt } from "../../../src/core/evidence/receipt.ts";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { recordLabel } from "../../../src/core/stream/record.ts";
import type { Authenticator } from "../../support/authenticator.ts";
import { rows } from "../support/database-rows.ts";
import { idOf } from "../support/worker-fixture.ts";
import { personNamed } from "../support/signed-decisions.ts";
import {
  auditReport,
  CASE_MAX_MILLISECONDS,
  downloadExport,
  downloadReceipt,
  exportFindings,
  historyFrom,
  NO_FINDINGS,
  receiptFindings,
  runAttack,
  type Findings,
} from "./support/attack-findings.ts";
import {
  quorumOfBoth,
  sealedBy,
  SEQ,
  type AttackedTenant,
  setUpAttackedTenant,
} from "./support/attack-fixture.ts";
import { needOf, staged } from "../policies/support/frozen-policies.ts";
import { endorsementChange, forge, plantPerson, roleChange, type Forged } from "./support/forged-rows.ts";

// Records that no honest service makes, although the signatures in them are real: one key as two people, a false date, a
// content or a policy beyond the limits, an erased revocation. The honest history before each passes every check.

let tenant: AttackedTenant;
setUpAttackedTenant((created) => {
  tenant = created;
});

/** The same key under another id, for a person who does not exist. An admin who helps the operator endorses it. */
async function approveTwiceWithOneKey(): Promise<string> {
  const { cy, maria } = tenant;
  const mallory = await plantPerson(tenant);
  const { id } = mallory.passkey.credential;
  const again: Authenticator = {
    ...cy.passkey,
    credential: { ...cy.passkey.credential, id },
    assert: (challenge, lies = {}) => cy.passkey.assert(challenge, { id, ...lies }),
  };
  await rows("DROP INDEX credentials_by_public_key");
  const key = toBase64url(again.credential.publicKey);
  await rows("UPDATE credentials SET public_key = ?1 WHERE id = ?2", key, id);
  const payload = await endorsementChange(tenant, "mallory", again);
  const endorsed = [{ by: "maria", passkey: maria.passkey }];
  await forge(tenant, { type: "credential.endorsed", payload, votes: endorsed });
  const people = await Promise.all(["cy", "mallory"].map((name) => personNamed(tenant.store, name)));
  const both = people.map((person) => ({ person }));
  return forge(tenant, {
    policy: await sealedBy(tenant, staged([[needOf(2, both)]])),
    votes: [
      { by: "cy", passkey: cy.passkey },
      { by: "mallory", passkey: again },
    ],
  });
}

const policyOfBoth = async () => sealedBy(tenant, await quorumOfBoth(tenant, 2));
const byCy = () => [{ by: "cy", passkey: tenant.cy.passkey }];
const nested = (levels: number): JsonValue => (levels === 0 ? 1 : { a: nested(levels - 1) });
const HOUR_MILLISECONDS = 3_600_000;

interface Attack {
  readonly name: string;
  /** Returns the request whose receipt is checked. */
  readonly attack: () => Promise<string>;
  readonly findings: Findings;
}

const ATTACKS: readonly Attack[] = [
  {
    name: "one key under two ids, which together meet a policy of two people",
    attack: approveTwiceWithOneKey,
    // Nobody may endorse it, so the person is not one whom a policy can name.
    findings: { receipt: "signature credential endorsement choice", audit: "directory decisions" },
  },
  {
    name: "a decision dated an hour before the first record",
    attack: () => forge(tenant, { at: Date.now() - HOUR_MILLISECONDS, votes: byCy() }),
    findings: { receipt: "order", audit: "time decisions" },
  },
  {
    name: "a decision dated an hour before the change that it relies on",
    attack: async () => {
      const payload = await roleChange(tenant, "cy", "developer");
      const votes = [{ by: "alex", passkey: tenant.alex.passkey }];
      await forge(tenant, { type: "role.changed", payload, at: Date.now() + HOUR_MILLISECONDS, votes });
      return forge(tenant, { votes: byCy() });
    },
    findings: { receipt: "order", audit: "time decisions" },
  },
  {
    name: "a change that is sealed as an emergency approval",
    attack: async () => {
      const payload = await roleChange(tenant, "cy", "developer");
      const passkey = tenant.alex.passkey;
      const votes = [{ by: "alex", passkey, vote: "break-glass" as const, changes: { reason: "Now" } }];
      const alex = await personNamed(tenant.store, "alex");
      const policy = { ...(await quorumOfBoth(tenant, 2)), breakGlass: [alex.id] };
      await forge(tenant, { type: "role.changed", outcome: "break-glass", payload, policy, votes });
      return tenant.approved;
    },
    findings: { audit: "directory" },
  },
];

describe("a record that no honest service makes", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it.each(ATTACKS.map((attack) => [attack.name, attack] as const))(
    "%s",
    async (_name, { attack, findings }) => {
      expect(await runAttack(tenant, attack)).toEqual({
        before: NO_FINDINGS,
        after: { ...NO_FINDINGS, ...findings },
      });
    },
  );
});

interface Oversized {
  readonly name: string;
  readonly column: "payload" | "policy";
  readonly forged: () => Promise<Forged>;
  readonly receipt: string;
}

const withContent = (content: JsonObject) => async () => ({ payload: content, votes: byCy() });

const OVERSIZED: readonly Oversized[] = [
  {
    name: "a content of more than 64 KiB",
    column: "payload",
    forged: withContent({ text: "x".repeat(64 * 1_024) }),
    receipt: "payload",
  },
  {
    name: "a content of 33 levels",
    column: "payload",
    forged: withContent({ a: nested(32) }),
    receipt: "payload",
  },
  {
    name: "a content of more than 10,000 values",
    column: "payload",
    forged: withContent({ list: Array.from({ length: 10_000 }, () => 1) }),
    receipt: "payload",
  },
  {
    name: "a policy that nobody could ever meet",
    column: "policy",
    forged: async () => {
      const { stages } = await quorumOfBoth(tenant, 3);
      return { policy: { ...(await policyOfBoth()), stages }, votes: byCy() };
    },
    receipt: "policy choice outcome",
  },
];

describe(
  "a content or a policy that the service itself refuses to read",
  { timeout: CASE_MAX_MILLISECONDS },
  () => {
    it.each(OVERSIZED.map((each) => [each.name, each] as const))(
      "%s",
      async (_name, { column, forged, receipt }) => {
        const content = await forged();
        const text = canonicalText(column === "payload" ? (content.payload ?? {}) : (content.policy ?? {}));
        const readable = { ...(await policyOfBoth()), name: "Readable" };
        const stored = canonicalText(column === "payload" ? { small: true } : readable);
        const id = await forge(tenant, content);
        // The operator keeps something readable in the table, and puts what was signed into the files by hand.
        await rows(`UPDATE confirmations SET ${column} = ?1 WHERE id = ?2`, stored, id);
        const edited = (file: Bytes | string) => {
          const before = typeof file === "string" ? file : (utf8Text(file) ?? "");
          const places = before.split(`"${column}":${stored}`);
          expect(places).toHaveLength(2);
          return utf8(places.join(`"${column}":${text}`));
        };
        expect(await receiptFindings(tenant, edited(await downloadReceipt(tenant, id)))).toBe(receipt);
        expect(await exportFindings(tenant, edited(await downloadExport(tenant)))).toBe("decisions");
        expect(await receiptFindings(tenant, await downloadReceipt(tenant, tenant.approved))).toBe("");
      },
    );
  },
);

/** Says in a record that this record is erased, and returns the export without its content. */
async function eraseFromExport(seq: number): Promise<Bytes> {
  const { store, runtime } = tenant;
  await rows(
    `INSERT INTO outbox (tenant_id, seq, type, at, directory_seq, entry_salt, payload_salt, body)
     SELECT tenant_id, seq + 1, 'erased', at, directory_seq, entry_salt, payload_salt, ?1 FROM outbox
     WHERE tenant_id = ?2 ORDER BY seq DESC LIMIT 1`,
    canonicalText({ rule: "after 90 days", spans: [{ from: seq, to: seq }] }),
    store.tenantId,
  );
  await requestSealing(runtime);
  const [row] = await rows(
    "SELECT commitment FROM outbox WHERE tenant_id = ?1 AND seq = ?2",
    store.tenantId,
    seq,
  );
  const label = toHex(recordLabel(expectOk(fromHex((await store.own()).streamKey)), seq));
  const commit = String(row?.["commitment"]);
  const erased = canonicalText({ kind: "erased", erased: true, seq, label, commit });
  const file = await downloadExport(tenant);
  const lines = typeof file === "string" ? [] : (utf8Text(file) ?? "").split("\n");
  return utf8(lines.with(seq + 1, erased).join("\n"));
}

/** Cy revokes the only passkey, and the operator lets it sign again. Returns the seq of the revocation. */
async function revokeInVain(): Promise<number> {
  const { cy } = tenant;
  const { body } = await cy.post(`/devices/${cy.passkey.credential.id}/revoke`, {});
  await cy.decide(idOf(body.approval));
  await rows("UPDATE credentials SET revoked_at = NULL WHERE id = ?1", cy.passkey.credential.id);
  return SEQ.both + 1;
}

describe("an erased revocation", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it("leaves open whether a passkey was revoked: neither the audit nor a receipt with the history says no", async () => {
    const revoked = await revokeInVain();
    // The record names the directory before the revocation, and the operator leaves the revocation out of the receipt.
    const id = await forge(tenant, { votes: byCy(), directorySeq: SEQ.revoked });
    const file = await downloadReceipt(tenant, id);
    const receipt = expectOk(parseReceipt(typeof file === "string" ? utf8(file) : file));
    const directory = receipt.directory.filter(({ record }) => record.seq < revoked);
    expect(directory).toHaveLength(receipt.directory.length - 1);
    const cut = encodeReceipt({ ...receipt, directory });
    const honest = await historyFrom(await downloadExport(tenant));
    expect(await receiptFindings(tenant, cut)).toBe("");
    expect(await receiptFindings(tenant, cut, { history: honest })).toBe("history");

    const exported = await eraseFromExport(revoked);
    expect(await exportFindings(tenant, exported)).toBe("");
    const { checks } = await auditReport(tenant, exported);
    expect(checks.find(({ name }) => name === "revocation")).toMatchObject({ status: "absent" });
    const history = await historyFrom(exported);
    const report = await verifyReceipt(cut, { tenant: tenant.stream, trust: tenant.trust, history });
    expect(report.checks.find(({ name }) => name === "history")).toMatchObject({
      status: "absent",
      detail: expect.stringContaining(`Record ${revoked} is erased`),
    });
  });

  it("fails the audit if a later record names it, and shows in every later receipt", async () => {
    const revoked = await revokeInVain();
    const id = await forge(tenant, { votes: byCy() });
    expect(await exportFindings(tenant, await eraseFromExport(revoked))).toBe("decisions");
    expect(await receiptFindings(tenant, await downloadReceipt(tenant, id))).toBe("revocation");
    expect(await receiptFindings(tenant, await downloadReceipt(tenant, tenant.approved))).toBe("");
  });
});
