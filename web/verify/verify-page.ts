import { byId, setText, setVisible } from "../common/dom.ts";
import { asSentence } from "../common/sentence.ts";
import type { Result } from "../../src/core/refusal.ts";
import { drawResult, drawVerdict, plainText } from "./draw-result.ts";
import {
  lookUp,
  readDropped,
  readPasted,
  readTrustFile,
  serviceTrust,
  type Evidence,
  type Trust,
} from "./evidence-input.ts";
import { finishOrganisation, putFieldsBack, readFields, showTrust } from "./reader-fields.ts";
import { verdictOn } from "./verdict.ts";

/** A saved copy: its content security policy allows no network. */
const SAVED = document.documentElement.dataset["saved"] !== undefined;
const TITLE = document.title;

/** The state of the open page. */
interface Page {
  evidence: Evidence | undefined;
  trust: Trust | undefined;
  /** Counts the runs of the checks: the result of an older run is not shown. */
  run: number;
}

const organisation = byId("organisation", HTMLTextAreaElement);
const paste = byId("paste", HTMLInputElement);
const give = byId("give", HTMLDetailsElement);

async function checkEvidence(page: Page): Promise<void> {
  const run = ++page.run;
  const input = readFields(page.trust);
  if (page.evidence === undefined) return;
  try {
    const checked = await verdictOn(page.evidence, input);
    if (run !== page.run) return;
    drawResult(page.evidence, checked, input);
    setText(byId("announcement"), plainText(checked.heading));
  } catch {
    if (run === page.run) drawError();
  }
}

/** The checks could not run: no result of an earlier run may stay on the page. */
function drawError(): void {
  const heading = "This browser could not run the checks";
  const sentences = [["Use a current browser, or the command-line program."]];
  drawVerdict({ tone: "none", heading: [heading], sentences });
  document.title = `${heading} · Countersign`;
  for (const id of ["facts", "organisation-field", "checks-fold", "checked", "evidence"])
    setVisible(byId(id), false);
}

async function showEvidence(page: Page, result: Result<Evidence>): Promise<void> {
  if (!result.ok) return rejectEvidence(page, result.refusal.detail);
  setText(byId("give-error"), "");
  putFieldsBack();
  byId("checks-fold", HTMLDetailsElement).open = false;
  page.evidence = result.value;
  await checkEvidence(page);
  // Of something else than a receipt there is nothing to read: the next step is to choose another file.
  give.open = byId("evidence").hidden === true;
  setText(byId("give-heading"), "Check another receipt");
  setVisible(byId("intro"), false);
  scrollTo({ top: 0 });
  byId("heading").focus({ preventScroll: true });
}

/** Removes the earlier verdict: a reader would take it for a verdict on the new file. */
function rejectEvidence(page: Page, detail: string): void {
  page.evidence = undefined;
  page.run++;
  setText(byId("give-error"), asSentence(detail));
  setText(byId("announcement"), "");
  document.title = TITLE;
  setVisible(byId("result"), false);
  setVisible(byId("intro"), true);
  give.open = true;
}

async function readFiles(page: Page, files: readonly File[]): Promise<void> {
  const receipts: Evidence[] = [];
  for (const file of files) {
    const dropped = await readDropped(file);
    if (!dropped.ok) return rejectEvidence(page, dropped.refusal.detail);
    if (dropped.value.kind === "trust") setTrust(page, dropped.value.trust);
    else receipts.push(dropped.value);
    if (receipts.length > 1) return rejectEvidence(page, "choose one receipt at a time");
  }
  const [receipt] = receipts;
  if (receipt !== undefined) await showEvidence(page, { ok: true, value: receipt });
  else {
    await checkEvidence(page);
    if (page.evidence === undefined)
      setText(
        byId("give-error"),
        "This is a trust policy, and it is used from now on. Now choose the receipt.",
      );
  }
}

function setTrust(page: Page, trust: Trust | undefined): void {
  page.trust = trust;
  showTrust(trust);
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
  for (const field of [organisation, byId("content")]) field.addEventListener("input", checkAgain);
  organisation.addEventListener("change", finishOrganisation);
  organisation.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    finishOrganisation();
  });
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
  setText(byId("policy-error"), trust.ok ? "" : `This is not a trust policy: ${trust.refusal.detail}.`);
  // The earlier policy goes too: the reader wanted to replace it.
  setTrust(page, trust.ok ? trust.value : undefined);
  await checkEvidence(page);
}

async function start(): Promise<void> {
  const page: Page = { evidence: undefined, trust: undefined, run: 0 };
  for (const id of ["save", "online", "source"]) setVisible(byId(id), !SAVED);
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
