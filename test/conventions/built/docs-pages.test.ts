import { readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BUILT_ORIGIN, SHOWN_ORIGIN } from "../../../src/core/docs/shown-origin.ts";
import { KEEPS_LOCAL_ADDRESS, NAVIGATION } from "../../../src/local/docs/navigation.ts";
import { readIndex } from "../../../src/core/docs/search-index.ts";
import { networkSize } from "../../support/browser/network-size.ts";
import { faultsOf } from "./page-faults.ts";

// The pages of the documentation, as the build draws them into .build/web/docs.

const BUILT = new URL("../../../.build/web/", import.meta.url);
const files = readdirSync(new URL("docs/", BUILT)).toSorted();
const pages = files.filter((name) => name.endsWith(".html"));
const read = (name: string): string => readFileSync(new URL(`docs/${name}`, BUILT), "utf8");
const names = NAVIGATION.flatMap(({ documents }) => documents.map(({ name }) => name));
/** A link to a host of the web, too. */
const ANY_LINK = /^(?:\/(?!\/)|#|https?:\/\/[a-z]|mailto:[a-z])/;

const PAGE_MAX_BYTES = 60 * 1_024;
/** Every format, and every call with two examples: each on one page, so that a reader can search it. */
const WHOLE_MAX_BYTES = 84 * 1_024;
const WHOLE = ["formats.html", "rest-reference.html"];
const FONTS = ["inter.woff2", "mono.woff2"];
/** A reader loads it with the first search. Some 0.8 KB for each guide of the length of that for rules. */
const INDEX_MAX_BYTES = 48 * 1024;

/** Without its pictures, which load when they come near the screen. Other public pages are weighed in a browser. */
function weightOf(name: string): number {
  const html = read(name);
  const loaded = [
    ...html.matchAll(/<(?:link rel="(?:stylesheet|icon)"|script type="module") (?:href|src)="\/([^"]+)"/g),
  ];
  const files = [...FONTS, ...loaded.map(([, file]) => `${file}.br`)];
  return files.reduce((sum, file) => sum + statSync(new URL(file, BUILT)).size, networkSize(html));
}

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

  it("is weighed with its styles", () => expect(weightOf("verify.html")).toBeGreaterThan(30_000));

  it.each(pages)("%s weighs little", (name) =>
    expect(weightOf(name)).toBeLessThan(WHOLE.includes(name) ? WHOLE_MAX_BYTES : PAGE_MAX_BYTES),
  );

  it("leaves no address of a local start where the deployment's own is meant", () => {
    const local = files.filter(
      (name) => /\.(html|md)$/.test(name) && read(name).replaceAll("<wbr>", "").includes(SHOWN_ORIGIN),
    );
    expect(local.filter((name) => !KEEPS_LOCAL_ADDRESS.includes(name.replace(/\..*/, "")))).toEqual([]);
    expect(read("agents.md")).toContain(`${BUILT_ORIGIN}/mcp`);
  });
});

describe("the index of the search", () => {
  it(`is under ${INDEX_MAX_BYTES} bytes compressed`, () => {
    const size = networkSize(read("search-index.txt"));
    process.stdout.write(`search index: ${size} bytes\n`);
    expect(size).toBeLessThan(INDEX_MAX_BYTES);
  });

  it("leads to pages and headings that exist", () => {
    const { pages: indexed, sections } = readIndex(read("search-index.txt"));
    const missing = sections.filter(({ page, anchor }) => {
      const name = `${indexed[page]?.name}.html`;
      return !pages.includes(name) || (anchor !== "" && !read(name).includes(` id="${anchor}"`));
    });
    expect(sections.length).toBeGreaterThan(pages.length);
    expect(missing).toEqual([]);
  });
});
