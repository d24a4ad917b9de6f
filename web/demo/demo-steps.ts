import { byId, make, setText, setVisible } from "../common/dom.ts";
import { icon } from "../common/icons.ts";

// The list of steps. One is open; those that the demo has reached can be opened again.

export const STEPS = ["passkey", "ask", "sign", "decision", "challenge", "log", "change", "use"] as const;
export type StepName = (typeof STEPS)[number];

const buttonOf = (step: StepName): HTMLButtonElement => byId(`demo-step-${step}`, HTMLButtonElement);
const panelOf = (step: StepName): HTMLElement => byId(`demo-panel-${step}`);
const lineOf = (step: StepName): HTMLElement => byId(`demo-line-${step}`);

const firstLines = new Map(STEPS.map((step) => [step, lineOf(step).textContent ?? ""]));

export function listenToSteps(): void {
  for (const step of STEPS) {
    buttonOf(step).addEventListener("click", () => openStep(step, "stay"));
    for (const next of panelOf(step).querySelectorAll<HTMLElement>("[data-opens]"))
      next.addEventListener("click", () => openStep(next.dataset["opens"] as StepName, "move"));
  }
}

/** `move`: what had the focus is hidden by this. */
export function openStep(step: StepName, focus: "move" | "stay"): void {
  allow(step);
  for (const each of STEPS) {
    buttonOf(each).ariaExpanded = String(each === step);
    setVisible(panelOf(each), each === step);
  }
  if (focus === "stay") return;
  const lead = panelOf(step).querySelector<HTMLElement>(".demo-lead");
  lead?.focus({ preventScroll: true });
  // On a narrow screen the list is above and below the open step, so that its own line has to come to the top.
  if (matchMedia("(width < 52rem)").matches) buttonOf(step).scrollIntoView({ block: "start" });
  else lead?.scrollIntoView({ block: "nearest" });
}

/** What the list says about a step that is done. */
export function finishStep(step: StepName, line: string): void {
  allow(step);
  setText(lineOf(step), line);
  buttonOf(step).dataset["state"] = "done";
  markOf(step).replaceChildren(icon("check"));
}

/** Below the buttons of a step. */
export function statusOf(step: StepName): HTMLElement {
  return byId(`demo-status-${step}`);
}

export function say(step: StepName, text: string): void {
  setText(statusOf(step), text);
}

/** How many of the changes a check has found. */
export function sayFound(count: number, of: number): void {
  finishStep("change", count === of ? "Every change was found" : `${count} of ${of} changes found`);
}

export function setLine(step: StepName, line: string): void {
  setText(lineOf(step), line);
}

export function allow(...steps: readonly StepName[]): void {
  for (const step of steps) buttonOf(step).disabled = false;
}

/** As the server drew the list: from this step on nothing is done. */
export function resetSteps(from: StepName): void {
  for (const step of STEPS.slice(STEPS.indexOf(from))) {
    setText(lineOf(step), firstLines.get(step) ?? "");
    delete buttonOf(step).dataset["state"];
    markOf(step).replaceChildren(make("span", "", String(STEPS.indexOf(step) + 1)));
    buttonOf(step).disabled = step !== from;
  }
}

function markOf(step: StepName): HTMLElement {
  const mark = buttonOf(step).querySelector<HTMLElement>(".demo-mark");
  if (mark === null) throw new TypeError(`the step ${step} has no mark`);
  return mark;
}
