import type { RulesDocument } from "../../rules/rules-document.ts";
import type { PolicyDraft } from "./policy-draft.ts";
import type { RulesDraft } from "./rules-draft.ts";

// What the server gives to the pages about groups, policies and rules.

/** Since when a version is in force, and where its record is. */
export interface SinceRecord {
  readonly at: string;
  readonly seq: number;
  readonly index: number | null;
}

export interface PolicyItem extends SinceRecord {
  readonly name: string;
  readonly sentence: string;
  /** Why nobody can meet it now; null if it can be met. */
  readonly problem: string | null;
  /** Whether the rules name it. */
  readonly isUsed: boolean;
}

export interface GroupItem extends SinceRecord {
  readonly name: string;
  readonly members: readonly string[];
  /** The policies that name it. */
  readonly usedBy: readonly string[];
}

/** A change of a group, a policy or the rules that waits for a signature. */
export interface WaitingDocument {
  readonly id: string;
  readonly action: string;
  readonly requester: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly asked: readonly string[];
}

export interface PoliciesPage {
  readonly rules: (SinceRecord & { readonly document: RulesDocument }) | null;
  readonly policies: readonly PolicyItem[];
  readonly groups: readonly GroupItem[];
  readonly waiting: readonly WaitingDocument[];
  readonly version: string;
}

/** Somebody who can be chosen. */
export interface Choosable {
  readonly id: string;
  readonly username: string;
  readonly role: string;
}

/** What is wrong with a draft, and where: a JSON Pointer. */
export interface DraftProblem {
  readonly detail: string;
  readonly at: string;
}

export interface GroupDraft {
  readonly name: string;
  /** Ids. */
  readonly members: readonly string[];
}

export interface GroupEditor {
  /** Null: a new one. */
  readonly name: string | null;
  readonly draft: GroupDraft;
  /** The hash of the version that the draft began with. */
  readonly replaces: string | null;
  readonly people: readonly Choosable[];
  readonly usedBy: readonly string[];
}

export interface PolicyEditor {
  readonly name: string | null;
  readonly draft: PolicyDraft;
  readonly replaces: string | null;
  readonly people: readonly Choosable[];
  readonly groups: readonly string[];
  /** Groups of the draft that are not in force any more are not shown, and not kept. */
  readonly sentence: string | null;
  readonly problem: DraftProblem | null;
}

/** What a request would fall under. */
export interface RuleOutcome {
  /** Empty: no rule. */
  readonly rule: string;
  readonly hasRules: boolean;
  /** Why the rule could not be judged, so that it counts as matched; empty otherwise. */
  readonly notJudged: string;
  readonly allowed: readonly string[];
  /** Why the request would be refused; null if it would not be. */
  readonly refused: DraftProblem | null;
  /** The policy's name; null if one person decides alone. */
  readonly policy: string | null;
  readonly sentence: string;
  readonly people: readonly string[];
}

/** A request to try, as it was typed. */
export interface TryDraft {
  readonly action: string;
  readonly payload: string;
  readonly key: string;
  readonly username: string;
  readonly policy: string;
}

/** An API key that could ask. */
export interface AskingKey {
  readonly id: string;
  readonly label: string;
  readonly project: string;
}

export interface TryPage {
  readonly tried: TryDraft;
  readonly keys: readonly AskingKey[];
  /** Null before anything was tried. */
  readonly outcome: RuleOutcome | null;
  readonly problem: DraftProblem | null;
}

/** A request that would have fallen under other rules. */
export interface FallsElsewhere {
  readonly id: string;
  readonly action: string;
  readonly createdAt: string;
  /** The policies that it may use. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The new rule; empty: none. */
  readonly rule: string;
}

export interface RulesReview {
  /** The hash of the rules that were compared. */
  readonly hash: string;
  readonly compared: number;
  /** How many there are; more than `compared` if judging all of them takes too long. */
  readonly of: number;
  /** What is allowed, and probably not meant. */
  readonly warnings: readonly { readonly rule: string; readonly detail: string }[];
  readonly elsewhere: readonly FallsElsewhere[];
}

export interface RulesEditor extends TryPage {
  readonly draft: RulesDraft;
  readonly replaces: string | null;
  readonly policies: readonly { readonly name: string; readonly sentence: string }[];
  readonly rulesProblem: DraftProblem | null;
  /** Null unless it was asked for. */
  readonly review: RulesReview | null;
}

/** Whether somebody can sign under a policy now. */
export interface DrillPerson {
  readonly id: string;
  readonly username: string;
  /** That the policy takes. */
  readonly passkeys: number;
  readonly channels: number;
  /** Until when the person wants no notices; null if they come at once. */
  readonly quietUntil: string | null;
}

export interface DrillNeed {
  readonly words: string;
  readonly count: number;
  readonly people: readonly DrillPerson[];
  /** What is missing, in plain words; null if enough people can be reached. */
  readonly missing: string | null;
}

export interface DrillPart {
  /** Such as "Stage one" or "After 30 min"; empty if there is only one part. */
  readonly title: string;
  readonly needs: readonly DrillNeed[];
}

/** A test request to everybody in the policy. */
export interface DrillRequest {
  readonly id: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly isOpen: boolean;
  readonly answered: readonly {
    readonly username: string;
    readonly vote: "approve" | "reject" | "break-glass";
    readonly at: string;
  }[];
  readonly silent: readonly string[];
}

export interface PolicyPage extends PolicyItem {
  /** `met`: by people who can be reached now. `slow`: by people of whom some can't be reached now. `not`: by nobody. */
  readonly state: "met" | "slow" | "not";
  readonly parts: readonly DrillPart[];
  /** If one of them asks, the others can't meet it. */
  readonly cannotAsk: readonly string[];
  readonly breakGlass: readonly string[];
  readonly drills: readonly DrillRequest[];
  readonly newRequestId: string;
  readonly version: string;
}
