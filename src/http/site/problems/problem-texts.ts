import type { ProblemCode } from "../../problem.ts";
import { ACCOUNT_PROBLEMS } from "./account-problems.ts";
import { CALLER_PROBLEMS } from "./caller-problems.ts";
import { DECISION_PROBLEMS } from "./decision-problems.ts";
import { DEMO_PROBLEMS } from "./demo-problems.ts";
import { PASSKEY_PROBLEMS } from "./passkey-problems.ts";
import { PEOPLE_PROBLEMS } from "./people-problems.ts";
import type { ProblemText } from "./problem-text.ts";
import { REQUEST_PROBLEMS } from "./request-problems.ts";

/** A code without a text is an error of types here. */
export const PROBLEM_TEXTS: Readonly<Record<ProblemCode, ProblemText>> = {
  ...REQUEST_PROBLEMS,
  ...CALLER_PROBLEMS,
  ...DECISION_PROBLEMS,
  ...PASSKEY_PROBLEMS,
  ...PEOPLE_PROBLEMS,
  ...ACCOUNT_PROBLEMS,
  ...DEMO_PROBLEMS,
};

interface ProblemGroup {
  readonly name: string;
  readonly codes: readonly ProblemCode[];
}

const codesOf = (texts: Partial<Record<ProblemCode, ProblemText>>) => Object.keys(texts) as ProblemCode[];

/** By subject, for a reader who looks for one. */
export const PROBLEM_GROUPS: readonly ProblemGroup[] = [
  { name: "Calls and limits", codes: codesOf(REQUEST_PROBLEMS) },
  { name: "Keys, sessions and rights", codes: codesOf(CALLER_PROBLEMS) },
  { name: "Requests and decisions", codes: codesOf(DECISION_PROBLEMS) },
  { name: "Signatures and passkeys", codes: codesOf(PASSKEY_PROBLEMS) },
  { name: "People and invitations", codes: codesOf(PEOPLE_PROBLEMS) },
  { name: "Projects, keys, webhooks and notices", codes: codesOf(ACCOUNT_PROBLEMS) },
  { name: "The live demo", codes: codesOf(DEMO_PROBLEMS) },
];
