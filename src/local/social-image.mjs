// The picture that chats and networks show for a link to a public page: /social.png, 1200 by 630 pixels, drawn with the
// fonts of the pages.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
// @ts-expect-error: this package has no types.
import subsetFont from "subset-font";

const PICTURE = "web/social.png";
const HASH = "social.sha256";
const WIDTH = 1200;
const HEIGHT = 630;
/** Colours of the stylesheet, in light mode. */
const GROUND = "#f7f7f9";
const CARD = "#ffffff";
const INK = "#15171c";
const QUIET = "#596072";
const LINE = "#e2e4ea";
const GOOD = "#0e6b47";
const BAD = "#b3261e";

/** The drawing program can't vary the weight of a font, so these are the fixed ones of the same design. */
const FONTS = ["web-latin/Inter-Regular-subset.woff2", "display-latin/InterDisplay-SemiBold-subset.woff2"];
const STYLES = {
  regular: 'font-family="Inter" font-weight="400"',
  bold: 'font-family="Inter Display SemiBold" font-weight="600"',
};

const HEADLINE = ["A named person", "signs it before", "it happens"];
const FIELDS = /** @type {const} */ ([
  ["To", "Acme Supplies GmbH"],
  ["Amount", "42 000.5"],
  ["Currency", "EUR"],
  ["Account", "acct_8821"],
]);

/**
 * Drawing it takes as long as half of the build, so a picture of the last build is used again if it was drawn from the
 * same text.
 * @param {string} next the folder of this build
 * @param {string} last the folder of the last one
 */
export async function writeSocialImage(next, last) {
  const svg = socialImage();
  const hash = createHash("sha256").update(svg).digest("hex");
  const isDrawn = existsSync(`${last}/${HASH}`) && readFileSync(`${last}/${HASH}`, "utf8") === hash;
  if (isDrawn) copyFileSync(`${last}/${PICTURE}`, `${next}/${PICTURE}`);
  else writeFileSync(`${next}/${PICTURE}`, await draw(svg));
  writeFileSync(`${next}/${HASH}`, hash);
}

/** @param {string} svg */
async function draw(svg) {
  await initWasm(readFileSync("node_modules/@resvg/resvg-wasm/index_bg.wasm"));
  const fontBuffers = await Promise.all(
    FONTS.map((file) =>
      subsetFont(readFileSync(`node_modules/inter-ui/${file}`), svg, { targetFormat: "sfnt" }),
    ),
  );
  return new Resvg(svg, { font: { fontBuffers, loadSystemFonts: false } }).render().asPng();
}

function socialImage() {
  const mark = readFileSync("web/favicon.svg", "utf8").replace(
    "<svg ",
    '<svg x="72" y="64" width="52" height="52" ',
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" fill="${INK}">
<rect width="${WIDTH}" height="${HEIGHT}" fill="${GROUND}"/>
${mark}
${text(140, 102, 32, "Countersign", { style: "bold" })}
${HEADLINE.map((line, at) => text(72, 258 + at * 80, 72, line, { style: "bold", spacing: -2.2 })).join("\n")}
${text(72, 498, 28, "Read on their own device, signed with a", { fill: QUIET })}
${text(72, 538, 28, "passkey. Anyone can check the proof.", { fill: QUIET })}
${sheet()}
</svg>`;
}

/** The sheet that an approver sees. */
function sheet() {
  const rows = FIELDS.map(([name, value], at) => {
    const y = 268 + at * 44;
    const line = at === 0 ? "" : `<path d="M756 ${y - 29}h352" stroke="${LINE}"/>`;
    return `${line}${text(756, y, 20, name, { fill: QUIET })}${text(1108, y, 20, value, { anchor: "end" })}`;
  });
  return `<rect x="716" y="84" width="432" height="462" rx="24" fill="${GROUND}" stroke="${LINE}" stroke-width="2"/>
${text(740, 134, 20, "payments-agent asks you", { fill: QUIET })}
${text(740, 190, 28, "Pay invoice INV-2025-118", { style: "bold", spacing: -0.5 })}
<rect x="740" y="226" width="384" height="${FIELDS.length * 44 + 14}" rx="16" fill="${CARD}" stroke="${LINE}" stroke-width="2"/>
${rows.join("\n")}
<rect x="740" y="466" width="104" height="56" rx="10" fill="${CARD}" stroke="${BAD}" stroke-width="2"/>
${text(792, 501, 20, "Reject", { style: "bold", fill: BAD, anchor: "middle" })}
<rect x="856" y="466" width="268" height="56" rx="10" fill="${GOOD}"/>
${text(990, 501, 20, "Approve with passkey", { style: "bold", fill: "#fff", anchor: "middle" })}`;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} size
 * @param {string} content
 * @param {{ style?: keyof typeof STYLES, fill?: string, anchor?: string, spacing?: number }} [options]
 */
function text(x, y, size, content, { style = "regular", fill = INK, anchor = "start", spacing = 0 } = {}) {
  return `<text x="${x}" y="${y}" font-size="${size}" ${STYLES[style]} fill="${fill}" text-anchor="${anchor}" letter-spacing="${spacing}">${content}</text>`;
}
