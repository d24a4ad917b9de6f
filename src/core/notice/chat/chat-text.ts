import { groupedCode } from "../../confirmation/challenge.ts";
import type { NoticeText } from "../notice-text.ts";

const CUT = "…";

/** The text with each character as the chat wants it, of at most so many UTF-16 units. No character is cut in half. */
export function fitted(text: string, maxUnits: number, escaped: (text: string) => string): string {
  const whole = escaped(text);
  if (whole.length <= maxUnits) return whole;
  let shown = "";
  for (const character of text) {
    const next = escaped(character);
    if (shown.length + next.length + CUT.length > maxUnits) break;
    shown += next;
  }
  return shown + CUT;
}

/** What follows the title. */
export function chatLines({ lines, code }: NoticeText): readonly string[] {
  return code === null ? lines : [...lines, `Code: ${groupedCode(code)} (the page shows the same)`];
}
