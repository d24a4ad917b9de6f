import type { TestTenant } from "../../evidence/sample-tenant.ts";
import { altered } from "./forged-decisions.ts";
import type { Company } from "./staff.ts";

// Revocations and other links that a record, a receipt or an export leaves out.

/** What is shown of a history that was sealed. */
export interface Shown {
  /** The record that the receipt is about. */
  readonly seq: number;
  /** The links that the receipt holds; all of them unless stated. */
  readonly changes?: readonly number[];
  /** The links without their evidence. */
  readonly bare?: readonly number[];
  /** The rows that are erased from the export. */
  readonly erased?: readonly number[];
}

export type Attack = (tenant: TestTenant, company: Company) => Promise<Shown>;

const STAFF = [1, 2, 3, 4];

/** A revocation of cy's passkey as record 5, and a decision with it that names record `named`. */
const afterRevocation =
  (named: number, shown: Omit<Shown, "seq">): Attack =>
  async (own, { cy, bea }) => {
    await own.revoke(cy, bea);
    const directory = { seq: named, commit: own.commitAt(named) };
    const seq = await own.decide({ votes: [{ by: cy }], alter: altered({ directory }) });
    const [erased] = shown.erased ?? [];
    if (erased !== undefined)
      own.sealUnsigned("erased", { rule: "after 90 days", spans: [{ from: erased, to: erased }] });
    return { seq, ...shown };
  };

/** An honest decision by cy of which the receipt shows less than it must, or as little as it may. */
const decisionOf =
  (shown: Omit<Shown, "seq">): Attack =>
  async (own, { cy }) => ({ seq: await own.decide({ votes: [{ by: cy }] }), ...shown });

export const LEFT_OUT: readonly (readonly [name: string, attack: Attack])[] = [
  ["a decision with a revoked passkey", afterRevocation(5, {})],
  ["a receipt that leaves out a revocation", afterRevocation(5, { changes: STAFF })],
  ["a receipt that shows a revocation without its evidence", afterRevocation(5, { bare: [5] })],
  ["a decision that names the directory before a revocation", afterRevocation(4, {})],
  ["the same with a receipt that leaves out the revocation", afterRevocation(4, { changes: STAFF })],
  ["a revocation whose row is erased", afterRevocation(5, { changes: STAFF, erased: [5] })],
  [
    "absent: a revocation whose row is erased and that the decision does not name",
    afterRevocation(4, { changes: STAFF, erased: [5] }),
  ],
  ["a receipt without any link", decisionOf({ changes: [] })],
  ["a receipt without a link that nothing rests on", decisionOf({ changes: [1, 2, 3] })],
  ["a receipt without a link in the middle", decisionOf({ changes: [1, 2, 4] })],
  ["a receipt with its links in another order", decisionOf({ changes: [2, 1, 3, 4] })],
  ["a receipt with a link twice", decisionOf({ changes: [1, 2, 3, 4, 4] })],
  ["a receipt with the signer's link without its evidence", decisionOf({ bare: [2] })],
  ["a receipt with an admin's link without its evidence", decisionOf({ bare: [1] })],
  ["honest: a receipt without the evidence of unrelated links", decisionOf({ bare: [3, 4] })],
];
