import { posix } from "node:path";
import { escapeHtml } from "../../core/encoding/escape-html.ts";

// The one form of HTML in the documents: our own pictures in a paragraph, as the hosts of repositories show them.

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const BLOCK = /^<p>\n(?:  <img src="[^"]*" width="\d{1,4}" alt="[^"<>]*" \/>\n)+<\/p>\n*$/;
const PICTURE = /<img src="([^"]*)" width="(\d{1,4})" alt="([^"<>]*)" \/>/g;
const FILE = /^web\/pictures\/[a-z0-9-]+\.png$/;

/** Undefined if the HTML is something else. */
export function pictureBlock(
  html: string,
  from: string,
  sizeOf: (path: string) => PictureSize | undefined,
): string | undefined {
  if (!BLOCK.test(html)) return undefined;
  const pictures = [...html.matchAll(PICTURE)].map(([, source = "", width = "", alt = ""]) => {
    const path = posix.join(posix.dirname(from), source);
    const size = FILE.test(path) ? sizeOf(path) : undefined;
    if (size === undefined)
      throw new Error(`${from} has the picture ${source}, which is not in web/pictures`);
    const height = Math.round((Number(width) * size.height) / size.width);
    return `<img src="/docs/${posix.basename(path)}" width="${width}" height="${height}" alt="${escapeHtml(alt, { keepsEntities: true })}" loading="lazy" />`;
  });
  return `<p class="pictures">${pictures.join("\n")}</p>\n`;
}
