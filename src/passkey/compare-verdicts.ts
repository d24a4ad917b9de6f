import { canonicalText } from "../core/encoding/jcs.ts";
import type { JsonObject } from "../core/encoding/strict-json.ts";
import { refuse, type Refusal, type RefusalCode, type Result } from "../core/refusal.ts";
import type { SecondVerdict } from "./second-verifier.ts";

// Two verifiers, one answer. Ours is the stricter by design, so its "no" alone is nothing to wonder at;
// but where both check the same rule, and answer differently, one of them is broken or deceived.

/** What each said, for the log; the client hears only that they differ. */
export interface Disagreement {
  readonly ours: string;
  readonly theirs: string;
}

export type Compared<Value> = Result<Value> & { readonly disagreement?: Disagreement };

/** Rules that both verifiers check, to the same strictness. */
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

/** Whether the other verifier would have to refuse this too. */
export function isSharedRule({ code }: Refusal): boolean {
  return SHARED_RULES.has(code);
}

/** Ours, unless they differ. `factsOf` says what of our answer theirs must match. */
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
  const found = canonicalText(theirs.facts);
  return expected === found ? ours : disagreement(expected, found);
}

function disagreement(ours: string, theirs: string): Compared<never> {
  return {
    ...refuse("verifiers_disagree", "two independent checks of this passkey's answer do not agree"),
    disagreement: { ours, theirs },
  };
}
