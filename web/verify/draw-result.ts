import { toHex } from "../../src/core/encoding/bytes.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { drawText, textOf } from "../../src/core/display/text/segments.ts";
import { groupedOrganisationId } from "../../src/core/report/organisation-id.ts";
import { isSigned } from "../../src/core/report/receipt-notes.ts";
import type { RichText } from "../../src/core/report/rich-text.ts";
import { icon, type IconName } from "../common/icons.ts";
import { byId, make, setText, setVisible } from "../common/dom.ts";
import { drawRichText } from "../values/draw-rich-text.ts";
import { drawTime } from "../common/time.ts";
import { valuesOf } from "./check-values.ts";
import { drawDiagram } from "./diagram.ts";
import { rowsOf } from "./diagram-rows.ts";
import { drawCheck, drawValues } from "./draw-check.ts";
import { drawFacts, factsOf, publicFacts } from "./draw-facts.ts";
import { drawNotProven, drawNotPublic, drawRequest, drawSigned } from "./draw-request.ts";
import type { Evidence } from "./evidence-input.ts";
import { needOf, tallyText, type Need } from "./needs.ts";
import { bringFields, focusField } from "./reader-fields.ts";
import { RESULT_SIGNS, type CheckLine } from "./check-texts.ts";
import type { CheckedEvidence, ReaderInput } from "./verdict.ts";
import { titleOf, type Verdict } from "./verdict-words.ts";

// Draws the result of the checks: the verdict and its facts first, everything else folded.

const SIGN: Readonly<Record<Verdict["tone"], IconName>> = {
  good: "check",
  alone: "warning",
  test: "warning",
  over: "check",
  open: "key",
  bad: "cross",
  none: "warning",
};

export function drawResult(evidence: Evidence, checked: CheckedEvidence, input: ReaderInput): void {
  const { tone, lines, receipt, verification } = checked;
  const organisation = lines.find(({ name }) => name === "tenant");
  const hasSigners = receipt !== null && isSigned(receipt);
  const known = {
    isReadable: receipt !== null || verification !== null,
    isSigned: hasSigners,
    hasTrust: input.trust !== undefined,
    trust: input.trust,
    isOrganisationConfirmed: organisation?.status === "passed",
  };
  const needs = new Map(lines.map((line) => [line.name, needOf(line, known)]));
  drawVerdict(checked);
  document.title = `${plainText(titleOf(checked, receipt))} · Countersign`;
  const isShown = tone !== "bad" && tone !== "none";
  const facts = drawFacts(
    receipt ? factsOf(receipt, known) : verification ? publicFacts(verification, known) : [],
  );
  byId("facts").replaceChildren(...(isShown ? facts : []));
  setVisible(byId("facts"), isShown);
  // Of evidence that is wrong in itself, it does not matter whose it is.
  setVisible(byId("organisation-field"), isShown || organisation?.status === "failed");
  setVisible(byId("organisation-why"), !known.isOrganisationConfirmed);
  setVisible(byId("organisation-confirmed"), known.isOrganisationConfirmed);
  bringFields(checked.fields ?? []);
  drawChecks(evidence, checked, input, needs);
  setText(byId("tally"), tallyText(lines, known));
  setVisible(byId("checks-fold"), lines.length > 0);
  drawDetails(checked, facts);
  drawPrint(evidence, checked, input);
}

export function drawVerdict({ tone, heading, sentences }: Verdict): void {
  byId("verdict").className = `verdict ${tone}`;
  byId("sign").replaceChildren(icon(SIGN[tone]));
  byId("heading").replaceChildren(...drawRichText(heading));
  byId("sentences").replaceChildren(...sentences.map((sentence) => make("p", "", ...drawRichText(sentence))));
  setVisible(byId("result"), true);
}

export function plainText(text: RichText): string {
  return text.map((part) => (typeof part === "string" ? part : textOf(drawText(part.exact)))).join("");
}

/** What failed, then what needs more, then what passed. */
function drawChecks(
  evidence: Evidence,
  { lines, receipt, verification }: CheckedEvidence,
  input: ReaderInput,
  needs: ReadonlyMap<string, Need | undefined>,
): void {
  const bytes = evidence.kind === "other" ? new Uint8Array() : evidence.bytes;
  const inputs = { file: bytes, organisation: input.organisation, trust: input.trust };
  const opening = receipt?.decision ?? verification?.opening;
  const place = ({ name, status }: CheckLine) =>
    status === "failed" ? 0 : needs.get(name) ? 1 : status === "passed" ? 2 : 3;
  const open = new Set(
    [...document.querySelectorAll<HTMLDetailsElement>("#checks .values[open]")].map(checkOf),
  );
  byId("checks").replaceChildren(
    ...lines
      .toSorted((left, right) => place(left) - place(right))
      .map((line) => {
        const values = valuesOf(line.name, receipt, opening, inputs);
        return drawCheck(line, { values, need: needs.get(line.name), open: focusField });
      }),
  );
  // The open values stay open when the checks run again.
  for (const values of document.querySelectorAll<HTMLDetailsElement>("#checks .values"))
    values.open = open.has(checkOf(values));
}

function checkOf(values: HTMLElement): string {
  return values.closest<HTMLElement>(".check")?.dataset["check"] ?? "";
}

function drawDetails(checked: CheckedEvidence, facts: readonly HTMLElement[]): void {
  const { tone, receipt, verification } = checked;
  const asked = receipt ? drawRequest(receipt) : verification ? drawNotPublic(verification) : [];
  const claims = make("details", "", make("summary", "", "What the file claims"));
  if (tone === "bad") claims.append(drawNotProven(), make("dl", "facts", ...facts), ...asked);
  byId("asked").replaceChildren(...(tone === "bad" && asked.length > 0 ? [claims] : asked));
  const hasSigners = receipt !== null && isSigned(receipt);
  const heading = receipt === null ? "What is not public" : hasSigners ? "What was signed" : "What was asked";
  setText(byId("request-heading"), heading);
  setVisible(byId("request-heading"), tone !== "bad");
  setVisible(byId("request"), asked.length > 0);
  byId("signed").replaceChildren(...(receipt && hasSigners ? drawSigned(receipt) : []));
  setVisible(byId("rest"), hasSigners && tone !== "bad");
  const rows = rowsOf(checked);
  setVisible(byId("path"), rows.length > 0);
  if (rows.length > 0) drawPath(rows);
  setVisible(byId("evidence"), tone !== "none");
  setVisible(byId("checked"), tone !== "none");
}

function drawPath(rows: ReturnType<typeof rowsOf>): void {
  const boxes = rows.flatMap((row) => row.boxes);
  byId("proof-path").replaceChildren(
    drawDiagram(rows, "Diagram: from the action to the log. The list below has the same content."),
    drawValues(
      "The same as a list, with full values",
      boxes.map(({ title, value }) => [title, value]),
    ),
  );
}

/** What the printed page has besides: every check as a line, and what a reader needs to repeat them. */
function drawPrint(
  evidence: Evidence,
  { lines, receipt, verification }: CheckedEvidence,
  { trust }: ReaderInput,
): void {
  const stream = (receipt?.decision ?? verification?.opening)?.record.stream ?? "";
  const isConfirmed = lines.some(({ name, status }) => name === "tenant" && status === "passed");
  const now = new Date().toISOString();
  const policy =
    trust === undefined ? "none" : trust.from === "you" ? "the reader's own" : "the service's own";
  const file = evidence.kind === "other" ? "" : toHex(sha256(evidence.bytes));
  const facts: readonly (readonly [string, HTMLElement | string])[] = [
    ["Organisation id", `${groupedOrganisationId(stream)} (${isConfirmed ? "confirmed" : "not confirmed"})`],
    ["Trust policy", policy],
    ["SHA-256 of the file", file],
    ["Checked", drawTime(now)],
  ];
  byId("print").replaceChildren(
    make(
      "ol",
      "plain",
      ...lines.map(({ status, text, detail }) =>
        make(
          "li",
          "",
          `${RESULT_SIGNS[status]} `,
          make("b", "", text.title),
          `: ${plainText([{ exact: detail }])}`,
        ),
      ),
    ),
    make(
      "dl",
      "",
      ...facts.map(([term, value]) => make("div", "", make("dt", "", term), make("dd", "", value))),
    ),
  );
  const print = make("button", "plain-button", "Print");
  print.type = "button";
  print.addEventListener("click", () => globalThis.print());
  byId("checked").replaceChildren(make("span", "", "Checked ", drawTime(now)), print);
  const options = [isConfirmed ? `--tenant ${stream}` : "--tenant ORGANISATION_ID", "--policy trust.txt"];
  setText(byId("command"), `node .build/countersign.mjs verify receipt.json ${options.join(" ")}`);
}
