// The fonts of the pages, cut down to what the pages need. Both are under the SIL Open Font License 1.1, which allows
// that; the licences are in the packages. Other characters fall back to the device's own fonts.
import { readFileSync, writeFileSync } from "node:fs";
// @ts-expect-error: this package has no types.
import subsetFont from "subset-font";

/** Printable ASCII, Latin-1, and some signs of the pages' own texts. The stylesheet names the same ranges. */
const CHARACTERS = `${range(0x20, 0x7e)}${range(0xa1, 0xff)}–—‘’“”•…€−→←✓×`;

const FONTS = [
  {
    file: "inter.woff2",
    source: "inter-ui/variable/InterVariable.woff2",
    // Tabular figures, and letters that can't be confused (I, l and 1). Without `calt`, which would draw "->" as an
    // arrow: two contents must never look the same.
    keepFeatures: ["kern", "mark", "mkmk", "ccmp", "tnum", "ss02"],
    variationAxes: { wght: { min: 400, max: 650 }, opsz: 14 },
  },
  {
    file: "mono.woff2",
    source: "@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff2",
    keepFeatures: ["mark", "ccmp"],
    variationAxes: {},
  },
];

/** Copyright, licence and its address stay in each file. */
const NAMES_KEPT = [0, 13, 14];

/** @param {string} folder */
export async function writeFonts(folder) {
  for (const { file, source, ...options } of FONTS) {
    const font = readFileSync(`node_modules/${source}`);
    writeFileSync(
      `${folder}/${file}`,
      await subsetFont(font, CHARACTERS, { targetFormat: "woff2", preserveNameIds: NAMES_KEPT, ...options }),
    );
  }
}

/**
 * @param {number} first
 * @param {number} last
 */
function range(first, last) {
  return String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, at) => first + at));
}
