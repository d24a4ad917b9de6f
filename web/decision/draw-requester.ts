import type { Statement } from "../../src/core/confirmation/statement.ts";
import { textWarnings } from "../../src/core/display/show.ts";
import { byId, setVisible } from "../common/dom.ts";
import { drawWarnings } from "../common/fields.ts";
import { icon } from "../common/icons.ts";
import { drawExact } from "../common/text.ts";

const KINDS: Readonly<Record<Statement["requester"]["kind"], string>> = {
  key: "API key",
  oauth: "Connected app",
  person: "Person",
  service: "This service",
};

/** Who asks. The names are warned about like the content. */
export function drawRequester({ requester, project, tenant }: Statement): void {
  byId("initials").append(initialsOf(requester.name) ?? icon(requester.kind === "person" ? "person" : "key"));
  byId("requester").append(drawExact(requester.name));
  byId("from").append(`${KINDS[requester.kind]} · `, drawExact(project.name), " · ", drawExact(tenant.name));
  byId("warnings").append(...[requester.name, project.name, tenant.name].flatMap(drawWarnings));
}

/** How many warnings there are, at the top of the page. */
export function drawSummary(): void {
  const notes = document.querySelectorAll("#request .note").length;
  setVisible(byId("summary"), notes > 0);
  const text = notes === 1 ? "1 warning about this request" : `${notes} warnings about this request`;
  byId("summary").append(icon("warning"), text);
}

/** The first letters of two words. Only plain letters: another character could be taken for something else. */
function initialsOf(name: string): string | undefined {
  if (textWarnings(name).length > 0) return undefined;
  const letters = name.split(/[^0-9A-Za-z]+/).flatMap((word) => word.slice(0, 1).toUpperCase() || []);
  return letters.length === 0 ? undefined : letters.slice(0, 2).join("");
}
