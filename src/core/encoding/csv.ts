/**
 * A cell that begins so is run as a formula by spreadsheets; a quote mark before it makes it a text. Some split a line at
 * semicolons or tabs, whatever our quotes say, so a formula can also begin inside a cell. Some know wide characters.
 */
const FORMULA = /(^|[;,"\t\r\n])(?=[ \u00a0\u3000]*[=+\-@＝＋－＠])/gu;
const NEEDS_QUOTES = /[",\r\n]/;

/** A line of a table for spreadsheets, as RFC 4180 says. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(text: string): string {
  const safe = text.replaceAll(FORMULA, "$1'");
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
