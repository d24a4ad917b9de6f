import { problemCode, type ProblemCode, type SpecificCode } from "../../problem.ts";

// The codes in the `errors` of a problem, which say what exactly is wrong. Sentences in Markdown.

const TEXTS: Readonly<Record<SpecificCode, string>> = {
  json_too_large: "The text has more bytes than the limit.",
  json_byte_order_mark: "The text starts with a byte order mark. Send plain UTF-8.",
  json_invalid_utf8: "The bytes are not UTF-8.",
  json_syntax: "The text is not JSON at this place.",
  json_duplicate_name: "An object has the same name twice. Two programs could read different values.",
  json_forbidden_name:
    "`__proto__`, `constructor` and `prototype` can't be names, since some programs treat them specially.",
  json_lone_surrogate: "A text has half of a surrogate pair, which is no character.",
  json_number_inexact: "A double can't hold this number exactly. Send it as text.",
  json_number_out_of_range: "The number is too large for a double. Send it as text.",
  json_number_negative_zero: "Some programs read `-0` as `0`. Send it as text.",
  json_too_deep: "Objects and lists are nested too deep.",
  json_too_many_nodes: "There are more values than a person could read.",
  json_not_an_object: "The outermost value must be an object.",
  json_not_canonical: "The bytes are not in the canonical form of RFC 8785.",

  encoding_malformed: "The value is not in its encoding, such as base64url.",
  shape_mismatch: "The value does not have the form that its format requires.",
  policy_invalid: "The policy contradicts itself, or nobody could meet it.",
  group_invalid: "The group has a name that none can have, or a person twice.",
  rules_invalid: "The rules repeat a name, are too long, or have an expression that can't be used.",
  order_invalid: "The order of the members is not one of the payload.",
  template_invalid: "The template has an unknown slot or format, or repeats a name.",
  change_invalid: "The change contradicts what is there.",
  change_not_entitled: "Nobody who signed this change was entitled to it.",

  key_malformed: "The public key of the passkey is not in its form.",
  client_data_malformed: "What the browser states is not in its form.",
  authenticator_data_malformed: "What the authenticator states is not in its form.",
  signature_malformed: "The signature is not in its form.",
  registration_malformed: "The answer to the creation of a passkey is not in its form.",
  assertion_malformed: "The answer of the passkey is not in its form.",
  assertion_type_mismatch:
    "The answer is for something else: creating in place of using a passkey, or the reverse.",
  challenge_mismatch: "The passkey signed another challenge than the page's.",
  origin_mismatch: "The passkey was used on another site.",
  cross_origin: "The passkey was used inside of a frame of another site.",
  rp_id_mismatch: "The passkey is for another site.",
  user_not_present: "Nobody touched the authenticator.",
  user_not_verified: "The authenticator did not check a PIN, a finger or a face.",
  backup_flags_invalid: "The authenticator says that the passkey is backed up, and that it can't be.",
  backup_eligibility_changed:
    "The passkey could not leave its device before, and now it can, or the reverse.",
  user_handle_mismatch: "The passkey belongs to another account.",
  algorithm_mismatch: "The key uses an algorithm that is not accepted.",
  verifiers_disagree: "Two independent checks of the passkey do not agree, so it is refused.",
};

/** What a schema says of one field. Their paths are JSON Pointers. */
const FIELD_TEXTS: Readonly<Record<string, string>> = {
  required: "The field is missing.",
  unknown_field: "The request has no field of this name.",
  wrong_type: "The value has another type, such as text for a number.",
  not_one_of: "The value is not one of those that are listed.",
  malformed: "The value is not in its form.",
  too_long: "The text or the list is too long.",
  too_short: "The text is too short.",
  too_big: "The number is too large.",
  too_small: "The number is too small.",
  duplicate: "A parameter of the query is given more than once.",
  conflict: "Two fields can't be sent together, or contradict each other.",
};

interface SpecificText {
  readonly code: string;
  readonly text: string;
}

/** The problem that reports a more exact code. */
export function problemWithCode(code: string): ProblemCode | undefined {
  if (Object.hasOwn(TEXTS, code)) return problemCode(code as SpecificCode);
  return Object.hasOwn(FIELD_TEXTS, code) ? "validation_failed" : undefined;
}

/** The codes that the `errors` of this problem may have. */
export function specificCodesOf(problem: ProblemCode): readonly SpecificText[] {
  const codes = (Object.keys(TEXTS) as SpecificCode[]).filter((code) => problemCode(code) === problem);
  const fields = problem === "validation_failed" ? Object.entries(FIELD_TEXTS) : [];
  return [
    ...fields.map(([code, text]) => ({ code, text })),
    ...codes.map((code) => ({ code, text: TEXTS[code] })),
  ];
}
