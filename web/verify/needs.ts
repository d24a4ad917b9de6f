import type { CheckLine } from "./check-texts.ts";

// What would help with a check that could not be made, in plain words. A check that nothing helps with is counted apart:
// neither as passed, nor as something that the reader still owes.

/** The fields of the page. */
export type Field = "organisation" | "policy" | "content";

export type Need =
  | { readonly field: Field; readonly words: string }
  /** The command-line program can do it, with this option. */
  | { readonly option: string; readonly words: string };

interface Known {
  /** The file could be read: otherwise nothing helps. */
  readonly isReadable: boolean;
  readonly isSigned: boolean;
  readonly hasTrust: boolean;
}

/** Undefined if nothing helps. */
export function needOf(
  { name, status }: CheckLine,
  { isReadable, isSigned, hasTrust }: Known,
): Need | undefined {
  if (status !== "absent" || !isReadable) return undefined;
  switch (name) {
    case "tenant":
      return { words: "Enter the organisation id", field: "organisation" };
    case "log":
      return hasTrust ? undefined : { words: "Add the trust policy of the log", field: "policy" };
    case "witnesses":
      return { words: "Add a trust policy that names witnesses", field: "policy" };
    // The rules look at the content.
    case "choice":
    case "payload":
      return isSigned ? { words: "Add the content that you have", field: "content" } : undefined;
    case "label":
      return {
        words: "With the command-line program and the organisation’s stream key: ",
        option: "--stream-key",
      };
    case "history":
    case "revocation":
      return isSigned || name === "history"
        ? { words: "With the command-line program and the organisation’s export: ", option: "--history" }
        : undefined;
    default:
      return undefined;
  }
}

/** "12 passed · 4 need more from you · 1 not possible". */
export function tallyText(lines: readonly CheckLine[], known: Known): string {
  const count = (status: CheckLine["status"]) => lines.filter((line) => line.status === status).length;
  const needs = lines.filter((line) => needOf(line, known) !== undefined).length;
  const rest = count("absent") - needs;
  const parts: readonly (readonly [number, string])[] = [
    [count("failed"), "failed"],
    [count("passed"), "passed"],
    [needs, needs === 1 ? "needs more from you" : "need more from you"],
    [rest, "not possible"],
  ];
  return parts.flatMap(([number, words]) => (number === 0 ? [] : [`${number} ${words}`])).join(" · ");
}
