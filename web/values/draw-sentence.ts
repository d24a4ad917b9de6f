import type { SentencePiece } from "../../src/core/display/apply-template.ts";
import { draw } from "../common/dom.ts";
import { layOutSentence } from "../drawn/lay-out-fields.ts";

/** What is asked, in the words of a template. */
export function drawSentence(sentence: readonly SentencePiece[]): readonly HTMLElement[] {
  return layOutSentence(sentence).map(draw);
}
