import { z } from "zod";

/** The JSON Schema of a zod schema, for programs and models. The same zod schema reads what they send. */
export function jsonSchema(schema: z.ZodType, io: "input" | "output"): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, {
    io,
    // The only custom schemas are those of whole JSON objects.
    unrepresentable: () => ({ type: "object" }),
    override: ({ jsonSchema: generated }) => {
      // Answers may get more fields later, and a client that refuses unknown fields would break.
      if (io === "output") delete generated.additionalProperties;
    },
  });
  return described;
}
