import { createHash } from "node:crypto";

// The verify page as one file that works from a disk, without a network. Browsers load neither modules nor
// stylesheets next to such a file, so both are inside it. The file's own policy allows exactly these two, by
// their hashes: the page can't use the network. The same source always gives the same file.

const STYLE = /\n *<link rel="stylesheet" href="\/([a-z]+\.css)" \/>/g;
const SCRIPT = /\n *<script type="module" src="\/[a-z]+\.js"><\/script>/;
const ICON = /\n *<link rel="icon"[^>]*>/;
const PICTURE = /<img [^>]*>/g;
/** The file has no fonts of its own: the device's are good enough. */
const FONT = /@font-face \{[^}]*\}\n/g;

/**
 * @param {(name: string) => string} read a built file of the pages
 * @param {string} program the module of the page, which imports nothing
 * @returns {string}
 */
export function savedPage(read, program) {
  const page = read("verify.html");
  const styles = [...page.matchAll(STYLE)].map(([, name]) => read(name ?? ""));
  const style = `\n${styles.join("").replace(FONT, "")}`;
  const script = `\n${program}`;
  if (/<\/(?:script|style)|<!--/i.test(style + script))
    throw new Error("a style or script contains the end of its own element");
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  return page
    .replace('<html lang="en">', '<html lang="en" data-saved>')
    .replace(
      '<meta charset="utf-8" />',
      (charset) => `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`,
    )
    .replace(ICON, "")
    .replace(PICTURE, "")
    .replace(STYLE, "")
    .replace(SCRIPT, () => `\n    <style>${style}</style>\n    <script type="module">${script}</script>`);
}

/** @param {string} text */
function hashOf(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
