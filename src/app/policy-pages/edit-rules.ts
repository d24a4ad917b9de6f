import { checkRules } from "../../core/rules/choose-rule.ts";
import type {
  DraftProblem,
  RulesEditor,
  RulesReview,
  TryDraft,
} from "../../core/pages/policies/policies-page-data.ts";
import { NEW_RULES, rulesOfDraft, type RulesDraft } from "../../core/pages/policies/rules-draft.ts";
import { documentSentence } from "../../core/policy/policy-sentence.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { rulesHash, type RulesDocument } from "../../core/rules/rules-document.ts";
import { rulesWarnings } from "../../core/rules/rules-warnings.ts";
import type { Directory } from "../../core/stream/directory.ts";
import { policiesByName, rulesInForce, type Rulebook } from "../../core/stream/rulebook.ts";
import type { ActCall } from "../acts/act.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { compareRules } from "../policies/compare-rules.ts";
import { changeTo, checkDocument } from "../policies/request-document.ts";
import { askForDocument, type DocumentAsked } from "./ask-document.ts";
import { tryRequest } from "./try-request.ts";

interface EditInput {
  /** Null: as they are in force. */
  readonly draft: RulesDraft | null;
  /** The version that the draft began with. */
  readonly replaces: string | null;
  /** Whether to say what is wrong: not of rules that were just added. */
  readonly isJudged: boolean;
  /** A request to try with the draft. */
  readonly tried: TryDraft | null;
  readonly isTried: boolean;
  /** Whether to say what would have been different. */
  readonly isReviewed: boolean;
}

export async function editRules(call: ActCall, input: EditInput): Promise<Result<RulesEditor>> {
  const { draft: sent, tried } = input;
  const directory = await directoryOf(call.store);
  const current = rulesInForce(directory.rulebook);
  const draft = sent ?? current?.document ?? NEW_RULES;
  const rules = rulesOfDraft(draft);
  const rulesProblem = input.isJudged ? problemOf(directory, rules) : null;
  const isUsable = rulesProblem === null;
  const result = await tryRequest(call, isUsable && input.isTried ? tried : null, rules);
  return accept({
    ...result,
    tried: tried ?? result.tried,
    draft,
    replaces: sent === null ? (current?.hash ?? null) : input.replaces,
    policies: [...policiesByName(directory.rulebook).values()]
      .map((policy) => ({ name: policy.name, sentence: documentSentence(policy) }))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    rulesProblem,
    review: isUsable && input.isReviewed ? await reviewOf(call, directory.rulebook, rules) : null,
  });
}

/** Nothing is wrong with a draft that is like the rules in force. */
function problemOf(directory: Directory, rules: RulesDocument): DraftProblem | null {
  const read = checkRules(rules);
  const checked = read.ok
    ? checkDocument(directory, changeTo(directory.rulebook, { kind: "rules", document: read.value }))
    : read;
  if (checked.ok || checked.refusal.code === "already_decided") return null;
  const { detail, at = "" } = checked.refusal;
  return { detail, at };
}

async function reviewOf({ store }: ActCall, rulebook: Rulebook, rules: RulesDocument): Promise<RulesReview> {
  const before = rulesInForce(rulebook)?.document ?? null;
  const policies = policiesByName(rulebook);
  const { compared, of, elsewhere } = await compareRules(store, before, rules);
  return {
    hash: rulesHash(rules),
    compared,
    of,
    warnings: rulesWarnings(rules, policies),
    elsewhere: elsewhere.map((each) => ({
      ...each,
      before: each.before.policies,
      after: each.after.policies,
      rule: each.after.rule,
    })),
  };
}

interface SaveInput {
  /** Null: an organisation without rules. */
  readonly draft: RulesDraft | null;
  readonly replaces: string | null;
  /** The hash of the rules whose comparison its author saw. */
  readonly reviewed: string;
}

/** Its author has seen which of the last requests would have fallen elsewhere. */
export async function saveRules(
  call: ActCall,
  { draft, replaces, reviewed }: SaveInput,
): Promise<Result<DocumentAsked>> {
  const directory = await directoryOf(call.store);
  const document = draft && rulesOfDraft(draft);
  const read = document && checkRules(document);
  if (read !== null && !read.ok) return read;
  if (document !== null && rulesHash(document) !== reviewed)
    return refuse(
      "validation_failed",
      "look at what would be different first, then ask for exactly these rules",
    );
  const now = rulesInForce(directory.rulebook)?.hash ?? null;
  return askForDocument(call, { kind: "rules", document }, { was: replaces, now });
}
