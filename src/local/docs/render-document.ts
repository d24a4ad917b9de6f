import { Marked, Renderer, type Tokens } from "marked";
import { escapeHtml } from "../../core/encoding/escape-html.ts";
import { linkTarget, type Library } from "./document-links.ts";
import { plainText, type ParsedDocument } from "./parse-document.ts";
import { pictureBlock, type PictureSize } from "./picture-block.ts";

// A document of Markdown as HTML. What is HTML in the Markdown is shown as text, but for our own pictures.

export interface DocumentParts extends Library {
  /** The size of a picture of the repository; undefined if there is none. */
  readonly pictureSize: (path: string) => PictureSize | undefined;
}

/** Languages of code blocks, as people write them. */
const LANGUAGES: Readonly<Record<string, string>> = {
  bash: "Shell",
  http: "HTTP",
  js: "JavaScript",
  json: "JSON",
  py: "Python",
  text: "",
  ts: "TypeScript",
  yaml: "YAML",
};

export function renderDocument(document: ParsedDocument, parts: DocumentParts): string {
  const { path, headings, tokens } = document;
  const marked = new Marked({
    renderer: {
      html: ({ text }) => pictureBlock(text, path, parts.pictureSize) ?? escapeHtml(text),
      // Not the default, which leaves text between tags such as <pre> as it is.
      text(token) {
        return "tokens" in token && token.tokens
          ? this.parser.parseInline(token.tokens)
          : escapeHtml(token.text, { keepsEntities: true });
      },
      heading(token) {
        const heading = headings.get(token);
        if (heading === undefined) throw new Error(`${path} has a heading that was not parsed: ${token.raw}`);
        const content = this.parser.parseInline(token.tokens);
        return headingHtml(heading.depth, heading.id, content, heading.text);
      },
      link({ href, tokens: content }) {
        return linkHtml(document, parts, href, this.parser.parseInline(content), plainText(content));
      },
      image({ href }) {
        throw new Error(`${path} has the picture ${href}: write it as <p>, <img src width alt />, </p>`);
      },
      codespan: ({ text }) => codeInText(text),
      code: ({ text, lang }) => codeHtml(text, lang?.split(/\s/)[0] ?? ""),
      table(token) {
        // On a phone a wide table scrolls in a box of its own, which the keyboard reaches.
        return `<div class="wide" tabindex="0">${Renderer.prototype.table.call(this, token)}</div>\n`;
      },
      tablecell(cell) {
        return cellHtml(cell, this.parser.parseInline(cell.tokens));
      },
    },
  });
  return marked.parser(tokens);
}

function headingHtml(depth: number, id: string, content: string, text: string): string {
  if (depth === 1) return `<h1 id="${id}">${content}</h1>\n`;
  const label = `aria-label="Link to “${escapeHtml(text)}”"`;
  return `<h${depth} id="${id}">${content} <a class="anchor" href="#${id}" ${label}>#</a></h${depth}>\n`;
}

function linkHtml(
  document: ParsedDocument,
  library: Library,
  href: string,
  content: string,
  text: string,
): string {
  const target = linkTarget(href, document, library);
  switch (target.kind) {
    case "address":
      return `<a href="${escapeHtml(target.href)}">${content}</a>`;
    case "document": {
      const page = target.document === document ? "" : `/docs/${target.document.name}`;
      return `<a href="${page}${target.hash}">${content}</a>`;
    }
    case "repository":
      return target.path.endsWith(`/${text}`) ? `<code>${content}</code>` : content;
  }
}

/** Pages of the product, as documents write them. Most of what begins with a slash is something else. */
const PAGE =
  /^\/(?:docs|docs\/[a-z-]+|signup|verify|status|demo|pricing|inbox|devices|notices|console(?:\/[a-z]+)*|openapi\.json)$/;

/** Code in a text. The address of a page leads there. */
function codeInText(text: string): string {
  const code = `<code>${breakable(escapeHtml(text))}</code>`;
  return PAGE.test(text) ? `<a href="${text}">${code}</a>` : code;
}

function codeHtml(text: string, language: string): string {
  const name = LANGUAGES[language] ?? language;
  const label = name === "" ? "" : `<span class="language">${escapeHtml(name)}</span>`;
  return `<div class="code">${label}<pre tabindex="0"><code>${escapeHtml(text)}\n</code></pre></div>\n`;
}

function cellHtml({ header, align, text }: Tokens.TableCell, content: string): string {
  const side = align === "right" ? ' class="number"' : "";
  return header && text !== "" ? `<th scope="col"${side}>${content}</th>` : `<td${side}>${content}</td>`;
}

/**
 * A long path of code breaks after slashes and dots only, so that its words stay whole in a narrow column. An origin
 * stays whole: the Worker replaces it.
 */
function breakable(html: string): string {
  return html.replaceAll(/(?<!\/)[/.](?=[A-Za-z])/g, "$&<wbr>");
}
