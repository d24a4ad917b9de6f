import type { Refusal, RefusalCode } from "../core/refusal.ts";

// The only map from refusals to answers: problem details of RFC 9457. Programs read `code`, people read `detail`.
// Every failure of ours is reported as internal_error, and explained in the log only.
//
// Statuses: 400 the text is not strict JSON, 422 a field is wrong, 401 not authenticated, 403 not allowed,
// 404 nothing that the caller may see, 409 not possible in this state, 410 gone, 413 and 415 the body itself,
// 429 and 503 try again later.

export interface FieldError {
  /** JSON Pointer into the body, or into the query. */
  readonly path: string;
  readonly code: string;
  readonly detail: string;
}

export interface Problem {
  /** `/problems/<code>`, the same in every deployment. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ProblemCode;
  readonly requestId: string;
  readonly errors?: readonly FieldError[];
}

/** The request that has the problem. */
interface ProblemContext {
  /** Its path. */
  readonly instance: string;
  /** Its id in the log. */
  readonly requestId: string;
}

interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  /** Replaces every detail, where different words would reveal what the caller must not learn. */
  readonly fixedDetail?: string;
  /** The header WWW-Authenticate. */
  readonly challenge?: string;
  readonly retryAfterSeconds?: number;
}

const PROBLEMS = {
  validation_failed: { status: 422, title: "A field is not valid" },
  payload_not_canonical: { status: 400, title: "The JSON is not strict, or exceeds a limit" },
  payload_too_large: { status: 413, title: "The body, or the payload in it, is too large" },
  unsupported_media_type: { status: 415, title: "The body is not JSON" },
  method_not_allowed: { status: 405, title: "This address does not support the method" },
  unauthorized: {
    status: 401,
    title: "No valid API key",
    fixedDetail: "send a valid API key in the header X-Api-Key",
    challenge: 'ApiKey realm="countersign"',
  },
  session_required: { status: 401, title: "Not signed in", challenge: 'Passkey realm="countersign"' },
  passkey_waiting: { status: 403, title: "Your passkey is not active yet" },
  elevation_required: { status: 403, title: "Confirm with your passkey first" },
  changed_meanwhile: { status: 409, title: "Somebody else has changed this" },
  already_created: { status: 409, title: "Already created" },
  name_taken: { status: 409, title: "The name is taken" },
  project_archived: { status: 409, title: "The project is archived" },
  key_ended: { status: 409, title: "The key can't be replaced" },
  already_added: { status: 409, title: "Already added" },
  not_delivered: { status: 502, title: "The message was not delivered" },
  link_unknown: { status: 404, title: "The link is not valid" },
  link_used: { status: 410, title: "The link was already used" },
  link_expired: { status: 410, title: "The link has expired" },
  link_elsewhere: { status: 403, title: "The link belongs to another browser" },
  address_refused: { status: 422, title: "The address can't be used" },
  webhook_disabled: { status: 409, title: "The webhook is disabled" },
  forbidden_scope: { status: 403, title: "The API key lacks a scope" },
  forbidden_origin: { status: 403, title: "The request came from another site" },
  not_allowed: { status: 403, title: "You may not do this" },
  not_found: {
    status: 404,
    title: "Not found",
    fixedDetail: "there is nothing at this address that you may see; check the id",
  },
  idempotency_mismatch: { status: 422, title: "The Idempotency-Key was used for another request" },
  rejection_locked: { status: 409, title: "The same request was just rejected" },
  quota_exceeded: { status: 429, title: "The quota is used up" },
  plan_limit: { status: 409, title: "The plan has no room for more" },
  rate_limited: { status: 429, title: "Too many requests" },
  unavailable: { status: 503, title: "Not available at this moment" },
  tenant_moving: { status: 503, title: "The organisation is moving", retryAfterSeconds: 30 },
  internal_error: {
    status: 500,
    title: "Internal error",
    fixedDetail:
      "something failed on our side, and your request may or may not have taken effect; read its state before you try again",
  },
  already_decided: { status: 409, title: "Already decided" },
  already_signed: { status: 409, title: "You have already signed" },
  rules_changed: { status: 409, title: "The rules changed at this moment" },
  policy_not_allowed: { status: 403, title: "The rules do not allow this policy" },
  rules_too_costly: { status: 422, title: "The content is too large for the rules" },
  policy_unmeetable: { status: 409, title: "Nobody could meet the policy" },
  document_refused: { status: 409, title: "This version does not fit the others" },
  needed_later: { status: 409, title: "A later stage needs you" },
  stage_over: { status: 409, title: "Another stage is open" },
  expired: { status: 409, title: "The request has expired" },
  not_an_approver: { status: 403, title: "You are not an approver of this request" },
  reason_required: { status: 422, title: "A reason is required" },
  break_glass_not_allowed: { status: 403, title: "You may not decide this alone" },
  not_approved: { status: 409, title: "Not approved" },
  argument_hash_mismatch: { status: 409, title: "Not the payload that was approved" },
  already_consumed: { status: 409, title: "Already used" },
  erased: { status: 410, title: "The content of this request was erased" },
  receipt_too_large: { status: 409, title: "The receipt is too large" },
  execution_window_closed: { status: 409, title: "Too late to use this approval" },

  challenge_unknown: { status: 409, title: "The challenge is unknown" },
  challenge_expired: { status: 409, title: "The challenge has expired" },
  challenge_consumed: { status: 409, title: "The challenge was already used" },
  unknown_credential: { status: 403, title: "The passkey is unknown" },
  authenticator_class_mismatch: { status: 403, title: "The policy requires another kind of passkey" },
  signature_verification_failed: { status: 403, title: "The passkey's answer was not accepted" },
  signature_counter_regression: { status: 403, title: "The passkey's counter went back" },

  unknown_approver: { status: 422, title: "There is no such approver" },
  approver_without_passkey: { status: 409, title: "The approver has no passkey yet" },
  username_taken: { status: 409, title: "The username is taken" },
  enrolment_unknown: { status: 404, title: "The link is unknown" },
  enrolment_used: { status: 410, title: "The link was already used" },
  enrolment_expired: { status: 410, title: "The link has expired" },
  enrolment_superseded: { status: 410, title: "The link was replaced by a newer one" },
  enrolment_revoked: { status: 410, title: "The link was withdrawn" },
  owner_not_enrolled: { status: 409, title: "The owner has no passkey yet" },
  credential_registered: { status: 409, title: "The passkey is already registered" },
  public_key_registered: { status: 409, title: "The passkey's public key is already registered" },
  passkey_removed: { status: 409, title: "The passkey was removed" },
  change_outdated: { status: 409, title: "The request is out of date" },
  recovery_impossible: { status: 409, title: "Nobody can approve the recovery" },
  not_enrolled: { status: 409, title: "The person has no endorsed passkey yet" },
  sign_up_closed: { status: 403, title: "Sign-up is closed" },
  signed_in: { status: 409, title: "You are signed in already" },
  demo_off: { status: 403, title: "There is no demo here" },
  demo_full: { status: 503, title: "Too many demos at this moment", retryAfterSeconds: 600 },
  demo_organisation: { status: 403, title: "Not possible in a demo organisation" },
  sign_up_code_wrong: { status: 403, title: "The sign-up code is wrong" },
  person_removed: { status: 409, title: "The person was removed from the organisation" },
  too_many_passkeys: { status: 409, title: "You have too many passkeys" },
  too_many_managers: { status: 409, title: "Too many people would manage the organisation" },
  last_way_in: { status: 409, title: "Nobody would be left to manage the organisation" },
} as const satisfies Partial<Record<RefusalCode, ProblemDefinition>>;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

/** Every other refusal code is reported as one of these. Its own name is among the `errors`. */
const REPORTED_AS = {
  json_too_large: "payload_too_large",
  json_byte_order_mark: "payload_not_canonical",
  json_invalid_utf8: "payload_not_canonical",
  json_syntax: "payload_not_canonical",
  json_duplicate_name: "payload_not_canonical",
  json_forbidden_name: "payload_not_canonical",
  json_lone_surrogate: "payload_not_canonical",
  json_number_inexact: "payload_not_canonical",
  json_number_out_of_range: "payload_not_canonical",
  json_number_negative_zero: "payload_not_canonical",
  json_too_deep: "payload_not_canonical",
  json_too_many_nodes: "payload_not_canonical",
  json_not_an_object: "payload_not_canonical",
  json_not_canonical: "payload_not_canonical",

  encoding_malformed: "validation_failed",
  shape_mismatch: "validation_failed",
  policy_invalid: "validation_failed",
  group_invalid: "validation_failed",
  rules_invalid: "validation_failed",
  order_invalid: "validation_failed",
  template_invalid: "validation_failed",
  change_invalid: "validation_failed",
  change_not_entitled: "not_allowed",
  api_key_malformed: "unauthorized",

  key_malformed: "signature_verification_failed",
  client_data_malformed: "signature_verification_failed",
  authenticator_data_malformed: "signature_verification_failed",
  signature_malformed: "signature_verification_failed",
  registration_malformed: "signature_verification_failed",
  assertion_malformed: "signature_verification_failed",
  assertion_type_mismatch: "signature_verification_failed",
  challenge_mismatch: "signature_verification_failed",
  origin_mismatch: "signature_verification_failed",
  cross_origin: "signature_verification_failed",
  rp_id_mismatch: "signature_verification_failed",
  user_not_present: "signature_verification_failed",
  user_not_verified: "signature_verification_failed",
  backup_flags_invalid: "signature_verification_failed",
  backup_eligibility_changed: "signature_verification_failed",
  user_handle_mismatch: "signature_verification_failed",
  algorithm_mismatch: "signature_verification_failed",
  verifiers_disagree: "signature_verification_failed",

  // These are about our own log and receipts. No request can cause them.
  note_malformed: "internal_error",
  checkpoint_malformed: "internal_error",
  tile_malformed: "internal_error",
  proof_malformed: "internal_error",
  entry_malformed: "internal_error",
  trust_policy_malformed: "internal_error",
  timestamp_malformed: "internal_error",
  receipt_malformed: "internal_error",
  export_malformed: "internal_error",
  inclusion_mismatch: "internal_error",
  consistency_mismatch: "internal_error",
  tile_not_authentic: "internal_error",
  note_signature_invalid: "internal_error",
  quorum_missing: "internal_error",
  timestamp_mismatch: "internal_error",
} as const satisfies Readonly<Record<Exclude<RefusalCode, ProblemCode>, ProblemCode>>;

type Reported = typeof REPORTED_AS;
/** A code that callers see among the `errors` of a problem. */
export type SpecificCode = {
  [Code in keyof Reported]: Reported[Code] extends "internal_error" | "unauthorized" ? never : Code;
}[keyof Reported];

/** A name in a path may be as long as the body. The answer repeats only its beginning. */
const PATH_MAX_CHARACTERS = 500;

export function problemCode(code: RefusalCode): ProblemCode {
  return isProblemCode(code) ? code : REPORTED_AS[code];
}

export function problemDefinition(code: ProblemCode): ProblemDefinition {
  return PROBLEMS[code];
}

export function problemDetails(
  { instance, requestId }: ProblemContext,
  refusal: Refusal,
  errors: readonly FieldError[] = errorsOf(refusal),
): Problem {
  const code = problemCode(refusal.code);
  const { status, title, fixedDetail } = problemDefinition(code);
  return {
    type: `/problems/${code}`,
    title,
    status,
    detail: fixedDetail ?? refusal.detail,
    instance,
    code,
    requestId,
    ...(errors.length > 0 && fixedDetail === undefined ? { errors: errors.map(shortened) } : {}),
  };
}

export function problemResponse(
  context: ProblemContext,
  refusal: Refusal,
  errors?: readonly FieldError[],
  headers: Readonly<Record<string, string>> = {},
): Response {
  const details = problemDetails(context, refusal, errors);
  const { challenge, retryAfterSeconds } = problemDefinition(details.code);
  return new Response(JSON.stringify(details), {
    status: details.status,
    headers: {
      "content-type": "application/problem+json",
      ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": `${retryAfterSeconds}` }),
      ...headers,
    },
  });
}

function isProblemCode(code: RefusalCode): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

/** Empty if the refusal has neither a path nor a more specific code than the problem. */
function errorsOf({ code, detail, at }: Refusal): readonly FieldError[] {
  if (at === undefined && isProblemCode(code)) return [];
  // A path into the signed data is not a path into the body.
  return [{ path: problemCode(code) === "signature_verification_failed" ? "" : (at ?? ""), code, detail }];
}

function shortened({ path, code, detail }: FieldError): FieldError {
  return {
    path: path.length > PATH_MAX_CHARACTERS ? `${path.slice(0, PATH_MAX_CHARACTERS)}…` : path,
    code,
    detail,
  };
}
