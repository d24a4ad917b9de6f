import { singleApproverPolicy, type Policy } from "../../../../src/core/policy/policy.ts";
import { EDDSA, type CoseAlgorithm } from "../../../../src/core/webauthn/cose.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import { createAuthenticator, type Authenticator } from "../../authenticator.ts";
import { createPerson, RP, TestTenant, type TestPerson } from "../../evidence/sample-tenant.ts";
import { noteSigner } from "../../log/note-signer.ts";
import { TestLog } from "../../log/memory-log.ts";
import { fixedDraw, fixedKey } from "../keys.ts";

// A second tenant, for histories that go different ways after the same first records: alex owns it, bea is an admin,
// cy and dan approve, eve is an auditor, and zoe has no role. All sign with Ed25519, which is fast to make.

export interface Company {
  readonly alex: TestPerson;
  readonly bea: TestPerson;
  readonly cy: TestPerson;
  readonly dan: TestPerson;
  readonly eve: TestPerson;
  readonly zoe: TestPerson;
  /** cy's second passkey, which cannot be backed up. */
  readonly newKey: Authenticator;
  /** Its first five records, in a log of its own, the same ones each time. */
  readonly tenant: () => Promise<TestTenant>;
}

export const STAFF_RECORDS = 5;

export async function fixedCompany(): Promise<Company> {
  const [alex, bea, cy, dan, eve, zoe] = await Promise.all([
    fixedPerson("alex"),
    fixedPerson("bea"),
    fixedPerson("cy"),
    fixedPerson("dan"),
    fixedPerson("eve"),
    fixedPerson("zoe"),
  ]);
  const newKey = await fixedPasskey("cy, device-bound", { backupEligible: false });
  const staff = { alex, bea, cy, dan, eve, zoe, newKey };
  return {
    ...staff,
    async tenant() {
      const tenant = new TestTenant(await companyLog(), alex, fixedDraw("the company's salts and ids"));
      await tenant.endorse(bea, "admin", alex);
      await tenant.endorse(cy, "approver", bea);
      await tenant.endorse(dan, "approver", bea);
      await tenant.endorse(eve, "auditor", bea);
      return tenant;
    },
  };
}

export async function companyLog(): Promise<TestLog> {
  const witnesses = ["delta", "epsilon"].map((name, place) =>
    noteSigner(`${name}.example`, "cosignature", 6 + place),
  );
  return new TestLog(await noteSigner("log.example/company", "ed25519", 5), await Promise.all(witnesses));
}

async function fixedPerson(username: string): Promise<TestPerson> {
  return createPerson(username, await settingsOf(`${username} of the company`));
}

async function fixedPasskey(name: string, more: { readonly backupEligible: boolean }) {
  const settings = await settingsOf(name);
  return createAuthenticator({ rpId: new URL(RP).hostname, origin: RP, ...settings, ...more });
}

async function settingsOf(name: string) {
  const algorithm: CoseAlgorithm = EDDSA;
  const key = await fixedKey(name, algorithm);
  return { algorithm, key, draw: fixedDraw(`passkey of ${name}`) };
}

export function quorumOf(count: number, people: readonly TestPerson[], more: Partial<Policy> = {}): Policy {
  const of = people.map(({ id }) => id);
  return {
    ...singleApproverPolicy("unused"),
    name: `${count} of ${people.length}`,
    stages: [{ name: "", needs: [{ name: "Staff", count, of }] }],
    ...more,
  };
}

/** Two of bea, cy and dan, then alex. */
export function inTwoStages({ alex, bea, cy, dan }: Company, more: Partial<Policy> = {}): Policy {
  const team = { name: "Staff", count: 2, of: [bea.id, cy.id, dan.id] };
  return {
    ...singleApproverPolicy("unused"),
    name: "Staff, then alex",
    stages: [
      { name: "Staff", needs: [team] },
      { name: "Owner", needs: [{ name: "alex", count: 1, of: [alex.id] }] },
    ],
    minimum: 3,
    executeWithinSeconds: 3_600,
    ...more,
  };
}

/** The payload that makes this decision of the tenant public. */
export function revealOf(tenant: TestTenant, seq: number): JsonObject {
  const sealed = tenant.records[seq]?.sealed;
  const body = sealed?.record.body;
  if (sealed?.evidence === undefined || body === undefined || !("outcome" in body))
    throw new RangeError(`record ${seq} is no decision`);
  return {
    v: 1,
    kind: "countersign/change",
    change: "revealed",
    confirmation: body.confirmation,
    decided: { seq, commit: tenant.commitAt(seq) },
    action: "Deploy to production",
    payloadHash: sealed.evidence.payloadHash,
    shown: true,
  };
}
