import { z } from "zod";
import { WAIT_MAX_SECONDS } from "../../desk/waiters.ts";
import { canonicalBytes } from "../../core/encoding/jcs.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/encoding/strict-json.ts";
import { canonicalPayload, type CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { ROLES } from "../../core/stream/record.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { matchShape, time as timeShape } from "../../core/encoding/shape.ts";
import { ACTION_MAX_CHARACTERS, ID_MAX_CHARACTERS } from "../../core/confirmation/statement.ts";
import { check, checkQuery, type Checked } from "../validate.ts";

// What programs send over REST. The same schemas read the requests and make the OpenAPI document, so the
// document cannot say something else than what is done. What they get back is in answers.ts.

export const EXPIRES_MIN_SECONDS = 30;
/** 30 days. */
export const EXPIRES_MAX_SECONDS = 30 * 24 * 3_600;
export const EXPIRES_DEFAULT_SECONDS = 15 * 60;
export const LIST_MAX_ITEMS = 100;
export const LIST_DEFAULT_ITEMS = 20;
/** Kept for the requester and shown to nobody: names to find a request again by, not a second payload. */
export const METADATA_MAX_BYTES = 4 * 1024;
const CURSOR_MAX_CHARACTERS = 512;
/** What the usual client libraries make: a UUID has 36. */
const IDEMPOTENCY_KEY_MAX_CHARACTERS = 255;

export const STATUSES = ["pending", "approved", "rejected", "expired", "cancelled"] as const;
/** The first owner comes with the tenant; nobody is invited as one. */
export const INVITED_ROLES = ROLES.filter((role) => role !== "owner");

/** Any object, already read strictly: given back as it is, not copied. */
export const jsonObject = z.custom<JsonObject>((value) => isJsonObject(value as JsonValue), {
  error: "must be an object",
  params: { code: "wrong_type" },
});

/** Counted as a statement counts, in UTF-16 units; zod's own `max` would let 200 emoji of 400 units pass. */
export const text = (maxLength: number) =>
  z
    .string()
    .min(1)
    .refine((value) => value.length <= maxLength, {
      error: `has more than ${maxLength} characters`,
      params: { code: "too_long" },
    })
    .refine((value) => value.isWellFormed(), { error: "holds half of a surrogate pair" })
    .meta({ maxLength });

export const username = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, {
    error: "must be 1 to 32 of a-z, 0-9, dot, underscore and hyphen, beginning with a letter or digit",
  })
  .meta({ examples: ["alex"] });

export const time = z
  .string()
  .refine((value) => matchShape(timeShape, value).ok, {
    error: "must be a time like 2026-01-31T12:00:00.000Z",
  })
  .meta({ format: "date-time" });

const payload = jsonObject.meta({
  description:
    "What is to be done, exactly: any JSON object of at most 64 KiB in canonical form (RFC 8785), 32 levels and 10,000 values. Names must not repeat, numbers must be exact. Its SHA-256 is what the person signs.",
});

export const createRequest = z
  .strictObject({
    username: username
      .optional()
      .meta({ description: "Who is asked. Needed unless `policy` names the approvers." }),
    approver_username: username.optional().meta({ description: "Another name for `username`." }),
    action: text(ACTION_MAX_CHARACTERS).meta({ description: "What is asked, in one line." }),
    payload,
    expiresInSeconds: z
      .int()
      .min(EXPIRES_MIN_SECONDS)
      .max(EXPIRES_MAX_SECONDS)
      .default(EXPIRES_DEFAULT_SECONDS),
    executeWithinSeconds: z
      .int()
      .min(1)
      .max(EXPIRES_MAX_SECONDS)
      .optional()
      .meta({ description: "How long after the decision an approval may be consumed." }),
    metadata: jsonObject
      .refine((value) => canonicalBytes(value).length <= METADATA_MAX_BYTES, {
        error: `has more than ${METADATA_MAX_BYTES} bytes in canonical form`,
        params: { code: "too_long" },
      })
      .optional()
      .meta({ description: "Yours alone: given back with the request, never shown to the approver." }),
    policy: text(ID_MAX_CHARACTERS).optional().meta({ description: "The policy that says who must sign." }),
  })
  .superRefine(({ username, approver_username: alias, policy }, context) => {
    if (username !== undefined && alias !== undefined && username !== alias) {
      const message = "is another name for username, and says something else";
      context.addIssue({
        code: "custom",
        path: ["approver_username"],
        message,
        params: { code: "conflict" },
      });
    }
    if (username === undefined && alias === undefined && policy === undefined) {
      const message = "is required where no policy names the approvers";
      context.addIssue({ code: "custom", path: ["username"], message, params: { code: "required" } });
    }
  })
  .transform(({ username, approver_username: alias, ...rest }) => ({
    username: username ?? alias ?? null,
    action: rest.action,
    payload: rest.payload,
    expiresInSeconds: rest.expiresInSeconds,
    executeWithinSeconds: rest.executeWithinSeconds ?? null,
    metadata: rest.metadata ?? null,
    policy: rest.policy ?? null,
  }));

export const consumeRequest = z.strictObject({
  payload: jsonObject.meta({ description: "What is about to be run; it must be what was approved." }),
});

export const inviteRequest = z.strictObject({ username, role: z.enum(INVITED_ROLES) });
export const recoveryRequest = z.strictObject({ username });
export const roleRequest = z.strictObject({ username, role: z.enum(["owner", ...INVITED_ROLES]) });

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^(?:0|[1-9][0-9]{0,8})$/, { error: "must be a whole number" })
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum));

export const listQuery = z.strictObject({
  status: z.enum(STATUSES).optional(),
  approver: username.optional(),
  createdAfter: time.optional(),
  limit: wholeNumber(1, LIST_MAX_ITEMS).default(LIST_DEFAULT_ITEMS),
  cursor: z
    .string()
    .max(CURSOR_MAX_CHARACTERS)
    .regex(/^[A-Za-z0-9_-]+$/, { error: "must be a nextCursor of an earlier answer" })
    .optional(),
});

export const waitQuery = z.strictObject({
  wait: wholeNumber(0, WAIT_MAX_SECONDS)
    .default(0)
    .meta({ description: "For how many seconds the answer may wait for the outcome." }),
});

/** A request as it was read, with its payload in canonical form. */
type WithCanonicalPayload<Value> = Omit<Value, "payload"> & { readonly payload: CanonicalPayload };

export type CreateRequest = WithCanonicalPayload<z.output<typeof createRequest>>;
export type ConsumeRequest = WithCanonicalPayload<z.output<typeof consumeRequest>>;
export type InviteRequest = z.output<typeof inviteRequest>;
export type RecoveryRequest = z.output<typeof recoveryRequest>;
export type RoleRequest = z.output<typeof roleRequest>;
export type ListQuery = z.output<typeof listQuery>;
export type WaitQuery = z.output<typeof waitQuery>;

export function readCreateRequest(body: JsonObject): Checked<CreateRequest> {
  return withCanonicalPayload(check(createRequest, body));
}

export function readConsumeRequest(body: JsonObject): Checked<ConsumeRequest> {
  return withCanonicalPayload(check(consumeRequest, body));
}

export function readInviteRequest(body: JsonObject): Checked<InviteRequest> {
  return check(inviteRequest, body);
}

export function readRecoveryRequest(body: JsonObject): Checked<RecoveryRequest> {
  return check(recoveryRequest, body);
}

export function readRoleRequest(body: JsonObject): Checked<RoleRequest> {
  return check(roleRequest, body);
}

export function readListQuery(query: URLSearchParams): Checked<ListQuery> {
  return checkQuery(listQuery, query);
}

export function readWaitQuery(query: URLSearchParams): Checked<WaitQuery> {
  return checkQuery(waitQuery, query);
}

export const IDEMPOTENCY_KEY = new RegExp(`^[\\x21-\\x7e]{1,${IDEMPOTENCY_KEY_MAX_CHARACTERS}}$`);

/** The header `Idempotency-Key`, or null where there is none. */
export function readIdempotencyKey(headers: Headers): Result<string | null> {
  const key = headers.get("idempotency-key");
  return key === null || IDEMPOTENCY_KEY.test(key)
    ? accept(key)
    : refuse(
        "validation_failed",
        `an Idempotency-Key has 1 to ${IDEMPOTENCY_KEY_MAX_CHARACTERS} visible ASCII characters`,
      );
}

function withCanonicalPayload<Value extends { readonly payload: JsonObject }>(
  checked: Checked<Value>,
): Checked<WithCanonicalPayload<Value>> {
  if (!checked.ok) return checked;
  const payload = canonicalPayload(checked.value.payload);
  if (payload.ok) return accept({ ...checked.value, payload: payload.value });
  const { at = "", code, detail } = payload.refusal;
  return { ok: false, refusal: payload.refusal, errors: [{ path: at, code, detail }] };
}
