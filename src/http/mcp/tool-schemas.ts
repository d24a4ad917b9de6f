import { z } from "zod";
import { WAIT_MAX_SECONDS } from "../../desk/waiters.ts";
import { ACTION_MAX_CHARACTERS } from "../../core/confirmation/statement.ts";
import {
  IDEMPOTENCY_KEY,
  jsonObject,
  LIST_DEFAULT_ITEMS,
  LIST_MAX_ITEMS,
  STATUSES,
  text,
} from "../rest/request-schemas.ts";

// What an agent's tools take and give. A model reads the descriptions, so they say what it must not conclude.

/** Below the 60 s after which the common clients give up, and above the time in which many people decide. */
export const WAIT_DEFAULT_SECONDS = 25;
const NAME_MAX_CHARACTERS = 200;

const payload = jsonObject.meta({
  description:
    "Everything that you are about to do, exactly: the arguments of the action as one JSON object, at most 64 KiB. The person sees every field and signs its SHA-256, and only this payload may be run. Send numbers that a double can't hold exactly, and negative zero, as strings.",
});
const waitSeconds = z
  .int()
  .min(0)
  .max(WAIT_MAX_SECONDS)
  .meta({ description: "For how many seconds to wait for the decision before answering pending." });
const confirmationId = text(NAME_MAX_CHARACTERS).meta({
  description: "The confirmation_id of an earlier answer.",
});
const idempotencyKey = z
  .string()
  .regex(IDEMPOTENCY_KEY, { error: "must be 1 to 255 visible ASCII characters" })
  .optional();

export const requestArguments = z.strictObject({
  action: text(ACTION_MAX_CHARACTERS).meta({
    description: "What is asked, in one line that a person understands.",
  }),
  payload,
  // Any text here: a name that nobody has is answered in words from which a model can mend its call.
  approver_username: text(NAME_MAX_CHARACTERS).optional().meta({
    description: "Who is asked, such as alex. Needed unless a policy names the approvers.",
  }),
  wait_seconds: waitSeconds.default(WAIT_DEFAULT_SECONDS),
  idempotency_key: idempotencyKey.meta({
    description:
      "Only to ask for the same thing once more on purpose: a name of your own for this one request. Repetitions with the same name get the same request for 24 hours.",
  }),
});

export const getArguments = z.strictObject({
  confirmation_id: confirmationId,
  wait_seconds: waitSeconds.default(0),
});

export const cancelArguments = z.strictObject({ confirmation_id: confirmationId });

export const consumeArguments = z.strictObject({
  confirmation_id: confirmationId,
  payload: payload.meta({
    description: "Exactly what you are about to run. It must be what was approved.",
  }),
  idempotency_key: idempotencyKey.meta({
    description: "A name for this use, so that a lost answer can be asked for again.",
  }),
});

export const listArguments = z.strictObject({
  status: z.enum(STATUSES).optional(),
  limit: z.int().min(1).max(LIST_MAX_ITEMS).default(LIST_DEFAULT_ITEMS),
});

const nextStep = z.string().meta({ description: "What to do now." });
const approved = z.boolean().meta({
  description: "The only yes. Anything but true means: do not act.",
});

/** Of every tool but the list. Names that are missing are not known, and never mean yes. */
export const approvalAnswer = z.object({
  approved,
  status: z.enum([...STATUSES, "error"]),
  confirmation_id: z.string().optional(),
  approver: z.string().nullable().optional(),
  action: z.string().optional(),
  payload_sha256: z.string().optional(),
  comparison_code: z.string().optional().meta({ description: "The approver sees the same code." }),
  approval_url: z.string().optional(),
  expires_at: z.string().optional(),
  decided_at: z.string().nullable().optional(),
  reason: z.string().optional().meta({ description: "What the person wrote, signed with the decision." }),
  consumed_at: z.string().nullable().optional(),
  log_index: z.int().nullable().optional(),
  retry_after_seconds: z.int().optional(),
  code: z.string().optional().meta({ description: "Which mistake it was, where status is error." }),
  message: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), code: z.string(), detail: z.string() })).optional(),
  next_step: nextStep,
});

export const listAnswer = z.object({
  approved,
  approvals: z.array(
    z.object({
      confirmation_id: z.string(),
      status: z.enum(STATUSES),
      action: z.string(),
      approver: z.string().nullable(),
      payload_sha256: z.string(),
      created_at: z.string(),
      expires_at: z.string(),
      consumed_at: z.string().nullable(),
    }),
  ),
  has_more: z.boolean(),
  next_step: nextStep,
});

export type ApprovalAnswer = z.output<typeof approvalAnswer>;
export type ListAnswer = z.output<typeof listAnswer>;
