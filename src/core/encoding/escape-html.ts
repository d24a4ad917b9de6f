const SIGNS: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
/** An `&` that does not begin an entity such as `&amp;`, which Markdown allows in text. */
const WITHOUT_ENTITIES = /[<>"']|&(?!(?:#\d{1,7}|#[Xx][a-fA-F0-9]{1,6}|\w+);)/g;

/** For the text of an element and for the value of an attribute. */
export function escapeHtml(text: string, { keepsEntities = false } = {}): string {
  return text.replace(keepsEntities ? WITHOUT_ENTITIES : /[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
}
