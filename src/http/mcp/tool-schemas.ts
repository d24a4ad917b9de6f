import { z } from "zod";
import { WAIT_MAX_SECONDS } from "../../desk/waits/waiters.ts";
import { PAYLOAD_MAX_BYTES } from "../../core/encoding/strict-json.ts";
import { PROJECT_MODES } from "../../core/confirmation/project-mode.ts";
import { ACTION_MAX_CHARACTERS } from "../../core/confirmation/statement.ts";
import { jsonObject, text } from "../schemas/field-schemas.ts";
import {
  IDEMPOTENCY_KEY_PATTERN,
  LIST_DEFAULT_ITEMS,
  LIST_MAX_ITEMS,
  STATUSES,
} from "../rest/request-schemas.ts";

// The arguments and answers of the tools. A model reads the descriptions, so they also say what it must not conclude.

/** Common clients give up after 60 s, and many people decide within 25 s. */
const WAIT_DEFAULT_SECONDS = 25;
const NAME_MAX_CHARACTERS = 200;

const payload = jsonObject.meta({
  description: `Everything that you are about to do, exactly: the arguments of the action as one JSON object, at most ${PAYLOAD_MAX_BYTES / 1_024} KiB. The person sees every field and signs its SHA-256, and only this payload may be run. Send numbers that a double can't hold exactly, and negative zero, as strings.`,
});
const waitSeconds = z
  .int()
  .min(0)
  .max(WAIT_MAX_SECONDS)
  .meta({ description: "How many seconds to wait for the decision before the answer is pending." });
const confirmationId = text(NAME_MAX_CHARACTERS).meta({
  description: "The confirmation_id from an earlier answer.",
});
const idempotencyKey = z
  .string()
  .regex(IDEMPOTENCY_KEY_PATTERN, { error: "must be 1 to 255 visible ASCII characters" })
  .optional();

export const requestArguments = z.strictObject({
  action: text(ACTION_MAX_CHARACTERS).meta({
    description: "The request in one line that a person understands.",
  }),
  payload,
  // Any text: an unknown name gets an answer that tells the model how to correct its call.
  approver_username: text(NAME_MAX_CHARACTERS).optional().meta({
    description:
      "The username of the person who decides, such as alex. Required unless a policy names the approvers; then it has no effect.",
  }),
  policy: text(NAME_MAX_CHARACTERS).optional().meta({
    description:
      "The name of a policy of the organisation, if your user wants a certain one. Without it the organisation's rules choose. Naming one that the rules do not allow is refused.",
  }),
  wait_seconds: waitSeconds.default(WAIT_DEFAULT_SECONDS),
  idempotency_key: idempotencyKey.meta({
    description:
      "Only to ask for the same thing again on purpose: a unique name for this request. For 24 hours, calls with the same name return the same request.",
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
    description: "A unique name for this call. If its answer is lost, repeat the call with the same name.",
  }),
});

export const listArguments = z.strictObject({
  status: z.enum(STATUSES).optional().describe("Only those with this status."),
  limit: z.int().min(1).max(LIST_MAX_ITEMS).default(LIST_DEFAULT_ITEMS).describe("How many at most."),
});

const mode = z
  .enum(PROJECT_MODES)
  .meta({ description: "An approval with the mode test approves a test only, nothing real." });
const nextStep = z.string().meta({ description: "What to do next." });
const approved = z.boolean().meta({
  description: "The only permission. Any other value than true means: do not act.",
});

/** The answer of every tool except the list. A missing field is unknown, and never means yes. */
export const approvalAnswer = z.object({
  approved,
  status: z.enum([...STATUSES, "error"]).describe("The state of the request, or error."),
  mode: mode.optional(),
  confirmation_id: z.string().optional().describe("For get_approval and the other tools."),
  approver: z.string().nullable().optional().meta({
    description: "Who decides alone; null if a policy names several people.",
  }),
  policy: z.string().optional().describe("The policy that says who must sign."),
  progress: z
    .object({
      have: z.int().min(0).describe("Signatures that count."),
      need: z.int().min(1).describe("How many it takes."),
    })
    .optional()
    .meta({ description: "How far the signatures are. It is never a permission." }),
  action: z.string().optional().describe("As it was sent."),
  payload_sha256: z.string().optional().describe("Of the payload in canonical form."),
  comparison_code: z.string().optional().meta({ description: "The approver sees the same code." }),
  approval_url: z.string().optional().describe("Where the approver decides."),
  expires_at: z.string().optional().describe("Until when it can be decided."),
  decided_at: z.string().nullable().optional().describe("When it was decided or ended."),
  reason: z.string().optional().meta({ description: "What the person wrote. It is signed with the vote." }),
  consumed_at: z.string().nullable().optional().describe("When the approval was used."),
  log_index: z.int().nullable().optional().describe("The entry of the outcome in the log."),
  retry_after_seconds: z.int().optional().describe("When to ask again."),
  notified: z.boolean().optional().meta({
    description: "Whether a notice goes to the approver. If not, show approval_url to your user.",
  }),
  code: z.string().optional().meta({ description: "The kind of mistake, if status is error." }),
  message: z.string().optional().describe("What is wrong, and how to correct it."),
  errors: z
    .array(
      z.object({
        path: z.string().describe("JSON Pointer into the arguments."),
        code: z.string().describe("What is wrong with it."),
        detail: z.string().describe("The same in words."),
      }),
    )
    .optional()
    .describe("Each wrong argument."),
  next_step: nextStep,
});

export const listAnswer = z.object({
  approved,
  approvals: z
    .array(
      z.object({
        confirmation_id: z.string().describe("For get_approval."),
        status: z.enum(STATUSES).describe("The state of the request."),
        mode,
        action: z.string().describe("As it was sent."),
        approver: z.string().nullable().describe("Who decides."),
        payload_sha256: z.string().describe("Of the payload in canonical form."),
        created_at: z.string().describe("When it was created."),
        expires_at: z.string().describe("Until when it can be decided."),
        consumed_at: z.string().nullable().describe("When the approval was used."),
      }),
    )
    .describe("The newest first."),
  has_more: z.boolean().describe("Whether there are older ones."),
  next_step: nextStep,
});

export const approversArguments = z.strictObject({});

export const approversAnswer = z.object({
  approved,
  approvers: z
    .array(
      z.object({
        username: z.string().describe("For approver_username."),
        reachable: z.boolean().meta({ description: "Whether a notice of a request reaches this person." }),
      }),
    )
    .describe("Everybody who can be asked."),
  next_step: nextStep,
});

export type ApproversAnswer = z.output<typeof approversAnswer>;
export type ApprovalAnswer = z.output<typeof approvalAnswer>;
export type ListAnswer = z.output<typeof listAnswer>;
