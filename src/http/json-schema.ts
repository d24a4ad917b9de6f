import { z } from "zod";

/** What programs and models are told of a schema: the same that reads what they send. */
export function jsonSchema(schema: z.ZodType, io: "input" | "output"): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, {
    io,
    // The only schemas that JSON Schema has no words for are those of whole JSON objects.
    unrepresentable: () => ({ type: "object" }),
    override: ({ jsonSchema: made }) => {
      // An answer may have more fields one day; a client that refuses them would break.
      if (io === "output") delete made.additionalProperties;
    },
  });
  return described;
}
