import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DATA_BLOCK, faultsOf } from "./built/page-faults.ts";
import { sourceFiles } from "./source-tree.ts";

// The pages as they are served, from .build/web. Their policy (CSP) forbids what is looked for here; a
// page that needed it would be broken in the browser, and one that relied on a laxer policy is found.

const BUILT = new URL("../../.build/web/", import.meta.url);
const built = readdirSync(BUILT, { recursive: true, encoding: "utf8" }).toSorted();
/** Without the compressed copies and the documents. */
const files = built.filter((name) => !name.endsWith(".br") && !/^docs(\/|$)/.test(name));
const read = (name: string): string => readFileSync(new URL(name, BUILT), "utf8");
/** One file that works from a disk and contains everything that it needs. */
const SAVED = "verify-offline.html";
const pages = files.filter((name) => name.endsWith(".html") && name !== SAVED);
const WORKER = "sw.js";
const scripts = files.filter((name) => name.endsWith(".js"));
/** Parts of pages' modules that these load once they are needed. */
const LATER = new Map([
  ["choose-rule.js", ["verify.js", "demo-proof.js"]],
  ["demo-proof.js", ["demo.js"]],
]);
const laterOf = (name: string) => [...LATER].flatMap(([part, users]) => (users.includes(name) ? [part] : []));
const modules = scripts.filter((name) => name !== WORKER && !LATER.has(name));

/** The whole approval page, compressed, without the payload and the fonts. */
const APPROVAL_PAGE_MAX_BYTES = 44 * 1024;
/** Without its data: two lists of 50 requests are 5 KB more. Half of it draws other people's text exactly. */
const INBOX_PAGE_MAX_BYTES = 22 * 1024;
/**
 * Larger, since it contains every check of a receipt (54 KB), and draws the content like the approval page (14 KB) and
 * every check with its values (10 KB). What judges rules (33 KB) is loaded if a receipt has rules. Auditors open it, not people in a hurry on a phone.
 */
const VERIFY_PAGE_MAX_BYTES = 88 * 1024;
/** A minified module is a single line; the longest here are regular expressions. */
const LINE_MAX_CHARACTERS = 350;
/** The bundler joins the rows of a table into one line. */
const TABLE = /^var \w+ = "\w+";$/;
/** The bundler writes a JSON file as one line. */
const JSON_FILE = /^var recorded_\w+_default = \{.*\};$/;

describe("the pages", () => {
  it("are there, and nothing but pages and what they load", () => {
    expect(pages).toEqual(
      [
        "approve",
        "change",
        "devices",
        "enrol",
        "erased",
        "inbox",
        "notfound",
        "publish",
        "signin",
        "signup",
        "verify",
        "waiting",
      ].map((name) => `${name}.html`),
    );
    expect(files.filter((name) => !/^[a-z]+\.(html|js|css|svg|woff2)$/.test(name))).toEqual([
      "app.webmanifest",
      ...LATER.keys(),
      "icon-192.png",
      "icon-512.png",
      "icon-status.png",
      "social.png",
      SAVED,
    ]);
  });

  it.each(pages)("%s loads nothing from elsewhere and has nothing inline", (name) => {
    expect(faultsOf(read(name))).toEqual([]);
  });

  it.each(pages)("%s has at most its own module", (name) => {
    const loaded = [...read(name).matchAll(/<script type="module" src="\/([^"]+)"/g)].map(
      (found) => found[1],
    );
    const own = name.replace(".html", ".js");
    expect(loaded).toEqual(modules.includes(own) ? [own] : []);
  });

  it.each(
    ["approve", "devices", "inbox", "notfound", "publish", "signup", "waiting"].map((name) => `${name}.html`),
  )("%s has the one place for its data", (name) => {
    expect(read(name).split(DATA_BLOCK)).toHaveLength(2);
  });

  it.each([
    ["a script of another's", '<script type="module" src="https://cdn.example/x.js"></script>'],
    ["a script of any host", '<script type="module" src="//cdn.example/x.js"></script>'],
    ["a script inside", "<script>alert(1)</script>"],
    ["a module inside", '<script type="module">alert(1)</script>'],
    ["data that is filled in already", '<script type="application/json" id="data">{}</script>'],
    ["a style inside", "<style>p { color: red }</style>"],
    ["a style on an element", '<p style="color: red"></p>'],
    ["a handler", '<button type="button" onclick="go()"></button>'],
    ["a picture from elsewhere", '<img alt="" src="https://pixel.example/" />'],
    ["a script as an address", '<a href="javascript:go()"></a>'],
    ["a form", '<form action="/x"></form>'],
  ])("would be found to have %s", (_fault, html) => expect(faultsOf(html)).not.toEqual([]));
});

describe("the modules", () => {
  it("are one for each page that has a program", () => {
    const programs = sourceFiles("web").map(({ path }) => /^web\/([a-z]+)\/\1-page\.ts$/.exec(path)?.[1]);
    expect(modules).toEqual(
      programs.flatMap((name) => (name === undefined ? [] : [`${name}.js`])).toSorted(),
    );
  });

  it.each(scripts)("%s imports nothing but its own later part, and calls its own server only", (name) => {
    const later = laterOf(name).map((part) => `import("/${part}")`);
    const code = later.reduce((rest, own) => rest.replaceAll(own, ""), read(name));
    const others = /^\s*import\b|\bimport\(|\b(XMLHttpRequest|WebSocket|EventSource|sendBeacon|Worker)\b/gm;
    expect(code.match(others) ?? []).toEqual([]);
    expect(code.match(/^\s*export\b/gm) ?? []).toHaveLength(LATER.has(name) ? 1 : 0);
    // One call, and its address is typed to begin with a slash. A later part has its values from the page.
    expect(code.match(/\bfetch\(/g) ?? []).toHaveLength(LATER.has(name) ? 0 : 1);
  });

  it.each(scripts)("%s can be read: the names and lines of its source", (name) => {
    const code = read(name);
    const long = code
      .split("\n")
      .filter((line) => line.length > LINE_MAX_CHARACTERS && !TABLE.test(line) && !JSON_FILE.test(line));
    expect(long).toEqual([]);
    const page = LATER.get(name)?.[0] ?? name;
    const whole = [page, ...laterOf(page)].map(read).join("");
    const folder = name === WORKER ? "web/service-worker/" : `web/${page.replace(".js", "")}/`;
    const declared = sourceFiles("web")
      // The views of the console are drawn by the Worker.
      .filter(({ path }) => path.startsWith(folder) && path.endsWith(".ts"))
      .flatMap((file) => [...file.code.matchAll(/^(?:export )?(?:async )?function (\w+)/gm)])
      .map((found) => found[1] ?? "");
    expect(declared.length).toBeGreaterThan(0);
    expect(declared.filter((word) => !whole.includes(`function ${word}`))).toEqual([]);
  });
});

describe("the service worker", () => {
  it("handles no fetch, so it can't change what a page loads", () => {
    const handled = [...read(WORKER).matchAll(/addEventListener\(\s*"(\w+)"/g)].map(([, type]) => type);
    expect(handled).toEqual(["install", "push", "notificationclick", "pushsubscriptionchange"]);
    expect(read(WORKER).match(/\bonfetch\b|\bcaches\b|importScripts/g) ?? []).toEqual([]);
  });
});

describe("the stylesheets", () => {
  it.each(files.filter((name) => name.endsWith(".css")))("%s loads nothing but our own fonts", (name) => {
    const css = read(name);
    expect(css).not.toMatch(/@import|expression/);
    const addresses = [...css.matchAll(/url\(([^)]*)\)/g)].map(([, address = ""]) => JSON.parse(address));
    expect(addresses.filter((address) => !files.includes(address.slice(1)))).toEqual([]);
  });
});

/** The size as it is served, compressed, also printed for each part. */
function weigh(page: string, parts: readonly string[]): number {
  const sizes = parts.map((name) => brotliCompressSync(read(name)).length);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  const each = parts.map((name, at) => `${name} ${sizes[at]}`).join(", ");
  process.stdout.write(`${page}: ${whole} bytes (${each})\n`);
  return whole;
}

describe("the approval page", () => {
  it(`is under ${APPROVAL_PAGE_MAX_BYTES} bytes compressed, as a whole`, () => {
    const parts = ["approve.html", "style.css", "values.css", "sheet.css", "approve.js", "favicon.svg"];
    expect(weigh("approval page", parts)).toBeLessThan(APPROVAL_PAGE_MAX_BYTES);
  });
});

describe("the inbox", () => {
  it(`is under ${INBOX_PAGE_MAX_BYTES} bytes compressed, as a whole`, () => {
    const parts = ["inbox.html", "style.css", "values.css", "inbox.css", "inbox.js", "favicon.svg"];
    expect(weigh("inbox", parts)).toBeLessThan(INBOX_PAGE_MAX_BYTES);
  });
});

describe("the verify page", () => {
  it(`is under ${VERIFY_PAGE_MAX_BYTES} bytes compressed, as a whole`, () => {
    const parts = [
      "verify.html",
      "style.css",
      "values.css",
      "diagram.css",
      "verify.css",
      "verify.js",
      "favicon.svg",
    ];
    expect(weigh("verify page", parts)).toBeLessThan(VERIFY_PAGE_MAX_BYTES);
  });

  it("can be saved as one file, which may run only its own script and connect to nobody", () => {
    const html = read(SAVED);
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)" \/>/.exec(html)?.[1] ?? "";
    const inside = (tag: string) => [
      ...html.matchAll(new RegExp(`<${tag}(?: type="module")?>([\\s\\S]*?)</${tag}>`, "g")),
    ];
    const hashOf = (text = "") => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const [style, script] = [inside("style"), inside("script")].map((found) => {
      expect(found).toHaveLength(1);
      return hashOf(found[0]?.[1]);
    });
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${script}`,
      `style-src ${style}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    // Before everything that the policy applies to.
    expect(html.indexOf("Content-Security-Policy")).toBeLessThan(html.search(/<(?:style|script|link)/));
    expect(html.match(/<link|\bsrc=/g) ?? []).toEqual([]);
    // Also what the page loads later.
    expect(html).not.toMatch(/\bimport\(/);
    expect(html).toContain("function chooseRule(");
  });
});
