import type { RichText } from "../../src/core/report/rich-text.ts";
import { drawExact } from "./text.ts";

export function drawRichText(richText: RichText): readonly (HTMLElement | string)[] {
  return richText.map((part) => (typeof part === "string" ? part : drawExact(part.exact)));
}
