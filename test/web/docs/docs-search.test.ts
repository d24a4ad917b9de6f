import { describe, expect, it } from "vitest";
import { openIndex } from "../../../src/core/docs/docs-search.ts";
import { readIndex, writeIndex } from "../../../src/core/docs/search-index.ts";
import { wordsOf } from "../../../src/core/docs/search-words.ts";
import { buildSearchIndex } from "../../../src/local/docs/build-search-index.ts";
import { parseDocument } from "../../../src/local/docs/parse-document.ts";

// The search of the documentation.

const DOCUMENTS = {
  webhooks: `# Webhooks

A call of your backend.

## Signature

Each delivery is signed with the secret of its webhook.

### Old secrets

They work for a day. \`{"retries":3}\`

#### Deeper

A clock.

## Body

| member | meaning |
| --- | --- |
| \`dataVersion\` | 4711 |

\`\`\`json
{ "onlyInAnExample": true }
\`\`\`
`,
  verify: `# Verify without trusting us

A receipt proves a signature.

## By hand

Compute the hash of \`confirmation_id\`, 0f8774a1471aef23, with status 409.
`,
};

const index = buildSearchIndex(
  Object.entries(DOCUMENTS).map(([name, markdown]) => {
    const document = parseDocument(name, `web/docs/${name}.md`, markdown);
    const title = name === "verify" ? "Verify a receipt" : document.title;
    return { link: { name, title, description: "" }, document };
  }),
);
const search = openIndex(index);
const hrefs = (query: string) => search(query).map(({ href }) => href);

describe("the search", () => {
  it.each([
    ["a heading before a text", "signature", ["/docs/webhooks#signature", "/docs/verify"]],
    [
      "a page by its title",
      "webhooks",
      ["/docs/webhooks", "/docs/webhooks#signature", "/docs/webhooks#old-secrets"],
    ],
    ["a page by the title in the navigation", "verify receipt", ["/docs/verify", "/docs/verify#by-hand"]],
    ["the beginning of a word", "signa", ["/docs/webhooks#signature", "/docs/verify"]],
    ["words of the title and of the text", "webhooks delivery", ["/docs/webhooks#signature"]],
    ["only sections that have all words", "hash delivery", []],
    ["capital letters", "OLD Secrets", ["/docs/webhooks#old-secrets"]],
    ["the text below a deeper heading", "clock", ["/docs/webhooks#old-secrets"]],
    ["a cell of a table", "dataversion", ["/docs/webhooks#body"]],
    ["code", "confirmation_id", ["/docs/verify#by-hand"]],
    ["a status", "409", ["/docs/verify#by-hand"]],
    ["a word next to a common one", "the clock", ["/docs/webhooks#old-secrets"]],
    ["no example of an answer", "onlyinanexample", []],
    ["no hash", "0f8774a1471aef23", []],
    ["no number", "4711", []],
    ["no common word", "the", []],
  ])("finds %s: %s", (_what, query, found) => expect(hrefs(query)).toEqual(found));

  it("shows where a section is", () =>
    expect(search("old secrets")).toEqual([
      { href: "/docs/webhooks#old-secrets", heading: "Old secrets", path: ["Webhooks", "Signature"] },
    ]));

  it.each([
    ["nothing", ""],
    ["spaces", " \n\t "],
    ["10,000 letters", "x".repeat(10_000)],
    ["10,000 words", "webhook zz ".repeat(5_000)],
    ["signs of a regular expression", "(.*)+$[^a]\\"],
    ["HTML", "<img src=x onerror=alert(1)>"],
    ["the name of a method", "constructor __proto__"],
    ["only a turned text", "\u202e\u202d\u2066"],
    ["half of a character", "\ud800"],
  ])("finds nothing for %s", (_what, query) => expect(search(query)).toEqual([]));

  it("finds a word inside signs that turn the text", () =>
    expect(hrefs("\u202eclock\u202c")).toEqual(["/docs/webhooks#old-secrets"]));
});

describe("the index", () => {
  it("is read as it was written", () => expect(readIndex(writeIndex(index))).toEqual(index));

  it("keeps its form when a heading has tabs and new lines", () => {
    const strange = { ...index, pages: [{ name: "a", title: "One\n\ntwo\tthree" }] };
    expect(readIndex(writeIndex(strange)).pages).toEqual([{ name: "a", title: "One two three" }]);
  });

  it("has each word once, as people type it", () =>
    expect(wordsOf("Ask, ask! ﬁle_name expiresInSeconds ß 12 409 4711 a1b2c3d4e5f6")).toEqual([
      "ask",
      "file_name",
      "expiresinseconds",
      "409",
    ]));
});
