import { z } from "zod";
import { WAIT_MAX_SECONDS } from "../../desk/waits/waiters.ts";
import { canonicalBytes } from "../../core/encoding/jcs.ts";
import {
  PAYLOAD_MAX_BYTES,
  PAYLOAD_MAX_DEPTH,
  PAYLOAD_MAX_NODES,
  type JsonObject,
} from "../../core/encoding/strict-json.ts";
import { canonicalPayload, type CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { INVITED_ROLES } from "../../core/stream/record.ts";
import { accept, refuse, type Refusal, type Result } from "../../core/refusal.ts";
import {
  ACTION_MAX_CHARACTERS,
  EXECUTE_WITHIN_MAX_SECONDS,
  EXPIRES_MAX_SECONDS,
  EXPIRES_MIN_SECONDS,
  ID_MAX_CHARACTERS,
} from "../../core/confirmation/statement.ts";
import { parseNewTemplate } from "../../core/display/new-template.ts";
import { FORMAT_NAMES } from "../../core/display/formats.ts";
import {
  FIELDS_MAX,
  LABEL_MAX_CHARACTERS,
  MEMBER_NAME_MAX_CHARACTERS,
  SENTENCE_MAX_CHARACTERS,
  type Template,
} from "../../core/display/template.ts";
import { dateTime, jsonObject, text, username } from "../schemas/field-schemas.ts";
import { validate, type Validated } from "../validate.ts";

// What programs send over REST. The same schemas read the requests and make the OpenAPI document, so both
// always agree. The answers are in answer-schemas.ts.

export const LIST_MAX_ITEMS = 100;
export const LIST_DEFAULT_ITEMS = 20;
/** For names by which the requester finds a request again, not for a second payload. */
const METADATA_MAX_BYTES = 4 * 1024;
const CURSOR_MAX_CHARACTERS = 512;
/** A UUID has 36. */
const IDEMPOTENCY_KEY_MAX_CHARACTERS = 255;

export const STATUSES = ["pending", "approved", "rejected", "expired", "cancelled"] as const;

const payload = jsonObject.meta({
  description: `The exact action: any JSON object of at most ${PAYLOAD_MAX_BYTES / 1_024} KiB in canonical form (RFC 8785), ${PAYLOAD_MAX_DEPTH} levels and ${PAYLOAD_MAX_NODES.toLocaleString("en")} values. Names must be unique and numbers exact. The person signs its SHA-256.`,
});

export const createRequest = z
  .strictObject({
    username: username.optional().meta({ description: "Who decides. Required, unless its alias is sent." }),
    approver_username: username.optional().meta({ description: "An alias of `username`." }),
    action: text(ACTION_MAX_CHARACTERS).meta({ description: "The request in one line." }),
    payload,
    expiresInSeconds: z
      .int()
      .min(EXPIRES_MIN_SECONDS)
      .max(EXPIRES_MAX_SECONDS)
      .optional()
      .meta({ description: "Without it, as long as the organisation has set: 15 minutes at first." }),
    executeWithinSeconds: z
      .int()
      .min(1)
      .max(EXECUTE_WITHIN_MAX_SECONDS)
      .optional()
      .meta({ description: "How many seconds after the decision an approval may be consumed." }),
    metadata: jsonObject
      .refine((value) => canonicalBytes(value).length <= METADATA_MAX_BYTES, {
        error: `has more than ${METADATA_MAX_BYTES} bytes in canonical form`,
        params: { code: "too_long" },
      })
      .optional()
      .meta({ description: "Returned with the request, never shown to the approver." }),
    policy: text(ID_MAX_CHARACTERS).optional().meta({
      description:
        "The name of a policy, one of those that the organisation's rules allow this request. Without it the rules choose.",
    }),
  })
  .superRefine(({ username, approver_username: alias }, context) => {
    if (username !== undefined && alias !== undefined && username !== alias) {
      const message = "is an alias of username, and has another value";
      context.addIssue({
        code: "custom",
        path: ["approver_username"],
        message,
        params: { code: "conflict" },
      });
    }
  })
  .transform(({ username, approver_username: alias, ...rest }) => ({
    username: username ?? alias ?? null,
    action: rest.action,
    payload: rest.payload,
    expiresInSeconds: rest.expiresInSeconds ?? null,
    executeWithinSeconds: rest.executeWithinSeconds ?? null,
    metadata: rest.metadata ?? null,
    policy: rest.policy ?? null,
  }));

export const consumeRequest = z.strictObject({
  payload: jsonObject.meta({ description: "What you are about to run. It must equal what was approved." }),
});

export const inviteRequest = z.strictObject({
  username: username.describe("The new person's name, for good."),
  role: z.enum(INVITED_ROLES).describe("What the person may do besides deciding."),
});
export const recoveryRequest = z.strictObject({
  username: username.describe("Who lost every passkey."),
});
export const roleRequest = z.strictObject({
  username: username.describe("Whose role changes."),
  role: z.enum(["owner", ...INVITED_ROLES]).describe("The new one."),
});

const templateField = z.strictObject({
  name: text(MEMBER_NAME_MAX_CHARACTERS, 0).meta({ description: "The exact name of an outermost member." }),
  label: text(LABEL_MAX_CHARACTERS).describe("What the person reads instead of the name."),
  format: z
    .string()
    .nullable()
    .default(null)
    .meta({ description: `One of ${FORMAT_NAMES}.` }),
  prominent: z.boolean().default(false).describe("Whether the value is emphasised."),
});

export const templateRequest = z
  .strictObject({
    action: text(ACTION_MAX_CHARACTERS).meta({
      description: "It draws the requests with exactly this action.",
    }),
    sentence: text(SENTENCE_MAX_CHARACTERS).optional().meta({
      description:
        "What is asked, with slots for outermost members: `Pay {amount_usd|money:USD} to {to}`. `{{` and `}}` are braces.",
    }),
    fields: z
      .array(templateField)
      .max(FIELDS_MAX)
      .optional()
      .meta({ description: "In the order in which they are shown. All other members follow." }),
    remove: z.literal(true).optional().meta({ description: "Instead of `sentence` and `fields`." }),
  })
  .superRefine(({ sentence, fields, remove }, context) => {
    const conflicts = remove === true && (sentence !== undefined || fields !== undefined);
    if (conflicts) addIssue(context, "remove", "conflict", "goes with neither sentence nor fields");
    if (remove !== true && sentence === undefined)
      addIssue(context, "sentence", "required", "is required unless the template is removed");
  });

function addIssue(context: z.RefinementCtx, name: string, code: string, message: string): void {
  context.addIssue({ code: "custom", path: [name], message, params: { code } });
}

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^(?:0|[1-9][0-9]{0,8})$/, { error: "must be a whole number" })
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum));

export const listQuery = z.strictObject({
  status: z.enum(STATUSES).optional().describe("Only those with this status."),
  approver: username.optional().describe("Only those of this person."),
  createdAfter: dateTime.optional().meta({
    description: "Only later ones. Any date-time of RFC 3339; write the + of an offset as %2B.",
  }),
  limit: wholeNumber(1, LIST_MAX_ITEMS).default(LIST_DEFAULT_ITEMS).describe("How many at most."),
  cursor: z
    .string()
    .max(CURSOR_MAX_CHARACTERS)
    .regex(/^[A-Za-z0-9_-]+$/, { error: "must be a nextCursor of an earlier answer" })
    .optional()
    .describe("The `nextCursor` of the page before."),
});

export const waitQuery = z.strictObject({
  wait: wholeNumber(0, WAIT_MAX_SECONDS)
    .default(0)
    .meta({ description: "How many seconds to wait for the outcome." }),
});

/** A valid request, with its payload in canonical form. */
type WithCanonicalPayload<Value> = Omit<Value, "payload"> & { readonly payload: CanonicalPayload };

export type CreateRequest = WithCanonicalPayload<z.output<typeof createRequest>>;
export type ConsumeRequest = WithCanonicalPayload<z.output<typeof consumeRequest>>;
export type InviteRequest = z.output<typeof inviteRequest>;
export type RecoveryRequest = z.output<typeof recoveryRequest>;
export type RoleRequest = z.output<typeof roleRequest>;
export type ListQuery = z.output<typeof listQuery>;
export type WaitQuery = z.output<typeof waitQuery>;

export function readCreateRequest(body: JsonObject): Validated<CreateRequest> {
  return withCanonicalPayload(validate(createRequest, body));
}

/** The template is null if it is to be removed. */
export interface TemplateRequest {
  readonly action: string;
  readonly template: Template | null;
}

export function readTemplateRequest(body: JsonObject): Validated<TemplateRequest> {
  const checked = validate(templateRequest, body);
  if (!checked.ok) return checked;
  const { action, sentence, fields = [] } = checked.value;
  if (sentence === undefined) return accept({ action, template: null });
  const template = parseNewTemplate({ v: 1, kind: "countersign/template", action, sentence, fields });
  if (template.ok) return accept({ action, template: template.value });
  const { at: path = "", code, detail } = template.refusal;
  return {
    ok: false,
    refusal: { code, detail: `${path} ${detail}`, at: path },
    errors: [{ path, code, detail }],
  };
}

export function readConsumeRequest(body: JsonObject): Validated<ConsumeRequest> {
  return withCanonicalPayload(validate(consumeRequest, body));
}

export const IDEMPOTENCY_KEY_PATTERN = new RegExp(`^[\\x21-\\x7e]{1,${IDEMPOTENCY_KEY_MAX_CHARACTERS}}$`);

/** The header `Idempotency-Key`, or null without it. */
export function readIdempotencyKey(headers: Headers): Result<string | null> {
  const key = headers.get("idempotency-key");
  return key === null || IDEMPOTENCY_KEY_PATTERN.test(key)
    ? accept(key)
    : refuse(
        "validation_failed",
        `an Idempotency-Key has 1 to ${IDEMPOTENCY_KEY_MAX_CHARACTERS} visible ASCII characters`,
      );
}

function withCanonicalPayload<Value extends { readonly payload: JsonObject }>(
  checked: Validated<Value>,
): Validated<WithCanonicalPayload<Value>> {
  if (!checked.ok) return checked;
  const payload = canonicalPayload(checked.value.payload);
  if (payload.ok) return accept({ ...checked.value, payload: payload.value });
  return refusedAt(payload.refusal);
}

function refusedAt(refusal: Refusal): Extract<Validated<never>, { ok: false }> {
  const { at = "", code, detail } = refusal;
  return { ok: false, refusal, errors: [{ path: at, code, detail }] };
}
