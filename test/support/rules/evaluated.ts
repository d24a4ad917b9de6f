import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { checkExpression, reasonOf } from "../../../src/core/rules/expression.ts";
import { requestFacts, type FactSource } from "../../../src/core/rules/request-facts.ts";

export const SOURCE: FactSource = {
  action: "Wire transfer",
  project: { id: "prj", name: "Payments", mode: "live" },
  requester: { kind: "key", id: "key", name: "Bookkeeping", person: null },
  // A Sunday.
  created: "2026-11-29T22:05:00.000Z",
};
/** With a value of each type. */
const PAYLOAD: JsonObject = {
  amount: 42,
  text: "4200.00",
  command: "DROP table",
  nothing: null,
  flag: true,
  tags: ["x", "y"],
  items: [{ price: 1 }, { price: 2 }],
  none: [],
  empty: {},
  names: { toString: 1, valueOf: 2 },
};

/** The result, or why there is none. */
export function evaluate(text: string, payload: JsonObject = PAYLOAD): unknown {
  const { run } = expectOk(checkExpression(text));
  try {
    return run(requestFacts(SOURCE, payload));
  } catch (problem) {
    return `error: ${reasonOf(problem)[0]}`;
  }
}
