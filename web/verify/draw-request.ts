import { hexBytes } from "../../src/core/encoding/bytes.ts";
import { comparisonCode, groupedCode } from "../../src/core/confirmation/challenge.ts";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../src/core/encoding/strict-json.ts";
import type { Verification } from "../../src/core/evidence/public-record.ts";
import type { Receipt } from "../../src/core/evidence/receipt.ts";
import { show } from "../../src/core/display/show.ts";
import { drawFields, drawWarnings } from "../common/fields.ts";
import { make } from "../common/dom.ts";
import { drawTime } from "../common/time.ts";
import { CHECK_TEXTS } from "./check-texts.ts";

// Draws the content of the request as the signers saw it, or says what is missing if it was not made public.

export function drawRequest({ decision }: Receipt): readonly HTMLElement[] {
  const { record, evidence } = decision;
  const { payload, payloadHash, signers } = evidence;
  const first = signers[0]?.statement;
  const content = payload === null ? [notShown(payloadHash)] : drawContent(payload, first?.display.order);
  if (first === undefined) {
    const ended = record.body.outcome === "expired" ? "expired" : `was ${record.body.outcome}`;
    const why = `Nobody signed, so nothing proves what was asked. By the operator’s word, the request ${ended}, `;
    return [make("p", "card", why, drawTime(record.at), ", and had this content:"), ...content];
  }
  const { action, requester, project, tenant } = first;
  return [...[action, requester.name, project.name, tenant.name].flatMap(drawWarnings), ...content];
}

/** The statement of each signer, field by field. */
export function drawSigned({ decision }: Receipt): readonly HTMLElement[] {
  const { signers, payloadHash } = decision.evidence;
  return signers.flatMap(({ statement }) => {
    const { confirmation, action } = statement;
    const code = groupedCode(comparisonCode(confirmation, hexBytes(payloadHash), action));
    return [make("p", "quiet", "Comparison code ", make("code", "", code)), drawFields(linesOf(statement))];
  });
}

function drawContent(payload: JsonObject, order?: readonly number[]): readonly HTMLElement[] {
  const lines = linesOf(payload, order);
  if (lines.length === 0) return [make("p", "card quiet", "The content is empty: an object without fields.")];
  return [drawFields(lines)];
}

function notShown(payloadHash: string): HTMLElement {
  return make("p", "card", "The content is withheld. Its SHA-256 is ", make("code", "", payloadHash), ".");
}

function linesOf(value: object, order?: readonly number[]) {
  const bytes = canonicalBytes(value as JsonObject);
  const shown = show(bytes, order);
  if (shown.ok) return shown.value;
  // An altered file can name an order that the content does not have.
  const sorted = show(bytes);
  return sorted.ok ? sorted.value : [];
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

/** A warning above the content of evidence that failed a check. */
export function drawNotProven(): HTMLElement {
  return make("p", "note", make("b", "", "Not proven: "), "the file only claims this.");
}

/** What helps if the decision was not made public. */
export function drawNotPublic({ confirmation }: Verification): readonly HTMLElement[] {
  return [
    make(
      "div",
      "card",
      make("p", "", make("b", "", "The content and the signers are not public.")),
      make(
        "p",
        "",
        "To check them, ask the requester for the receipt, which is one file (",
        make("code", "", `GET /api/confirmations/${confirmation}/receipt`),
        "), and drop it here. Or ask an admin of the organisation to make this decision public.",
      ),
      make(
        "details",
        "",
        make("summary", "", `${NOT_PUBLIC_CHECKS.length} checks that need the receipt`),
        make("ul", "", ...NOT_PUBLIC_CHECKS.map((name) => make("li", "", CHECK_TEXTS[name].title))),
      ),
    ),
  ];
}
