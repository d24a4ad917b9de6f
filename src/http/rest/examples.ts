import type { Statement } from "../../core/confirmation/statement.ts";
import { toHex } from "../../core/encoding/bytes.ts";
import { sha256 } from "../../core/encoding/hash.ts";
import { canonicalBytes } from "../../core/encoding/jcs.ts";
import type {
  ApproversAnswer,
  ConfirmationAnswer,
  ChangeAnswer,
  InviteAnswer,
  ListAnswer,
  TemplatesAnswer,
  VerificationAnswer,
} from "./answer-schemas.ts";
import { CONFIRMATION_ID, KEY_ID, PROJECT_ID } from "./example-ids.ts";

// The examples of the OpenAPI document: an agent asks, Alex decides. A test validates each with its schema.

const HASH = "1f8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b";
const SALT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const DECIDED_AT = "2026-01-31T12:03:20.000Z";

export const createExample = {
  username: "alex",
  action: "Pay invoice 4711",
  payload: { invoice: "4711", amount: "1250.00", currency: "EUR", to: "Acme GmbH" },
  expiresInSeconds: 900,
};

const PAYLOAD_HASH = toHex(sha256(canonicalBytes(createExample.payload)));

export const consumeExample = { payload: createExample.payload };
export const recoveryExample = { username: "maria" };
export const roleExample = { username: "maria", role: "developer" };
export const inviteExample = { username: "maria", role: "approver" };

export function confirmationExample(origin: string): ConfirmationAnswer {
  return {
    id: CONFIRMATION_ID,
    url: `${origin}/approve/${CONFIRMATION_ID}`,
    status: "pending",
    mode: "live",
    code: "5e0b91c7",
    action: createExample.action,
    username: "alex",
    policy: null,
    policyName: null,
    policySentence: null,
    approvers: ["alex"],
    progress: { have: 0, need: 1 },
    stage: { number: 1, of: 1 },
    waitingFor: "people",
    payloadHash: PAYLOAD_HASH,
    metadata: null,
    createdAt: "2026-01-31T12:00:00.000Z",
    expiresAt: "2026-01-31T12:15:00.000Z",
    executeWithinSeconds: null,
    decidedAt: null,
    consumedAt: null,
    credentialId: null,
    rawAssertion: null,
    decisions: [],
    log: null,
    receiptUrl: null,
  };
}

export function approvedExample(origin: string): ConfirmationAnswer {
  const pending = confirmationExample(origin);
  const statement = statementExample(origin, pending);
  const { id, ...response } = ASSERTION;
  const signed = { reason: "", statement, assertion: ASSERTION, decidedAt: DECIDED_AT };
  return {
    ...pending,
    status: "approved",
    ...ENDED,
    progress: { have: 1, need: 1 },
    decidedAt: DECIDED_AT,
    credentialId: id,
    rawAssertion: { id, response },
    decisions: [{ approver: statement.approver.username, decision: "approve", ...signed }],
    ...sealed(origin),
  };
}

/** Nobody is asked any more. */
const ENDED = { approvers: [], waitingFor: null };

/** What every outcome in the log has, also one that nobody signed. */
function sealed(origin: string): Pick<ConfirmationAnswer, "log" | "receiptUrl"> {
  return {
    log: { index: 41, origin: `${new URL(origin).host}/log` },
    receiptUrl: `${origin}/api/confirmations/${CONFIRMATION_ID}/receipt`,
  };
}

export function consumedExample(origin: string): ConfirmationAnswer {
  return { ...approvedExample(origin), consumedAt: "2026-01-31T12:03:21.000Z" };
}

export function cancelledExample(origin: string): ConfirmationAnswer {
  return {
    ...confirmationExample(origin),
    status: "cancelled",
    ...ENDED,
    decidedAt: DECIDED_AT,
    ...sealed(origin),
  };
}

/** Shortened: real ones are longer. */
const ASSERTION = {
  id: "q83vASNFZ4k",
  clientDataJSON: "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
  authenticatorData: "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ",
  signature: "MEUCIQDx",
};

function statementExample(origin: string, { action, createdAt, expiresAt }: ConfirmationAnswer): Statement {
  return {
    v: 1,
    kind: "countersign/statement",
    rp: origin,
    tenant: { id: HASH, name: "Acme" },
    project: { id: PROJECT_ID, name: "Payments", mode: "live" },
    confirmation: CONFIRMATION_ID,
    action,
    display: { order: [2, 0, 1, 3], template: null },
    requester: {
      kind: "key",
      id: KEY_ID,
      name: "Payments agent",
      person: null,
    },
    approver: { id: "p_01jx3k7m2p9q8r6s5t4v3w2x1y0z9a8b7c6", username: "alex" },
    vote: "approve",
    reason: "",
    policyHash: null,
    stage: 1,
    created: createdAt,
    expires: expiresAt,
    executeWithinSeconds: null,
    issued: "2026-01-31T12:03:05.000Z",
    salt: SALT,
  };
}

export function listExample(origin: string): ListAnswer {
  const {
    policySentence: _sentence,
    approvers: _approvers,
    progress: _progress,
    stage: _stage,
    waitingFor: _waitingFor,
    credentialId: _credentialId,
    rawAssertion: _rawAssertion,
    decisions: _decisions,
    log: _log,
    receiptUrl: _receiptUrl,
    ...summary
  } = confirmationExample(origin);
  return { data: [summary], nextCursor: null, hasMore: false };
}

export const approversExample: ApproversAnswer = {
  data: [{ username: "alex", role: "approver", reachable: true }],
};

export function inviteAnswerExample(origin: string): InviteAnswer {
  return { enrolUrl: `${origin}/enrol#the-secret-of-the-link`, expiresAt: "2026-02-01T12:00:00.000Z" };
}

export function changeAnswerExample(origin: string): ChangeAnswer {
  return { url: confirmationExample(origin).url };
}

export const templateExample = {
  action: createExample.action,
  sentence: "Pay {amount|money:EUR} to {to}",
  fields: [
    { name: "to", label: "Recipient", format: null, prominent: true },
    { name: "amount", label: "Amount", format: "money:EUR", prominent: true },
  ],
};

export const templatesExample: TemplatesAnswer = {
  data: [
    { ...templateExample, hash: HASH, change: { seq: 6, logIndex: 40, at: "2026-01-30T09:00:00.000Z" } },
  ],
};

export function verificationExample(origin: string): VerificationAnswer {
  const confirmation = CONFIRMATION_ID;
  const at = DECIDED_AT;
  const log = { origin: `${new URL(origin).host}/log`, index: 41 };
  const body = {
    confirmation,
    outcome: "approved",
    payloadCommit: HASH,
    signatures: [{ nonce: HASH, assertionHash: HASH, credential: "q83vASNFZ4k" }],
    policyHash: null,
    expires: "2026-01-31T12:15:00.000Z",
    directory: { seq: 0, commit: HASH },
    mode: "live",
  } as const;
  const record = { v: 1, stream: HASH, seq: 7, prev: HASH, at, type: "decision", body } as const;
  const proof = `c2sp.org/tlog-proof@v1\nindex ${log.index}\n…`;
  return {
    v: 1,
    kind: "countersign/verification",
    confirmation,
    outcome: "approved",
    mode: "live",
    at,
    log,
    opening: { record, entrySalt: SALT, label: HASH, proof },
    anchor: null,
    receipt: null,
  };
}
