import { textWarnings } from "../../src/core/display/show.ts";
import type { Statement } from "../../src/core/confirmation/statement.ts";
import { byId, make, setVisible } from "../common/dom.ts";
import { drawFields, drawWarnings } from "../common/fields.ts";
import { icon } from "../common/icons.ts";
import { drawExact } from "../common/text.ts";
import type { Verified } from "../decision/display-check.ts";

const KINDS: Readonly<Record<Statement["requester"]["kind"], string>> = {
  key: "API key",
  oauth: "Connected app",
  person: "Person",
  service: "This service",
};

/** Draws the request, after its display is verified. */
export function drawRequest({ statement, lines }: Verified): void {
  const { requester, project, tenant, action } = statement;
  byId("initials").append(initialsOf(requester.name) ?? icon(requester.kind === "person" ? "person" : "key"));
  byId("requester").append(drawExact(requester.name));
  byId("from").append(`${KINDS[requester.kind]} · `, drawExact(project.name), " · ", drawExact(tenant.name));
  byId("action").append(drawExact(action));
  byId("claim").append("Written by ", drawExact(requester.name), ". Nobody else has checked it.");
  byId("warnings").append(...[requester.name, project.name, tenant.name, action].flatMap(drawWarnings));
  if (lines.length > 0) byId("fields").append(drawFields(lines));
  else byId("fields").append(make("p", "card quiet part", "The content is empty: an object without fields."));
  drawSummary();
}

/** How many warnings there are, at the top of the page. */
function drawSummary(): void {
  const notes = document.querySelectorAll("#request .note").length;
  setVisible(byId("summary"), notes > 0);
  const text = notes === 1 ? "1 warning about this request" : `${notes} warnings about this request`;
  byId("summary").append(icon("warning"), text);
}

/** The first letters of two words. Only plain letters: another character could be taken for something else. */
function initialsOf(name: string): string | undefined {
  if (textWarnings(name).length > 0) return undefined;
  const letters = name.split(/[^0-9A-Za-z]+/).flatMap((word) => word.slice(0, 1).toUpperCase());
  return letters.length === 0 ? undefined : letters.slice(0, 2).join("");
}
