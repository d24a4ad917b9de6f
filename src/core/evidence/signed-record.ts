import { assertionHash, verifyAssertion } from "../webauthn/assertion.ts";
import { fromBase64url, fromHex, toHex, type Bytes } from "../encoding/bytes.ts";
import { challengeOf } from "../confirmation/challenge.ts";
import { mayDecide, type Directory } from "../stream/directory.ts";
import { parseChange } from "../stream/change-format.ts";
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

// The checks of one signed record. Each returns what is wrong in plain words, or undefined. They rely only
// on the receipt's shape, not on one another.

export type Failure = string | undefined;

/** All checks of one signed record, against the directory as it was just before it. */
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

/** The payload, its hash and the record's commitment must match. */
export function payloadFailure({ record, payload, payloadHash, payloadSalt }: SignedRecord): Failure {
  if (payload !== null && toHex(hashOfJson(payload)) !== payloadHash) {
    return "the payload in the file is not the one whose hash was signed";
  }
  const commit = payloadCommit(base64urlBytes(payloadSalt), hexBytes(payloadHash));
  if (toHex(commit) !== record.body.payloadCommit) return "the record commits to another payload";
  return undefined;
}

/** The statements must be about this record, and differ only in who decided what. */
export function statementFailure({ record, statements, assertions }: SignedRecord, rp: string): Failure {
  const { body } = record;
  if (statements.length !== body.signatures.length || assertions.length !== body.signatures.length) {
    return `the record names ${body.signatures.length} signatures, the file holds ${statements.length} statements and ${assertions.length} assertions`;
  }
  const [first] = statements;
  for (const [index, statement] of statements.entries()) {
    const sealed = body.signatures[index];
    if (toHex(statementNonce(statement)) !== sealed?.nonce) return "a statement is not the one in the record";
    if (statement.rp !== rp) return `a statement was made for ${statement.rp}, not for ${rp}`;
    if (statement.tenant.id !== record.stream) return "a statement belongs to another tenant's stream";
    if (statement.confirmation !== body.confirmation) return "a statement belongs to another request";
    if (statement.policyHash !== body.policyHash) return "a statement names another policy";
    if (statement.issued < statement.created || record.at < statement.issued) {
      return "the times of request, signature and record are out of order";
    }
    if (record.at > statement.expires) return "the decision was recorded after the request expired";
    if (first !== undefined && requestText(first) !== requestText(statement)) {
      return "the statements describe different requests";
    }
  }
  return undefined;
}

/** Every assertion must be a passkey's signature over nonce and payload hash, made at the right origin by a verified user. */
export async function signatureFailure(signed: SignedRecord, directory: Directory): Promise<Failure> {
  const { record, statements, assertions, payloadHash } = signed;
  for (const [index, statement] of statements.entries()) {
    const assertion = assertions[index];
    const sealed = record.body.signatures[index];
    if (assertion === undefined || sealed === undefined) return "a signature is missing";
    if (assertion.id !== sealed.credential || toHex(assertionHash(assertion)) !== sealed.assertionHash) {
      return "a signature is not the one in the record";
    }
    const passkey = directory.passkeys.get(assertion.id);
    if (passkey === undefined || passkey.publicKey === null)
      return "a signature was made with a passkey that nobody endorsed";
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

/** Every signer must be the person in the statement, may decide, and has not had the passkey revoked. */
export function credentialFailure({ statements, assertions }: SignedRecord, directory: Directory): Failure {
  for (const [index, { approver }] of statements.entries()) {
    const passkey = directory.passkeys.get(assertions[index]?.id ?? "");
    const member = directory.members.get(approver.id);
    if (passkey === undefined) return `the passkey used for ${approver.username} was never endorsed`;
    if (passkey.person !== approver.id || member?.username !== approver.username) {
      return `the passkey belongs to another person than ${approver.username}`;
    }
    if (passkey.revokedAt !== null) return `${approver.username}'s passkey was revoked before`;
    if (!mayDecide(member)) return `${approver.username} may read but not decide`;
  }
  return undefined;
}

/** The directory state that the decision names must be older than the decision and include every passkey used. */
export function orderFailure({ record, assertions }: SignedRecord, directory: Directory): Failure {
  const directorySeq = record.body.directory.seq;
  if (directorySeq >= record.seq) return "the decision relies on a later state of the directory";
  for (const { id } of assertions) {
    const endorsedAt = directory.passkeys.get(id)?.endorsedAt;
    if (endorsedAt !== undefined && endorsedAt > directorySeq)
      return "a passkey was endorsed only after the decision";
  }
  return undefined;
}

/** The policy must be the signed one and valid, and its rule about the requester must be kept. */
export function policyFailure({ record, statements, policy }: SignedRecord): Failure {
  const { body } = record;
  if (policy === null)
    return body.policyHash === null ? undefined : "the policy that was signed is missing from the file";
  if (policyHash(policy) !== body.policyHash) return "the policy in the file is not the one that was signed";
  const parsed = parsePolicy(policy);
  if (!parsed.ok) return `the policy is not valid: ${parsed.refusal.detail}`;
  if (!policy.excludeRequester) return undefined;
  const self = statements.find(({ requester, approver }) => requester.person === approver.id);
  return self === undefined ? undefined : "the policy does not let the requester sign";
}

/** The outcome must follow from the votes under the policy. */
export function outcomeFailure({ record, statements, policy, payload }: SignedRecord): Failure {
  const { outcome } = record.body;
  const approval = outcome === "approved" || outcome === "break-glass";
  // Otherwise the operator could seal a signed revocation as a decision, and the passkey would stay active.
  if (approval && record.type === "decision" && payload !== null && parseChange(payload).ok) {
    return "an approved change of the directory is sealed as an ordinary decision";
  }
  const people = new Set(statements.map(({ approver }) => approver.id));
  if (people.size !== statements.length) return "one person signed twice";
  const [first] = statements;
  if (policy === null && statements.length > 1) return "more than one person signed a request to one person";
  const rules = policy ?? singleApproverPolicy(first?.approver.id ?? "");
  const met = first !== undefined && isMet(rules, statements, record.at);
  const votes = new Set(statements.map(({ vote }) => vote));
  switch (outcome) {
    case "approved":
      if (votes.has("break-glass")) return "an emergency approval is sealed as an ordinary one";
      if (votes.has("reject") && rules.rejection === "first") return "somebody rejected the request";
      return met ? undefined : "the signatures do not meet the policy";
    case "rejected":
      if (!votes.has("reject")) return "nobody signed a rejection";
      return met && rules.rejection === "impossible"
        ? "the signatures meet the policy despite the rejections"
        : undefined;
    case "break-glass":
      return breakGlassFailure(rules, statements);
    case "expired":
    case "cancelled":
      return met ? "the signatures met the policy before the request ended" : undefined;
  }
}

function breakGlassFailure(policy: Policy, statements: readonly Statement[]): Failure {
  const emergencies = statements.filter(({ vote }) => vote === "break-glass");
  if (emergencies.length === 0) return "nobody signed an emergency approval";
  const allowed = emergencies.every(
    ({ approver, reason }) => policy.breakGlass.includes(approver.id) && reason.trim() !== "",
  );
  return allowed ? undefined : "the policy does not allow this emergency approval";
}

function isMet(policy: Policy, statements: readonly Statement[], at: string): boolean {
  const approvers = statements.filter(({ vote }) => vote === "approve").map(({ approver }) => approver.id);
  const elapsed = Date.parse(at) - Date.parse(statements[0]?.created ?? at);
  return requirementsAfter(policy, elapsed).some((tree) => isSatisfied(tree, new Set(approvers)));
}

/** The parts of a statement that are the same for every signer of one request. */
function requestText(statement: Statement): string {
  const { tenant, project, action, requester, created, expires, executeWithinSeconds } = statement;
  return canonicalText({ tenant, project, action, requester, created, expires, executeWithinSeconds });
}

/** For fields whose shape has already checked the encoding. */
export function base64urlBytes(text: string): Bytes {
  return expectOk(fromBase64url(text));
}

export function hexBytes(text: string): Bytes {
  return expectOk(fromHex(text));
}
