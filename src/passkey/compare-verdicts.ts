import { canonicalText } from "../core/encoding/jcs.ts";
import type { JsonObject } from "../core/encoding/strict-json.ts";
import { refuse, type Refusal, type RefusalCode, type Result } from "../core/refusal.ts";
import type { SecondVerdict } from "./second-verifier.ts";

// Compares the verdicts of two verifiers. Ours is stricter by design, so its refusal alone is normal. If both check the
// same rule and disagree, one of them is broken or was deceived.

/** The two verdicts, for the server log. The client only learns that they differ. */
interface Disagreement {
  readonly ours: string;
  readonly theirs: string;
}

export type Compared<Value> = Result<Value> & { readonly disagreement?: Disagreement };

/** Rules that both verifiers check equally strictly. */
const SHARED_RULES: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  "assertion_type_mismatch",
  "challenge_mismatch",
  "origin_mismatch",
  "rp_id_mismatch",
  "user_not_present",
  "user_not_verified",
  "backup_flags_invalid",
  "signature_verification_failed",
]);

/** True if the second verifier must refuse this too. */
export function isSharedRule({ code }: Refusal): boolean {
  return SHARED_RULES.has(code);
}

/** Returns our result unless the two differ. `factsOf` gives the part of our result that must equal theirs. */
export function compareVerdicts<Value, Facts extends JsonObject>(
  ours: Result<Value>,
  theirs: SecondVerdict<Facts>,
  factsOf: (value: Value) => Facts,
): Compared<Value> {
  if (!ours.ok) {
    return theirs.accepted && isSharedRule(ours.refusal)
      ? disagreement(`${ours.refusal.code}: ${ours.refusal.detail}`, "accepted")
      : ours;
  }
  if (!theirs.accepted) return disagreement("accepted", theirs.reason);
  const expected = canonicalText(factsOf(ours.value));
  const actual = canonicalText(theirs.facts);
  return expected === actual ? ours : disagreement(expected, actual);
}

function disagreement(ours: string, theirs: string): Compared<never> {
  return {
    ...refuse("verifiers_disagree", "two independent checks of this passkey do not agree"),
    disagreement: { ours, theirs },
  };
}
