import { textOf, drawText } from "../../src/core/display/show.ts";
import { part, partOf, say, show } from "../common/dom.ts";
import { follow } from "../common/follow.ts";
import { passkeyTrouble } from "../common/passkey-client.ts";
import { get, isPassing, pageData, post, type Path, type Problem } from "../common/http.ts";
import { clockFrom, span } from "../common/time.ts";
import { keepCeremony, sign, type CeremonyKeeper, type Choice } from "./signing.ts";
import type { ApprovalData, ApprovalState } from "../../src/core/pages/approval.ts";
import { drawAlarm, drawOutcome, drawRaw, drawRequest } from "./draw.ts";
import { isFinal, tellingOf } from "./outcome.ts";
import { verifyDisplay, type Verified } from "./display-check.ts";

const WAIT_SECONDS = 25;

/** What changes while the page is open. */
interface Desk {
  readonly path: Path;
  readonly verified: Verified;
  readonly clock: () => number;
  readonly ceremony: CeremonyKeeper;
  state: ApprovalState;
  /** Whether the end of the content has been on the screen. */
  seen: boolean;
  busy: boolean;
  prompt: AbortController | undefined;
  /** Signed and not known to have arrived: to be sent again as it is, never to be signed again. */
  unsent: object | undefined;
  /** What just went wrong, in place of what to do next. */
  trouble: string;
  /** What the button beside the trouble does. */
  again: (() => Promise<void>) | undefined;
}

const approve = partOf("approve", HTMLButtonElement);
const reject = partOf("reject", HTMLButtonElement);
const reason = partOf("reason", HTMLTextAreaElement);
const again = partOf("again", HTMLButtonElement);
const outcome = part("outcome");

function start(): void {
  const data = pageData() as ApprovalData | undefined;
  if (data === undefined) return drawAlarm("The page arrived without its content.");
  drawRaw(data);
  const verified = verifyDisplay(data, location);
  if (!verified.ok) return drawAlarm(verified.why);
  drawRequest(verified, data.code);
  const desk = open(data, verified);
  if (!isOpen(desk)) part("top").append(outcome);
  draw(desk);
  listen(desk);
  if (isOpen(desk)) void desk.ceremony.renew();
  if (!isFinal(desk.state)) void watch(desk);
}

function open(data: ApprovalData, verified: Verified): Desk {
  const path: Path = `/approve/${verified.statement.confirmation}`;
  const clock = clockFrom(data.now);
  const renewed = (problem?: Problem) => {
    // What is signed already comes first; its trouble and its button stay.
    if (desk.unsent !== undefined) return;
    const retry = () => desk.ceremony.renew();
    if (problem !== undefined) fail(desk, problem.detail, retry);
    // Over as soon as it came: without this the page would ask for ever.
    else if (desk.ceremony.ready() === undefined) fail(desk, "This device's clock was set. Reload.", retry);
    else fail(desk, desk.again === undefined ? desk.trouble : "");
  };
  const desk: Desk = {
    path,
    verified,
    clock,
    ceremony: keepCeremony(`${path}/ceremony`, clock, renewed),
    state: data.state,
    seen: false,
    busy: false,
    prompt: undefined,
    unsent: undefined,
    trouble: "",
    again: undefined,
  };
  return desk;
}

function millisecondsLeft({ verified, clock }: Desk): number {
  return Date.parse(verified.statement.expires) - clock();
}

function telling(desk: Desk) {
  return tellingOf(desk.state, millisecondsLeft(desk) <= 0);
}

function isOpen(desk: Desk): boolean {
  return telling(desk).open;
}

/** Everything that follows from the desk. */
function draw(desk: Desk): void {
  const told = telling(desk);
  const { action } = desk.verified.statement;
  say(part("state"), told.word);
  part("state").className = `pill ${told.tone}`;
  document.title = `${told.word}: ${textOf(drawText(action))} · Countersign`;
  show(part("jump"), told.open);
  show(part("decide"), told.open);
  show(outcome, !told.open);
  if (!told.open) drawOutcome(told, desk.state);
  const ready = desk.seen && desk.ceremony.ready() !== undefined && desk.unsent === undefined;
  for (const button of [approve, reject]) {
    button.disabled = !ready && !desk.busy;
    // Not `disabled`, which would take the focus away while the prompt is open.
    button.ariaDisabled = String(desk.busy);
  }
  say(again, desk.unsent === undefined ? "Try again" : "Send again");
  show(again, desk.again !== undefined && !desk.busy);
  say(part("status"), told.open || desk.trouble !== "" ? next(desk) : "");
  if (!told.open) say(part("live"), `${told.heading}. ${told.sentence}`);
}

function next(desk: Desk): string {
  if (desk.prompt !== undefined) return "Your device asks for your passkey.";
  if (desk.busy) return "Sending your signature.";
  if (desk.trouble !== "") return desk.trouble;
  if (!desk.seen) return "Read to the end to decide.";
  if (desk.ceremony.ready() === undefined) return "Getting ready.";
  return "You have reached the end. You can decide now.";
}

function fail(desk: Desk, trouble: string, retry?: () => Promise<void>): void {
  desk.trouble = trouble;
  desk.again = retry;
  draw(desk);
}

function take(desk: Desk, state: ApprovalState): void {
  desk.state = state;
  if (isOpen(desk)) return draw(desk);
  desk.prompt?.abort();
  // Of no use any more, but for a signature that may not have arrived.
  if (desk.again !== undefined && desk.unsent === undefined) fail(desk, "");
  else draw(desk);
}

function decide(desk: Desk, decision: Choice["decision"]): void {
  const ceremony = desk.ceremony.ready();
  if (desk.busy || !desk.seen || !isOpen(desk) || desk.unsent !== undefined) return;
  if (ceremony === undefined) {
    fail(desk, "The page has been open for a while. One moment, then choose again.");
    void desk.ceremony.renew();
    return;
  }
  const choice: Choice = { decision, reason: reason.value.toWellFormed() };
  desk.prompt = new AbortController();
  const signed = sign(desk.verified, ceremony, choice, desk.prompt.signal);
  desk.busy = true;
  draw(desk);
  void finish(desk, signed, { ceremonyId: ceremony.ceremonyId, ...choice });
}

async function finish(desk: Desk, signed: ReturnType<typeof sign>, body: object): Promise<void> {
  try {
    desk.unsent = { ...body, assertion: await signed };
  } catch (problem) {
    desk.busy = false;
    desk.prompt = undefined;
    return fail(desk, isOpen(desk) ? passkeyTrouble(problem) : "");
  }
  desk.prompt = undefined;
  await send(desk);
}

async function send(desk: Desk): Promise<void> {
  if (desk.unsent === undefined) return;
  desk.busy = true;
  fail(desk, "");
  const answer = await post<ApprovalState>(`${desk.path}/decision`, desk.unsent);
  desk.busy = false;
  if (!answer.ok && (isPassing(answer.problem) || answer.problem.status === 401)) {
    const { detail, status } = answer.problem;
    const how = status === 401 ? "Sign in again in another tab, then send it." : "Send it again.";
    return fail(desk, `${detail} Your signature is still here. ${how}`, () => send(desk));
  }
  desk.unsent = undefined;
  desk.ceremony.forget();
  if (answer.ok) {
    take(desk, answer.value);
    outcome.focus();
    return;
  }
  fail(desk, answer.problem.detail);
  const now = await get<ApprovalState>(`${desk.path}/state?wait=0`);
  if (now.ok) take(desk, now.value);
  // With a new ceremony the buttons come back; what went wrong stays to be read.
  if (isOpen(desk)) await desk.ceremony.renew();
}

function watch(desk: Desk): Promise<void> {
  const seen = () => `${desk.state.status}:${desk.state.sealed}`;
  return follow(
    () => get<ApprovalState>(`${desk.path}/state?wait=${WAIT_SECONDS}&seen=${seen()}`),
    (state) => {
      take(desk, state);
      return isFinal(state) ? "enough" : "more";
    },
    (problem) => say(part("connection"), problem === undefined ? "" : lost(problem)),
  );
}

function lost(problem: Problem): string {
  return isPassing(problem) ? `${problem.detail} Trying again.` : `${problem.detail} Reload this page.`;
}

function listen(desk: Desk): void {
  approve.addEventListener("click", () => decide(desk, "approve"));
  reject.addEventListener("click", () => decide(desk, "reject"));
  again.addEventListener("click", () => void desk.again?.());
  const reached = () => {
    desk.seen = true;
    draw(desk);
  };
  part("jump").addEventListener("click", () => {
    part("decision-heading").focus();
    reached();
  });
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    reached();
  });
  observer.observe(part("end"));
  addEventListener("pagehide", () => desk.prompt?.abort());
  document.addEventListener("visibilitychange", () => tick(desk));
  setInterval(() => tick(desk), 1_000);
  tick(desk);
}

function tick(desk: Desk): void {
  const left = millisecondsLeft(desk);
  const closed = isFinal(desk.state) ? "Closed." : "The time is over.";
  say(part("left"), left > 0 && !isFinal(desk.state) ? `in ${span(left)}` : closed);
  if (part("decide").hidden) return;
  if (left <= 0) return take(desk, desk.state);
  if (left < 60_000) say(part("live"), "Less than a minute is left to decide.");
  const stale = desk.ceremony.ready() === undefined && desk.again === undefined;
  if (stale && !desk.busy && document.visibilityState === "visible") void desk.ceremony.renew();
}

try {
  start();
} catch {
  drawAlarm("This browser could not draw the content.");
}
show(part("main"), true);
