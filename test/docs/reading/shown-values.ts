// What a reader does with the values that an example only hints at: fills in an ellipsis, and finds in an answer
// what the page shows of it.

const ELLIPSIS = "…";
/** Where the page's own receiver listens in examples. */
const SHOWN_RECEIVER =
  /\bhttps:\/\/[\w.-]+\.example\.com(?=[/"'\s])|\b(?<=127\.0\.0\.1:|localhost:|listen\()9000\b/g;
/** Of a request: it depends on the request's id. */
const COMPARISON_CODE = /\b[0-9a-f]{8}\b/g;
/** A monitor runs until it is stopped; here it checks once. */
const ENDLESS = /countersign\.mjs monitor\b(?!.*--once)/g;
const SHOWN_PRODUCT = "http://localhost:8787";

export interface Places {
  readonly product: string;
  readonly receiverPort: number;
}

/** The same text for the product and the receiver of this run. */
export function atPlaces(text: string, { product, receiverPort }: Places): string {
  return text
    .replaceAll(SHOWN_PRODUCT, product)
    .replaceAll(ENDLESS, "$& --once")
    .replaceAll(SHOWN_RECEIVER, (shown) =>
      shown.startsWith("https:") ? `http://127.0.0.1:${receiverPort}` : String(receiverPort),
    );
}

/**
 * An assignment of a value with an ellipsis is one that the reader fills in: a variable that is set keeps its value,
 * and another gets the last printed text of that form.
 */
export function fillIn(text: string, known: Iterable<string>, printed: string): string {
  const names = new Set(known);
  return text
    .split("\n")
    .map((line) => {
      if (!line.includes(ELLIPSIS) || /^\s*(#|\/\/)/.test(line)) return line;
      const shell = /^(?:export )?([A-Z_]+)=["']?([^"'\s]*)…\S*(?:\s+#.*)?$/.exec(line);
      const script = /^const ([A-Za-z_]+) = ["']([^"'\s]*)…["'];(?:\s+\/\/.*)?$/.exec(line);
      const [, name, form] = shell ?? script ?? [];
      if (name === undefined || form === undefined)
        throw new Error(`"${line}" can't be run: it has an ellipsis`);
      if (names.has(name)) return shell === null ? "" : ":";
      const value = lastOf(form, printed);
      if (value === undefined)
        throw new Error(`"${line}": ${name} is not set, and no ${form}${ELLIPSIS} was printed`);
      names.add(name);
      return shell === null ? `const ${name} = ${JSON.stringify(value)};` : `${name}='${value}'`;
    })
    .join("\n");
}

/** The last text in the output that begins so. What begins with `whsec_` or `whpk_` goes on in base64. */
export function lastOf(form: string, printed: string): string | undefined {
  if (form === "") return undefined;
  const rest = form.startsWith("wh") ? "[\\w+/=]+" : "\\w+";
  const text = new RegExp(`(?<![\\w-])${form.replaceAll(/[^\w]/g, "\\$&")}${rest}`, "g");
  return [...printed.matchAll(text)].at(-1)?.[0];
}

/** Where the answer lacks what is shown, or has it in another form; empty if it has all. */
export function differences(shown: unknown, real: unknown, path = ""): readonly string[] {
  if (Array.isArray(shown)) {
    if (!Array.isArray(real)) return [`${path} is ${kindOfValue(real)}, not a list`];
    if (shown.length > real.length) return [`${path} has ${real.length} items, not ${shown.length}`];
    return shown.flatMap((item, at) => differences(item, real[at], `${path}/${at}`));
  }
  if (isObject(shown)) {
    if (!isObject(real)) return [`${path} is ${kindOfValue(real)}, not an object`];
    return Object.entries(shown).flatMap(([name, value]) => {
      if (name === ELLIPSIS) return [];
      if (!Object.hasOwn(real, name)) return [`${path}/${name} does not exist`];
      return differences(value, real[name], `${path}/${name}`);
    });
  }
  if (typeof shown === "string" && typeof real === "string")
    return textMatches(formOf(shown), formOf(real)) ? [] : [`${path} is "${real}", not "${shown}"`];
  if (kindOfValue(shown) !== kindOfValue(real))
    return [`${path} is ${kindOfValue(real)}, not ${kindOfValue(shown)}`];
  return typeof shown === "boolean" && shown !== real ? [`${path} is ${String(real)}`] : [];
}

/** Where the answer lacks a member that the example has, or has one of another type. Values may be others, or null. */
export function differencesOfKind(example: unknown, real: unknown, path = ""): readonly string[] {
  if (example === null || real === null) return [];
  if (Array.isArray(example) && Array.isArray(real)) {
    const pairs = example.slice(0, real.length);
    return pairs.flatMap((item, at) => differencesOfKind(item, real[at], `${path}/${at}`));
  }
  if (isObject(example) && isObject(real))
    return Object.entries(example).flatMap(([name, value]) => {
      if (!Object.hasOwn(real, name)) return [`${path}/${name} does not exist`];
      return differencesOfKind(value, real[name], `${path}/${name}`);
    });
  const [kind, wanted] = [kindOfValue(real), kindOfValue(example)];
  return kind === wanted ? [] : [`${path} is ${kind}, not ${wanted}`];
}

/** Shown lines that are not among the printed ones. */
export function missingLines(shown: string, printed: string): readonly string[] {
  const lines = printed.split("\n").map((line) => formOf(line.trim()));
  return shown
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== ELLIPSIS)
    .filter((line) => !lines.some((one) => textMatches(formOf(line), one)));
}

/** Every JSON value at the top level of an output, in its order. */
export function jsonValuesOf(output: string): readonly unknown[] {
  const values: unknown[] = [];
  let start = -1;
  let depth = 0;
  for (const { 0: token, index } of output.matchAll(/"(?:\\.|[^"\\])*"|[[\]{}]/g)) {
    if (token.startsWith('"')) continue;
    if (token === "{" || token === "[") {
      if (depth++ === 0) start = index;
    } else if (depth > 0 && --depth === 0) {
      try {
        values.push(JSON.parse(output.slice(start, index + 1)));
      } catch {
        // Brackets in a sentence.
      }
    }
  }
  return values;
}

/** Ids, times, hashes and addresses are others in each run. */
function formOf(text: string): string {
  return text
    .replaceAll(/\b(cs_(?:live|test))_[\w…]+/g, "$1_…")
    .replaceAll(/\b(whsec|whpk|[a-z]{1,3})_[\w+/=]{16,}/g, "$1_…")
    .replaceAll(/\b[0-9a-f]{4}…/g, "…")
    .replaceAll(COMPARISON_CODE, "…")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "…")
    .replaceAll(/https?:\/\/[\w.-]+(:\d+)?/g, "…");
}

function textMatches(shown: string, real: string): boolean {
  const pieces = shown.split(ELLIPSIS).map((piece) => piece.replaceAll(/[^\w\s]/g, "\\$&"));
  return new RegExp(`^${pieces.join("[^]*")}$`).test(real);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOfValue(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}
