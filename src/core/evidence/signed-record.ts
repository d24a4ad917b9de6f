import { assertionHash, verifyAssertion } from "../webauthn/assertion.ts";
import { fromBase64url, fromHex, toHex, type Bytes } from "../encoding/bytes.ts";
import { challengeOf } from "../confirmation/challenge.ts";
import { mayDecide, parseChange, type Directory } from "../stream/directory.ts";
import { rpIdOf } from "../webauthn/rp-id.ts";
import { canonicalText, hashOfJson } from "../encoding/jcs.ts";
import {
  isSatisfied,
  parsePolicy,
  policyHash,
  requirementsAfter,
  singleApproverPolicy,
  type Policy,
} from "../confirmation/policy.ts";
import { payloadCommit } from "../stream/record.ts";
import type { SignedRecord } from "./receipt.ts";
import { expectOk } from "../refusal.ts";
import { statementNonce, type Statement } from "../confirmation/statement.ts";

// The checks of one signed record. Each returns what is wrong in plain words, or undefined. They assume
// only that the receipt has its shape, so each stands alone and names its own failure.

export type Failure = string | undefined;

/** Everything about one signed record, by the directory as it was just before it. */
export async function signedFailure(
  signed: SignedRecord,
  directory: Directory,
  rp: string,
): Promise<Failure> {
  return (
    payloadFailure(signed) ??
    statementFailure(signed, rp) ??
    credentialFailure(signed, directory) ??
    (await signatureFailure(signed, directory)) ??
    orderFailure(signed, directory) ??
    policyFailure(signed) ??
    outcomeFailure(signed)
  );
}

/** Payload, its hash and the commitment that the log holds are of one piece. */
export function payloadFailure({ record, payload, payloadHash, payloadSalt }: SignedRecord): Failure {
  if (payload !== null && toHex(hashOfJson(payload)) !== payloadHash) {
    return "the payload in the file is not the one whose hash was signed";
  }
  const commit = payloadCommit(base64urlBytes(payloadSalt), hexBytes(payloadHash));
  if (toHex(commit) !== record.body.payloadCommit) return "the sealed record commits to another payload";
  return undefined;
}

/** The statements are about this record, and agree on everything but who decided what. */
export function statementFailure({ record, statements, assertions }: SignedRecord, rp: string): Failure {
  const { body } = record;
  if (statements.length !== body.signatures.length || assertions.length !== body.signatures.length) {
    return `the record names ${body.signatures.length} signatures, the file holds ${statements.length} statements and ${assertions.length} assertions`;
  }
  const [first] = statements;
  for (const [index, statement] of statements.entries()) {
    const sealed = body.signatures[index];
    if (toHex(statementNonce(statement)) !== sealed?.nonce)
      return "a statement is not the one that was sealed";
    if (statement.rp !== rp) return `a statement was made for ${statement.rp}, not for ${rp}`;
    if (statement.tenant.id !== record.stream) return "a statement belongs to another tenant's stream";
    if (statement.confirmation !== body.confirmation) return "a statement belongs to another request";
    if (statement.policy !== body.policy) return "a statement was made under another policy";
    if (statement.issued < statement.created || record.at < statement.issued) {
      return "the times of request, signature and seal are out of order";
    }
    if (record.at > statement.expires) return "the decision was sealed after the request had expired";
    if (first !== undefined && common(first) !== common(statement)) {
      return "the statements differ in what was asked";
    }
  }
  return undefined;
}

/** Every assertion is a passkey's signature over nonce and payload hash, made at the right origin by a verified user. */
export async function signatureFailure(signed: SignedRecord, directory: Directory): Promise<Failure> {
  const { record, statements, assertions, payloadHash } = signed;
  for (const [index, statement] of statements.entries()) {
    const assertion = assertions[index];
    const sealed = record.body.signatures[index];
    if (assertion === undefined || sealed === undefined) return "a signature is missing";
    if (assertion.id !== sealed.credential || toHex(assertionHash(assertion)) !== sealed.assertionHash) {
      return "a signature is not the one that was sealed";
    }
    const passkey = directory.passkeys.get(assertion.id);
    if (passkey === undefined) return "a signature was made with a passkey that nobody endorsed";
    const verified = await verifyAssertion(assertion, {
      challenge: challengeOf(statementNonce(statement), hexBytes(payloadHash)),
      origin: statement.rp,
      rpId: rpIdOf(statement.rp),
      credential: { id: passkey.id, publicKey: base64urlBytes(passkey.publicKey) },
    });
    if (!verified.ok) return `${statement.approver.username}'s signature: ${verified.refusal.detail}`;
    if (signed.policy?.authenticator === "device-bound" && verified.value.backupEligible) {
      return `${statement.approver.username}'s passkey can be copied, which the policy does not allow`;
    }
  }
  return undefined;
}

/** Every signer is who the statement says, may decide, and had not lost that passkey. */
export function credentialFailure({ statements, assertions }: SignedRecord, directory: Directory): Failure {
  for (const [index, { approver }] of statements.entries()) {
    const passkey = directory.passkeys.get(assertions[index]?.id ?? "");
    const member = directory.members.get(approver.id);
    if (passkey === undefined) return `the passkey used for ${approver.username} was never endorsed`;
    if (passkey.person !== approver.id || member?.username !== approver.username) {
      return `the passkey belongs to another person than ${approver.username}`;
    }
    if (passkey.revokedAt !== null) return `${approver.username}'s passkey had been revoked`;
    if (!mayDecide(member)) return `${approver.username} may read, not decide`;
  }
  return undefined;
}

/** The passkeys were endorsed before the directory state that the decision says it relied on, and that before it. */
export function orderFailure({ record, assertions }: SignedRecord, directory: Directory): Failure {
  const relied = record.body.directory.seq;
  if (relied >= record.seq) return "the decision relies on a later state of the directory";
  for (const { id } of assertions) {
    const endorsedAt = directory.passkeys.get(id)?.endorsedAt;
    if (endorsedAt !== undefined && endorsedAt > relied)
      return "a passkey was endorsed only after the decision";
  }
  return undefined;
}

/** The policy is the one that was signed, and distinct people meet it as the outcome claims. */
export function policyFailure({ record, statements, policy }: SignedRecord): Failure {
  const { body } = record;
  if (policy === null)
    return body.policy === null ? undefined : "the policy that was signed is missing from the file";
  if (policyHash(policy) !== body.policy) return "the policy in the file is not the one that was signed";
  const parsed = parsePolicy(policy);
  if (!parsed.ok) return `the policy is not valid: ${parsed.refusal.detail}`;
  if (!policy.excludeRequester) return undefined;
  const self = statements.find(
    ({ requester, approver }) => requester.kind === "person" && requester.id === approver.id,
  );
  return self === undefined ? undefined : "the policy does not let the requester sign";
}

/** The outcome follows from the signed decisions under the policy. */
export function outcomeFailure({ record, statements, policy, payload }: SignedRecord): Failure {
  const { outcome } = record.body;
  const applies = outcome === "approved" || outcome === "break-glass";
  // Or a revocation that was signed would never be one.
  if (applies && record.type === "decision" && payload !== null && parseChange(payload).ok) {
    return "what was approved is a change of the directory, and it is sealed as an ordinary decision";
  }
  const people = new Set(statements.map(({ approver }) => approver.id));
  if (people.size !== statements.length) return "one person signed twice";
  const [first] = statements;
  if (policy === null && statements.length > 1) return "more than one person signed where one was asked";
  const rules = policy ?? singleApproverPolicy(first?.approver.id ?? "");
  const approved = first !== undefined && isMet(rules, statements, record.at);
  const decisions = new Set(statements.map(({ decision }) => decision));
  switch (outcome) {
    case "approved":
      if (decisions.has("break-glass")) return "an emergency approval is sealed as an ordinary one";
      if (decisions.has("reject") && rules.rejection === "first") return "somebody rejected it";
      return approved ? undefined : "the signatures do not meet the policy";
    case "rejected":
      if (!decisions.has("reject")) return "nobody signed a rejection";
      return approved && rules.rejection === "impossible"
        ? "the policy was met in spite of rejections"
        : undefined;
    case "break-glass":
      return breakGlassFailure(rules, statements);
    case "expired":
    case "cancelled":
      return approved ? "the policy had been met before it ended" : undefined;
  }
}

function breakGlassFailure(policy: Policy, statements: readonly Statement[]): Failure {
  const broken = statements.filter(({ decision }) => decision === "break-glass");
  if (broken.length === 0) return "nobody signed an emergency approval";
  const allowed = broken.every(
    ({ approver, reason }) => policy.breakGlass.includes(approver.id) && reason.trim() !== "",
  );
  return allowed ? undefined : "the emergency approval is not one that the policy allows";
}

function isMet(policy: Policy, statements: readonly Statement[], at: string): boolean {
  const approvers = statements
    .filter(({ decision }) => decision === "approve")
    .map(({ approver }) => approver.id);
  const elapsed = Date.parse(at) - Date.parse(statements[0]?.created ?? at);
  return requirementsAfter(policy, elapsed).some((tree) => isSatisfied(tree, new Set(approvers)));
}

/** What every signer of one request was shown alike. */
function common({ tenant, project, action, requester, created, expires }: Statement): string {
  return canonicalText({ tenant, project, action, requester, created, expires });
}

// The shape has checked the encoding already.
export function base64urlBytes(text: string): Bytes {
  return expectOk(fromBase64url(text));
}

export function hexBytes(text: string): Bytes {
  return expectOk(fromHex(text));
}
