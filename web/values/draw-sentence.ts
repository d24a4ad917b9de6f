import type { SentencePiece } from "../../src/core/display/apply-template.ts";
import { make } from "../common/dom.ts";
import { drawSegments } from "./text.ts";

/** What is asked, in the words of a template. A value has a ground of its own: it can't imitate the words around it. */
export function drawSentence(sentence: readonly SentencePiece[]): readonly HTMLElement[] {
  return sentence.map(({ kind, segments }) => make("span", `slot-${kind}`, drawSegments(segments)));
}
