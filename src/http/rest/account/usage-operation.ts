import { z } from "zod";
import { PLAN_NAMES } from "../../../core/account/plans.ts";
import { answered } from "../../desk/desk-answer.ts";
import { time } from "../../schemas/field-schemas.ts";
import { keyOperation, type RestCall } from "../operation.ts";

const count = z.int().min(0);
const cents = count.describe("In US cents.");
const month = z
  .string()
  .regex(/^\d{4}-\d{2}$/)
  .meta({ description: "A month of UTC, such as 2026-11." });
const share = z.object({
  used: count.describe("How many there are."),
  included: count.nullable().meta({ description: "What the price includes; null: no limit." }),
  max: count.nullable().meta({ description: "The most that there can be; null: no limit." }),
});

const usageAnswer = z.object({
  plan: z.enum(PLAN_NAMES).describe("The plan of the organisation."),
  month,
  monthEndsAt: time.describe("When the next month begins."),
  approvals: share.meta({ description: "Requests for a decision that were created in this month." }),
  members: share.meta({ description: "People with another role than approver, also if only invited." }),
  projects: share.meta({ description: "Live projects that are not archived." }),
  months: z
    .array(z.object({ month, approvals: count.describe("Requests of that month.") }))
    .meta({ description: "The newest first." }),
  invoicePreview: z
    .object({
      lines: z
        .array(
          z.object({
            name: z.enum(["plan", "members", "approvals"]).describe("What it is for."),
            quantity: count.meta({ description: "Of approvals: thousands, also if only started." }),
            unitCents: cents,
            cents,
          }),
        )
        .describe("What the sum is made of."),
      totalCents: cents,
    })
    .nullable()
    .meta({
      description:
        "What this month would cost so far, in US cents; nothing is charged. Null if by agreement.",
    }),
});
type UsageAnswer = z.output<typeof usageAnswer>;

const usageExample: UsageAnswer = {
  plan: "team",
  month: "2026-01",
  monthEndsAt: "2026-02-01T00:00:00.000Z",
  approvals: { used: 5_001, included: 5_000, max: null },
  members: { used: 4, included: 5, max: null },
  projects: { used: 2, included: 5, max: 5 },
  months: [
    { month: "2026-01", approvals: 5_001 },
    { month: "2025-12", approvals: 4_870 },
  ],
  invoicePreview: {
    lines: [
      { name: "plan", quantity: 1, unitCents: 4_900, cents: 4_900 },
      { name: "approvals", quantity: 1, unitCents: 800, cents: 800 },
    ],
    totalCents: 5_700,
  },
};

export const usageOperation = keyOperation({
  method: "get",
  path: "/api/usage",
  id: "getUsage",
  summary: "Read the usage",
  description: "The organisation's plan, what is used of it in this month, and earlier months.",
  scope: "manage",
  status: 200,
  answer: { name: "Usage", schema: usageAnswer, example: () => usageExample },
  problems: [],
  handler: getUsage,
});

async function getUsage({ context, desk, key }: RestCall): Promise<Response> {
  const { months, invoicePreview, ...usage } = answered(
    context,
    await desk().actWithKey(key, "usage.read", null),
  );
  return context.json({
    ...usage,
    months: [...months],
    invoicePreview: invoicePreview && { ...invoicePreview, lines: [...invoicePreview.lines] },
  } satisfies UsageAnswer);
}
