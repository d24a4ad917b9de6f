import { hexBytes } from "../../src/core/encoding/bytes.ts";
import { comparisonCode, groupedCode } from "../../src/core/confirmation/challenge.ts";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import type { Verification } from "../../src/core/evidence/public-record.ts";
import type { Evidence, Receipt } from "../../src/core/evidence/receipt.ts";
import { signedContent } from "../../src/core/report/signed-content.ts";
import type { Statement } from "../../src/core/confirmation/statement.ts";
import { show } from "../../src/core/display/show.ts";
import { drawContent, drawFields, drawNotes, drawWarnings } from "../values/fields.ts";
import { make } from "../common/dom.ts";
import { drawTime } from "../common/time.ts";
import { CHECK_TEXTS } from "./check-texts.ts";

// Draws the content of the request as the signers saw it, or says what is missing if it was not made public.

export function drawRequest({ decision }: Receipt): readonly HTMLElement[] {
  const { record, evidence } = decision;
  const first = evidence.signers[0]?.statement;
  const content = drawEvidence(evidence);
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

function drawEvidence(evidence: Evidence): readonly HTMLElement[] {
  const content = signedContent(evidence);
  if (content === undefined) return [notShown(evidence.payloadHash)];
  return [...drawNotes(content.notes), drawContent(content.lines)];
}

function notShown(payloadHash: string): HTMLElement {
  return make("p", "card", "The content is withheld. Its SHA-256 is ", make("code", "", payloadHash), ".");
}

function linesOf(statement: Statement) {
  const shown = show(canonicalBytes(statement));
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
