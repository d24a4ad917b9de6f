import { drawText, type Segment, textOf } from "../display/text/segments.ts";

// Names and actions come from agents, and a notice is read in programs that are not ours. So what people can't see is
// spelled, the length has a limit, and nothing looks like a link: a tap on one would leave for a page of the agent.

/** Keeps what is around it on one line, and is not drawn. No address can contain it, so mail programs link none. */
const WORD_JOINER = "\u2060";
/** Where an address goes on: the dot in a host name, the end of a scheme. Amounts stay as they are. */
const ADDRESS_PARTS = /(?<=[\p{L}\p{N}-])\.(?=[\p{N}-]*\p{L})|(?<=:)\/\/|@/gu;

const CUT = "…";

/** One line of at most so many characters, joiners not counted. */
export function shortText(text: string, maxCharacters: number): string {
  const segments = drawText(text);
  const isWhole = Array.from(textOf(segments)).length <= maxCharacters;
  let room = isWhole ? maxCharacters : maxCharacters - CUT.length;
  let shown = "";
  for (const segment of segments) {
    const characters = Array.from(textOf([segment]));
    if (characters.length > room) return unlinked(shown + beginning(segment, characters, room) + CUT);
    shown += characters.join("");
    room -= characters.length;
  }
  return unlinked(shown);
}

/** Half a marker or half an emoji would say something else. */
function beginning({ hidden, joined }: Segment, characters: readonly string[], room: number): string {
  return hidden === undefined && joined === undefined ? characters.slice(0, room).join("") : "";
}

function unlinked(text: string): string {
  return text.replace(ADDRESS_PARTS, (part) => `${part[0]}${WORD_JOINER}${part.slice(1)}`);
}
