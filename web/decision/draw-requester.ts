import type { Statement } from "../../src/core/confirmation/statement.ts";
import { byId, setVisible } from "../common/dom.ts";
import { drawWarnings } from "../values/fields.ts";
import { icon } from "../common/icons.ts";
import { initialsOf } from "../common/initials.ts";
import { drawExact } from "../values/text.ts";

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
