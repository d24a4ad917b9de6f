import { marker, textOf } from "./text/segments.ts";
import type { Line } from "./show.ts";

/** A line as plain text, for terminals, mail and tests: one row, and a row for each warning. */
export function drawLine(line: Line): string {
  const indentation = "  ".repeat(line.depth);
  const key = line.item ? textOf(line.key) : `"${unquoted(textOf(line.key))}"`;
  const value = textOf(line.value);
  const row = `${indentation}${unquoted(line.label)} [${key}] ${line.kind}`;
  return [
    // The value ends where the row ends, so quotation marks inside it need no marker.
    value === "" ? row : `${row}: ${line.kind === "text" ? `"${value}"` : value}`,
    ...line.warnings.map((warning) => `${indentation}  ${marker("!")} ${warning.detail}`),
  ].join("\n");
}

/** So that the first two quotation marks of a row always enclose the exact name. */
function unquoted(text: string): string {
  return text.replaceAll('"', marker("U+0022 quotation mark"));
}
