// Pieces of Markdown.

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => escaped(cell)).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map((row) => line(row))].join("\n");
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|").replaceAll("\n", " ");
}

export function code(text: string): string {
  return `\`${text}\``;
}

export function link(text: string, address: string): string {
  return `[${text}](${address})`;
}

export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** Paragraphs, tables and blocks with an empty line between them. */
export function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== "").join("\n\n");
}

export function problemLink(code: string): string {
  return link(`\`${code}\``, `/problems/${code}`);
}

const LINE_MAX_CHARACTERS = 84;

interface Notation {
  readonly nameOf: (name: string) => string;
  /** Instead of some texts. */
  readonly constants: ReadonlyMap<string, string>;
  /** After the last of several lines. */
  readonly end: "" | ",";
}

/** JSON that a person reads: on one line what fits on it. */
export function shownJson(value: unknown, indent = ""): string {
  return shown(value, indent, 0, { nameOf: (name) => JSON.stringify(name), constants: new Map(), end: "" });
}

/** The same as TypeScript, with names of constants for some of its texts. */
export function shownLiteral(value: unknown, indent: string, constants: ReadonlyMap<string, string>): string {
  const nameOf = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
  return shown(value, indent, 0, { nameOf, constants, end: "," });
}

/** `before` is how much of the first line is used already. */
function shown(value: unknown, indent: string, before: number, notation: Notation): string {
  if (typeof value !== "object" || value === null)
    return notation.constants.get(value as string) ?? JSON.stringify(value);
  const [open, close, space] = Array.isArray(value) ? ["[", "]", ""] : ["{", "}", " "];
  const items = membersOf(value, indent, notation);
  if (items.length === 0) return open + close;
  const short = `${open}${space}${items.join(", ")}${space}${close}`;
  if (indent.length + before + short.length <= LINE_MAX_CHARACTERS && !short.includes("\n")) return short;
  const inner = `${indent}  `;
  const lines = membersOf(value, inner, notation).map((item) => inner + item);
  return `${open}\n${lines.join(",\n")}${notation.end}\n${indent}${close}`;
}

function membersOf(value: object, indent: string, notation: Notation): readonly string[] {
  if (Array.isArray(value)) return value.map((item) => shown(item, indent, 0, notation));
  return Object.entries(value).map(([name, member]) => {
    const label = `${notation.nameOf(name)}: `;
    return label + shown(member, indent, label.length, notation);
  });
}
