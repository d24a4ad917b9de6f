import { readdirSync, readFileSync, statSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { describe, expect, it } from "vitest";

// What a page of the documentation weighs on its way to a reader, without its pictures, which load when they come near
// the screen. Other public pages are weighed in a browser.

const BUILT = new URL("../../.build/web/", import.meta.url);
const FONTS = ["inter.woff2", "mono.woff2"];
/** A network compresses pages with about this effort. */
const PAGE_QUALITY = 4;
const DOCUMENT_MAX_BYTES = 60 * 1_024;
/** Every byte of every format on one page, so that a reader can search it. */
const FORMATS_MAX_BYTES = 80 * 1_024;

const pages = readdirSync(new URL("docs/", BUILT)).filter((name) => name.endsWith(".html"));

function weightOf(name: string): number {
  const html = readFileSync(new URL(`docs/${name}`, BUILT), "utf8");
  const params = { [constants.BROTLI_PARAM_QUALITY]: PAGE_QUALITY };
  const loaded = [
    ...html.matchAll(/<(?:link rel="(?:stylesheet|icon)"|script type="module") (?:href|src)="\/([^"]+)"/g),
  ];
  const files = [...FONTS, ...loaded.map(([, file]) => `${file}.br`)];
  return files.reduce(
    (sum, file) => sum + statSync(new URL(file, BUILT)).size,
    brotliCompressSync(html, { params }).length,
  );
}

describe("a page of the documentation", () => {
  it("is found with its styles", () => expect(weightOf("verify.html")).toBeGreaterThan(30_000));

  it.each(pages)("%s weighs little", (name) => {
    const limit = name === "formats.html" ? FORMATS_MAX_BYTES : DOCUMENT_MAX_BYTES;
    expect(weightOf(name)).toBeLessThan(limit);
  });
});
