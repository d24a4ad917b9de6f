import { EDDSA, ES256, RS256, type CoseAlgorithm } from "../../../src/core/webauthn/cose.ts";
import { singleApproverPolicy, type Policy } from "../../../src/core/policy/policy.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import { createAuthenticator } from "../authenticator.ts";
import { TestLog } from "../log/memory-log.ts";
import { noteSigner } from "../log/note-signer.ts";
import { createPerson, RP, TestTenant, type TestPerson } from "../evidence/sample-tenant.ts";
import { fixedDraw, fixedKey } from "./keys.ts";

// One tenant from its first passkey on: alex owns it, bea is an admin, cy and dan approve. The log holds
// entries of other tenants as well.

const drawForOthers = fixedDraw("other tenants");
const PAYMENT = { amount: "1250.00", currency: "EUR", invoice: "4711", to: "Müller & Söhne" };

export interface Example {
  readonly tenant: TestTenant;
  readonly payload: typeof PAYMENT;
  readonly twoOfThree: Policy;
  /** The records that get a receipt, by the name of the file. */
  readonly decisions: Readonly<Record<string, number>>;
}

export async function makeExample(): Promise<Example> {
  const log = await fixedLog();
  const [alex, bea, cy, dan] = await Promise.all([
    fixedPerson("alex", ES256),
    fixedPerson("bea", EDDSA),
    fixedPerson("cy", ES256),
    fixedPerson("dan", RS256),
  ]);
  const twoOfThree = policyOf("Two of three", 2, [bea, cy, dan]);
  const urgent = { ...policyOf("Payments", 2, [cy, dan]), breakGlass: [bea.id], excludeRequester: true };
  // As the requester of the worked example wrote it: to, invoice, amount, currency.
  const pay = { action: "Pay invoice 4711", payload: PAYMENT, order: [3, 2, 0, 1] };

  addOtherTenants(log, 2);
  const tenant = new TestTenant(log, alex, fixedDraw("salts and ids"));
  await tenant.endorse(bea, "admin", alex);
  await tenant.endorse(cy, "approver", bea);
  await tenant.endorse(dan, "approver", bea);
  const approved = await tenant.decide({ ...pay, votes: [{ by: cy }] });
  addOtherTenants(log, 1);
  tenant.sealUnsigned("consumed", { confirmation: confirmationAt(tenant, approved), decided: approved });
  const quorum = await tenant.decide({ policy: twoOfThree, votes: [{ by: bea }, { by: dan }] });
  const reason = "The amount is wrong: 1250, not 125";
  const rejected = await tenant.decide({
    ...pay,
    outcome: "rejected",
    votes: [{ by: cy, vote: "reject", reason }],
  });
  const expired = await tenant.decide({ outcome: "expired", votes: [] });
  addOtherTenants(log, 1);
  const emergency = { by: bea, vote: "break-glass", reason: "The bank closes at noon" } as const;
  const overridden = await tenant.decide({
    ...pay,
    policy: urgent,
    outcome: "break-glass",
    votes: [emergency],
  });
  const newKey = await fixedPasskey("cy, second passkey", ES256);
  await tenant.recover(cy, newKey, [alex, bea]);
  const recovered = await tenant.decide({ votes: [{ by: cy, passkey: newKey }] });
  tenant.sealUnsigned("erased", { rule: "after 90 days", spans: [{ from: expired, to: expired }] });
  const decisions = { approved, quorum, rejected, expired, "break-glass": overridden, recovered };
  return { tenant, payload: PAYMENT, twoOfThree, decisions };
}

export async function fixedLog(): Promise<TestLog> {
  const names = ["alpha", "beta", "gamma"];
  const witnesses = names.map((name, place) => noteSigner(`${name}.example`, "cosignature", 2 + place));
  return new TestLog(await noteSigner("log.example/countersign", "ed25519", 1), await Promise.all(witnesses));
}

async function fixedPerson(username: string, algorithm: CoseAlgorithm): Promise<TestPerson> {
  const key = await fixedKey(username, algorithm);
  return createPerson(username, { algorithm, key, draw: fixedDraw(`passkey of ${username}`) });
}

export async function fixedPasskey(name: string, algorithm: CoseAlgorithm, origin = RP) {
  const rpId = new URL(origin).hostname;
  const key = await fixedKey(name, algorithm);
  return createAuthenticator({ rpId, origin, algorithm, key, draw: fixedDraw(`passkey of ${name}`) });
}

function policyOf(name: string, count: number, people: readonly TestPerson[]): Policy {
  const of = people.map(({ id }) => id);
  return {
    ...singleApproverPolicy("unused"),
    name,
    stages: [{ name: "", needs: [{ name: "Approvers", count, of }] }],
  };
}

function addOtherTenants(log: TestLog, count: number): void {
  for (let added = 0; added < count; added++) {
    const [label, commit] = [drawForOthers(32), drawForOthers(32)];
    log.append(encodeEntry({ kind: "sealed", label, commit }));
  }
}

export function confirmationAt(tenant: TestTenant, seq: number): string {
  const body = tenant.records[seq]?.sealed.record.body;
  if (body === undefined || !("confirmation" in body)) throw new RangeError(`record ${seq} is of no request`);
  return body.confirmation;
}
