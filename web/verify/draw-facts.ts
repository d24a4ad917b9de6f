import { pathOf, type ProvenRecord } from "../../src/core/evidence/record-chain.ts";
import type { Verification } from "../../src/core/evidence/public-record.ts";
import type { Receipt } from "../../src/core/evidence/receipt.ts";
import type { ProjectMode } from "../../src/core/confirmation/project-mode.ts";
import type { SentencePiece } from "../../src/core/display/apply-template.ts";
import { policyNote, seatTexts } from "../../src/core/report/policy-notes.ts";
import { signedContent } from "../../src/core/report/signed-content.ts";
import { drawSentence } from "../values/draw-sentence.ts";
import { icon } from "../common/icons.ts";
import { make } from "../common/dom.ts";
import { drawRichText } from "../values/draw-rich-text.ts";
import { drawExact } from "../values/text.ts";
import { drawTime } from "../common/time.ts";
import { VOTE_WORDS } from "../common/vote-words.ts";
import type { Trust } from "./evidence-input.ts";

// What, who and when, in a few lines below the verdict.

export type Fact = readonly [term: string, ...values: (HTMLElement | string)[]];

interface Known {
  readonly isOrganisationConfirmed: boolean;
  readonly trust: Trust | undefined;
}

export function factsOf(receipt: Receipt, known: Known): readonly Fact[] {
  const { decision, created } = receipt;
  const { record, evidence } = decision;
  const statements = evidence.signers.map(({ statement }) => statement);
  const [first] = statements;
  const when: Fact = [first === undefined ? "Ended" : "When", drawTime(record.at)];
  const organisation = first?.tenant.name ?? created.record.body.tenant;
  const last = [drawOrganisation(organisation, known), drawPlace(decision, known)];
  if (first === undefined) return [["Who", "Nobody signed."], when, ...last];
  const seats = seatTexts(receipt);
  const policy = policyNote(receipt);
  const votes = statements.map(({ approver, vote, reason, issued }) => {
    const seat = drawRichText(seats.get(approver.id) ?? []);
    const signed = [make("b", "", drawExact(approver.username)), ` ${VOTE_WORDS[vote]}`, ...seat];
    const time = statements.length === 1 ? [] : [", ", drawTime(issued)];
    return make("div", "", ...signed, ...time, ...(reason === "" ? [] : [make("q", "", drawExact(reason))]));
  });
  const { requester, project } = first;
  return [
    drawWhat(first.action, signedContent(evidence)?.sentence ?? []),
    ["Who", ...votes],
    ...(policy === undefined ? [] : [["Rule", ...drawRichText(policy)] satisfies Fact]),
    when,
    ["Asked by", drawExact(requester.name), ", for ", drawExact(project.name), ...testMark(project.mode)],
    ...last,
  ];
}

/** In the words of the organisation's template, if it has one for this action, and the action that they are for. */
function drawWhat(action: string, sentence: readonly SentencePiece[]): Fact {
  if (sentence.length === 0) return ["What", make("b", "what", drawExact(action))];
  return ["What", make("b", "what", ...drawSentence(sentence)), make("div", "quiet", drawExact(action))];
}

/** The facts of a decision whose content and signers are not public. */
export function publicFacts(
  { confirmation, outcome, mode, at, opening }: Verification,
  known: Known,
): readonly Fact[] {
  return [
    ["Outcome", make("b", "what", outcome), ...testMark(mode)],
    ["When", drawTime(at)],
    ["Request", make("code", "", drawExact(confirmation))],
    drawPlace(opening, known),
  ];
}

function testMark(mode: ProjectMode): readonly (HTMLElement | string)[] {
  return mode === "live" ? [] : [" ", make("span", "test-mark", "Test")];
}

function drawOrganisation(name: string, { isOrganisationConfirmed }: Known): Fact {
  const state = isOrganisationConfirmed
    ? make("span", "state confirmed", icon("check"), "confirmed")
    : make("span", "state", "not confirmed");
  return ["Organisation", drawExact(name), " ", state];
}

function drawPlace(sealed: ProvenRecord, { trust }: Known): Fact {
  const path = pathOf(sealed);
  if (path === undefined) return ["Log", "its proof can’t be read"];
  const whose = { you: "by your trust policy", service: "by the service’s own policy" };
  const policy = trust === undefined ? "no trust policy yet" : whose[trust.from];
  return [
    "Log",
    `entry ${path.index} of `,
    drawExact(path.checkpoint.origin),
    " ",
    make("span", "state", policy),
  ];
}

export function drawFacts(facts: readonly Fact[]): readonly HTMLElement[] {
  return facts.map(([term, ...values]) => make("div", "", make("dt", "", term), make("dd", "", ...values)));
}
