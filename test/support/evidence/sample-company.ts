import { singleApproverPolicy, type Policy } from "../../../src/core/policy/policy.ts";
import { encodeReceipt, type Receipt } from "../../../src/core/evidence/receipt.ts";
import { verifyReceipt, type VerifyOptions, type ReceiptReport } from "../../../src/core/evidence/verify.ts";
import { createLog, type TestLog } from "../log/memory-log.ts";
import { createPerson, TestTenant, type SampleRequest, type TestPerson } from "./sample-tenant.ts";

// A small company on one log: alex is the owner, bea an admin, cy and dan approvers, eve an auditor, and zoe has no
// role.

export interface Staff {
  readonly log: TestLog;
  readonly alex: TestPerson;
  readonly bea: TestPerson;
  readonly cy: TestPerson;
  readonly dan: TestPerson;
  readonly eve: TestPerson;
  readonly zoe: TestPerson;
  /** Creates a tenant of its own, with everyone enrolled except zoe. */
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
  const three = [bea, cy, dan].map(({ id }) => id);
  return {
    log,
    alex,
    bea,
    cy,
    dan,
    eve,
    zoe,
    async tenant() {
      const tenant = new TestTenant(log, alex);
      await tenant.endorse(bea, "admin", alex);
      await tenant.endorse(cy, "approver", bea);
      await tenant.endorse(dan, "approver", bea);
      await tenant.endorse(eve, "auditor", bea);
      return tenant;
    },
    twoOfThree: (more = {}) => ({
      ...singleApproverPolicy("unused"),
      name: "Two of three",
      stages: [{ name: "", needs: [{ name: "Staff", count: 2, of: three }] }],
      ...more,
    }),
  };
}

/** The options of a verifier who has everything of the tenant. */
export function fullOptions(tenant: TestTenant) {
  return {
    tenant: tenant.stream,
    trust: tenant.log.trust(2),
    streamKey: tenant.streamKey,
    history: tenant.history(),
  };
}

export async function decidedReceipt(tenant: TestTenant, request: SampleRequest): Promise<Receipt> {
  return tenant.receipt(await tenant.decide(request));
}

export async function verifiedReport(receipt: Receipt, options: VerifyOptions): Promise<ReceiptReport> {
  return verifyReceipt(encodeReceipt(receipt), options);
}

/** The names of the checks that failed. */
export function failedChecks({ checks }: ReceiptReport): string {
  return checks.flatMap(({ name, status }) => (status === "failed" ? [name] : [])).join(" ");
}

export function statusOf(
  { checks }: { readonly checks: readonly { readonly name: string; readonly status: string }[] },
  checkName: string,
): string | undefined {
  return checks.find(({ name }) => name === checkName)?.status;
}
