import { z } from "zod";
import { time } from "../../schemas/field-schemas.ts";
import { writtenGroup, writtenPolicy, writtenRules } from "./written-schemas.ts";

// The answers about groups, policies and rules.

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: "SHA-256 of the document's canonical form, which people signed." });
const change = z
  .object({
    seq: z.int().min(0).describe("Its number in the organisation's history."),
    logIndex: z.int().min(0).nullable().describe("Its entry in the log; null until it is there."),
    at: time.describe("When it was sealed."),
  })
  .meta({ description: "The record that set it: its place in the history, and in the log." });
const name = z.string().describe("Fixed for good.");

export const groupAnswer = z.object({
  name,
  content: writtenGroup.describe("What a PUT takes."),
  hash,
  change,
});
export const policyAnswer = z.object({
  name,
  content: writtenPolicy.describe("What a PUT takes."),
  sentence: z.string().describe("The same in words."),
  hash,
  change,
});
export const rulesAnswer = z.object({
  content: writtenRules.nullable().describe("What a PUT takes; null if there are no rules."),
  hash: hash.nullable(),
  change: change.nullable(),
});
export const groupsAnswer = z.object({ data: z.array(groupAnswer).describe("By name.") });
export const policiesAnswer = z.object({ data: z.array(policyAnswer).describe("By name.") });

const fallen = z.object({
  rule: z.string().describe("The name of the rule that matched; empty: none did."),
  policies: z
    .array(z.string())
    .describe(
      "What the request could use, the first one preferred. Empty if the content is too large for the rules.",
    ),
  judged: z.boolean().describe("False if the rule counts as matched because it could not be judged."),
});

export const versionAnswer = z.object({
  url: z.string().min(1).nullable().meta({
    format: "uri",
    description: "Where somebody who manages people signs the change; null after a dry run.",
  }),
  refused: z
    .object({
      code: z.string().describe("As of the refusal."),
      detail: z.string().describe("Why, in words."),
    })
    .nullable()
    .meta({
      description:
        "After a dry run: why it would be refused now, such as for a group that is asked for and not signed yet.",
    }),
  sentence: z.string().nullable().describe("What a policy says, in words; null for everything else."),
  comparison: z
    .object({
      compared: z.int().min(0).describe("How many of the last requests were judged by both versions."),
      of: z
        .int()
        .min(0)
        .describe(
          "How many there are. If more than `compared`, judging all takes too long: those are the newest.",
        ),
      elsewhere: z
        .array(
          z.object({
            id: z.string().describe("Of the request."),
            action: z.string().describe("As it was sent."),
            createdAt: time.describe("When it was stored."),
            before: fallen.describe("By the rules in force; without rules, what the request had."),
            after: fallen.describe("By the new version."),
          }),
        )
        .describe("Those that could use other policies, the newest first."),
    })
    .nullable()
    .meta({ description: "What new rules would have done to the last 100 requests; null for the others." }),
  warnings: z
    .array(
      z.object({
        rule: z.string().describe("The name of the rule."),
        detail: z.string().describe("What is probably not meant, in words."),
      }),
    )
    .meta({
      description:
        "New rules whose condition may be impossible to judge, and which then let fewer people decide than a later one. Such rules are not refused.",
    }),
});

export type GroupAnswer = z.output<typeof groupAnswer>;
export type PolicyAnswer = z.output<typeof policyAnswer>;
export type RulesAnswer = z.output<typeof rulesAnswer>;
export type VersionAnswer = z.output<typeof versionAnswer>;
