import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BUILT_ORIGIN, SHOWN_ORIGIN } from "../../../src/core/docs/shown-origin.ts";
import { KEEPS_LOCAL_ADDRESS, NAVIGATION } from "../../../src/local/docs/navigation.ts";
import { faultsOf } from "./page-faults.ts";

// The pages of the documentation, as the build draws them into .build/web/docs.

const BUILT = new URL("../../../.build/web/", import.meta.url);
const files = readdirSync(new URL("docs/", BUILT)).toSorted();
const pages = files.filter((name) => name.endsWith(".html"));
const read = (name: string): string => readFileSync(new URL(`docs/${name}`, BUILT), "utf8");
const names = NAVIGATION.flatMap(({ documents }) => documents.map(({ name }) => name));
/** A link to a host of the web, too. */
const ANY_LINK = /^(?:\/(?!\/)|#|https?:\/\/[a-z]|mailto:[a-z])/;

/** What loads with each page, but for its pictures: those load when they come into view. */
const SHARED = ["style.css", "site.css", "docs.css", "favicon.svg"];
const FONTS = ["inter.woff2", "mono.woff2"];
const PAGE_MAX_BYTES = 60 * 1024;
/** The network of a deployment compresses pages as it serves them, which takes a quick level. */
const BROTLI_QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

describe("the documentation", () => {
  it("has a page and a Markdown file for each name of the navigation, and no other", () => {
    expect(pages).toEqual([...names, "index"].map((name) => `${name}.html`).toSorted());
    expect(files.filter((name) => name.endsWith(".md"))).toEqual(
      names.map((name) => `${name}.md`).toSorted(),
    );
  });

  it.each(pages)("%s loads nothing from elsewhere and has nothing inline", (name) => {
    expect(faultsOf(read(name), ANY_LINK)).toEqual([]);
  });

  it.each(pages)("%s has one title, and each of its ids once", (name) => {
    const html = read(name);
    expect(html.match(/<h1[ >]/g)).toHaveLength(1);
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map((found) => found[1] ?? "");
    expect(ids.filter((id, at) => id === "" || ids.indexOf(id) !== at)).toEqual([]);
  });

  it.each(pages)("%s has links to pages and headings that exist", (name) => {
    const broken = [...read(name).matchAll(/<a [^>]*href="([^"]*)"/g)]
      .map((found) => found[1] ?? "")
      .filter((href) => {
        const link = /^(?:\/docs\/([a-z0-9-]+))?(?:#(.+))?$/.exec(href);
        if (link === null) return false;
        const target = `${link[1] ?? name.replace(".html", "")}.html`;
        if (!pages.includes(target)) return true;
        return link[2] !== undefined && !read(target).includes(` id="${link[2]}"`);
      });
    expect(broken).toEqual([]);
  });

  it("leaves no address of a local start where the deployment's own is meant", () => {
    const local = files.filter((name) => /\.(html|md)$/.test(name) && read(name).includes(SHOWN_ORIGIN));
    expect(local.filter((name) => !KEEPS_LOCAL_ADDRESS.includes(name.replace(/\..*/, "")))).toEqual([]);
    expect(read("agents.md")).toContain(`${BUILT_ORIGIN}/mcp`);
  });
});

describe("the size of a page", () => {
  const weigh = (path: string): number => readFileSync(new URL(path, BUILT)).length;
  const shared = SHARED.reduce((sum, name) => sum + weigh(`${name}.br`), 0);
  const fonts = FONTS.reduce((sum, name) => sum + weigh(name), 0);
  const sizes = pages.map((name) => [name, brotliCompressSync(read(name), BROTLI_QUICK).length] as const);

  it(`is under ${PAGE_MAX_BYTES} bytes compressed, with styles, scripts and fonts`, () => {
    process.stdout.write(`documents: ${shared} bytes shared, ${fonts} of fonts\n`);
    process.stdout.write(`${sizes.map(([name, size]) => `${name} ${size}`).join(", ")}\n`);
    const large = sizes.filter(([, size]) => shared + fonts + size >= PAGE_MAX_BYTES);
    // The fonts are kept for a week, so they are not a part of the size of this long specification.
    expect(large.map(([name]) => name)).toEqual(["formats.html"]);
    expect(large.every(([, size]) => shared + size < PAGE_MAX_BYTES)).toBe(true);
  });
});
