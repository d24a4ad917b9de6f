import { Environment } from "@marcbachmann/cel-js/evaluator";
import { sameDecimal } from "../encoding/decimal.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { costOf, ExpressionError, LIST_MAX_ITEMS, type Cost } from "./expression-tree.ts";
import { FACT_TYPES, type RequestFacts } from "./request-facts.ts";
import { EXPRESSION_MAX_CHARACTERS } from "./rules-document.ts";

// Expressions in CEL, as far as expression-tree.ts allows. The same text on the same request gives the same result in
// the Worker, in a browser and in an audit years later.

const LIMITS = {
  maxAstNodes: 300,
  maxDepth: 24,
  maxListElements: LIST_MAX_ITEMS,
  maxMapEntries: 1,
  maxCallArguments: 3,
};
/** A decimal of 2^53 with many places. */
const NUMBER_MAX_CHARACTERS = 64;
/** The rules of five organisations, each with 100 of its own. Some 5 KB each. */
const KEPT_MAX = 500;

export interface Expression {
  readonly cost: Cost;
  /** Throws what the package throws if the expression can't be evaluated on this request. */
  readonly run: (facts: RequestFacts) => unknown;
}

const KEPT = new Map<string, Result<Expression>>();

/** An expression that rules may have. Why one is refused says which character of it is meant. */
export function checkExpression(text: string): Result<Expression> {
  const kept = KEPT.get(text);
  if (kept !== undefined) return kept;
  const checked = parse(text);
  // A parsed loop keeps the item that it saw last, and with it a part of somebody's payload.
  if (checked.ok && checked.value.cost.hasLoop) return checked;
  if (KEPT.size >= KEPT_MAX) KEPT.clear();
  KEPT.set(text, checked);
  return checked;
}

function parse(text: string): Result<Expression> {
  if (text.length > EXPRESSION_MAX_CHARACTERS)
    return refuse("rules_invalid", `has more than ${EXPRESSION_MAX_CHARACTERS} characters`);
  try {
    const parsed = environment().parse(text);
    const cost = costOf(parsed.ast);
    const { type, error } = parsed.check();
    if (error !== undefined) throw error;
    if (type !== "bool" && type !== "dyn")
      return refuse("rules_invalid", `gives ${type}, and neither true nor false`);
    return accept({ cost, run: ({ variables }) => parsed(variables) as unknown });
  } catch (problem) {
    const [detail, character] = reasonOf(problem);
    return refuse("rules_invalid", `${detail} (character ${character + 1})`);
  }
}

/** The package's errors have a summary of one line, and a place. */
export function reasonOf(problem: unknown): readonly [detail: string, character: number] {
  if (problem instanceof ExpressionError) return [problem.message, problem.character];
  if (!(problem instanceof Error)) throw problem;
  const { summary = problem.message, range } = problem as Error & {
    readonly summary?: string;
    readonly range?: { readonly start: number };
  };
  return [inPlainWords(summary), range?.start ?? 0];
}

/** "no such overload: dyn<double> + int" is what the package says. */
function inPlainWords(summary: string): string {
  const [, pair] = /^no such overload: (.*)$/.exec(summary) ?? [];
  if (pair === undefined) return summary;
  const types = pair.replace(/(?:dyn<)?(list|map)<[\w<>, ]*?>+(?= |$)/g, "$1").replace(/dyn<(\w+)>/g, "$1");
  const isMixed = types.includes("double") && types.includes("int");
  return `can't compute ${types}${isMixed ? "; write 1.0 instead of 1 next to a number of the content" : ""}`;
}

let kept: Environment | undefined;

/** Made when it is first needed, since a Worker that starts should not wait for it. */
function environment(): Environment {
  if (kept !== undefined) return kept;
  kept = new Environment({ limits: LIMITS });
  for (const [name, type] of Object.entries(FACT_TYPES)) kept.registerVariable(name, type);
  kept.registerFunction("number(dyn): double", numberOf, { async: false });
  kept.registerFunction("lower(string): string", lowerCase, { async: false });
  return kept;
}

/**
 * A number, or a decimal written as text. The package's own double() also reads "nan", which is above and below nothing,
 * and rounds.
 */
function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && value.length <= NUMBER_MAX_CHARACTERS && /^-?\d+(\.\d+)?$/.test(value)) {
    const number = Number(value);
    if (Math.abs(number) <= Number.MAX_SAFE_INTEGER && sameDecimal(value, number)) return number;
  }
  throw new RangeError("number() needs a number, or a decimal as text");
}

/** Only A to Z, unlike the package's own lowerAscii(), which depends on the runtime's version of Unicode. */
function lowerCase(text: string): string {
  return /^[\x20-\x7e]*$/.test(text)
    ? text.toLowerCase()
    : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
