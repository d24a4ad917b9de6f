import { escapeHtml } from "../../encoding/escape-html.ts";

// HTML in which no text of others can be markup: what is inserted is escaped, unless it was made here, too.

export interface Html {
  readonly html: string;
}

/** As in html`<p>${text}</p>`. Attributes must have quotation marks. */
export function html(
  literals: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  return { html: literals.reduce((whole, literal, at) => whole + markupOf(values[at - 1] ?? "") + literal) };
}

function markupOf(value: string | Html | readonly Html[]): string {
  if (typeof value === "string") return escapeHtml(value);
  return "html" in value ? value.html : value.map((part) => part.html).join("");
}
