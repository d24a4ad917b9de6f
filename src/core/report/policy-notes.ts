import type { Receipt } from "../evidence/receipt.ts";
import { policySentence } from "../policy/policy-sentence.ts";
import { seatsIn, type Policy } from "../policy/policy.ts";
import type { RichText } from "./rich-text.ts";

// What a receipt says of its policy, in plain words: which rule chose it, what it asks for, and which place in it each
// signature filled. The verify page and the command line use the same words.

/** As a whole sentence; undefined of a request that one named person decided where there were no rules. */
export function policyNote({ decision: { evidence } }: Receipt): RichText | undefined {
  const { policy, signers } = evidence;
  if (policy === null || policy.chosen === null) return undefined;
  const { rules, rule, document } = policy.chosen;
  const usernames = new Map(signers.map(({ statement: { approver } }) => [approver.id, approver.username]));
  const named: RichText =
    document === null
      ? ["one person, whom the request names"]
      : ["the policy “", { exact: policy.name }, "”: ", { exact: policySentence(policy, usernames) }];
  if (rules === null) return ["The requester chose ", ...named, "."];
  const by: RichText =
    rule === "" ? ["For what falls under no rule, the rules"] : ["The rule “", { exact: rule }, "”"];
  return [...by, rule === "" ? " demand " : " demands ", ...named, "."];
}

/** Which place each approval filled, by person: "for finance, in stage 2". Nothing where that is plain. */
export function seatTexts({ decision: { record, evidence } }: Receipt): ReadonlyMap<string, RichText> {
  const { policy, signers } = evidence;
  const [first] = signers;
  if (policy === null || first === undefined) return new Map();
  const end = Math.min(Date.parse(record.at), Date.parse(record.body.expires) - 1);
  const elapsed = end - Date.parse(first.statement.created);
  const statements = signers.map(({ statement }) => statement);
  const approvals = new Map(
    statements.flatMap(({ vote, approver, stage }) => (vote === "approve" ? [[approver.id, stage]] : [])),
  );
  return new Map(
    statements.map(({ approver, stage, vote }) => {
      const need =
        vote === "approve" ? seatsIn(policy, stage, approvals, elapsed)?.get(approver.id) : undefined;
      const isPlain = need === undefined || need.name === "" || need.name === approver.username;
      const place: RichText = isPlain ? [] : [" for ", { exact: need.name }];
      return [approver.id, [...place, ...(policy.stages.length > 1 ? stageText(policy, stage) : [])]];
    }),
  );
}

function stageText({ stages }: Policy, stage: number): RichText {
  const name = stages[stage - 1]?.name ?? "";
  return name === "" ? [`, in stage ${stage}`] : [`, in stage ${stage} (`, { exact: name }, ")"];
}
