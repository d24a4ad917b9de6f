import { byId } from "../common/dom.ts";
import { isOfChange } from "../decision/display-check.ts";
import { openSheet } from "../decision/open-sheet.ts";
import { OF_ACTION, OF_TEST } from "../decision/outcome.ts";
import { drawRequest } from "./draw.ts";
import { drawRelated } from "./related.ts";

// The sheet: what a person reads before they decide on a request, drawn from the bytes that they sign.

openSheet((verified, data) => {
  // Here nobody would read what follows from it, or compare a fingerprint.
  if (isOfChange(verified.lines))
    return { why: "This changes who may sign, or what is public. It has a page of its own." };
  drawRequest(verified);
  byId("claim").after(...drawRelated(data, data.payload));
  return { effect: verified.statement.project.mode === "live" ? OF_ACTION : OF_TEST };
});
