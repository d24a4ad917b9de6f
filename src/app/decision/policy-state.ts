import { approvalsOf, visibleStatus } from "../../core/confirmation/decision.ts";
import {
  missingText,
  nextEscalation,
  openNeeds,
  seatNames,
  stagesText,
  turnOf,
  type Signed,
} from "../../core/policy/open-places.ts";
import { openStage, progressOf } from "../../core/policy/policy.ts";
import type { PolicyProgress, ShownVote, Why } from "../../core/pages/approval.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import { activePasskeysOf } from "../../store/account/passkeys.ts";
import type { PersonRow, VoteRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { LoadedConfirmation } from "../confirmation/load.ts";
import { signedVoteOf } from "../confirmation/view.ts";
import { isoTime } from "../runtime.ts";

// How far the signatures of a request are, and what its policy says to one person, for the pages.

export function usernamesIn({ people }: LoadedConfirmation): ReadonlyMap<string, string> {
  return new Map([...people].map(([id, { username }]) => [id, username]));
}

/** Null where one named person decides and no policy is signed. */
export function policyProgress(loaded: LoadedConfirmation, now: number): PolicyProgress | null {
  const { row, state, policy } = loaded;
  if (row.policyHash === null) return null;
  const signed = signedAt(loaded, now);
  const { approvals, elapsedMilliseconds } = signed;
  const stage = stageAt(loaded, signed);
  const isOpen = state.status === "pending";
  const after = isOpen ? nextEscalation(policy, stage, elapsedMilliseconds) : undefined;
  const moreAt = after === undefined ? null : state.createdAt + after * 1_000;
  return {
    ...progressOf(policy, approvals, elapsedMilliseconds),
    stage,
    missing: isOpen ? missingText(openNeeds(policy, signed), usernamesIn(loaded)) : "",
    moreAt: moreAt === null || moreAt >= state.expiresAt ? null : isoTime(moreAt),
  };
}

/** Each with the place that it fills. */
export function shownVotes(
  loaded: LoadedConfirmation,
  votes: readonly VoteRow[],
  now: number,
): readonly ShownVote[] {
  const seats = seatNames(loaded.policy, signedAt(loaded, now));
  return votes.map((row) => {
    const { approver, vote, reason, decidedAt } = signedVoteOf(row);
    const seat = vote === "approve" ? (seats.get(row.personId) ?? "") : "";
    return {
      username: approver,
      vote,
      reason,
      at: decidedAt,
      stage: row.stage,
      seat: seat === approver ? "" : seat,
    };
  });
}

/** Null if the person can decide now. */
export async function whyNotDecide(
  store: TenantStore,
  loaded: LoadedConfirmation,
  person: PersonRow,
  now: number,
): Promise<Why | null> {
  const { state, policy } = loaded;
  if (visibleStatus(state) !== "pending" || state.status !== "pending") return not("This request is closed.");
  if (state.votes.some((vote) => vote.person === person.id)) return not("You have signed this request.");
  if (!mayDecide(person)) return not("Your role may read, not decide.");
  if (policy.excludeRequester && person.id === state.requester)
    return not("You asked for this, so somebody else must decide.");
  const turn = whyNotNow(loaded, person, now);
  if (turn !== null) return turn;
  if ((await activePasskeysOf(store, person.id)).length === 0)
    return not("Your passkey does not count yet. Somebody who manages people has to sign for it first.");
  return null;
}

function not(text: string): Why {
  return { title: "You can't decide this request here", text };
}

function whyNotNow(loaded: LoadedConfirmation, { id }: PersonRow, now: number): Why | null {
  const { policy } = loaded;
  const signed = signedAt(loaded, now);
  const open = stageAt(loaded, signed);
  const turn = turnOf(policy, open, id, signed);
  switch (turn.kind) {
    case "now":
      return null;
    case "later": {
      const before = stagesText(policy, open, turn.stage - 1, usernamesIn(loaded));
      const text = `Stage ${turn.stage}: you are asked when these have signed: ${before}.`;
      return { title: "Not your turn yet", text };
    }
    case "escalation":
      return { title: "Not your turn yet", text: "You are asked if the others do not sign in time." };
    case "over":
      return { title: "Your stage is over", text: "Others have signed in it, so you are no longer asked." };
    case "emergency":
      return not("You may decide it only in an emergency.");
  }
}

function stageAt({ policy }: LoadedConfirmation, { approvals, elapsedMilliseconds }: Signed): number {
  return Math.min(policy.stages.length, openStage(policy, approvals, elapsedMilliseconds));
}

/** Time does not go on for a request that is decided. */
function signedAt({ state }: LoadedConfirmation, now: number): Signed {
  const rejecters = state.votes.filter(({ vote, counts }) => vote === "reject" && counts);
  return {
    approvals: approvalsOf(state),
    rejecters: new Set(rejecters.map(({ person }) => person)),
    requester: state.requester,
    elapsedMilliseconds: (state.decidedAt ?? now) - state.createdAt,
  };
}
