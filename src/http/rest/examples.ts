import type {
  ApproversAnswer,
  ConfirmationAnswer,
  ChangeAnswer,
  InviteAnswer,
  ListAnswer,
  TemplatesAnswer,
  VerificationAnswer,
} from "./answer-schemas.ts";

// The examples of the OpenAPI document: an agent asks, Alex decides. A test validates each with its schema.

const HASH = "1f8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b";

export const createExample = {
  username: "alex",
  action: "Pay invoice 4711",
  payload: { invoice: "4711", amount: "1250.00", currency: "EUR", to: "Acme GmbH" },
  expiresInSeconds: 900,
};

export const consumeExample = { payload: createExample.payload };
export const recoveryExample = { username: "alex" };
export const roleExample = { username: "alex", role: "admin" };
export const inviteExample = { username: "alex", role: "approver" };

export function confirmationExample(origin: string): ConfirmationAnswer {
  const id = "c_01jgq0x5k3v7m2n8p4r6s9t1w5yb0c7d2f80";
  return {
    id,
    url: `${origin}/approve/${id}`,
    status: "pending",
    mode: "live",
    code: "5e0b91c7",
    action: createExample.action,
    username: "alex",
    policy: null,
    payloadHash: HASH,
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

export function listExample(origin: string): ListAnswer {
  const {
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
  const confirmation = confirmationExample(origin).id;
  const at = "2026-01-31T12:03:20.000Z";
  const log = { origin: `${new URL(origin).host}/log`, index: 41 };
  const salt = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
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
    opening: { record, entrySalt: salt, label: HASH, proof },
    anchor: null,
    receipt: null,
  };
}
