import type { ASTNode } from "@marcbachmann/cel-js";
import { FACT_FIELDS, FACT_TYPES, type FactName, type RequestFacts } from "./request-facts.ts";

// What an expression may consist of, and how much work it is. Everything that is not listed here is refused: the
// package offers more, some of which depends on the runtime (time zones, local time, Unicode tables), takes exponential
// time (regular expressions), or gives values that no comparison sees (NaN).

const LOOPS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "filter"]);
const FUNCTIONS: ReadonlySet<string> = new Set(["has", "lower", "number", "size"]);
const METHODS: ReadonlySet<string> = new Set(["contains", "endsWith", "size", "startsWith"]);
const BINARY: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "%"]);
/**
 * Numbers are at most 2^53, so with 8 products and 300 terms all results are below 2^600. Doubles go up to 2^1024: there
 * is never an infinity, and so never a NaN, for which every comparison is false.
 */
const PRODUCTS_MAX = 8;
/** A list in an expression has at most so many items. */
export const LIST_MAX_ITEMS = 100;
const CHARACTERS_PER_STEP = 16;
/** Measured, in steps of 50 to 100 ns: an error takes 20 µs, since it has a text with the place and a stack. */
const STEPS_PER_ERROR = 200;
const STEPS_PER_NUMBER = 40;
/** These go through a text letter by letter. */
const STEPS_PER_LETTERS = 4;

/** Why an expression is refused, at a character of it. Thrown at any depth; never leaves this folder. */
export class ExpressionError extends Error {
  readonly character: number;
  constructor(detail: string, character: number) {
    super(detail);
    this.character = character;
  }
}

/** How often the expression does something. */
interface Work {
  steps: number;
  /** Goes through a text. */
  texts: number;
  /** Goes through a whole value, at worst the whole content. */
  values: number;
  /** Looks for a text in another one. */
  searches: number;
}

export interface Cost {
  readonly once: Readonly<Work>;
  /** For each member that a loop goes through. */
  readonly each: Readonly<Work>;
  /** A sum of texts or lists is longer than anything in the request. */
  readonly sums: number;
  /** The most items of a list in the expression, which a loop could go through. */
  readonly items: number;
  readonly hasLoop: boolean;
  /** It looks at the content in a way that can fail. */
  readonly readsPayload: boolean;
}

/** The most steps of this expression on this request. The same everywhere, since it measures no time. */
export function stepsOf({ once, each, sums, items }: Cost, { weight, text, longest }: RequestFacts): number {
  const factor = 1 + sums;
  const of = ({ steps, texts, values, searches }: Work) =>
    steps + factor * (texts * text + values * weight) + searches * (factor * text) ** 2;
  return of(once) + factor * Math.max(longest, items) * of(each);
}

/** Throws an ExpressionError if the expression has a part that is not allowed. */
export function costOf(tree: ASTNode): Cost {
  const walk = new Walk();
  walk.look(tree);
  return walk;
}

class Walk implements Cost {
  readonly once: Work = { steps: STEPS_PER_ERROR, texts: 0, values: 0, searches: 0 };
  readonly each: Work = { steps: 0, texts: 0, values: 0, searches: 0 };
  sums = 0;
  items = 0;
  hasLoop = false;
  readsPayload = false;
  #products = 0;
  #loopVariable: string | undefined;

  get #work(): Work {
    return this.#loopVariable === undefined ? this.once : this.each;
  }

  look(node: ASTNode): void {
    this.#work.steps++;
    switch (node.op) {
      case "value":
        return this.#literal(node.args, node);
      case "id":
        if (node.args !== this.#loopVariable && !isFact(node.args))
          refuse(`names "${node.args}"; there are ${Object.keys(FACT_TYPES).join(", ")}`, node);
        this.readsPayload ||= node.args === "payload";
        return;
      case ".":
        return this.#field(...node.args, node);
      case "[]":
        return node.args.forEach((part) => this.look(part));
      case "list":
        this.items = Math.max(this.items, node.args.length);
        for (const item of node.args) {
          if (!isLiteral(item)) refuse("has a list of something else than texts and numbers", item);
          this.look(item);
        }
        return;
      case "!_":
      case "-_":
        return this.look(node.args);
      case "&&":
      case "||":
        // An error on one side does not end the expression, so the other side can have one as well.
        this.#work.steps += STEPS_PER_ERROR;
        return node.args.forEach((part) => this.look(part));
      case "?:":
        return node.args.forEach((part) => this.look(part));
      case "call":
        return this.#call(...node.args, node);
      case "rcall":
        return this.#method(...node.args, node);
      default:
        return this.#binary(node);
    }
  }

  #literal(value: unknown, node: ASTNode): void {
    if (typeof value === "object" && value !== null)
      refuse("has bytes or an unsigned number, which no content has", node);
    if (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER)
      refuse("has a number beyond 2^53 - 1", node);
  }

  #field(object: ASTNode, name: string, node: ASTNode): void {
    const fields = object.op === "id" && isFact(object.args) ? FACT_FIELDS[object.args] : undefined;
    if (object.op === "id" && fields?.includes(name) === false)
      refuse(`names "${object.args}.${name}"; there are ${fields.join(", ")}`, node);
    this.look(object);
  }

  #call(name: string, given: readonly ASTNode[], node: ASTNode): void {
    if (!FUNCTIONS.has(name)) refuse(unknownFunction(name), node);
    if (name === "number") this.#work.steps += STEPS_PER_NUMBER;
    else if (name !== "has") this.#work.texts += STEPS_PER_LETTERS;
    const reads = this.readsPayload;
    for (const one of given) this.look(one);
    if (name === "has" && isMember(given[0])) this.readsPayload = reads;
  }

  #method(name: string, object: ASTNode, given: readonly ASTNode[], node: ASTNode): void {
    if (LOOPS.has(name)) return this.#loop(object, given, node);
    if (!METHODS.has(name)) refuse(unknownFunction(name), node);
    this.look(object);
    for (const one of given) this.look(one);
    const [text] = given;
    const length = text?.op === "value" && typeof text.args === "string" ? text.args.length : undefined;
    if (name === "size") this.#work.texts += STEPS_PER_LETTERS;
    else if (name !== "contains") this.#work.texts += length === undefined ? 1 : 0;
    else if (length === undefined) this.#work.searches++;
    else this.#work.texts += Math.ceil((1 + length) / CHARACTERS_PER_STEP);
  }

  #loop(list: ASTNode, given: readonly ASTNode[], node: ASTNode): void {
    if (this.#loopVariable !== undefined) refuse("has a loop inside another", node);
    const [variable, body, ...more] = given;
    if (variable?.op !== "id" || body === undefined || more.length > 0)
      return refuse("has a loop that is not of the form list.exists(item, condition)", node);
    if (isFact(variable.args)) refuse(`has a loop whose item is named "${variable.args}"`, variable);
    this.look(list);
    this.hasLoop = true;
    this.#loopVariable = variable.args;
    this.#work.steps += STEPS_PER_ERROR;
    this.look(body);
    this.#loopVariable = undefined;
  }

  #binary(node: ASTNode): void {
    const { op } = node;
    if (op === "/") refuse("divides, which gives no number for 0 / 0; multiply the other side", node);
    if (!BINARY.has(op)) refuse(`has something that rules do not use: ${op}`, node);
    const [left, right] = node.args as readonly [ASTNode, ASTNode];
    if (op === "*" && ++this.#products > PRODUCTS_MAX) refuse(`has more than ${PRODUCTS_MAX} products`, node);
    if (op === "+") this.sums++;
    // Compared with a literal, a value costs no more than the literal has characters.
    const isShort = isPlain(right) || (op !== "in" && isPlain(left));
    if (!isShort) this.#work[isOrder(op) ? "texts" : "values"]++;
    this.look(left);
    this.look(right);
  }
}

/** Such as `payload.amount`: whether it is there can always be said. */
function isMember(node: ASTNode | undefined): boolean {
  return node?.op === "." && node.args[0].op === "id";
}

function isFact(name: string): name is FactName {
  return Object.hasOwn(FACT_TYPES, name);
}

/** These compare numbers or texts, never lists or objects. */
function isOrder(op: string): boolean {
  return op.startsWith("<") || op.startsWith(">");
}

function isLiteral(node: ASTNode): boolean {
  return node.op === "value" || (node.op === "-_" && node.args.op === "value");
}

function isPlain(node: ASTNode): boolean {
  return isLiteral(node) || node.op === "list";
}

function unknownFunction(name: string): string {
  const known = [...new Set([...FUNCTIONS, ...METHODS, ...LOOPS])].toSorted().join(", ");
  return `uses ${name}(); there are ${known}`;
}

function refuse(detail: string, node: ASTNode): never {
  throw new ExpressionError(detail, node.start);
}
