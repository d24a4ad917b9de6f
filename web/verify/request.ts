import { comparisonCode, groupedCode } from "../../src/core/confirmation/challenge.ts";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../src/core/encoding/strict-json.ts";
import type { Verification } from "../../src/core/evidence/public-record.ts";
import type { Receipt } from "../../src/core/evidence/receipt.ts";
import { hexBytes } from "../../src/core/evidence/signed-record.ts";
import { show } from "../../src/core/display/show.ts";
import { drawFields, drawNotesOn } from "../common/card.ts";
import { make } from "../common/dom.ts";
import { exactly } from "../common/text.ts";
import { moment } from "../common/time.ts";
import { WORDS } from "./words.ts";

// The request as the people saw it who signed, or what is missing where it was not made public.

const DECIDED: Readonly<Record<string, string>> = {
  approve: " approved, ",
  reject: " rejected, ",
  "break-glass": " approved alone, in an emergency, ",
};

export function drawRequest({ decision }: Receipt): readonly HTMLElement[] {
  const { record, statements, payload, payloadHash } = decision;
  const [first] = statements;
  const content = payload === null ? [notShown(payloadHash)] : drawContent(payload);
  if (first === undefined) {
    const why = `Nobody signed, so nothing signed says what was asked. The request was ${record.body.outcome}, `;
    return [make("p", "card", why, moment(record.at), "."), ...content];
  }
  const { action, requester, project, tenant, confirmation } = first;
  const name = (text: string) => make("b", "", exactly(text));
  const code = comparisonCode(confirmation, hexBytes(payloadHash), action);
  return [
    make("p", "action", exactly(action)),
    make(
      "p",
      "quiet",
      "Asked by ",
      name(requester.name),
      ", for project ",
      name(project.name),
      " of ",
      name(tenant.name),
      ".",
    ),
    ...[action, requester.name, project.name, tenant.name].flatMap(drawNotesOn),
    ...content,
    ...statements.map(({ approver, decision: signed, reason, issued }) =>
      make(
        "p",
        "card",
        name(approver.username),
        DECIDED[signed] ?? ` signed ${signed}, `,
        moment(issued),
        ...(reason === "" ? [] : [make("span", "value text", exactly(reason))]),
      ),
    ),
    make("p", "quiet", "Comparison code ", make("code", "", groupedCode(code))),
    make(
      "details",
      "",
      make("summary", "", "Everything else that was signed"),
      ...statements.map((statement) => drawFields(linesOf(statement))),
    ),
  ];
}

function drawContent(payload: JsonObject): readonly HTMLElement[] {
  const lines = linesOf(payload);
  if (lines.length === 0) return [make("p", "card quiet", "The content is empty: an object without fields.")];
  return [make("p", "quiet", "Every field of the content:"), drawFields(lines)];
}

function notShown(payloadHash: string): HTMLElement {
  return make("p", "card", "The content is withheld. Its SHA-256 is ", make("code", "", payloadHash), ".");
}

function linesOf(value: object) {
  const shown = show(canonicalBytes(value as JsonObject));
  return shown.ok ? shown.value : [];
}

const NOT_SHOWN = [
  "payload",
  "statement",
  "signature",
  "credential",
  "endorsement",
  "order",
  "policy",
  "outcome",
] as const;

/** Above a request that is drawn from a file that failed a check. */
export function drawDoubt(): HTMLElement {
  return make("p", "note", make("b", "", "Not proven: "), "this is only what the file claims.");
}

/** Of an approval that was not made public. */
export function drawMissing({ confirmation, outcome, at, log }: Verification): readonly HTMLElement[] {
  return [
    make(
      "dl",
      "",
      fact("Outcome", outcome),
      fact("Decided", moment(at)),
      fact("Place in the log", `${log.index} of ${log.origin}`),
      fact("Request", make("code", "", exactly(confirmation))),
    ),
    make(
      "div",
      "card",
      make("p", "", make("b", "", "What was asked, and who signed it, is not public.")),
      make("p", "", "So these checks can’t be made here:"),
      make("ul", "", ...NOT_SHOWN.map((name) => make("li", "", WORDS[name].title))),
      make(
        "p",
        "",
        "For all of them, ask whoever made the request for its receipt, one file (",
        make("code", "", `GET /api/confirmations/${confirmation}/receipt`),
        "), or ask an admin of the organisation to make this approval public. Then drop the file here.",
      ),
    ),
  ];
}

function fact(term: string, value: string | HTMLElement): HTMLElement {
  return make("div", "", make("dt", "", term), make("dd", "", value));
}
