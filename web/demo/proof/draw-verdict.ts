import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import type { Receipt } from "../../../src/core/evidence/receipt.ts";
import { byId, make, setText, setVisible } from "../../common/dom.ts";
import { icon } from "../../common/icons.ts";
import { drawRichText } from "../../values/draw-rich-text.ts";
import type { CheckLine } from "../../verify/check-texts.ts";
import { verdictOn, type CheckedEvidence, type ReaderInput } from "../../verify/verdict.ts";
import { CHANGED_PARTS, changeOneByte, type ChangedPart } from "./change-byte.ts";

// The verdict on the receipt, in the words of the verify page, and on the same receipt with one other byte.

export function drawVerdict({ tone, heading, lines }: CheckedEvidence): void {
  const isWrong = tone === "bad";
  byId("demo-verdict").className = `demo-verdict ${tone}`;
  byId("demo-verdict").replaceChildren(
    icon(isWrong ? "cross" : "check"),
    make("span", "", ...drawRichText(heading)),
  );
  const failed = lines.filter(({ status }) => status === "failed");
  const passed = lines.filter(({ status }) => status === "passed");
  byId("demo-checks").replaceChildren(...[...failed, ...passed].map((line) => drawLine(line)));
  const absent = lines
    .filter(({ status }) => status === "absent")
    .map(({ text }) => text.title.toLowerCase());
  setText(byId("demo-absent"), absent.length === 0 ? "" : `Not checked here: ${absent.join(", ")}.`);
}

function drawLine({ name, status, detail, text }: CheckLine): HTMLElement {
  const isFailed = status === "failed";
  const line = make("li", status, icon(isFailed ? "cross" : "check"));
  const words = make("span", "", make("span", "unseen", isFailed ? "Failed: " : "Passed: "), text.title);
  if (isFailed) words.append(make("span", "demo-why", ...drawRichText([{ exact: detail }])));
  line.append(words);
  line.dataset["check"] = name;
  return line;
}

/** Called after each change that a check has found: how many different ones, of how many. */
export type ChangeFound = (count: number, of: number) => void;

/** For the receipt that the buttons change now. */
let listening = new AbortController();

/** Each button changes its byte, and the checks run again; a second tap puts the byte back. */
export function offerChanges(
  receipt: Receipt,
  input: ReaderInput,
  unchanged: CheckedEvidence,
  found: ChangeFound,
): void {
  const changes = new Set<ChangedPart>();
  const buttons = CHANGED_PARTS.map(
    (part) => [part, byId(`demo-change-${part}`, HTMLButtonElement)] as const,
  );
  // Counts the changes: the result of an older one is not drawn.
  let run = 0;
  const choose = async (part: ChangedPart | undefined) => {
    const mine = ++run;
    for (const [each, button] of buttons) button.ariaPressed = String(each === part);
    setVisible(byId("demo-changed"), part !== undefined);
    if (part === undefined) return drawVerdict(unchanged);
    const changed = changeOneByte(receipt, part);
    const bytes = canonicalBytes(changed.receipt);
    const checked = await verdictOn({ kind: "receipt", bytes }, input);
    if (mine !== run) return;
    drawBytes(changed.before, changed.after);
    drawVerdict(checked);
    if (checked.tone === "bad") found(changes.add(part).size, CHANGED_PARTS.length);
  };
  listening.abort();
  listening = new AbortController();
  for (const [part, button] of buttons) {
    const tapped = () => void choose(button.ariaPressed === "true" ? undefined : part);
    button.addEventListener("click", tapped, listening);
  }
  void choose(undefined);
}

const AROUND_CHARACTERS = 28;

/** Around the place where they differ. */
function drawBytes(before: string, after: string): void {
  const characters = Array.from(before).findIndex((character, at) => character !== after[at]);
  const from = Math.max(0, characters - AROUND_CHARACTERS);
  const to = characters + AROUND_CHARACTERS;
  const drawPart = (text: string) => [
    from > 0 ? "…" : "",
    text.slice(from, characters),
    make("mark", "", text.charAt(characters)),
    text.slice(characters + 1, to),
    to < text.length ? "…" : "",
  ];
  byId("demo-before").replaceChildren(...drawPart(before));
  byId("demo-after").replaceChildren(...drawPart(after));
}
