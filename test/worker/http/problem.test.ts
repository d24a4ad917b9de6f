import { describe, expect, it } from "vitest";
import type { Refusal, RefusalCode } from "../../../src/core/refusal.ts";
import { problemAnswer } from "../../../src/http/rest/answer-schemas.ts";
import {
  PROBLEM_CODES,
  problemDetails,
  problemResponse,
  type FieldError,
} from "../../../src/http/problem.ts";

const CONTEXT = { instance: "/api/confirmations", requestId: "r_1" };
const DETAIL = "plain words";

async function answerTo(refusal: Refusal, errors?: readonly FieldError[]) {
  const response = problemResponse(CONTEXT, refusal, errors);
  return { response, body: problemAnswer.strict().parse(await response.json()) };
}

// Every code that clients may rely on, with its status, and some of the codes that are reported as another.
const ROWS: readonly [RefusalCode, number, RefusalCode][] = [
  ["validation_failed", 422, "validation_failed"],
  ["payload_not_canonical", 400, "payload_not_canonical"],
  ["payload_too_large", 413, "payload_too_large"],
  ["unsupported_media_type", 415, "unsupported_media_type"],
  ["method_not_allowed", 405, "method_not_allowed"],
  ["unauthorized", 401, "unauthorized"],
  ["session_required", 401, "session_required"],
  ["passkey_waiting", 403, "passkey_waiting"],
  ["elevation_required", 403, "elevation_required"],
  ["changed_meanwhile", 409, "changed_meanwhile"],
  ["already_created", 409, "already_created"],
  ["name_taken", 409, "name_taken"],
  ["project_archived", 409, "project_archived"],
  ["key_ended", 409, "key_ended"],
  ["address_refused", 422, "address_refused"],
  ["webhook_disabled", 409, "webhook_disabled"],
  ["already_added", 409, "already_added"],
  ["not_delivered", 502, "not_delivered"],
  ["link_unknown", 404, "link_unknown"],
  ["link_used", 410, "link_used"],
  ["link_expired", 410, "link_expired"],
  ["link_elsewhere", 403, "link_elsewhere"],
  ["forbidden_scope", 403, "forbidden_scope"],
  ["forbidden_origin", 403, "forbidden_origin"],
  ["not_allowed", 403, "not_allowed"],
  ["not_found", 404, "not_found"],
  ["idempotency_mismatch", 422, "idempotency_mismatch"],
  ["rejection_locked", 409, "rejection_locked"],
  ["quota_exceeded", 429, "quota_exceeded"],
  ["plan_limit", 409, "plan_limit"],
  ["rate_limited", 429, "rate_limited"],
  ["tenant_moving", 503, "tenant_moving"],
  ["internal_error", 500, "internal_error"],
  ["unavailable", 503, "unavailable"],
  ["already_decided", 409, "already_decided"],
  ["already_signed", 409, "already_signed"],
  ["rules_changed", 409, "rules_changed"],
  ["policy_not_allowed", 403, "policy_not_allowed"],
  ["rules_too_costly", 422, "rules_too_costly"],
  ["policy_unmeetable", 409, "policy_unmeetable"],
  ["document_refused", 409, "document_refused"],
  ["needed_later", 409, "needed_later"],
  ["stage_over", 409, "stage_over"],
  ["expired", 409, "expired"],
  ["not_an_approver", 403, "not_an_approver"],
  ["reason_required", 422, "reason_required"],
  ["break_glass_not_allowed", 403, "break_glass_not_allowed"],
  ["not_approved", 409, "not_approved"],
  ["argument_hash_mismatch", 409, "argument_hash_mismatch"],
  ["already_consumed", 409, "already_consumed"],
  ["erased", 410, "erased"],
  ["execution_window_closed", 409, "execution_window_closed"],
  ["receipt_too_large", 409, "receipt_too_large"],
  ["challenge_unknown", 409, "challenge_unknown"],
  ["challenge_expired", 409, "challenge_expired"],
  ["challenge_consumed", 409, "challenge_consumed"],
  ["unknown_credential", 403, "unknown_credential"],
  ["authenticator_class_mismatch", 403, "authenticator_class_mismatch"],
  ["signature_verification_failed", 403, "signature_verification_failed"],
  ["signature_counter_regression", 403, "signature_counter_regression"],
  ["unknown_approver", 422, "unknown_approver"],
  ["approver_without_passkey", 409, "approver_without_passkey"],
  ["recovery_impossible", 409, "recovery_impossible"],
  ["last_way_in", 409, "last_way_in"],
  ["not_enrolled", 409, "not_enrolled"],
  ["person_removed", 409, "person_removed"],
  ["changed_meanwhile", 409, "changed_meanwhile"],
  ["elevation_required", 403, "elevation_required"],
  ["too_many_passkeys", 409, "too_many_passkeys"],
  ["too_many_managers", 409, "too_many_managers"],
  ["sign_up_closed", 403, "sign_up_closed"],
  ["sign_up_code_wrong", 403, "sign_up_code_wrong"],
  ["signed_in", 409, "signed_in"],
  ["demo_off", 403, "demo_off"],
  ["demo_full", 503, "demo_full"],
  ["demo_organisation", 403, "demo_organisation"],
  ["username_taken", 409, "username_taken"],
  ["enrolment_unknown", 404, "enrolment_unknown"],
  ["enrolment_used", 410, "enrolment_used"],
  ["enrolment_expired", 410, "enrolment_expired"],
  ["enrolment_superseded", 410, "enrolment_superseded"],
  ["enrolment_revoked", 410, "enrolment_revoked"],
  ["passkey_removed", 409, "passkey_removed"],
  ["change_outdated", 409, "change_outdated"],
  ["owner_not_enrolled", 409, "owner_not_enrolled"],
  ["credential_registered", 409, "credential_registered"],
  ["public_key_registered", 409, "public_key_registered"],

  ["json_too_large", 413, "payload_too_large"],
  ["json_syntax", 400, "payload_not_canonical"],
  ["json_duplicate_name", 400, "payload_not_canonical"],
  ["json_number_inexact", 400, "payload_not_canonical"],
  ["shape_mismatch", 422, "validation_failed"],
  ["policy_invalid", 422, "validation_failed"],
  ["group_invalid", 422, "validation_failed"],
  ["rules_invalid", 422, "validation_failed"],
  ["order_invalid", 422, "validation_failed"],
  ["template_invalid", 422, "validation_failed"],
  ["change_not_entitled", 403, "not_allowed"],
  ["api_key_malformed", 401, "unauthorized"],
  ["assertion_malformed", 403, "signature_verification_failed"],
  ["cross_origin", 403, "signature_verification_failed"],
  ["verifiers_disagree", 403, "signature_verification_failed"],
  ["tile_not_authentic", 500, "internal_error"],
];

describe("the answer to a refusal", () => {
  it.each(ROWS)("%s has status %i and is reported as %s", async (code, status, as) => {
    const { response, body } = await answerTo({ code, detail: DETAIL });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(body).toMatchObject({ type: `/problems/${as}`, status, code: as, ...CONTEXT });
    expect(body.title.length).toBeGreaterThan(3);
  });

  it("is tested here for every code that clients may see", () => {
    expect(PROBLEM_CODES.filter((code) => !ROWS.some((row) => row[0] === code))).toEqual([]);
  });

  it.each<[string, Refusal, readonly FieldError[]]>([
    ["a code without a path", { code: "already_consumed", detail: DETAIL }, []],
    [
      "a path into the body",
      { code: "validation_failed", detail: DETAIL, at: "/action" },
      [{ path: "/action", code: "validation_failed", detail: DETAIL }],
    ],
    [
      "a path into the payload",
      { code: "json_duplicate_name", detail: DETAIL, at: "/payload/a/0" },
      [{ path: "/payload/a/0", code: "json_duplicate_name", detail: DETAIL }],
    ],
    [
      "the whole body",
      { code: "json_syntax", detail: DETAIL, at: "" },
      [{ path: "", code: "json_syntax", detail: DETAIL }],
    ],
    [
      "a path into the signed data, which is not a path into the body",
      { code: "origin_mismatch", detail: DETAIL, at: "/origin" },
      [{ path: "", code: "origin_mismatch", detail: DETAIL }],
    ],
  ])("has the errors of: %s", async (_name, refusal, errors) => {
    const { body } = await answerTo(refusal);
    expect(body.detail).toBe(DETAIL);
    expect(body.errors ?? []).toEqual(errors);
  });

  it("contains the errors that it was created with, and shortens a long path", async () => {
    const path = `/${"a".repeat(70_000)}`;
    const { body } = await answerTo({ code: "validation_failed", detail: DETAIL }, [
      { path: "/action", code: "required", detail: "is required" },
      { path, code: "unknown_field", detail: "is not a field" },
    ]);
    expect(body.errors?.map((error) => error.code)).toEqual(["required", "unknown_field"]);
    expect(body.errors?.[1]?.path).toBe(`${path.slice(0, 500)}…`);
  });

  // Two refusals that must be indistinguishable have the same words and the same errors.
  it.each<readonly Refusal[]>([
    [
      { code: "unauthorized", detail: "no key" },
      { code: "api_key_malformed", detail: "not the whole of it", at: "/key" },
    ],
    [
      { code: "not_found", detail: "there is no c_1" },
      { code: "not_found", detail: "c_1 is another tenant's", at: "/id" },
    ],
    [
      { code: "internal_error", detail: "D1 is down" },
      { code: "tile_not_authentic", detail: "tile x001/234 differs", at: "/tile" },
    ],
  ])("is the same for both: %j %j", (one, other) => {
    expect(problemDetails(CONTEXT, one)).toEqual(problemDetails(CONTEXT, other));
    expect(problemDetails(CONTEXT, one)).not.toHaveProperty("errors");
  });

  it("names the kind of credential with 401, and has the headers that were passed", async () => {
    const header = (code: RefusalCode) =>
      problemResponse(CONTEXT, { code, detail: DETAIL }).headers.get("www-authenticate");
    expect([header("unauthorized"), header("session_required"), header("forbidden_scope")]).toEqual([
      'ApiKey realm="countersign"',
      'Passkey realm="countersign"',
      null,
    ]);
    const later = problemResponse(CONTEXT, { code: "rate_limited", detail: DETAIL }, undefined, {
      "retry-after": "7",
    });
    expect(later.headers.get("retry-after")).toBe("7");
  });
});
