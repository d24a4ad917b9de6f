import { utf8 } from "../../src/core/encoding/bytes.ts";
import { drawText, textOf } from "../../src/core/display/show.ts";
import type { Result } from "../../src/core/refusal.ts";
import { make, part, partOf, say, show } from "../common/dom.ts";
import { rowsOf } from "./boxes.ts";
import { drawCheck, drawSaid, drawValues, tallyOf } from "./checks.ts";
import { judge, type Brought, type Judgement } from "./judge.ts";
import { drawPicture } from "./picture.ts";
import { drawDoubt, drawMissing, drawRequest } from "./request.ts";
import {
  lookUp,
  readDropped,
  readPasted,
  readTrustFile,
  serviceTrust,
  type Subject,
  type Trust,
} from "./sources.ts";
import { valuesOf } from "./values.ts";

/** A copy that was saved has a policy that lets it talk to nobody. */
const SAVED = document.documentElement.dataset["saved"] !== undefined;

/** What is on the table. */
interface Desk {
  subject: Subject | undefined;
  trust: Trust | undefined;
  /** Counts the judgements: one that was overtaken by a later one is not shown. */
  turn: number;
}

const tenant = partOf("tenant", HTMLInputElement);
const anyTenant = partOf("any", HTMLInputElement);
const payload = partOf("payload", HTMLTextAreaElement);
const paste = partOf("paste", HTMLInputElement);
const give = partOf("give", HTMLDetailsElement);

function brought({ trust }: Desk): Brought {
  const content = payload.value.trim();
  return {
    tenant: tenant.value.trim(),
    anyTenant: anyTenant.checked,
    trust,
    payload: content === "" ? undefined : utf8(content),
  };
}

async function judgeDesk(desk: Desk): Promise<void> {
  const turn = ++desk.turn;
  if (desk.subject === undefined) return;
  const own = brought(desk);
  try {
    const judged = await judge(desk.subject, own);
    if (turn === desk.turn) draw(desk.subject, judged, own);
  } catch {
    if (turn === desk.turn) drawTrouble();
  }
}

const MARK = { good: "✓", over: "✓", open: "?", bad: "✗" } as const;

function draw(subject: Subject, judged: Judgement, own: Brought): void {
  const { tone, heading, sentence, lines, receipt, verification } = judged;
  drawVerdict(tone, MARK[tone], make("span", "", ...drawSaid(heading)), sentence);
  const told = heading.map((said) => (typeof said === "string" ? said : textOf(drawText(said.exact))));
  document.title = `${told.join("")} · Countersign`;
  const opening = receipt?.decision ?? verification?.opening;
  const known = { file: subject.bytes, tenant: own.tenant, trust: own.trust };
  const open = new Set(openValues());
  part("checks").replaceChildren(
    ...lines.map((line) => drawCheck(line, valuesOf(line.name, receipt, opening, known))),
  );
  for (const values of document.querySelectorAll<HTMLDetailsElement>("#checks details"))
    values.open = open.has(titleOf(values));
  say(part("tally"), tallyOf(lines));
  const asked = receipt ? drawRequest(receipt) : verification ? drawMissing(verification) : [];
  part("asked").replaceChildren(...(tone === "bad" ? [drawDoubt()] : []), ...asked);
  say(part("request-heading"), receipt ? "What was asked" : "What the log has of it");
  show(part("request"), asked.length > 0);
  const rows = rowsOf(judged);
  const boxes = rows.flatMap((row) => row.boxes);
  part("way").replaceChildren(
    ...(rows.length === 0
      ? [make("p", "card quiet", "There is nothing to draw: the file could not be read.")]
      : [
          drawPicture(rows, "The way from the action to the log, also as a list below"),
          drawValues(
            "The same as a list, with whole values",
            boxes.map(({ title, value }) => [title, value]),
          ),
        ]),
  );
  show(part("evidence"), true);
  show(part("intro"), false);
}

/** What the reader has opened stays open when something is checked again. */
function openValues(): readonly string[] {
  return [...document.querySelectorAll<HTMLDetailsElement>("#checks details[open]")].map(titleOf);
}

function titleOf(values: HTMLDetailsElement): string {
  return values.parentElement?.querySelector("h3 span:nth-of-type(2)")?.textContent ?? "";
}

function drawVerdict(tone: Judgement["tone"], mark: string, heading: HTMLElement, sentence: string): void {
  const sign = make("span", "sign", mark);
  sign.ariaHidden = "true";
  const words = sentence === "" ? [] : [make("p", "", sentence)];
  part("verdict").className = `card verdict ${tone}`;
  part("verdict").replaceChildren(make("p", "heading", sign, heading), ...words);
}

/** The checks themselves could not run: nothing of an earlier judgement may stay on the page. */
function drawTrouble(): void {
  const why = "NOT proven: this browser could not run the checks.";
  drawVerdict("bad", MARK.bad, make("span", "", why), "Use a current one, or the command-line program.");
  document.title = `${why} · Countersign`;
  show(part("evidence"), false);
}

async function take(desk: Desk, found: Result<Subject>): Promise<void> {
  if (!found.ok) return refuseSubject(desk, found.refusal.detail);
  say(part("given"), "");
  desk.subject = found.value;
  await judgeDesk(desk);
  give.open = false;
  say(part("give-heading"), "Check something else");
  scrollTo({ top: 0 });
}

/** The judgement of what was there before would be taken for one of this. */
function refuseSubject(desk: Desk, detail: string): void {
  desk.subject = undefined;
  desk.turn++;
  say(part("given"), sentenceOf(detail));
  part("verdict").className = "";
  part("verdict").replaceChildren();
  document.title = "Check an approval · Countersign";
  show(part("evidence"), false);
  give.open = true;
}

async function takeFiles(desk: Desk, files: readonly File[]): Promise<void> {
  let receipt: Subject | undefined;
  for (const file of files) {
    const dropped = await readDropped(file);
    if (!dropped.ok) return refuseSubject(desk, dropped.refusal.detail);
    if (dropped.value.kind === "trust") trustIn(desk, dropped.value.trust);
    else receipt = dropped.value;
  }
  if (receipt === undefined) await judgeDesk(desk);
  else await take(desk, { ok: true, value: receipt });
}

function trustIn(desk: Desk, trust: Trust | undefined): void {
  desk.trust = trust;
  const logs = trust?.policy.logs.map(({ key }) => key.name).join(", ") ?? "";
  const own = `Trust policy: your own file, which names the log ${logs}.`;
  const service = `Trust policy: the service’s own, for the log ${logs}. It shows that the service agrees with itself; to know whose log it is, bring one that you kept.`;
  const none = "Trust policy: none yet. Nothing says whose log it is; bring the file below.";
  say(part("trust"), trust === undefined ? none : trust.from === "you" ? own : service);
}

function sentenceOf(detail: string): string {
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
}

function listen(desk: Desk): void {
  const again = () => void judgeDesk(desk);
  const file = partOf("file", HTMLInputElement);
  // Emptied, so that the same file can be chosen again after it was changed.
  file.addEventListener("change", () => {
    const files = [...(file.files ?? [])];
    file.value = "";
    if (files.length > 0) void takeFiles(desk, files);
  });
  const look = async () => take(desk, await readPasted(paste.value));
  part("look").addEventListener("click", () => void look());
  paste.addEventListener("keydown", ({ key }) => void (key === "Enter" ? look() : undefined));
  for (const field of [tenant, anyTenant, payload]) field.addEventListener("input", again);
  const policy = partOf("policy", HTMLInputElement);
  policy.addEventListener("change", () => {
    const [chosen] = policy.files ?? [];
    if (chosen !== undefined) void takePolicy(desk, chosen);
  });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    void takeFiles(desk, [...(event.dataTransfer?.files ?? [])]);
  });
}

async function takePolicy(desk: Desk, file: File): Promise<void> {
  const trust = await readTrustFile(file);
  say(part("known"), trust.ok ? "" : `This is no trust policy: ${trust.refusal.detail}.`);
  // Not the one before either: whoever chose a file does not mean to go on with another.
  trustIn(desk, trust.ok ? trust.value : undefined);
  await judgeDesk(desk);
}

async function start(): Promise<void> {
  const desk: Desk = { subject: undefined, trust: undefined, turn: 0 };
  show(part("save"), !SAVED);
  show(part("online"), !SAVED);
  show(part("source"), !SAVED);
  listen(desk);
  show(part("main"), true);
  trustIn(desk, undefined);
  if (SAVED) return;
  const trust = await serviceTrust();
  if (trust.ok && desk.trust === undefined) trustIn(desk, trust.value);
  const id = new URL(location.href).searchParams.get("id");
  if (id === null) return judgeDesk(desk);
  paste.value = id;
  await take(desk, await lookUp(id));
}

void start();
