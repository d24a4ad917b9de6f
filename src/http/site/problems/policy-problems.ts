import { CONFIRMATION_ID } from "../../rest/example-ids.ts";
import type { ProblemText } from "./problem-text.ts";

// About policies, groups and rules.

export const POLICY_PROBLEMS = {
  policy_not_allowed: {
    meaning: "The rules of the organisation do not let this request use the policy that it names.",
    cause:
      "The rules are read in order, and the first one that matches says which policies a request may use. This one is not among them.",
    whatToDo: "Leave `policy` out, so that the rules choose, or name one of the policies in the answer.",
    example: {
      instance: "/api/confirmations",
      detail: "the rules do not let this request use the policy “one-person”; it may use two-of-finance",
    },
  },
  rules_too_costly: {
    meaning:
      "Judging the organisation's rules on this content would take too long, so the request is refused.",
    cause:
      "The content is long, and rules with loops go through it. All rules together may take a fixed number of steps, so that an audit can repeat them.",
    whatToDo:
      "Send a smaller content: split a long list into several requests. Or have the rules with loops changed.",
    example: {
      instance: "/api/confirmations",
      detail:
        "the content is too large for the organisation's rules; send a smaller one, or split the request",
    },
  },
  policy_unmeetable: {
    meaning: "The people there are now could not meet the policy, so nobody is asked.",
    cause:
      "A group or role has too few people who may sign, too few of them have an active passkey, or the policy excludes the person who asked.",
    whatToDo:
      "Show this to somebody who manages people. The page of the policy in the console says who is missing.",
    example: {
      instance: "/api/confirmations",
      detail:
        "too few people of the policy “two-of-finance” have an active passkey; ask again when more of them do",
    },
  },
  rules_changed: {
    meaning: "Rules, groups, policies or people changed while the request was created.",
    cause:
      "A request keeps the policy that was right when it was asked, so it is not created with an older one.",
    whatToDo: "Ask again.",
    example: {
      instance: "/api/confirmations",
      detail: "the organisation's rules or people changed at this moment; ask again",
    },
  },
  document_refused: {
    meaning: "This version of a group, a policy or the rules does not fit the others in force.",
    cause:
      "It names a group or a policy that is not there, removes one that another still names, or was made from an older version.",
    whatToDo: "Do first what the answer says, then ask again.",
    example: {
      instance: "/api/groups/finance",
      detail: "the policy “two-of-finance” names the group “finance”; change the policy first",
    },
  },
  needed_later: {
    meaning: "You are in two stages of the policy, and the later one can't be met without you.",
    cause:
      "Each person signs a request once, for one stage. With your signature here, nobody could complete the later stage.",
    whatToDo: "Let somebody else sign this stage, and sign when yours is open. You can still reject.",
    example: {
      instance: `/approve/${CONFIRMATION_ID}/decision`,
      detail: "a later stage can't be met without you; let somebody else sign this one",
    },
  },
  stage_over: {
    meaning: "The stage for which you signed is not the one that is open.",
    cause:
      "While the page was open, others completed the stage, or a signature of an earlier stage stopped counting because its passkey was revoked.",
    whatToDo: "Load the page again. It says which stage is open, and whether you are asked in it.",
    example: {
      instance: `/approve/${CONFIRMATION_ID}/decision`,
      detail: "another stage of this request is open now; load the page again",
    },
  },
} as const satisfies Readonly<Record<string, ProblemText>>;
