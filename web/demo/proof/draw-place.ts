import { groupedHex, toHex } from "../../../src/core/encoding/bytes.ts";
import { pathOf } from "../../../src/core/evidence/record-chain.ts";
import { byId, make } from "../../common/dom.ts";
import { icon } from "../../common/icons.ts";
import { drawDiagram } from "../../verify/diagram.ts";
import { rowsOf } from "../../verify/diagram-rows.ts";
import type { CheckedEvidence } from "../../verify/verdict.ts";

// The decision's entry in the log, and its path to the root that the log signed.

/** In the diagram: action, content and statement, signature. The step before has shown them. */
const ROWS_BEFORE_RECORD = 3;

/** Returns the line for the list of steps. */
export function drawPlace(checked: CheckedEvidence): string {
  const { receipt, lines } = checked;
  const path = receipt === null ? undefined : pathOf(receipt.decision);
  if (path === undefined) return "The receipt has no place in a log";
  const { index, leaf, steps, checkpoint, note } = path;
  const isPassed = (name: string) => lines.some((line) => line.name === name && line.status === "passed");
  const facts: readonly (readonly [string, string])[] = [
    ["Entry", `${index} of ${checkpoint.size}, counted from 0`],
    ["Its leaf hash", groupedHex(leaf)],
    ["Path from the leaf to the root", `${steps.length} ${steps.length === 1 ? "hash" : "hashes"}`],
    ["Root, as the log signed it", groupedHex(toHex(checkpoint.root))],
  ];
  byId("demo-place").replaceChildren(
    ...facts.map(([term, value]) => make("div", "", make("dt", "", term), make("dd", "exact", value))),
  );
  byId("demo-place-checks").replaceChildren(
    drawResult(isPassed("inclusion"), "The path leads to the root in the checkpoint."),
    drawResult(isPassed("log"), "The checkpoint is signed with the key of this log."),
  );
  byId("demo-path").replaceChildren(
    drawDiagram(
      rowsOf(checked).slice(ROWS_BEFORE_RECORD),
      "Diagram: from the record to the log’s root. The values above and the checkpoint below have the same content.",
    ),
  );
  byId("demo-checkpoint").textContent = note;
  return isPassed("inclusion") && isPassed("log")
    ? `Entry ${index}, proven here`
    : `Entry ${index}, not proven`;
}

function drawResult(isPassed: boolean, sentence: string): HTMLElement {
  return make(
    "li",
    isPassed ? "good" : "bad",
    icon(isPassed ? "check" : "cross"),
    make("span", "", sentence),
  );
}
