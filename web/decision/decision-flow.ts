import { textOf, type Segment } from "../../src/core/display/text/segments.ts";
import type { ApprovalData, ApprovalState } from "../../src/core/pages/approval.ts";
import { drawConnection } from "../common/connection.ts";
import { byId, setText, setVisible } from "../common/dom.ts";
import { get, isTemporary, post, type Path, type Problem } from "../common/http.ts";
import { longPoll } from "../common/long-poll.ts";
import { passkeyErrorText } from "../passkey/passkey-client.ts";
import { durationText } from "../common/duration.ts";
import { serverClock } from "../common/time.ts";
import { drawBar, reasonText, startBar } from "./decision-bar.ts";
import type { Verified } from "./display-check.ts";
import { drawNext } from "./next-request.ts";
import { drawOutcome } from "./draw-outcome.ts";
import { isFinal, type StateText } from "./outcome.ts";
import { createReadingGate, type ReadingGate } from "./reading-gate.ts";
import { createCeremonyCache, sign, type CeremonyCache, type Choice } from "./signing.ts";

// A person's decision, from the open page to the outcome in the log.

const WAIT_SECONDS = 25;

/** What differs from page to page. */
export interface Words {
  /** What the request is called in the window's title. */
  readonly title: readonly Segment[];
  readonly stateText: (state: ApprovalState, timeIsUp: boolean) => StateText;
  /** Draws how far the signatures are; null if one person decides. */
  readonly drawPolicy: ((state: ApprovalState) => void) | null;
}

/** The state of the open page. */
interface Page {
  readonly path: Path;
  readonly verified: Verified;
  readonly words: Words;
  readonly clock: () => number;
  readonly ceremony: CeremonyCache;
  readonly gate: ReadingGate;
  state: ApprovalState;
  busy: boolean;
  prompt: AbortController | undefined;
  /** A signed vote that may not have arrived. It is sent again as it is; the person never signs again. */
  unsent: object | undefined;
  /** The last error, shown instead of the next step. */
  error: string;
  /** The action of the button next to the error. */
  retry: (() => Promise<void>) | undefined;
}

const NO_PASSKEYS =
  "This browser can't use passkeys. Open this page in a current browser, on a device that has your passkey.";

const STAGE_OVER = "Others completed this stage before your signature arrived, so it does not count.";

const outcome = byId("outcome");

/** Call it when the content is drawn and visible. */
export function startDecision(data: ApprovalData, verified: Verified, words: Words): void {
  const page = createPage(data, verified, words);
  if (!("PublicKeyCredential" in window)) page.error = NO_PASSKEYS;
  words.drawPolicy?.(data.state);
  draw(page);
  page.gate.begin();
  listen(page);
  if (isDecidable(page) && page.error === "") void page.ceremony.renew();
  if (!isFinal(page.state)) void watch(page);
}

function createPage(data: ApprovalData, verified: Verified, words: Words): Page {
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
    words,
    clock,
    ceremony: createCeremonyCache(`${path}/ceremony`, clock, renewed),
    gate: createReadingGate(byId("request"), byId("decision"), () => draw(page)),
    state: data.state,
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

function textOfState(page: Page): StateText {
  return page.words.stateText(page.state, millisecondsLeft(page) <= 0);
}

function isDecidable(page: Page): boolean {
  return textOfState(page).decidable;
}

function canSign(page: Page): boolean {
  const isReady = page.ceremony.ready() !== undefined && page.unsent === undefined;
  return isReady && page.gate.reading().isDone && isDecidable(page);
}

/** Draws everything that depends on the page's state. */
function draw(page: Page): void {
  const text = textOfState(page);
  drawState(page, text);
  document.title = `${text.word}: ${textOf(page.words.title)} · Countersign`;
  setVisible(byId("decide"), text.decidable);
  setVisible(byId("after"), !text.decidable);
  setVisible(outcome, !text.decidable);
  const stages = page.verified.policy?.stages.length ?? 1;
  if (!text.decidable) drawOutcome(outcome, text, page.state, page.path, stages);
  const status = text.decidable || page.error !== "" ? statusText(page) : "";
  drawBar({
    canSign: canSign(page),
    isBusy: page.busy,
    aside: !text.decidable ? "nothing" : page.gate.reading().isDone ? "reason" : "go on",
    status,
    isCount: status !== "" && status === unreadText(page.gate),
    again:
      page.retry === undefined || page.busy ? null : page.unsent === undefined ? "Try again" : "Send again",
  });
  if (!text.decidable) setText(byId("live"), `${text.heading}. ${text.sentence}`);
}

/** The time left, while it matters; then the state. */
function drawState(page: Page, { word, tone, decidable }: StateText): void {
  const left = millisecondsLeft(page);
  const isShort = left < 60_000;
  setText(byId("state"), decidable ? `${durationText(left)} left` : word);
  byId("state").className = `pill ${decidable && isShort ? "bad" : tone}`;
}

function statusText(page: Page): string {
  if (page.prompt !== undefined) return "Follow your device's passkey prompt.";
  if (page.busy) return "Sending your signature.";
  if (page.error !== "") return page.error;
  const unread = unreadText(page.gate);
  if (unread !== "") return unread;
  if (page.ceremony.ready() === undefined) return "Getting ready.";
  return "You can decide now.";
}

/** What is left to read; empty at the end. */
function unreadText(gate: ReadingGate): string {
  const { seen, parts, warnings } = gate.reading();
  if (seen < parts) return `${seen} of ${parts} seen`;
  if (warnings === 0) return "";
  return warnings === 1 ? "1 warning to read" : `${warnings} warnings to read`;
}

function setError(page: Page, error: string, retry?: () => Promise<void>): void {
  page.error = error;
  page.retry = retry;
  draw(page);
}

function update(page: Page, state: ApprovalState): void {
  const before = page.state;
  page.state = state;
  if (state !== before) page.words.drawPolicy?.(state);
  if (isDecidable(page)) {
    // A ceremony is for one stage.
    if (state.progress?.stage !== before.progress?.stage) leaveStage(page);
    return draw(page);
  }
  page.prompt?.abort();
  void drawNext();
  // The button is useless now, unless a signature may not have arrived.
  if (page.retry !== undefined && page.unsent === undefined) setError(page, "");
  else draw(page);
}

function leaveStage(page: Page): void {
  page.prompt?.abort();
  page.ceremony.forget();
  if (page.unsent === undefined) void page.ceremony.renew();
}

function decide(page: Page, vote: Choice["vote"]): void {
  const ceremony = page.ceremony.ready();
  if (page.busy || page.unsent !== undefined || !isDecidable(page) || !page.gate.reading().isDone) return;
  if (ceremony === undefined) {
    setError(page, "The page was open for too long. Wait a moment, then choose again.");
    void page.ceremony.renew();
    return;
  }
  const choice: Choice = { vote, reason: reasonText() };
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
    scrollTo({ top: 0, behavior: "instant" });
    outcome.focus();
    return;
  }
  const isLate = answer.problem.code === "stage_over";
  setError(page, isLate ? STAGE_OVER : answer.problem.detail);
  const now = await get<ApprovalState>(`${page.path}/state?wait=0`);
  if (now.ok) update(page, now.value);
  // A new ceremony enables the buttons again; the error stays visible.
  if (isDecidable(page)) await page.ceremony.renew();
}

function watch(page: Page): Promise<void> {
  return longPoll(
    () => get<ApprovalState>(`${page.path}/state?wait=${WAIT_SECONDS}&version=${page.state.version}`),
    (state) => {
      update(page, state);
      return isFinal(state) ? "enough" : "more";
    },
    drawConnection,
  );
}

function listen(page: Page): void {
  startBar({
    decide: (vote) => decide(page, vote),
    goOn: page.gate.goOn,
    again: () => void page.retry?.(),
  });
  if (!isDecidable(page)) void drawNext();
  addEventListener("pagehide", () => page.prompt?.abort());
  document.addEventListener("visibilitychange", () => tick(page));
  setInterval(() => tick(page), 1_000);
  tick(page);
}

function tick(page: Page): void {
  if (byId("decide").hidden) return;
  const left = millisecondsLeft(page);
  if (left <= 0) return update(page, page.state);
  drawState(page, textOfState(page));
  if (left < 60_000) setText(byId("live"), "Less than one minute left to decide.");
  const stale = page.ceremony.ready() === undefined && page.retry === undefined && page.error === "";
  if (stale && !page.busy && document.visibilityState === "visible") void page.ceremony.renew();
}
