import { z } from "zod";
import type { Verification } from "../../core/evidence/public-record.ts";
import { PROJECT_MODES } from "../../core/confirmation/project-mode.ts";
import type { Statement } from "../../core/confirmation/statement.ts";
import { INVITED_ROLES } from "../../core/stream/record.ts";
import { PROBLEM_CODES } from "../problem.ts";
import { jsonObject, time, username } from "../schemas/field-schemas.ts";
import { STATUSES } from "./request-schemas.ts";

// The answers of REST. Only `status` says whether a program may act. Every other fact has its own field, which is
// null until the fact is known, so that `status !== "approved"` always means: do not act.

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: "SHA-256 in hexadecimal." });
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const id = z.string().min(1);
const mode = z
  .enum(PROJECT_MODES)
  .meta({ description: "Of its project. An approval in a `test` project decides nothing real." });
const url = z.string().min(1).meta({ format: "uri" });

const assertion = z.object({
  id: base64url.describe("The passkey that signed."),
  clientDataJSON: base64url.describe("What the browser states; it contains the challenge."),
  authenticatorData: base64url.describe("What the authenticator states: site, flags, counter."),
  signature: base64url.describe("Over both, as the authenticator made it."),
});

const signedVote = z.object({
  approver: username.describe("Who signed."),
  decision: z
    .enum(["approve", "reject", "break-glass"])
    .meta({ description: "This person's vote, as `statement.vote` has it." }),
  reason: z.string().describe("What the person wrote, or empty. It is signed."),
  statement: z
    .custom<Statement>()
    .meta({ description: "What was signed. The challenge contains the hash of its canonical form." }),
  assertion: assertion.describe("The signature of the passkey, for any WebAuthn verifier."),
  decidedAt: time.describe("When the service accepted it."),
});

const summary = z.object({
  id: id.describe("Random, and also the name of the request in its receipt."),
  url: url.meta({ description: "Where the approver decides." }),
  status: z.enum(STATUSES).meta({ description: "Act only if this is `approved`." }),
  mode,
  code: z
    .string()
    .regex(/^[0-9a-f]{8}$/)
    .meta({ description: "The comparison code, which the approver's page shows, too." }),
  action: z.string().describe("The request in one line, as it was created."),
  username: username.nullable().meta({ description: "Who decides; null if a policy names the approvers." }),
  policy: z.string().nullable().describe("The hash of the policy; null if one named person decides."),
  policyName: z.string().nullable().describe("The name of the policy; null if one person decides alone."),
  payloadHash: hash.describe("SHA-256 of the payload in canonical form, in hexadecimal."),
  metadata: jsonObject.nullable().describe("As it was created."),
  createdAt: time.describe("When the request was stored."),
  expiresAt: time.describe("Until when it can be decided."),
  executeWithinSeconds: z
    .int()
    .min(1)
    .nullable()
    .describe("How many seconds after the decision it may be consumed; null: no limit."),
  decidedAt: time.nullable().describe("When it was decided, or ended in another way."),
  consumedAt: time.nullable().describe("When the approval was used. It can be used once."),
});

export const confirmationAnswer = summary.extend({
  policySentence: z.string().nullable().describe("What the policy says, in words; null without one."),
  approvers: z.array(username).meta({
    description: "Who is asked now and has not signed, by user name. Empty once nobody is.",
  }),
  progress: z
    .object({
      have: z.int().min(0).describe("Signatures that count."),
      need: z.int().min(1).describe("How many it takes, by the way in which the fewest are missing."),
    })
    .meta({ description: "How far the signatures are. It is no permission: only `status` is." }),
  stage: z
    .object({
      number: z.int().min(1).describe("The one that is open, from 1."),
      of: z.int().min(1).describe("How many there are."),
    })
    .meta({ description: "Stages are signed one after the other." }),
  waitingFor: z.enum(["people", "log"]).nullable().meta({
    description:
      "What a pending request under a policy waits for: signatures, or that the outcome gets into the log. Null once it has its outcome.",
  }),
  credentialId: base64url.nullable().meta({ description: "The passkey that completed the decision." }),
  rawAssertion: z
    .object({
      id: base64url.describe("The passkey that signed."),
      response: assertion.omit({ id: true }).describe("The fields of its answer."),
    })
    .nullable()
    .meta({ description: "Its assertion, in the form that WebAuthn libraries read." }),
  decisions: z.array(signedVote).describe("What people signed. Empty until the outcome is in the log."),
  log: z
    .object({
      index: z.int().min(0).describe("The number of the entry."),
      origin: z.string().describe("The name of the log."),
    })
    .nullable()
    .meta({ description: "The position of the outcome in the transparency log." }),
  receiptUrl: url.nullable().describe("Where the receipt is, once there is one."),
});

export const listAnswer = z.object({
  data: z.array(summary).describe("The newest first."),
  nextCursor: base64url.nullable().describe("The `cursor` of the next call; null on the last page."),
  hasMore: z.boolean().describe("Whether there may be more."),
});

export const approversAnswer = z.object({
  data: z
    .array(
      z.object({
        username: username.describe("For `username` of a request."),
        role: z.enum(["owner", ...INVITED_ROLES]).describe("What else the person may do."),
        reachable: z.boolean().meta({
          description:
            "Whether a notice of a request goes to this person, or to a chat room of the key's project.",
        }),
      }),
    )
    .describe("By user name."),
});

export const inviteAnswer = z.object({
  enrolUrl: url.meta({ description: "For the invited person only: the part after # is a secret." }),
  expiresAt: time.describe("Until when the link works, once."),
});

export const changeAnswer = z.object({
  url: url.meta({ description: "Where somebody who manages people signs the change with a passkey." }),
});

export const templatesAnswer = z.object({
  data: z
    .array(
      z.object({
        action: z.string().describe("It draws the requests with exactly this action."),
        sentence: z.string().describe("What is asked, with slots."),
        fields: z
          .array(
            z.object({
              name: z.string().describe("The outermost member of the payload."),
              label: z.string().describe("What the person reads instead of the name."),
              format: z.string().nullable().describe("How the value is written; null: as it is."),
              prominent: z.boolean().describe("Whether it is emphasised."),
            }),
          )
          .describe("In the order in which they are shown."),
        hash: hash.meta({ description: "SHA-256 of the template's canonical form, which people sign." }),
        change: z
          .object({
            seq: z.int().min(0).describe("Its number in the organisation's history."),
            logIndex: z.int().min(0).nullable().describe("Its entry in the log; null until it is there."),
            at: time.describe("When it was sealed."),
          })
          .meta({ description: "The record that set it: its place in the history, and in the log." }),
      }),
    )
    .describe("By action."),
});

export const verificationAnswer = z.object({
  v: z.literal(1).describe("The version of the format."),
  kind: z.literal("countersign/verification").describe("The name of the format."),
  confirmation: id.describe("The `id` of the request."),
  outcome: z
    .enum(["approved", "rejected", "expired", "cancelled", "break-glass"])
    .describe("As the record states it."),
  mode,
  at: time.meta({ description: "When it was decided, according to the record." }),
  log: z
    .object({
      origin: z.string().describe("The name of the log."),
      index: z.int().min(0).describe("The number of the entry."),
    })
    .describe("Where the record is."),
  opening: z.custom<Verification["opening"]>().meta({
    description: "The sealed record, the salt and label of its log entry, and the inclusion proof.",
  }),
  anchor: z
    .custom<NonNullable<Verification["anchor"]>>()
    .nullable()
    .meta({ description: "The Bitcoin timestamp, or null." }),
  receipt: z
    .custom<NonNullable<Verification["receipt"]>>()
    .nullable()
    .meta({ description: "The whole receipt if the approval was made public, or null." }),
});

export const problemAnswer = z.object({
  type: z.string().describe("The address of the page that explains the code: `/problems/<code>`."),
  title: z.string().describe("The code in words, always the same."),
  status: z.int().min(400).max(599).describe("The HTTP status."),
  detail: z.string().describe("What is wrong here and what to do, for people."),
  instance: z.string().describe("The path that was called."),
  code: z.enum(PROBLEM_CODES).describe("For programs. It does not change."),
  requestId: z.string().describe("The id of this call in the service's log, and in `X-Request-Id`."),
  errors: z
    .array(
      z.object({
        path: z.string().meta({ description: "JSON Pointer into the body or the query." }),
        code: z.string().describe("What is wrong with it, more exactly."),
        detail: z.string().describe("The same for people."),
      }),
    )
    .optional()
    .describe("What exactly is wrong, at most 20."),
});

export type ConfirmationSummary = z.output<typeof summary>;
export type ConfirmationAnswer = z.output<typeof confirmationAnswer>;
export type ListAnswer = z.output<typeof listAnswer>;
export type ApproversAnswer = z.output<typeof approversAnswer>;
export type InviteAnswer = z.output<typeof inviteAnswer>;
export type ChangeAnswer = z.output<typeof changeAnswer>;
export type TemplatesAnswer = z.output<typeof templatesAnswer>;
export type VerificationAnswer = z.output<typeof verificationAnswer>;
