import { assertionHash, verifyAssertion } from "../webauthn/assertion.ts";
import { base64urlBytes, hexBytes, toHex } from "../encoding/bytes.ts";
import { challengeOf } from "../confirmation/challenge.ts";
import { namesInOrder } from "../confirmation/member-order.ts";
import { parseTemplate, templateHash } from "../display/template.ts";
import { mayDecide, type Directory } from "../stream/directory.ts";
import { rpIdOf } from "../webauthn/rp-id.ts";
import { canonicalBytes, canonicalText, hashOfJson } from "../encoding/jcs.ts";
import { parseJson, PAYLOAD_LIMITS, type JsonObject } from "../encoding/strict-json.ts";
import { modeOf, payloadCommit } from "../stream/record.ts";
import { statementNonce, type Statement } from "../confirmation/statement.ts";
import type { Failure } from "./check.ts";
import { isBackdated } from "../stream/clock-slack.ts";
import type { PastDirectories } from "./choice/past-directories.ts";
import { outcomeFailure, policyFailure, stageFailure } from "./outcome-rules.ts";
import type { Evidence, SignedRecord } from "./receipt.ts";

// The checks of one signed record, in the order of the table of rules in web/docs/formats.md. Each returns what is
// wrong in plain words, or undefined. They rely only on the receipt's shape, not on one another.

/** What is known of the tenant just before a record. */
export interface Before {
  readonly directory: Directory;
  readonly rp: string;
  /** The times of record 0 and of the directory's last change. */
  readonly times: readonly string[];
  /** The directory after each change until then. */
  readonly past: PastDirectories;
}

/** All checks of one signed record. */
export async function signedFailure(signed: SignedRecord, before: Before): Promise<Failure> {
  const { directory, rp, times, past } = before;
  return (
    payloadFailure(signed) ??
    statementFailure(signed, rp) ??
    (await signatureFailure(signed, directory)) ??
    credentialFailure(signed, directory) ??
    revocationFailure(signed, directory) ??
    orderFailure(signed, directory, times) ??
    policyFailure(signed) ??
    stageFailure(signed, past) ??
    outcomeFailure(signed)
  );
}

/** The payload, its hash and the record's commitment must match, and the payload keeps a payload's limits. */
export function payloadFailure({ record, evidence }: SignedRecord): Failure {
  const { payload, payloadHash, payloadSalt } = evidence;
  if (payload !== null) {
    const withinLimits = parseJson(canonicalBytes(payload), PAYLOAD_LIMITS);
    if (!withinLimits.ok)
      return `the content is larger than a request may send: ${withinLimits.refusal.detail}`;
    if (toHex(hashOfJson(payload)) !== payloadHash)
      return "the content in the file is not the one whose hash was signed";
  }
  const commit = payloadCommit(base64urlBytes(payloadSalt), hexBytes(payloadHash));
  return toHex(commit) === record.body.payloadCommit ? undefined : "the record commits to other content";
}

/** The statements must be about this record, and differ only in who voted how, when and why. */
export function statementFailure({ record, evidence }: SignedRecord, rp: string): Failure {
  const { body } = record;
  const { signers } = evidence;
  if (signers.length !== body.signatures.length)
    return `the record names ${body.signatures.length} signatures, the file holds ${signers.length}`;
  const first = signers[0]?.statement;
  if (evidence.template !== null && record.type !== "decision")
    return "a change of the directory is drawn by no template";
  const template = templateFailure(evidence.template, first);
  if (template !== undefined) return template;
  for (const [index, { statement }] of signers.entries()) {
    if (toHex(statementNonce(statement)) !== body.signatures[index]?.nonce)
      return "a statement is not the one in the record";
    if (statement.rp !== rp) return `a statement was made for ${statement.rp}, not for ${rp}`;
    if (statement.tenant.id !== record.stream) return "a statement belongs to another organisation";
    if (statement.confirmation !== body.confirmation) return "a statement belongs to another request";
    if (statement.project.mode !== modeOf(record))
      return statement.project.mode === "test"
        ? "a test is sealed as a real decision"
        : "a real decision is sealed as a test";
    if (statement.policyHash !== body.policyHash) return "a statement names another policy";
    if (statement.expires !== body.expires) return "a statement names another expiry than the record";
    const { created, issued, expires } = statement;
    if (created > issued || issued >= expires || issued > record.at)
      return "the times of request, signature and record are out of order";
    if (!isOrderOf(evidence.payload, statement.display.order))
      return "a statement orders members that the payload does not have, or one of them twice";
    if (first !== undefined && requestText(first) !== requestText(statement))
      return "the statements describe different requests";
  }
  return undefined;
}

/** Every assertion must be a passkey's signature over nonce and payload hash, made at the right origin by a verified user. */
export async function signatureFailure(
  { record, evidence: { signers, policy, payloadHash } }: SignedRecord,
  directory: Directory,
): Promise<Failure> {
  for (const [index, { statement, assertion }] of signers.entries()) {
    const sealed = record.body.signatures[index];
    if (assertion.id !== sealed?.credential || toHex(assertionHash(assertion)) !== sealed.assertionHash)
      return "a signature is not the one in the record";
    const publicKey = directory.passkeys.get(assertion.id)?.publicKey ?? null;
    if (publicKey === null) return "a signature was made with a passkey that nobody endorsed";
    const verified = await verifyAssertion(assertion, {
      challenge: challengeOf(statementNonce(statement), hexBytes(payloadHash)),
      origin: statement.rp,
      rpId: rpIdOf(statement.rp),
      credential: { id: assertion.id, publicKey: base64urlBytes(publicKey) },
    });
    const { username } = statement.approver;
    if (!verified.ok) return `${username}'s signature: ${verified.refusal.detail}`;
    if (policy?.authenticator === "device-bound" && verified.value.backupEligible)
      return `${username}'s passkey can be copied, which the policy does not allow`;
  }
  return undefined;
}

/** Every signer must be the person in the statement, and may decide. */
export function credentialFailure({ evidence: { signers } }: SignedRecord, directory: Directory): Failure {
  for (const { statement, assertion } of signers) {
    const { approver } = statement;
    const passkey = directory.passkeys.get(assertion.id);
    const member = directory.members.get(approver.id);
    if (passkey === undefined) return `the passkey used for ${approver.username} was never endorsed`;
    if (passkey.person !== approver.id || member?.username !== approver.username)
      return `the passkey belongs to another person than ${approver.username}`;
    if (!mayDecide(member)) return `${approver.username} may read but not decide`;
  }
  return undefined;
}

/** No passkey used may have been revoked before the record. */
export function revocationFailure({ evidence: { signers } }: SignedRecord, directory: Directory): Failure {
  const revoked = signers.find(
    ({ assertion }) => (directory.passkeys.get(assertion.id)?.revokedAt ?? null) !== null,
  );
  return revoked && `${revoked.statement.approver.username}'s passkey was revoked before`;
}

/**
 * The directory that the record names must be older than the record and include every passkey used; and no record is
 * dated before those that it follows.
 */
export function orderFailure(
  { record, evidence: { signers } }: SignedRecord,
  directory: Directory,
  earlier: readonly string[],
): Failure {
  const directorySeq = record.body.directory.seq;
  if (directorySeq >= record.seq) return "the decision relies on a later state of the directory";
  for (const { assertion } of signers) {
    const endorsedAt = directory.passkeys.get(assertion.id)?.endorsedAt;
    if (endorsedAt !== undefined && endorsedAt > directorySeq)
      return "a passkey was endorsed only after the decision";
  }
  return earlier.some((time) => isBackdated(record.at, Date.parse(time)))
    ? "it is dated before a record that it follows"
    : undefined;
}

/** The template must be the signed one, which the other statements name as well. */
function templateFailure(template: Evidence["template"], first: Statement | undefined): Failure {
  const hash = template === null ? null : templateHash(template);
  if (hash !== (first?.display.template ?? null))
    return "the template in the file is not the one that was signed";
  if (template === null || first === undefined) return undefined;
  if (template.action !== first.action) return "the template is for another action";
  const parsed = parseTemplate(template);
  return parsed.ok ? undefined : `the template can't be used: it ${parsed.refusal.detail}`;
}

/** A payload that is withheld could have any number of members. */
function isOrderOf(payload: JsonObject | null, order: readonly number[]): boolean {
  return payload === null ? new Set(order).size === order.length : namesInOrder(payload, order) !== undefined;
}

/** The parts of a statement that are the same for every signer of one request. */
function requestText(statement: Statement): string {
  const { tenant, project, action, display, requester, created, executeWithinSeconds } = statement;
  return canonicalText({ tenant, project, action, display, requester, created, executeWithinSeconds });
}
