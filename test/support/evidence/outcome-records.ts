import { policyHash, type Policy } from "../../../src/core/policy/policy.ts";
import { statementNonce, type Statement } from "../../../src/core/confirmation/statement.ts";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import type { SignedRecord } from "../../../src/core/evidence/receipt.ts";
import { EXPIRES_MS, type Cell, type Rules } from "./outcome-cells.ts";

// The policy document and the record of a cell.

/** Every vote is issued so long after the request. */
const ISSUED_MS = 1_000;

export function policyOf({ asked, rejection, excludeRequester, breakGlass }: Rules): Policy {
  const [first, ...later] = asked.map(({ afterMs, need, of }) => ({
    afterSeconds: afterMs / 1_000,
    stage: 1,
    needs: [{ name: "Asked", count: need, of: of.map(idOf) }],
  }));
  if (first === undefined) throw new RangeError("a policy asks somebody");
  return {
    v: 2,
    kind: "countersign/policy",
    name: "Cell",
    stages: [{ name: "", needs: first.needs }],
    escalations: later,
    minimum: 1,
    excludeRequester,
    rejection,
    breakGlass: breakGlass.map(idOf),
    authenticator: "any",
    expiresInSeconds: null,
    executeWithinSeconds: null,
    quietHours: "kept",
    chosen: null,
  };
}

export const idOf = (username: string) => `person-${username}`;

const CREATED = Date.parse("2026-11-01T12:00:00.000Z");
const time = (afterMs: number) => new Date(CREATED + afterMs).toISOString();

/** The record of another cell with the same votes and rules. */
export function sealedAs(
  { record, evidence }: SignedRecord,
  { outcome, elapsedMs }: Pick<Cell, "outcome" | "elapsedMs">,
): SignedRecord {
  const body = { ...record.body, outcome };
  return { record: { ...record, at: time(elapsedMs), body } as SignedRecord["record"], evidence };
}

/** Other values than those of the honest record. */
export interface Deviation {
  readonly createdMs?: number;
  readonly issuedMs?: number;
  readonly expiresMs?: number;
  readonly type?: SignedRecord["record"]["type"];
  readonly payload?: JsonObject | null;
}

export const CELL_RP = "https://approve.example";

/** The record of a cell, with what people signed. Signatures and hashes of other things are made up. */
export function recordOf(
  { outcome, votes, rules, requester, elapsedMs }: Cell,
  {
    createdMs = 0,
    issuedMs = ISSUED_MS,
    expiresMs = EXPIRES_MS,
    type = "decision",
    payload = {},
  }: Deviation = {},
): SignedRecord {
  const policy = rules && policyOf(rules);
  const head = { stream: "22".repeat(32), confirmation: "c_1", policyHash: policy && policyHash(policy) };
  const signers = votes.map(({ by, vote, reason }) => ({
    statement: {
      v: 1,
      kind: "countersign/statement",
      rp: CELL_RP,
      tenant: { id: head.stream, name: "Acme" },
      project: { id: "p_default", name: "Default", mode: "live" },
      confirmation: head.confirmation,
      action: "Deploy to production",
      display: { order: [], template: null },
      requester: { kind: "key", id: "k_1", name: "ci", person: requester && idOf(requester) },
      approver: { id: idOf(by), username: by },
      vote,
      reason,
      policyHash: head.policyHash,
      stage: 1,
      created: time(createdMs),
      expires: time(expiresMs),
      executeWithinSeconds: null,
      issued: time(issuedMs),
      salt: "A".repeat(43),
    } satisfies Statement,
    assertion: { id: "AQID", clientDataJSON: "AA", authenticatorData: "AA", signature: "AA" },
  }));
  return {
    record: {
      v: 1,
      stream: head.stream,
      seq: 9,
      prev: "33".repeat(32),
      at: time(elapsedMs),
      type,
      body: {
        confirmation: head.confirmation,
        outcome,
        expires: time(expiresMs),
        payloadCommit: "44".repeat(32),
        signatures: signers.map(({ statement }) => ({
          nonce: toHex(statementNonce(statement)),
          assertionHash: "55".repeat(32),
          credential: "AQID",
        })),
        policyHash: head.policyHash,
        directory: { seq: 0, commit: "66".repeat(32) },
        ...(type === "decision" ? { mode: "live" } : { change: null }),
      },
    } as SignedRecord["record"],
    evidence: {
      signers,
      policy,
      template: null,
      payload,
      payloadHash: "77".repeat(32),
      payloadSalt: "A".repeat(43),
    },
  };
}
