import { hexBytes } from "../../src/core/encoding/bytes.ts";
import { comparisonCode, groupedCode } from "../../src/core/confirmation/challenge.ts";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../src/core/encoding/strict-json.ts";
import type { Verification } from "../../src/core/evidence/public-record.ts";
import type { Receipt } from "../../src/core/evidence/receipt.ts";
import { show } from "../../src/core/display/show.ts";
import { drawFields, drawWarnings } from "../common/fields.ts";
import { make } from "../common/dom.ts";
import { drawExact } from "../common/text.ts";
import { drawTime } from "../common/time.ts";
import { CHECK_TEXTS } from "./check-texts.ts";

// Draws the request as the signers saw it, or says what is missing if it was not made public.

const VOTE_TEXTS: Readonly<Record<string, string>> = {
  approve: " approved, ",
  reject: " rejected, ",
  "break-glass": " approved alone, in an emergency, ",
};

export function drawRequest({ decision }: Receipt): readonly HTMLElement[] {
  const { record, evidence } = decision;
  const { payload, payloadHash } = evidence;
  const statements = evidence.signers.map(({ statement }) => statement);
  const [first] = statements;
  const intro = first ? "Every field of the content:" : "Every field of the content, by the operator’s word:";
  const content = payload === null ? [notShown(payloadHash)] : drawContent(payload, intro);
  if (first === undefined) {
    const ended = record.body.outcome === "expired" ? "expired" : `was ${record.body.outcome}`;
    const why = `Nobody signed, so nothing proves what was asked. By the operator’s word, the request ${ended}, `;
    return [make("p", "card", why, drawTime(record.at), "."), ...content];
  }
  const { action, requester, project, tenant, confirmation } = first;
  const name = (text: string) => make("b", "", drawExact(text));
  const code = comparisonCode(confirmation, hexBytes(payloadHash), action);
  return [
    make("p", "action", drawExact(action)),
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
    ...[action, requester.name, project.name, tenant.name].flatMap(drawWarnings),
    ...content,
    ...statements.map(({ approver, vote, reason, issued }) =>
      make(
        "p",
        "card",
        name(approver.username),
        VOTE_TEXTS[vote] ?? ` signed ${vote}, `,
        drawTime(issued),
        ...(reason === "" ? [] : [make("span", "value text", drawExact(reason))]),
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

function drawContent(payload: JsonObject, intro: string): readonly HTMLElement[] {
  const lines = linesOf(payload);
  if (lines.length === 0) return [make("p", "card quiet", "The content is empty: an object without fields.")];
  return [make("p", "quiet", intro), drawFields(lines)];
}

function notShown(payloadHash: string): HTMLElement {
  return make("p", "card", "The content is withheld. Its SHA-256 is ", make("code", "", payloadHash), ".");
}

function linesOf(value: object) {
  const shown = show(canonicalBytes(value as JsonObject));
  return shown.ok ? shown.value : [];
}

const NOT_PUBLIC_CHECKS = [
  "payload",
  "statement",
  "signature",
  "credential",
  "endorsement",
  "revocation",
  "order",
  "policy",
  "outcome",
] as const;

/** A warning above a request from a file that failed a check. */
export function drawNotProven(): HTMLElement {
  return make("p", "note", make("b", "", "Not proven: "), "the file only claims this.");
}

/** The facts of an approval that was not made public. */
export function drawNotPublic({ confirmation, outcome, at, log }: Verification): readonly HTMLElement[] {
  return [
    make(
      "dl",
      "",
      fact("Outcome", outcome),
      fact("Decided", drawTime(at)),
      fact("Place in the log", `${log.index} of ${log.origin}`),
      fact("Request", make("code", "", drawExact(confirmation))),
    ),
    make(
      "div",
      "card",
      make("p", "", make("b", "", "The content and the signers are not public.")),
      make("p", "", "So this page can’t do these checks:"),
      make("ul", "", ...NOT_PUBLIC_CHECKS.map((name) => make("li", "", CHECK_TEXTS[name].title))),
      make(
        "p",
        "",
        "To do all of them, ask the requester for the receipt, which is one file (",
        make("code", "", `GET /api/confirmations/${confirmation}/receipt`),
        "), and drop it here. Or ask an admin of the organisation to make this approval public.",
      ),
    ),
  ];
}

function fact(term: string, value: string | HTMLElement): HTMLElement {
  return make("div", "", make("dt", "", term), make("dd", "", value));
}
