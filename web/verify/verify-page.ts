import { utf8 } from "../../src/core/encoding/bytes.ts";
import { drawText, textOf } from "../../src/core/display/text/segments.ts";
import type { Result } from "../../src/core/refusal.ts";
import { make, byId, setText, setVisible } from "../common/dom.ts";
import { rowsOf } from "./diagram-rows.ts";
import { drawCheck, drawRichText, drawValues, countsText } from "./draw-check.ts";
import { verdictOn, type ReaderInput, type CheckedEvidence } from "./verdict.ts";
import { drawDiagram } from "./diagram.ts";
import { drawNotProven, drawNotPublic, drawRequest } from "./draw-request.ts";
import {
  lookUp,
  readDropped,
  readPasted,
  readTrustFile,
  serviceTrust,
  type Evidence,
  type Trust,
} from "./evidence-input.ts";
import { valuesOf } from "./check-values.ts";

/** A saved copy: its content security policy allows no network. */
const SAVED = document.documentElement.dataset["saved"] !== undefined;

/** The state of the open page. */
interface Page {
  evidence: Evidence | undefined;
  trust: Trust | undefined;
  /** Counts the runs of the checks: the result of an older run is not shown. */
  run: number;
}

const tenant = byId("tenant", HTMLInputElement);
const anyTenant = byId("any", HTMLInputElement);
const payload = byId("payload", HTMLTextAreaElement);
const paste = byId("paste", HTMLInputElement);
const evidencePanel = byId("give", HTMLDetailsElement);

function readInput({ trust }: Page): ReaderInput {
  const content = payload.value.trim();
  return {
    tenant: tenant.value.trim(),
    anyTenant: anyTenant.checked,
    trust,
    payload: content === "" ? undefined : utf8(content),
  };
}

async function checkEvidence(page: Page): Promise<void> {
  const run = ++page.run;
  if (page.evidence === undefined) return;
  const input = readInput(page);
  try {
    const checked = await verdictOn(page.evidence, input);
    if (run === page.run) draw(page.evidence, checked, input);
  } catch {
    if (run === page.run) drawError();
  }
}

const MARK = { good: "✓", alone: "!", over: "✓", open: "?", bad: "✗" } as const;

function draw(evidence: Evidence, checked: CheckedEvidence, input: ReaderInput): void {
  const { tone, heading, sentences, lines, receipt, verification } = checked;
  drawVerdict(tone, make("span", "", ...drawRichText(heading)), sentences);
  const title = heading.map((part) => (typeof part === "string" ? part : textOf(drawText(part.exact))));
  document.title = `${title.join("")} · Countersign`;
  const opening = receipt?.decision ?? verification?.opening;
  const inputs = { file: evidence.bytes, tenant: input.tenant, trust: input.trust };
  const open = new Set(openValues());
  byId("checks").replaceChildren(
    ...lines.map((line) => drawCheck(line, valuesOf(line.name, receipt, opening, inputs))),
  );
  for (const values of document.querySelectorAll<HTMLDetailsElement>("#checks details"))
    values.open = open.has(titleOf(values));
  setText(byId("tally"), countsText(lines));
  const asked = receipt ? drawRequest(receipt) : verification ? drawNotPublic(verification) : [];
  byId("asked").replaceChildren(...(tone === "bad" ? [drawNotProven()] : []), ...asked);
  setText(byId("request-heading"), receipt ? "What was asked" : "What the log shows");
  setVisible(byId("request"), asked.length > 0);
  const rows = rowsOf(checked);
  const boxes = rows.flatMap((row) => row.boxes);
  byId("proof-path").replaceChildren(
    ...(rows.length === 0
      ? [make("p", "card quiet", "Nothing to draw: this page could not read the file.")]
      : [
          drawDiagram(rows, "Diagram: from the action to the log. The list below has the same content."),
          drawValues(
            "The same as a list, with full values",
            boxes.map(({ title, value }) => [title, value]),
          ),
        ]),
  );
  setVisible(byId("evidence"), true);
  setVisible(byId("intro"), false);
}

/** The open details stay open when the checks run again. */
function openValues(): readonly string[] {
  return [...document.querySelectorAll<HTMLDetailsElement>("#checks details[open]")].map(titleOf);
}

function titleOf(values: HTMLDetailsElement): string {
  return values.parentElement?.querySelector("h3 span:nth-of-type(2)")?.textContent ?? "";
}

function drawVerdict(
  tone: CheckedEvidence["tone"],
  heading: HTMLElement,
  sentences: CheckedEvidence["sentences"],
): void {
  const sign = make("span", "sign", MARK[tone]);
  sign.ariaHidden = "true";
  byId("verdict").className = `card verdict ${tone}`;
  byId("verdict").replaceChildren(
    make("p", "heading", sign, heading),
    ...sentences.map((sentence) => make("p", "", ...drawRichText(sentence))),
  );
}

/** The checks could not run: no result of an earlier run may stay on the page. */
function drawError(): void {
  const why = "NOT proven: this browser could not run the checks.";
  drawVerdict("bad", make("span", "", why), [["Use a current browser, or the command-line program."]]);
  document.title = `${why} · Countersign`;
  setVisible(byId("evidence"), false);
}

async function showEvidence(page: Page, result: Result<Evidence>): Promise<void> {
  if (!result.ok) return rejectEvidence(page, result.refusal.detail);
  setText(byId("evidence-error"), "");
  page.evidence = result.value;
  await checkEvidence(page);
  evidencePanel.open = false;
  setText(byId("give-heading"), "Check something else");
  scrollTo({ top: 0 });
}

/** Removes the earlier verdict: a reader would take it for a verdict on the new file. */
function rejectEvidence(page: Page, detail: string): void {
  page.evidence = undefined;
  page.run++;
  setText(byId("evidence-error"), sentenceOf(detail));
  byId("verdict").className = "";
  byId("verdict").replaceChildren();
  document.title = "Check an approval · Countersign";
  setVisible(byId("evidence"), false);
  evidencePanel.open = true;
}

async function readFiles(page: Page, files: readonly File[]): Promise<void> {
  let receipt: Evidence | undefined;
  for (const file of files) {
    const dropped = await readDropped(file);
    if (!dropped.ok) return rejectEvidence(page, dropped.refusal.detail);
    if (dropped.value.kind === "trust") setTrust(page, dropped.value.trust);
    else receipt = dropped.value;
  }
  if (receipt === undefined) await checkEvidence(page);
  else await showEvidence(page, { ok: true, value: receipt });
}

function setTrust(page: Page, trust: Trust | undefined): void {
  page.trust = trust;
  const logs = trust?.policy.logs.map(({ key }) => key.name).join(", ") ?? "";
  const own = `Trust policy: your own file, for the log ${logs}.`;
  const service = `Trust policy: the service’s own, for the log ${logs}. It only proves that the service agrees with itself. To know whose log it is, add a policy that you saved.`;
  const none = "Trust policy: none yet. Nothing says whose log it is: add the file below.";
  setText(byId("trust"), trust === undefined ? none : trust.from === "you" ? own : service);
}

function sentenceOf(detail: string): string {
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
}

function listen(page: Page): void {
  const checkAgain = () => void checkEvidence(page);
  const file = byId("file", HTMLInputElement);
  // Cleared, so that the reader can choose the same file again after a change.
  file.addEventListener("change", () => {
    const files = [...(file.files ?? [])];
    file.value = "";
    if (files.length > 0) void readFiles(page, files);
  });
  const look = async () => showEvidence(page, await readPasted(paste.value));
  byId("look").addEventListener("click", () => void look());
  paste.addEventListener("keydown", ({ key }) => void (key === "Enter" ? look() : undefined));
  for (const field of [tenant, anyTenant, payload]) field.addEventListener("input", checkAgain);
  const policy = byId("policy", HTMLInputElement);
  policy.addEventListener("change", () => {
    const [chosen] = policy.files ?? [];
    if (chosen !== undefined) void readPolicy(page, chosen);
  });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    void readFiles(page, [...(event.dataTransfer?.files ?? [])]);
  });
}

async function readPolicy(page: Page, file: File): Promise<void> {
  const trust = await readTrustFile(file);
  setText(byId("reader-error"), trust.ok ? "" : `This is not a trust policy: ${trust.refusal.detail}.`);
  // The earlier policy goes too: the reader wanted to replace it.
  setTrust(page, trust.ok ? trust.value : undefined);
  await checkEvidence(page);
}

async function start(): Promise<void> {
  const page: Page = { evidence: undefined, trust: undefined, run: 0 };
  setVisible(byId("save"), !SAVED);
  setVisible(byId("online"), !SAVED);
  setVisible(byId("source"), !SAVED);
  listen(page);
  setVisible(byId("main"), true);
  setTrust(page, undefined);
  if (SAVED) return;
  const trust = await serviceTrust();
  if (trust.ok && page.trust === undefined) setTrust(page, trust.value);
  const id = new URL(location.href).searchParams.get("id");
  if (id === null) return checkEvidence(page);
  paste.value = id;
  await showEvidence(page, await lookUp(id));
}

void start();
