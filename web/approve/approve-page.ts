import { textOf, drawText } from "../../src/core/display/show.ts";
import { byId, setText, setVisible } from "../common/dom.ts";
import { longPoll } from "../common/long-poll.ts";
import { passkeyErrorText } from "../common/passkey-client.ts";
import { get, isTemporary, pageData, post, type Path, type Problem } from "../common/http.ts";
import { serverClock, durationText } from "../common/time.ts";
import { createCeremonyCache, sign, type CeremonyCache, type Choice } from "../decision/signing.ts";
import type { ApprovalData, ApprovalState } from "../../src/core/pages/approval.ts";
import { drawAlarm, drawOutcome, drawRaw, drawRequest } from "./draw.ts";
import { isFinal, stateTextOf } from "../decision/outcome.ts";
import { verifyDisplay, type Verified } from "../decision/display-check.ts";

const WAIT_SECONDS = 25;

/** The state of the open page. */
interface Page {
  readonly path: Path;
  readonly verified: Verified;
  readonly clock: () => number;
  readonly ceremony: CeremonyCache;
  state: ApprovalState;
  /** Whether the end of the content was on the screen. */
  readToEnd: boolean;
  busy: boolean;
  prompt: AbortController | undefined;
  /** A signed vote that may not have arrived. It is sent again as it is; the person never signs again. */
  unsent: object | undefined;
  /** The last error, shown instead of the next step. */
  error: string;
  /** The action of the button next to the error. */
  retry: (() => Promise<void>) | undefined;
}

const approve = byId("approve", HTMLButtonElement);
const reject = byId("reject", HTMLButtonElement);
const reason = byId("reason", HTMLTextAreaElement);
const againButton = byId("again", HTMLButtonElement);
const outcome = byId("outcome");

function start(): void {
  const data = pageData() as ApprovalData | undefined;
  if (data === undefined) return drawAlarm("The server sent this page without its content.");
  drawRaw(data);
  const verified = verifyDisplay(data, location);
  if (!verified.ok) return drawAlarm(verified.why);
  drawRequest(verified, data.code);
  const page = createPage(data, verified);
  if (!isDecidable(page)) byId("top").append(outcome);
  draw(page);
  listen(page);
  if (isDecidable(page)) void page.ceremony.renew();
  if (!isFinal(page.state)) void watch(page);
}

function createPage(data: ApprovalData, verified: Verified): Page {
  const path: Path = `/approve/${verified.statement.confirmation}`;
  const clock = serverClock(data.now);
  const renewed = (problem?: Problem) => {
    // A signed vote comes first: its error and its button stay.
    if (page.unsent !== undefined) return;
    const retry = () => page.ceremony.renew();
    if (problem !== undefined) setError(page, problem.detail, retry);
    // Expired on arrival: without this the page would request a new one for ever.
    else if (page.ceremony.ready() === undefined)
      setError(page, "This device's clock has changed. Reload this page.", retry);
    else setError(page, page.retry === undefined ? page.error : "");
  };
  const page: Page = {
    path,
    verified,
    clock,
    ceremony: createCeremonyCache(`${path}/ceremony`, clock, renewed),
    state: data.state,
    readToEnd: false,
    busy: false,
    prompt: undefined,
    unsent: undefined,
    error: "",
    retry: undefined,
  };
  return page;
}

function millisecondsLeft({ verified, clock }: Page): number {
  return Date.parse(verified.statement.expires) - clock();
}

function textOfState(page: Page) {
  return stateTextOf(page.state, millisecondsLeft(page) <= 0);
}

function isDecidable(page: Page): boolean {
  return textOfState(page).decidable;
}

/** Draws everything that depends on the page's state. */
function draw(page: Page): void {
  const text = textOfState(page);
  const { action, confirmation } = page.verified.statement;
  setText(byId("state"), text.word);
  byId("state").className = `pill ${text.tone}`;
  document.title = `${text.word}: ${textOf(drawText(action))} · Countersign`;
  setVisible(byId("jump"), text.decidable);
  setVisible(byId("decide"), text.decidable);
  setVisible(outcome, !text.decidable);
  if (!text.decidable) drawOutcome(text, page.state, confirmation);
  const ready = page.readToEnd && page.ceremony.ready() !== undefined && page.unsent === undefined;
  for (const button of [approve, reject]) {
    button.disabled = !ready && !page.busy;
    // Not `disabled`: the button would lose the focus while the prompt is open.
    button.ariaDisabled = String(page.busy);
  }
  setText(againButton, page.unsent === undefined ? "Try again" : "Send again");
  setVisible(againButton, page.retry !== undefined && !page.busy);
  setText(byId("status"), text.decidable || page.error !== "" ? statusText(page) : "");
  if (!text.decidable) setText(byId("live"), `${text.heading}. ${text.sentence}`);
}

function statusText(page: Page): string {
  if (page.prompt !== undefined) return "Follow your device's passkey prompt.";
  if (page.busy) return "Sending your signature.";
  if (page.error !== "") return page.error;
  if (!page.readToEnd) return "Read to the end. Then you can decide.";
  if (page.ceremony.ready() === undefined) return "Getting ready.";
  return "You have reached the end. You can decide now.";
}

function setError(page: Page, error: string, retry?: () => Promise<void>): void {
  page.error = error;
  page.retry = retry;
  draw(page);
}

function update(page: Page, state: ApprovalState): void {
  page.state = state;
  if (isDecidable(page)) return draw(page);
  page.prompt?.abort();
  // The button is useless now, unless a signature may not have arrived.
  if (page.retry !== undefined && page.unsent === undefined) setError(page, "");
  else draw(page);
}

function decide(page: Page, vote: Choice["vote"]): void {
  const ceremony = page.ceremony.ready();
  if (page.busy || !page.readToEnd || !isDecidable(page) || page.unsent !== undefined) return;
  if (ceremony === undefined) {
    setError(page, "The page was open for too long. Wait a moment, then choose again.");
    void page.ceremony.renew();
    return;
  }
  const choice: Choice = { vote, reason: reason.value.toWellFormed() };
  page.prompt = new AbortController();
  const signed = sign(page.verified, ceremony, choice, page.prompt.signal);
  page.busy = true;
  draw(page);
  void finish(page, signed, { ceremonyId: ceremony.ceremonyId, ...choice });
}

async function finish(page: Page, signed: ReturnType<typeof sign>, body: object): Promise<void> {
  try {
    page.unsent = { ...body, assertion: await signed };
  } catch (problem) {
    page.busy = false;
    page.prompt = undefined;
    return setError(page, isDecidable(page) ? passkeyErrorText(problem) : "");
  }
  page.prompt = undefined;
  await send(page);
}

async function send(page: Page): Promise<void> {
  if (page.unsent === undefined) return;
  page.busy = true;
  setError(page, "");
  const answer = await post<ApprovalState>(`${page.path}/decision`, page.unsent);
  page.busy = false;
  if (!answer.ok && (isTemporary(answer.problem) || answer.problem.status === 401)) {
    const { detail, status } = answer.problem;
    const how = status === 401 ? "Sign in again in another tab. Then send it." : "Send it again.";
    return setError(page, `${detail} This page still has your signature. ${how}`, () => send(page));
  }
  page.unsent = undefined;
  page.ceremony.forget();
  if (answer.ok) {
    update(page, answer.value);
    outcome.focus();
    return;
  }
  setError(page, answer.problem.detail);
  const now = await get<ApprovalState>(`${page.path}/state?wait=0`);
  if (now.ok) update(page, now.value);
  // A new ceremony enables the buttons again; the error stays visible.
  if (isDecidable(page)) await page.ceremony.renew();
}

function watch(page: Page): Promise<void> {
  const lastState = () => `${page.state.status}:${page.state.sealed}`;
  return longPoll(
    () => get<ApprovalState>(`${page.path}/state?wait=${WAIT_SECONDS}&seen=${lastState()}`),
    (state) => {
      update(page, state);
      return isFinal(state) ? "enough" : "more";
    },
    (problem) => setText(byId("connection"), problem === undefined ? "" : connectionText(problem)),
  );
}

function connectionText(problem: Problem): string {
  return isTemporary(problem) ? `${problem.detail} Trying again.` : `${problem.detail} Reload this page.`;
}

function listen(page: Page): void {
  approve.addEventListener("click", () => decide(page, "approve"));
  reject.addEventListener("click", () => decide(page, "reject"));
  againButton.addEventListener("click", () => void page.retry?.());
  const reachEnd = () => {
    page.readToEnd = true;
    draw(page);
  };
  byId("jump").addEventListener("click", () => {
    byId("decision-heading").focus();
    reachEnd();
  });
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    reachEnd();
  });
  observer.observe(byId("end"));
  addEventListener("pagehide", () => page.prompt?.abort());
  document.addEventListener("visibilitychange", () => tick(page));
  setInterval(() => tick(page), 1_000);
  tick(page);
}

function tick(page: Page): void {
  const left = millisecondsLeft(page);
  const closed = isFinal(page.state) ? "Closed." : "The time is over.";
  setText(byId("left"), left > 0 && !isFinal(page.state) ? `in ${durationText(left)}` : closed);
  if (byId("decide").hidden) return;
  if (left <= 0) return update(page, page.state);
  if (left < 60_000) setText(byId("live"), "Less than one minute left to decide.");
  const stale = page.ceremony.ready() === undefined && page.retry === undefined;
  if (stale && !page.busy && document.visibilityState === "visible") void page.ceremony.renew();
}

try {
  start();
} catch {
  drawAlarm("This browser could not draw the content.");
}
setVisible(byId("main"), true);
