import { z } from "zod";
import { ORGANISATION_NAME_MAX_CHARACTERS } from "../../core/account/organisation-name.ts";
import { USER_NAME, USER_NAME_RULE } from "../../core/account/user-name.ts";
import { readVisibleName } from "../../core/account/visible-name.ts";
import {
  CHANNEL_ADDRESS_MAX_CHARACTERS,
  CHANNEL_NAME_MAX_CHARACTERS,
} from "../../core/notice/channel-limits.ts";
import { CHAT_KINDS } from "../../core/notice/notice-kinds.ts";
import { isId } from "../../core/encoding/identifier.ts";
import { matchShape, time as timeShape, type Shape } from "../../core/encoding/shape.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/encoding/strict-json.ts";
import { parseDateTime } from "./date-time.ts";

// The fields that several request schemas share.

/** Any JSON object that was parsed strictly. It is passed on as it is, not copied. */
export const jsonObject = z.custom<JsonObject>((value) => isJsonObject(value as JsonValue), {
  error: "must be an object",
  params: { code: "wrong_type" },
});

/** Counts UTF-16 units, as the statement does. zod's own `max` would accept 200 emoji of 400 units. */
export const text = (maxLength: number, minLength = 1) =>
  z
    .string()
    .min(minLength)
    .refine((value) => value.length <= maxLength, {
      error: `has more than ${maxLength} characters`,
      params: { code: "too_long" },
    })
    .refine((value) => value.isWellFormed(), { error: "contains half of a surrogate pair" })
    .meta({ maxLength });

export const username = z
  .string()
  .regex(USER_NAME, { error: USER_NAME_RULE })
  .meta({ examples: ["alex"] });

/** A name that people give to something. */
export const visibleName = (maxCharacters: number) =>
  z
    .string()
    .transform((value, context) => {
      const name = readVisibleName(value, maxCharacters);
      if (name.ok) return name.value;
      context.addIssue({ code: "custom", message: name.refusal.detail, params: { code: "malformed" } });
      return z.NEVER;
    })
    .meta({ minLength: 1, maxLength: maxCharacters });

export const organisationName = visibleName(ORGANISATION_NAME_MAX_CHARACTERS);

/** The id of a row that a form creates, as its page has drawn it. */
export const newRowId = (prefix: string) =>
  z.string().refine((value) => isId(prefix, value), { error: "is not what this page sent; load it again" });

/** Boxes of one name: one that is ticked is a text, several are a list, and without any there is no such field. */
export const tickedBoxes = <Box extends z.ZodType>(box: Box, unknown?: { readonly error: string }) =>
  z
    .union([box, z.array(box)], unknown)
    .optional()
    .transform((value) => [value ?? []].flat() as z.output<Box>[]);

/** A form with the incoming webhook of a chat room. */
export const hookFields = z.strictObject({
  id: newRowId("n"),
  kind: z.enum(CHAT_KINDS),
  name: visibleName(CHANNEL_NAME_MAX_CHARACTERS),
  url: z.string().trim().pipe(text(CHANNEL_ADDRESS_MAX_CHARACTERS)),
});

export const time = z
  .string()
  .refine((value) => matchShape(timeShape, value).ok, {
    error: "must be a time like 2026-01-31T12:00:00.000Z",
  })
  .meta({ format: "date-time" });

/** Any date-time that the format allows, while our own answers have times of one form only. */
export const dateTime = z
  .string()
  .refine((value) => parseDateTime(value) !== undefined, {
    error:
      "must be a date and time of RFC 3339, like 2026-01-31T12:00:00Z or 2026-01-31T13:00:00.5+01:00; in a query write + as %2B",
  })
  .meta({ format: "date-time" });

/** A value that is signed or verified: the shape of the core reads it, and names what is wrong with it. */
export function ofShape<Value>(shape: Shape<Value>) {
  return z.custom<JsonValue>().transform((value, context) => readShape(shape, value, context));
}

/** For use in a transform: the value in its shape, or an issue. */
export function readShape<Value>(shape: Shape<Value>, value: JsonValue, context: z.RefinementCtx): Value {
  const matched = matchShape(shape, value);
  if (matched.ok) return matched.value;
  const { at = "", code, detail } = matched.refusal;
  context.addIssue({ code: "custom", path: stepsOf(at), message: detail, params: { code } });
  return z.NEVER;
}

/** The steps of a JSON Pointer. */
function stepsOf(at: string): string[] {
  return at
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
