/**
 * Expected failures are values, not exceptions. `code` is for programs, `detail` for people, and `at` is a JSON
 * Pointer to the value that is wrong, if there is one.
 */
export interface Refusal {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly at?: string;
}

/** Why a text is not strict JSON. */
export type JsonCode =
  | "json_too_large"
  | "json_byte_order_mark"
  | "json_invalid_utf8"
  | "json_syntax"
  | "json_duplicate_name"
  | "json_forbidden_name"
  | "json_lone_surrogate"
  | "json_number_inexact"
  | "json_number_out_of_range"
  | "json_number_negative_zero"
  | "json_too_deep"
  | "json_too_many_nodes"
  | "json_not_an_object"
  | "json_not_canonical";

/** Why bytes or text do not have the expected format. */
type FormatCode =
  | "encoding_malformed"
  | "shape_mismatch"
  | "key_malformed"
  | "client_data_malformed"
  | "authenticator_data_malformed"
  | "signature_malformed"
  | "registration_malformed"
  | "note_malformed"
  | "checkpoint_malformed"
  | "tile_malformed"
  | "proof_malformed"
  | "entry_malformed"
  | "trust_policy_malformed"
  | "timestamp_malformed"
  | "receipt_malformed"
  | "export_malformed"
  | "api_key_malformed"
  | "policy_invalid"
  | "group_invalid"
  | "rules_invalid"
  | "order_invalid"
  | "template_invalid";

/** Why well-formed evidence does not prove its claim. */
type EvidenceCode =
  | "assertion_malformed"
  | "assertion_type_mismatch"
  | "challenge_mismatch"
  | "origin_mismatch"
  | "cross_origin"
  | "rp_id_mismatch"
  | "user_not_present"
  | "user_not_verified"
  | "backup_flags_invalid"
  | "backup_eligibility_changed"
  | "unknown_credential"
  | "user_handle_mismatch"
  | "algorithm_mismatch"
  | "signature_verification_failed"
  | "verifiers_disagree"
  | "inclusion_mismatch"
  | "consistency_mismatch"
  | "tile_not_authentic"
  | "note_signature_invalid"
  | "quorum_missing"
  | "change_not_entitled"
  | "change_invalid"
  | "timestamp_mismatch";

/** Why a confirmation cannot change. */
type DecisionCode =
  | "already_decided"
  | "already_signed"
  | "stage_over"
  | "needed_later"
  | "rules_changed"
  | "policy_not_allowed"
  | "rules_too_costly"
  | "policy_unmeetable"
  | "document_refused"
  | "expired"
  | "not_an_approver"
  | "reason_required"
  | "break_glass_not_allowed"
  | "not_approved"
  | "argument_hash_mismatch"
  | "already_consumed"
  | "erased"
  | "execution_window_closed"
  | "receipt_too_large";

/** Why a person cannot be asked, enrolled or signed in. */
type PeopleCode =
  | "unknown_approver"
  | "approver_without_passkey"
  | "username_taken"
  | "enrolment_unknown"
  | "enrolment_used"
  | "enrolment_expired"
  | "enrolment_superseded"
  | "enrolment_revoked"
  | "owner_not_enrolled"
  | "passkey_removed"
  | "change_outdated"
  | "credential_registered"
  | "public_key_registered"
  | "recovery_impossible"
  | "last_way_in"
  | "not_enrolled"
  | "person_removed"
  | "too_many_managers"
  | "too_many_passkeys"
  | "sign_up_closed"
  | "sign_up_code_wrong"
  | "signed_in"
  | "demo_off"
  | "demo_full"
  | "demo_organisation"
  | "not_allowed";

/** Why a ceremony is refused although its signature may be valid. */
type CeremonyCode =
  | "challenge_unknown"
  | "challenge_expired"
  | "challenge_consumed"
  | "authenticator_class_mismatch"
  | "signature_counter_regression";

/** Why a request to the API is refused. */
type RequestCode =
  | "validation_failed"
  | "payload_not_canonical"
  | "payload_too_large"
  | "unsupported_media_type"
  | "method_not_allowed"
  | "unauthorized"
  | "forbidden_scope"
  | "session_required"
  | "passkey_waiting"
  | "elevation_required"
  | "changed_meanwhile"
  | "already_created"
  | "name_taken"
  | "project_archived"
  | "key_ended"
  | "already_added"
  | "not_delivered"
  | "link_unknown"
  | "link_used"
  | "link_expired"
  | "link_elsewhere"
  | "address_refused"
  | "webhook_disabled"
  | "forbidden_origin"
  | "not_found"
  | "idempotency_mismatch"
  | "rejection_locked"
  | "quota_exceeded"
  | "plan_limit"
  | "rate_limited"
  | "unavailable"
  | "tenant_moving"
  | "internal_error";

export type RefusalCode =
  | RequestCode
  | CeremonyCode
  | PeopleCode
  | JsonCode
  | FormatCode
  | EvidenceCode
  | DecisionCode;

export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

export function accept<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function refuse(
  code: RefusalCode,
  detail: string,
  at?: string,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: at === undefined ? { code, detail } : { code, detail, at } };
}

/** For values that this program made itself: a refusal here is a bug. */
export function expectOk<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  throw new Error(`${result.refusal.code}: ${result.refusal.detail}`);
}
