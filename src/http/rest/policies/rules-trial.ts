import { z } from "zod";
import type { TriedRules } from "../../../app/policies/try-rules.ts";
import { canonicalPayload } from "../../../core/confirmation/canonical-payload.ts";
import { PROJECT_MODES } from "../../../core/confirmation/project-mode.ts";
import {
  ACTION_MAX_CHARACTERS,
  ID_MAX_CHARACTERS,
  NAME_MAX_CHARACTERS,
} from "../../../core/confirmation/statement.ts";
import { dateTime, jsonObject, text, username } from "../../schemas/field-schemas.ts";
import { parseDateTime } from "../../schemas/date-time.ts";
import { answered } from "../../desk/desk-answer.ts";
import { orRefuse } from "../../http-refusal.ts";
import type { RestCall } from "../operation.ts";
import { POLICY_NAME, policyAnswerExample } from "./document-examples.ts";

// What a request would fall under: nothing is asked or changed.

export const tryRequest = z.strictObject({
  action: text(ACTION_MAX_CHARACTERS).describe("As of a request."),
  payload: jsonObject.describe("As of a request."),
  username: username.optional().meta({ description: "Whom the request would name." }),
  policy: text(ID_MAX_CHARACTERS).optional().meta({ description: "Which policy it would name." }),
  project: z
    .strictObject({
      id: text(ID_MAX_CHARACTERS).optional().describe("Its id."),
      name: text(NAME_MAX_CHARACTERS).optional().describe("Its name."),
      mode: z.enum(PROJECT_MODES).optional().describe("Live or test."),
    })
    .optional()
    .meta({ description: "What differs from the project of the key." }),
  requester: z
    .strictObject({
      kind: z.enum(["key", "oauth", "person", "service"]).optional().describe("What asks."),
      id: text(ID_MAX_CHARACTERS).optional().describe("Its id."),
      name: text(NAME_MAX_CHARACTERS).optional().describe("Its name."),
      person: username.nullable().optional().describe("The user name of the person behind it."),
    })
    .optional()
    .meta({ description: "What differs from the key." }),
  createdAt: dateTime.optional().meta({ description: "When it would be asked. Without it, now." }),
  rules: jsonObject
    .optional()
    .meta({ description: "A draft of rules, as `PUT /api/rules` takes them, in place of those in force." }),
});

export type TryRequest = z.output<typeof tryRequest>;

export const tryExample: z.input<typeof tryRequest> = {
  action: "Pay invoice 4711",
  payload: { invoice: "4711", amount: 12_500 },
  username: "alex",
};

export const triedAnswer = z.object({
  rule: z
    .object({
      name: z.string().describe("Empty: none matched."),
      policies: z
        .array(z.string())
        .describe(
          "What the request may use, the first one preferred. Empty if the content is too large for the rules.",
        ),
      judged: z.boolean().describe("False if it counts as matched because it could not be judged."),
      problem: z.string().describe("Why it could not be judged, or empty."),
    })
    .nullable()
    .meta({ description: "The rule that it falls under; null if there are no rules." }),
  policy: z
    .object({
      name: z.string().describe("Empty: one person decides alone."),
      hash: z.string().nullable().describe("Of the policy's document, or null."),
      sentence: z.string().describe("Who must sign, in words."),
    })
    .nullable()
    .meta({ description: "What it would have; null if it would be refused." }),
  people: z.array(z.string()).describe("Everybody who could sign, by user name."),
  asked: z.array(z.string()).describe("Those of them who would be asked at once."),
  refused: z
    .object({
      code: z.string().describe("As of the refusal of a request."),
      detail: z.string().describe("Why, in words."),
    })
    .nullable()
    .meta({ description: "Why such a request would be refused, or null." }),
});

type TriedAnswer = z.output<typeof triedAnswer>;

export const triedExample: TriedAnswer = {
  rule: { name: "Large payments", policies: [POLICY_NAME], judged: true, problem: "" },
  policy: {
    name: POLICY_NAME,
    hash: policyAnswerExample.hash,
    sentence: policyAnswerExample.sentence,
  },
  people: ["alex"],
  asked: ["alex"],
  refused: null,
};

export async function tryRules({ context, desk, key, body }: RestCall<TryRequest>): Promise<Response> {
  const { username: named = null, policy = null, project = {}, requester = {}, rules = null } = body;
  const tried = answered(
    context,
    await desk().tryRules(key, {
      action: body.action,
      payload: orRefuse(canonicalPayload(body.payload)),
      username: named,
      policy,
      project: given(project),
      requester: given(requester),
      createdAt: body.createdAt === undefined ? null : (parseDateTime(body.createdAt) ?? null),
      rules,
    }),
  );
  return context.json(answerOf(tried));
}

/** Without members that are undefined. */
function given<Value extends object>(
  value: Value,
): { [Name in keyof Value]: Exclude<Value[Name], undefined> } {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Value]: Exclude<Value[Name], undefined> };
}

function answerOf({ rule, policy, people, asked, refusal }: TriedRules): TriedAnswer {
  return {
    rule: rule && {
      name: rule.rule,
      policies: [...rule.policies],
      judged: rule.judged,
      problem: rule.problem,
    },
    policy,
    people: [...people],
    asked: [...asked],
    refused: refusal && { code: refusal.code, detail: refusal.detail },
  };
}
