import { describe, expect, it } from "vitest";
import { parseDocument, type ParsedDocument } from "../../../src/local/docs/parse-document.ts";
import { renderDocument } from "../../../src/local/docs/render-document.ts";
import { siteMarkdown } from "../../../src/local/docs/site-markdown.ts";

// Documents of Markdown as pages: what is HTML or a foreign address in them must not become a part of the page.

const OTHER = parseDocument("other", "web/docs/folder/other.md", "# Other\n\n## One thing\n\n## One thing\n");
const FILES = ["src/core/refusal.ts", "migrations", "web/docs/vectors"];

function parse(markdown: string) {
  return parseDocument("guide", "web/docs/guide.md", `# Guide\n\n${markdown}`);
}

function partsOf(guide: ParsedDocument) {
  return {
    documents: [guide, OTHER],
    exists: (path: string) => FILES.includes(path),
    pictureSize: (path: string) =>
      path === "web/pictures/one.png" ? { width: 720, height: 1480 } : undefined,
  };
}

function render(markdown: string): string {
  const guide = parse(markdown);
  return renderDocument(guide, partsOf(guide)).replace('<h1 id="guide">Guide</h1>\n', "").trim();
}

describe("HTML in a document", () => {
  it.each([
    ["a script", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    [
      "a script within text",
      "a <script>x < y</script> b",
      "<p>a &lt;script&gt;x &lt; y&lt;/script&gt; b</p>",
    ],
    ["text in a raw tag", "a <pre><b</pre>", "<p>a &lt;pre&gt;&lt;b&lt;/pre&gt;</p>"],
    ["a handler", '<b onclick="x()">y</b>', "<p>&lt;b onclick=&quot;x()&quot;&gt;y&lt;/b&gt;</p>"],
    ["a comment", "<!-- x -->", "&lt;!-- x --&gt;"],
    ["a name in angle brackets", "the <ref> of it", "<p>the &lt;ref&gt; of it</p>"],
    ["an entity", "a &amp; b &copy;", "<p>a &amp; b &copy;</p>"],
    ["an ampersand", "a & b &x", "<p>a &amp; b &amp;x</p>"],
    ["code", "`<b>&amp;`", "<p><code>&lt;b&gt;&amp;amp;</code></p>"],
    [
      "a block of code",
      "```html\n</code><script>\n```",
      '<div class="code"><span class="language">html</span><pre tabindex="0"><code>&lt;/code&gt;&lt;script&gt;\n</code></pre></div>',
    ],
    [
      "a language that is HTML",
      '```<img/src="x"\nx\n```',
      '<div class="code"><span class="language">&lt;img/src=&quot;x&quot;</span><pre tabindex="0"><code>x\n</code></pre></div>',
    ],
    ["a foreign picture", '<p>\n  <img src="x" onerror="y" />\n</p>', "&lt;p&gt;"],
  ])("is shown as text: %s", (_what, markdown, html) => expect(render(markdown)).toContain(html));
});

describe("a link", () => {
  it.each([
    ["to the web", "[x](https://a.example/?b=c&d=%22)", '<a href="https://a.example/?b=c&amp;d=%22">x</a>'],
    ["to an address in the text", "https://a.example", '<a href="https://a.example">https://a.example</a>'],
    ["to an e-mail address", "[x](mailto:a@b.example)", '<a href="mailto:a@b.example">x</a>'],
    ["to a heading of its page", "[x](#two)\n\n## Two", '<a href="#two">x</a>'],
    ["to another document", "[x](folder/other.md)", '<a href="/docs/other">x</a>'],
    [
      "to a heading there",
      "[`x`](folder/other.md#one-thing-1)",
      '<a href="/docs/other#one-thing-1"><code>x</code></a>',
    ],
    [
      "to a file of the repository",
      "[refusal.ts](../../src/core/refusal.ts)",
      "<p><code>refusal.ts</code></p>",
    ],
    ["to a folder of the repository", "[the migrations](../../migrations)", "<p>the migrations</p>"],
    ["to a page whose address is in code", "`/verify`", '<a href="/verify"><code>/<wbr>verify</code></a>'],
    ["not to a call", "`/api/keys`", "<p><code>/<wbr>api/<wbr>keys</code></p>"],
    ["with a hostile title", '[x](#guide "<b>")', '<p><a href="#guide">x</a></p>'],
  ])("%s", (_where, markdown, html) => expect(render(markdown)).toContain(html));

  it.each([
    ["a script", "[x](javascript:alert)"],
    ["a script in capitals", "[x](JavaScript:alert)"],
    ["a script behind an entity", "[x](&#106;avascript:alert)"],
    ["data", "[x](data:text/html,x)"],
    ["a host without a scheme", "[x](//evil.example)"],
    ["a path of a site", "[x](/inbox)"],
    ["a missing file", "[x](none.md)"],
    ["a missing heading", "[x](#none)"],
    ["a missing heading of another document", "[x](folder/other.md#none)"],
    ["a place outside the repository", "[x](../../../secret.md)"],
    ["a picture in another form", "![x](../pictures/one.png)"],
    ["a missing picture", '<p>\n  <img src="../pictures/two.png" width="9" alt="" />\n</p>'],
    ["a picture elsewhere", '<p>\n  <img src="https://a.example/x.png" width="9" alt="" />\n</p>'],
  ])("that leads to %s fails the build", (_where, markdown) =>
    expect(() => render(markdown)).toThrow(/^web\/docs\/guide\.md (?:links to|has the picture)/),
  );
});

describe("the Markdown for programs", () => {
  it.each([
    ["[x](folder/other.md#one-thing)", "[x](other.md#one-thing)"],
    ["[`x`](#two)\n\n## Two", "[`x`](guide.md#two)\n\n## Two"],
    ["[refusal.ts](../../src/core/refusal.ts)", "refusal.ts"],
    ["[x](https://a.example)", "[x](https://a.example)"],
  ])("has links that work on the site: %s", (markdown, served) =>
    expect(siteMarkdown(parse(markdown), partsOf(parse(markdown)))).toBe(`# Guide\n\n${served}`),
  );
});

describe("a document", () => {
  it("has a link at each heading, and a counter at a repeated one", () => {
    expect(render("## `POST /x`: <b> & “more”\n## More\n### More")).toBe(
      [
        '<h2 id="post-x-b--more"><code>POST /<wbr>x</code>: &lt;b&gt; &amp; “more” <a class="anchor" href="#post-x-b--more" aria-label="Link to “POST /x: &lt;b&gt; &amp; “more””">#</a></h2>',
        '<h2 id="more">More <a class="anchor" href="#more" aria-label="Link to “More”">#</a></h2>',
        '<h3 id="more-1">More <a class="anchor" href="#more-1" aria-label="Link to “More”">#</a></h3>',
      ].join("\n"),
    );
  });

  it("has tables that scroll in their own box, with headings that name their columns", () => {
    const table = render("| a | |\n| --- | ---: |\n| `x` | 1 |");
    expect(table).toMatch(/^<div class="wide" tabindex="0"><table>/);
    expect(table).toContain('<th scope="col">a</th><td class="number"></td>');
    expect(table).toContain('<td><code>x</code></td><td class="number">1</td>');
  });

  it("has our own pictures, with their height, so that nothing moves when they arrive", () => {
    expect(render('<p>\n  <img src="../pictures/one.png" width="240" alt="A phone" />\n</p>')).toBe(
      '<p class="pictures"><img src="/docs/one.png" width="240" height="493" alt="A phone" loading="lazy" /></p>',
    );
  });

  it("breaks a path of code after its slashes, but not within an origin", () =>
    expect(render("`http://localhost:8787/api/people`")).toBe(
      "<p><code>http://localhost:8787/<wbr>api/<wbr>people</code></p>",
    ));

  it.each([
    ["ts", "TypeScript"],
    ["bash runs-the-tests", "Shell"],
  ])("names the language of a block of code: %s", (written, name) =>
    expect(render(`\`\`\`${written}\nx\n\`\`\``)).toContain(`<span class="language">${name}</span>`),
  );

  it.each(["text output", ""])("names no language where there is none: %s", (written) =>
    expect(render(`\`\`\`${written}\nx\n\`\`\``)).not.toContain("language"),
  );

  it.each([
    ["its first paragraph", "## Two\n\nA `b` [c](#two).\n\nMore.", "A b c."],
    [
      "its first sentences",
      `One is short. Two, too. ${"A long one ".repeat(30)}.`,
      "One is short. Two, too.",
    ],
    ["the beginning of a long sentence", "word, ".repeat(60), `${"word, ".repeat(28).slice(0, -2)}…`],
  ])("is described by %s", (_what, markdown, description) =>
    expect(parse(markdown).description).toBe(description),
  );

  it("must begin with its title", () =>
    expect(() => parseDocument("a", "web/docs/a.md", "## Set-up")).toThrow(/must begin with its title/));
});
