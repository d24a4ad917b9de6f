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
  id: base64url,
  clientDataJSON: base64url,
  authenticatorData: base64url,
  signature: base64url,
});

const signedVote = z.object({
  approver: username,
  decision: z
    .enum(["approve", "reject", "break-glass"])
    .meta({ description: "This person's vote, as `statement.vote` has it." }),
  reason: z.string(),
  statement: z
    .custom<Statement>()
    .meta({ description: "What was signed. The challenge contains the hash of its canonical form." }),
  assertion,
  decidedAt: time,
});

const summary = z.object({
  id,
  url: url.meta({ description: "Where the approver decides." }),
  status: z.enum(STATUSES).meta({ description: "Act only if this is `approved`." }),
  mode,
  code: z
    .string()
    .regex(/^[0-9a-f]{8}$/)
    .meta({ description: "The comparison code, which the approver's page shows, too." }),
  action: z.string(),
  username: username.nullable().meta({ description: "Who decides; null if a policy names the approvers." }),
  policy: z.string().nullable(),
  payloadHash: hash,
  metadata: jsonObject.nullable(),
  createdAt: time,
  expiresAt: time,
  executeWithinSeconds: z.int().min(1).nullable(),
  decidedAt: time.nullable(),
  consumedAt: time.nullable(),
});

export const confirmationAnswer = summary.extend({
  credentialId: base64url.nullable().meta({ description: "The passkey that completed the decision." }),
  rawAssertion: z
    .object({ id: base64url, response: assertion.omit({ id: true }) })
    .nullable()
    .meta({ description: "Its assertion, in the form that WebAuthn libraries read." }),
  decisions: z.array(signedVote),
  log: z
    .object({ index: z.int().min(0), origin: z.string() })
    .nullable()
    .meta({ description: "The position of the outcome in the transparency log." }),
  receiptUrl: url.nullable(),
});

export const listAnswer = z.object({
  data: z.array(summary),
  nextCursor: base64url.nullable(),
  hasMore: z.boolean(),
});

export const approversAnswer = z.object({
  data: z.array(
    z.object({
      username,
      role: z.enum(["owner", ...INVITED_ROLES]),
      reachable: z.boolean().meta({
        description:
          "Whether a notice of a request goes to this person, or to a chat room of the key's project.",
      }),
    }),
  ),
});

export const inviteAnswer = z.object({
  enrolUrl: url.meta({ description: "For the invited person only: the part after # is a secret." }),
  expiresAt: time,
});

export const changeAnswer = z.object({
  url: url.meta({ description: "Where somebody who manages people signs the change with a passkey." }),
});

export const templatesAnswer = z.object({
  data: z.array(
    z.object({
      action: z.string(),
      sentence: z.string(),
      fields: z.array(
        z.object({
          name: z.string(),
          label: z.string(),
          format: z.string().nullable(),
          prominent: z.boolean(),
        }),
      ),
      hash: hash.meta({ description: "SHA-256 of the template's canonical form, which people sign." }),
      change: z
        .object({ seq: z.int().min(0), logIndex: z.int().min(0).nullable(), at: time })
        .meta({ description: "The record that set it: its place in the history, and in the log." }),
    }),
  ),
});

export const verificationAnswer = z.object({
  v: z.literal(1),
  kind: z.literal("countersign/verification"),
  confirmation: id,
  outcome: z.enum(["approved", "rejected", "expired", "cancelled", "break-glass"]),
  mode,
  at: time.meta({ description: "When it was decided, according to the record." }),
  log: z.object({ origin: z.string(), index: z.int().min(0) }),
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
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: z.enum(PROBLEM_CODES),
  requestId: z.string(),
  errors: z
    .array(
      z.object({
        path: z.string().meta({ description: "JSON Pointer into the body or the query." }),
        code: z.string(),
        detail: z.string(),
      }),
    )
    .optional(),
});

export type ConfirmationSummary = z.output<typeof summary>;
export type ConfirmationAnswer = z.output<typeof confirmationAnswer>;
export type ListAnswer = z.output<typeof listAnswer>;
export type ApproversAnswer = z.output<typeof approversAnswer>;
export type InviteAnswer = z.output<typeof inviteAnswer>;
export type ChangeAnswer = z.output<typeof changeAnswer>;
export type TemplatesAnswer = z.output<typeof templatesAnswer>;
export type VerificationAnswer = z.output<typeof verificationAnswer>;
