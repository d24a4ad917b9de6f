import { byId, setText, setVisible } from "../common/dom.ts";
import type { Choice } from "./signing.ts";

// The bar with the buttons: Reject, Approve, and a reason that opens when it is needed. On a phone it stays at the
// lower end of the screen.

const approve = byId("approve", HTMLButtonElement);
const reject = byId("reject", HTMLButtonElement);
const back = byId("back", HTMLButtonElement);
const addReason = byId("add-reason", HTMLButtonElement);
const goOn = byId("go-on", HTMLButtonElement);
const again = byId("again", HTMLButtonElement);
const reason = byId("reason", HTMLTextAreaElement);

export interface BarActions {
  readonly decide: (vote: Choice["vote"]) => void;
  readonly goOn: () => void;
  readonly again: () => void;
}

export interface BarState {
  readonly canSign: boolean;
  readonly isBusy: boolean;
  /** What the small button does: leads to what is unread, or opens the reason. */
  readonly aside: "go on" | "reason" | "nothing";
  readonly status: string;
  /** Whether the status only counts what is read: a screen reader would interrupt the reading with every number. */
  readonly isCount: boolean;
  /** The words of the button that repeats what failed; null without one. */
  readonly again: string | null;
}

/** The reason is open from the start of a rejection, or if the person asks for it. */
type Reason = "closed" | "rejecting" | "open";
let shown: Reason = "closed";
let rejectText = "";

export function startBar(actions: BarActions): void {
  rejectText = reject.textContent;
  approve.addEventListener("click", () => actions.decide("approve"));
  reject.addEventListener("click", () => {
    if (shown === "closed") showReason("rejecting");
    else actions.decide("reject");
  });
  back.addEventListener("click", () => {
    showReason("closed");
    reject.focus();
  });
  addReason.addEventListener("click", () => showReason("open"));
  goOn.addEventListener("click", actions.goOn);
  again.addEventListener("click", actions.again);
}

export function reasonText(): string {
  return shown === "closed" ? "" : reason.value.toWellFormed();
}

export function drawBar({ canSign, isBusy, aside, status, isCount, again: repeat }: BarState): void {
  for (const button of [approve, reject]) {
    button.disabled = !canSign && !isBusy;
    // Not `disabled`: the button would lose the focus while the prompt is open.
    button.ariaDisabled = String(isBusy);
  }
  setVisible(goOn, aside === "go on");
  setVisible(addReason, aside === "reason" && shown === "closed");
  byId("status").ariaLive = isCount ? "off" : "polite";
  setText(byId("status"), status);
  setVisible(again, repeat !== null);
  if (repeat !== null) setText(again, repeat);
}

function showReason(next: Reason): void {
  shown = next;
  setVisible(byId("why"), next !== "closed");
  setVisible(back, next === "rejecting");
  setVisible(approve, next !== "rejecting");
  setVisible(addReason, next === "closed");
  setText(reject, next === "closed" ? rejectText : (reject.dataset["signing"] ?? rejectText));
  if (next !== "closed") reason.focus();
}
