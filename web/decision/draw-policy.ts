import { listed, needText, policySentence, stagesSentence } from "../../src/core/policy/policy-sentence.ts";
import type { Policy } from "../../src/core/policy/policy.ts";
import type { Need } from "../../src/core/policy/seats.ts";
import type { ApprovalData, ApprovalState, ShownVote } from "../../src/core/pages/approval.ts";
import { byId, make, setText, setVisible } from "../common/dom.ts";
import { icon } from "../common/icons.ts";
import { clockText } from "../common/time.ts";
import { VOTE_WORDS } from "../common/vote-words.ts";
import type { Verified } from "./display-check.ts";

// Who must sign, who has, and until when: one line, and what it opens. The rule comes from the policy that is signed.

/** Draws it for each new state. Null if one person decides: then there is nothing to tell. */
export function createPolicyLine(
  { statement, policy }: Verified,
  { usernames }: Pick<ApprovalData, "usernames">,
): ((state: ApprovalState) => void) | null {
  const people = policy?.stages.flatMap(({ needs }) => needs.flatMap(({ of }) => of)) ?? [];
  const isShown = policy !== null && (policy.name !== "" || people.length > 1);
  if (policy === null || !isShown) return null;
  const names = new Map(Object.entries(usernames));
  setVisible(byId("policy"), true);
  setText(byId("who-signs"), stagesSentence(policy, names));
  const title = policy.name === "" ? "" : `${policy.name}: `;
  setText(byId("sentence"), `${title}${policySentence(policy, names)}.`);
  return (state) => {
    const { progress, votes, status } = state;
    const open = status === "pending" ? (progress?.stage ?? 1) : policy.stages.length + 1;
    const until = status === "pending" ? `, until ${clockText(statement.expires)}` : "";
    const count = progress === null ? "" : `${progress.have} of ${progress.need}${until}`;
    setText(byId("progress"), [...signedTexts(votes), count].join(" · "));
    byId("places").replaceChildren(
      ...policy.stages.map(({ name, needs }, place) => {
        const own = votes.filter(({ stage }) => stage === place + 1);
        const draw = (need: Need) => drawNeed(need, names, own);
        const later = policy.escalations
          .filter(({ stage }) => stage === place + 1)
          .map((each) => {
            const at = Date.parse(statement.created) + each.afterSeconds * 1_000;
            return make("dd", "", `From ${clockText(at)} also enough:`, ...each.needs.map(draw));
          });
        const title = [stageTitle(policy, place + 1, open), name].filter((text) => text !== "");
        return make(
          "div",
          "",
          make("dt", "", title.join(" · ")),
          make("dd", "", ...needs.map(draw)),
          ...later,
        );
      }),
    );
  };
}

/** "maria has signed", "bo and cy have signed"; a rejection by itself. */
function signedTexts(votes: readonly ShownVote[]): readonly string[] {
  const by = (wanted: boolean) =>
    votes.filter(({ vote }) => (vote === "reject") === wanted).map(({ username }) => username);
  const said = (names: readonly string[], word: string) =>
    names.length === 0 ? [] : [`${listed(names, "and")} ${names.length === 1 ? "has" : "have"} ${word}`];
  return [...said(by(false), "signed"), ...said(by(true), "rejected")];
}

function stageTitle({ stages }: Policy, stage: number, open: number): string {
  if (stages.length === 1) return "Who signs";
  const state = stage < open ? "complete" : stage === open ? "open" : "later";
  return `Stage ${stage} of ${stages.length}, ${state}`;
}

function drawNeed(need: Need, names: ReadonlyMap<string, string>, votes: readonly ShownVote[]): HTMLElement {
  const of = need.of.map((id) => names.get(id) ?? id);
  const people = of.flatMap((name, place) => {
    const vote = votes.find(({ username, seat }) => username === name && (seat === "" || seat === need.name));
    const drawn =
      vote === undefined
        ? name
        : make("b", "", icon(vote.vote === "reject" ? "cross" : "check"), `${name} ${VOTE_WORDS[vote.vote]}`);
    return [place > 0 ? ", " : "", drawn];
  });
  return make("p", "", of.length > 1 ? `${needText(need, names)}: ` : "", ...people);
}
