import { byId, setText, setVisible } from "../common/dom.ts";
import { getText, type Answer, type Problem } from "../common/http.ts";
import { longPoll } from "../common/long-poll.ts";
import { requestPath } from "../common/request-path.ts";
import { drawTime } from "../common/time.ts";
import { createCall, createdAnswer, decidedAnswer, waitCall, type Confirmation } from "./demo-answers.ts";
import { createRequest, readReceipt, readRequest } from "./demo-calls.ts";
import { forgetState, storeState, type DemoState } from "./demo-state.ts";
import { allow, finishStep, openStep, resetSteps, say, sayFound, setLine } from "./demo-steps.ts";
import { makePasskey } from "./make-passkey.ts";
import { passkeyName, removePasskey } from "./remove-passkey.ts";
import { closeRequestWindow } from "./request-window.ts";
import { resetUse } from "./use-once.ts";

// The demo on the server's own routes. It can go on from any state, since another tab or an earlier page may have come
// further.

/** Counts the starts: what an earlier one still waits for is dropped. */
let run = 0;
/** What a button of the page works on. */
let current: DemoState | undefined;

export function currentState(): DemoState | undefined {
  return current;
}

export function stopLive(): void {
  run++;
}

/** The first tap. */
export async function start(): Promise<string> {
  const made = await makePasskey((text) => say("passkey", text));
  if (!made.ok) return `${made.text} You can watch the recorded demo instead.`;
  await goOn(made.state, "move");
  return "";
}

/** From what is stored; undefined: from the beginning. */
export async function goOn(state: DemoState | undefined, focus: "move" | "stay"): Promise<void> {
  const mine = ++run;
  current = state;
  resetSteps("passkey");
  resetUse();
  const isMade = state !== undefined && state.secret === null;
  setVisible(byId("demo-fresh"), !isMade);
  setVisible(byId("demo-made"), isMade);
  if (!isMade) return openStep("passkey", focus);
  finishStep("passkey", "On this device, for a day");
  setText(byId("demo-passkey-name"), passkeyName(state));
  byId("demo-deleted").replaceChildren(drawTime(state.deletedAt));
  drawCall(state);
  openStep("ask", focus);
  if (state.request !== null) void follow(state, state.request, mine);
  else if (focus === "move") say("ask", await ask());
}

/** Returns what to show. Another tap tries it again if it failed. */
export async function ask(): Promise<string> {
  if (current === undefined) return "";
  const state = current;
  const mine = run;
  const created = await createRequest(state);
  if (mine !== run) return "";
  if (!created.ok) return failed(created.problem);
  const asked = { ...state, request: created.value.id };
  current = asked;
  storeState(asked);
  void follow(asked, created.value.id, mine);
  return "";
}

/** Waits for the decision as a backend does. The first answer shows how far it is. */
async function follow(state: DemoState, id: string, mine: number): Promise<void> {
  let isDrawn = false;
  await longPoll(
    () => readRequest(state, id, isDrawn),
    (confirmation) => {
      if (mine !== run) return "enough";
      if (!isDrawn) drawAsked(confirmation);
      isDrawn = true;
      if (confirmation.status === "pending") return "more";
      void decided(state, confirmation, mine);
      return "enough";
    },
    (problem) => {
      if (mine === run) sayWaiting(problem);
    },
  );
}

function sayWaiting(problem: Problem | undefined): void {
  if (problem?.status === 401) return startAgain(GONE);
  const text = problem === undefined ? "" : `${problem.detail} Trying again.`;
  for (const step of ["ask", "sign"] as const) say(step, text);
}

const GONE = "That demo organisation was deleted. Start again.";

function failed(problem: Problem): string {
  if (problem.status !== 401) return problem.detail;
  startAgain(GONE);
  return "";
}

/** With another organisation and another passkey. The browser hides the old one if it can. */
export function startAgain(text: string): void {
  if (current !== undefined) void removePasskey(current);
  forgetState();
  void goOn(undefined, isInDemo() ? "move" : "stay");
  say("passkey", text);
}

function isInDemo(): boolean {
  return byId("demo").contains(document.activeElement);
}

function drawCall(state: DemoState): void {
  setText(byId("demo-call"), createCall(location.origin, state.username, state.apiKey));
  setText(byId("demo-answer"), "");
  setVisible(byId("demo-open"), false);
  setVisible(byId("demo-ask"), state.request === null);
}

function drawAsked(confirmation: Confirmation): void {
  setText(byId("demo-answer"), createdAnswer(confirmation));
  setText(byId("demo-wait"), waitCall(confirmation.id));
  for (const id of ["demo-open", "demo-open-again"])
    byId(id, HTMLAnchorElement).href = requestPath(confirmation.id);
  setVisible(byId("demo-ask"), false);
  setVisible(byId("demo-open"), true);
  setVisible(byId("demo-waiting"), true);
  setVisible(byId("demo-signed"), false);
  setVisible(byId("demo-ended"), false);
  finishStep("ask", `Comparison code ${confirmation.code}`);
  allow("sign");
  setLine("sign", "Waiting for you");
}

async function decided(state: DemoState, confirmation: Confirmation, mine: number): Promise<void> {
  const { status } = confirmation;
  closeRequestWindow();
  sayWaiting(undefined);
  setVisible(byId("demo-waiting"), false);
  if (status !== "approved" && status !== "rejected") return drawEnded(state, status);
  const what = status === "approved" ? "You approved" : "You rejected";
  byId("demo-signed").replaceChildren(`${what} it on `, drawTime(confirmation.decidedAt ?? ""), ".");
  setVisible(byId("demo-signed"), true);
  finishStep("sign", what);
  setText(byId("demo-decision"), decidedAnswer(confirmation));
  finishStep(
    "decision",
    `${status === "approved" ? "Approved" : "Rejected"}, entry ${confirmation.log?.index ?? "?"} of the log`,
  );
  openStep("decision", isInDemo() ? "move" : "stay");
  await prove(state, confirmation.id, mine);
}

/** Nobody decided in time. */
function drawEnded(state: DemoState, status: string): void {
  const open = { ...state, request: null };
  current = open;
  storeState(open);
  setLine("sign", `The request is ${status}`);
  setVisible(byId("demo-ended"), true);
  openStep("sign", isInDemo() ? "move" : "stay");
}

async function prove(state: DemoState, id: string, mine: number): Promise<void> {
  await longPoll(
    () => evidenceOf(state, id),
    ([receipt, trust]) => {
      if (mine === run) void showEvidence(state, receipt, trust);
      return "enough";
    },
    (problem) => {
      if (mine !== run) return;
      say("decision", problem === undefined ? "" : `The receipt did not arrive. ${problem.detail}`);
    },
  );
}

async function evidenceOf(state: DemoState, id: string): Promise<Answer<readonly [string, string]>> {
  const receipt = await readReceipt(state, id);
  if (!receipt.ok) return receipt;
  const trust = await getText("/log/policy.txt");
  return trust.ok ? { ok: true, value: [receipt.value, trust.value] } : trust;
}

async function showEvidence({ genesis, passkey }: DemoState, receipt: string, trust: string): Promise<void> {
  try {
    const { organisationOf, showProof } = await import("./demo-proof.ts");
    const organisation = passkey === null ? "" : organisationOf({ genesis, ...passkey });
    const shown = await showProof({ receipt, organisation, trust }, sayFound);
    if (shown === undefined) return say("decision", "The service sent no receipt that this page can read.");
    finishStep("challenge", shown.challenge);
    finishStep("log", shown.place);
    allow("change", "use");
    setVisible(byId("demo-to-challenge"), true);
  } catch {
    say(
      "decision",
      "The part of this page that verifies did not load. Reload the page: the demo goes on here.",
    );
  }
}
