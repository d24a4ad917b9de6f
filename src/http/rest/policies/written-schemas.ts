import { z } from "zod";
import { GROUP_MAX_MEMBERS } from "../../../core/policy/group-document.ts";
import { DECIDING_ROLES, PARTIES_MAX } from "../../../core/policy/policy-document.ts";
import { DOCUMENT_NAME, DOCUMENT_NAME_RULE, NAMED_PERSON } from "../../../core/policy/document-name.ts";
import {
  ESCALATION_MAX_SECONDS,
  POLICY_MAX_ESCALATIONS,
  POLICY_MAX_NEEDS,
  POLICY_MAX_SEATS,
  POLICY_MAX_STAGES,
} from "../../../core/policy/policy.ts";
import {
  EXPRESSION_MAX_CHARACTERS,
  RULE_NAME_MAX_CHARACTERS,
  RULE_POLICIES_MAX,
  RULES_MAX,
} from "../../../core/rules/rules-document.ts";
import {
  EXECUTE_WITHIN_MAX_SECONDS,
  EXPIRES_MAX_SECONDS,
  EXPIRES_MIN_SECONDS,
} from "../../../core/confirmation/statement.ts";
import { text, username } from "../../schemas/field-schemas.ts";

// Groups, policies and rules as people write them, for the OpenAPI document. The core reads them, because it also adds
// what is left out, and says more exactly what is wrong; a test holds both together.

const documentName = z.string().regex(DOCUMENT_NAME, { error: DOCUMENT_NAME_RULE });
const person = z.union([username, z.strictObject({ person: username })]);
const party = z.union([
  username,
  z.strictObject({ person: username }),
  z.strictObject({ group: documentName }),
  z.strictObject({ role: z.enum(DECIDING_ROLES) }),
]);
const need = z.union([
  party,
  z.strictObject({
    count: z.int().min(1).max(POLICY_MAX_SEATS).optional().describe("How many different people; 1."),
    from: z.union([party, z.array(party).min(1).max(PARTIES_MAX)]).describe("Of all of these together."),
  }),
]);
const needs = z.array(need).min(1).max(POLICY_MAX_NEEDS);

export const writtenGroup = z.strictObject({
  members: z
    .array(person)
    .min(1)
    .max(GROUP_MAX_MEMBERS)
    .meta({ description: "The user names of people who have a passkey." }),
});

export const writtenPolicy = z.strictObject({
  needs: needs.optional().meta({
    description:
      'Who must sign, all of these, nobody twice. Each is a user name, `{"group": …}`, `{"role": …}`, or `{"count": 2, "from": …}` with one of these or a list. Left out if there are `stages`.',
  }),
  stages: z
    .array(z.strictObject({ name: z.string().optional(), needs }))
    .min(1)
    .max(POLICY_MAX_STAGES)
    .optional()
    .meta({
      description:
        "In place of `needs`: one after the other, each with its `needs`, and a `name` if you like.",
    }),
  escalations: z
    .array(
      z.strictObject({
        afterSeconds: z.int().min(1).max(ESCALATION_MAX_SECONDS),
        stage: z.int().min(1).max(POLICY_MAX_STAGES).optional(),
        needs,
      }),
    )
    .max(POLICY_MAX_ESCALATIONS)
    .optional()
    .meta({
      description:
        "So many seconds after the request, these `needs` are enough for their `stage` (1), too. In the order of time.",
    }),
  minimum: z.int().min(1).max(POLICY_MAX_SEATS).optional().meta({
    description: "Never fewer people than this. Without it, as many as are enough at some time.",
  }),
  excludeRequester: z.boolean().optional().meta({
    description: "Whether the person who asked may not sign. Without it, that person may.",
  }),
  rejection: z.enum(["first", "impossible"]).optional().meta({
    description:
      "`first`: one rejection ends the request, and so it is without this field. `impossible`: it ends when it can no longer be met.",
  }),
  breakGlass: z
    .array(party)
    .max(PARTIES_MAX)
    .optional()
    .meta({ description: "Who may decide alone in an emergency. Without it, nobody." }),
  authenticator: z.enum(["any", "device-bound"]).optional().meta({
    description: "`device-bound`: only passkeys that can't leave their device. Without it, `any`.",
  }),
  expiresInSeconds: z
    .int()
    .min(EXPIRES_MIN_SECONDS)
    .max(EXPIRES_MAX_SECONDS)
    .nullable()
    .optional()
    .meta({ description: "A request is open for at most so long." }),
  executeWithinSeconds: z
    .int()
    .min(1)
    .max(EXECUTE_WITHIN_MAX_SECONDS)
    .nullable()
    .optional()
    .meta({ description: "An approval must be used within so many seconds." }),
  quietHours: z.enum(["kept", "overridden"]).optional().meta({
    description: "`overridden`: its notices come in quiet hours, too. Without it, `kept`.",
  }),
});

const policies = z.union([documentName, z.array(documentName).min(1).max(RULE_POLICIES_MAX)]);

export const writtenRules = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        name: text(RULE_NAME_MAX_CHARACTERS).describe("For people, and in what is signed."),
        when: text(EXPRESSION_MAX_CHARACTERS).meta({
          description: "An expression in CEL that is true for the requests that the rule is for.",
        }),
        policies: policies.meta({
          description: `The name of a policy, or a list of which the first that the request can use is taken. \`${NAMED_PERSON}\` is the person whom the request names, alone.`,
        }),
      }),
    )
    .max(RULES_MAX)
    .optional()
    .meta({ description: "In order: the first that matches counts. One that can't be judged matches." }),
  otherwise: policies.optional().meta({
    description: `The same for requests that no rule is for. Without it, \`${NAMED_PERSON}\`.`,
  }),
});
