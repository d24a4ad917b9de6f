import { absentCheck, checkResult, type Check } from "../check.ts";
import type { SignedRecord } from "../receipt.ts";
import type { PastDirectories } from "./past-directories.ts";
import { judgeChoice } from "./policy-choice.ts";

/** The text of the check `choice` when it passes. */
export const CHOICE_CHECK = "The policy is the one that the organisation's rules demanded.";

/** `past` is undefined if not every change before the decision is known. */
export async function choiceCheck(
  decision: SignedRecord,
  past: PastDirectories | undefined,
): Promise<Check<"choice">> {
  if (decision.evidence.signers.length === 0) return absentCheck("choice", "nobody signed");
  if (past === undefined)
    return absentCheck("choice", "a change is missing that may have set other rules: it takes the export");
  const { failure, open } = await judgeChoice(decision, past);
  if (open !== undefined) return absentCheck("choice", open);
  return checkResult("choice", failure, textOf(decision));
}

function textOf({ record, evidence: { policy } }: SignedRecord): string {
  if (record.type !== "decision") return "Who must sign a change of the directory follows from the change.";
  return policy === null || policy.chosen === null || policy.chosen.rules === null
    ? "No rules were in force, so the requester chose who decides."
    : CHOICE_CHECK;
}
