import type { JsonValue } from "../../src/core/encoding/strict-json.ts";
import { DrawnElement, type Drawn } from "./drawn-document.ts";

// Reads a payload from its drawn fields, by what a person sees: text, badges, tags, line numbers and nesting. It does
// not use what has no look of its own, such as the class of a number. If every payload can be read back, no two are
// drawn the same.

export function readFields(fields: DrawnElement): JsonValue {
  const list = fields.elements.find(({ tag }) => tag === "ul");
  if (list === undefined) throw new Error("no list of members");
  return Object.fromEntries(readMembers(list));
}

function readMembers(list: DrawnElement): [string, JsonValue][] {
  return list.elements.map((row) => {
    const fields = row.elements.filter((element) => element.is("field"));
    const name = fields[0]?.find("name");
    if (name === undefined) throw new Error("a row without a name");
    const inner = row.elements.find(({ tag }) => tag === "ul");
    return [readName(name), readValue(fields.at(-1) ?? name, inner)];
  });
}

function readName(name: DrawnElement): string {
  const label = name.elements.find(({ tag }) => tag === "bdi")?.textContent;
  const key = name.find("key");
  if (name.find("part") !== undefined) return readParts(name);
  if (key !== undefined) return label === "(empty name)" ? "" : readText(key);
  if (label === undefined) throw new Error("a name without a label");
  return label.toLowerCase().replaceAll(" ", "_");
}

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-][0-9]+)?$/;

function readValue(field: DrawnElement, inner: DrawnElement | undefined): JsonValue {
  const empty = field.find("empty")?.textContent;
  if (empty !== undefined) return empty === "empty text" ? "" : empty === "empty list" ? [] : {};
  const value = field.find("value") ?? field.find("count");
  if (value === undefined) throw new Error("a field without a value");
  const text = value.find("part") === undefined ? readText(value) : readParts(value);
  if (field.elements.some((element) => element.is("tag") && element.textContent === "text")) return text;
  const [, count, noun] = /^([0-9]+) (field|item)s?$/.exec(text) ?? [];
  if (count !== undefined) {
    const members = readMembers(inner ?? new DrawnElement("ul"));
    if (members.length !== Number(count)) throw new Error(`the number of members is wrong: ${text}`);
    return noun === "item" ? members.map(([, member]) => member) : Object.fromEntries(members);
  }
  if (text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  return NUMBER.test(text) ? Number(text) : text;
}

/** The text of a value: badges and signs are characters, and what the page adds is left out. */
function readText(drawn: Drawn): string {
  if (typeof drawn === "string") return drawn;
  if (drawn.is("mark")) {
    const digits = /^⟨U\+([0-9A-F]{4,6}) [A-Za-z -]+⟩$/u.exec(drawn.textContent)?.[1] ?? "";
    return String.fromCodePoint(Number.parseInt(digits, 16));
  }
  if (drawn.tag === "time" || drawn.tag === "small") return "";
  return drawn.children.map(readText).join("");
}

function readParts(value: DrawnElement): string {
  const isWindows = value.elements.some((element) => element.is("tag"));
  const fold = value.find("fold");
  const parts = [...value.elements, ...(fold?.elements ?? [])].filter((element) => element.is("part"));
  const lines: string[] = [];
  for (const part of parts) {
    for (const row of part.elements) {
      if (row.is("line") && row.dataset["number"] !== undefined) {
        if (row.dataset["number"] !== String(lines.length + 1)) throw new Error("a line has a wrong number");
        lines.push(readText(row));
      } else lines.push((lines.pop() ?? "") + readText(row));
    }
  }
  checkRest(fold);
  return lines.join(isWindows ? "\r\n" : "\n");
}

/** The summary of a fold counts what is in it. */
function checkRest(fold: DrawnElement | undefined): void {
  if (fold === undefined) return;
  const rows = fold.elements.filter((element) => element.is("part")).flatMap(({ elements }) => elements);
  const lines = rows.filter((row) => row.dataset["number"] !== undefined).length;
  const count = lines > 0 ? lines : rows.map(readText).join("").length;
  const summary = fold.elements.find(({ tag }) => tag === "summary")?.textContent ?? "";
  const [, drawn = ""] = /^([0-9,]+) more (?:line|character)s?, not yet seen$/.exec(summary) ?? [];
  if (Number(drawn.replaceAll(",", "")) !== count) throw new Error(`${count} are folded: ${summary}`);
}

/** Every text that is drawn as it is, without a badge, a sign or a line under it. */
export function plainTexts(drawn: Drawn): readonly string[] {
  if (typeof drawn === "string") return [drawn];
  if (drawn.is("sign") || drawn.is("joined")) return [];
  return drawn.children.flatMap(plainTexts);
}
