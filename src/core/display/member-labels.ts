import { drawText, exactText, textOf, type Segment } from "./text/segments.ts";

// Labels for names: `amount_usd` becomes "Amount Usd". Only a name of lower-case words can be read back from its
// label; any other one is drawn beside it.

// Words joined by underscores, hyphens or capitals. Not a hyphen before a digit, which may be a minus sign.
const IDENTIFIER = /^[A-Za-z][0-9A-Za-z]*(?:(?:_+|-(?=[A-Za-z]))[0-9A-Za-z]+)*$/;
const LOWER_CASE_WORDS = /^[a-z][0-9a-z]*(?:_[0-9a-z]+)*$/;

/** Any name that is no identifier keeps every character, because signs have meaning. */
export function labelOf(name: string): string {
  if (name === "") return "(empty name)";
  if (!IDENTIFIER.test(name)) return textOf(drawText(name));
  return splitCapitals(name)
    .replace(/[_-]+/g, " ")
    .replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

/** `amountUsd` becomes "amount Usd", and `SQLQuery` "SQL Query". */
export function splitCapitals(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z])([A-Z][a-z])/g, "$1 $2");
}

export function itemLabel(index: number): string {
  return `Item ${index + 1}`;
}

interface Named {
  readonly label: string;
  readonly key: readonly Segment[];
  readonly item: boolean;
}

/** Whether nothing else has this label in its place, so that the exact name need not be drawn. */
export function labelTellsName({ label, key, item }: Named): boolean {
  const name = exactText(key);
  if (item) return label === itemLabel(Number(name));
  return LOWER_CASE_WORDS.test(name) && label === labelOf(name);
}
