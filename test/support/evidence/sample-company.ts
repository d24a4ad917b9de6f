import { singleApproverPolicy, type Policy } from "../../../src/core/confirmation/policy.ts";
import { encodeReceipt, type Receipt } from "../../../src/core/evidence/receipt.ts";
import { verifyReceipt, type VerifyOptions, type ReceiptReport } from "../../../src/core/evidence/verify.ts";
import { createLog, type TestLog } from "../log/memory-log.ts";
import { createPerson, TestTenant, type Asked, type TestPerson } from "./sample-tenant.ts";

// A small company on one log: alex owns it, bea is an admin, cy and dan approve, eve audits, zoe is nobody.

export interface Staff {
  readonly log: TestLog;
  readonly alex: TestPerson;
  readonly bea: TestPerson;
  readonly cy: TestPerson;
  readonly dan: TestPerson;
  readonly eve: TestPerson;
  readonly zoe: TestPerson;
  /** A tenant of its own, with everyone but zoe enrolled. */
  readonly tenant: () => Promise<TestTenant>;
  readonly twoOfThree: (more?: Partial<Policy>) => Policy;
}

export async function createStaff(): Promise<Staff> {
  const log = await createLog("log.example/countersign", 3);
  const [alex, bea, cy, dan, eve, zoe] = await Promise.all([
    createPerson("alex"),
    createPerson("bea"),
    createPerson("cy"),
    createPerson("dan"),
    createPerson("eve"),
    createPerson("zoe"),
  ]);
  const three = [bea, cy, dan].map(({ id }) => ({ kind: "person" as const, person: id }));
  return {
    log,
    alex,
    bea,
    cy,
    dan,
    eve,
    zoe,
    async tenant() {
      const fresh = new TestTenant(log, alex);
      await fresh.endorse(bea, "admin", alex);
      await fresh.endorse(cy, "approver", bea);
      await fresh.endorse(dan, "approver", bea);
      await fresh.endorse(eve, "auditor", bea);
      return fresh;
    },
    twoOfThree: (more = {}) => ({
      ...singleApproverPolicy("unused"),
      name: "Two of three",
      require: { kind: "quorum", name: "Staff", threshold: 2, of: three },
      ...more,
    }),
  };
}

/** All that a verifier with full insight into the tenant can know. */
export function everythingOf(tenant: TestTenant) {
  return {
    tenant: tenant.stream,
    trust: tenant.log.trust(2),
    streamKey: tenant.streamKey,
    history: tenant.history(),
  };
}

export async function decided(tenant: TestTenant, asked: Asked): Promise<Receipt> {
  return tenant.receipt(await tenant.decide(asked));
}

export async function judged(receipt: Receipt, knowledge: VerifyOptions): Promise<ReceiptReport> {
  return verifyReceipt(encodeReceipt(receipt), knowledge);
}

/** The names of the checks that failed. */
export function failing({ checks }: ReceiptReport): string {
  return checks.flatMap(({ name, status }) => (status === "failed" ? [name] : [])).join(" ");
}

export function statusOf({ checks }: ReceiptReport, wanted: string): string | undefined {
  return checks.find(({ name }) => name === wanted)?.status;
}
