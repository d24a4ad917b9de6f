import { z } from "zod";
import { parseJsonText } from "../../core/encoding/strict-json.ts";

/** The field with what the person saw, as the page itself wrote it. Only a comparison depends on it. */
export const seenField = <Schema extends z.ZodType>(schema: Schema) =>
  z.string().transform((value, context): z.output<Schema> => {
    const parsed = parseJsonText(value);
    const seen = schema.safeParse(parsed.ok ? parsed.value : null);
    if (seen.success) return seen.data;
    context.addIssue({ code: "custom", message: "is not what this page sent; load the page again" });
    return z.NEVER;
  });
