import { decide, visibleStatus, type Status } from "../../core/confirmation/decision.ts";
import type { Statement } from "../../core/confirmation/statement.ts";
import {
  firstSignatureText,
  signingProgress,
  type SigningProgress,
} from "../../core/confirmation/signing-progress.ts";
import { policySentence } from "../../core/policy/policy-sentence.ts";
import { everyoneIn, type Policy } from "../../core/policy/policy.ts";
import { parseJsonText, type JsonObject } from "../../core/encoding/strict-json.ts";
import { expectOk } from "../../core/refusal.ts";
import type { Assertion } from "../../core/webauthn/assertion.ts";
import type { ConfirmationRow, NewConfirmationRow, VoteRow } from "../../store/rows.ts";
import { isoTime, type Platform } from "../runtime.ts";
import { codeOf } from "./create.ts";
import type { LoadedConfirmation } from "./load.ts";

// What a requester sees. A signed outcome shows once it is sealed. Until then the request reads pending, and nothing
// of the decision shows.

interface SignedVote {
  readonly approver: string;
  readonly vote: Statement["vote"];
  readonly reason: string;
  readonly statement: Statement;
  readonly assertion: Assertion;
  readonly decidedAt: string;
}

/** Without what may be large and no requester is shown. */
type ShownRow = Omit<NewConfirmationRow, "payload" | "policy">;

export interface ConfirmationView {
  readonly row: ShownRow;
  readonly status: Status;
  /** Whether it is an approval that may be used now. */
  readonly isUsable: boolean;
  readonly code: string;
  /** Who is asked, if it is one person. */
  readonly username: string | null;
  readonly decidedAt: string | null;
  readonly votes: readonly SignedVote[];
  readonly index: number | null;
  /** What its policy says, in words; null without one. */
  readonly sentence: string | null;
  readonly signing: ShownSigning;
}

/** With the user names of those who are asked. */
type ShownSigning = Omit<SigningProgress, "asked"> & { readonly approvers: readonly string[] };

export function viewOf({ now }: Pick<Platform, "now">, loaded: LoadedConfirmation): ConfirmationView {
  const { row, state, votes, decided, policy } = loaded;
  const usernames = new Map([...loaded.people].map(([id, { username }]) => [id, username]));
  const time = { usernames, now: now() };
  const { asked, ...signing } = signingProgress(policy, state, row.policy !== null, time);
  const [person] = namesAlone(policy) ? everyoneIn(policy) : [];
  const status = visibleStatus(state);
  const isVisible = status !== "pending";
  const use = { kind: "consume", payloadHash: row.payloadHash } as const;
  return {
    row: shownRow(row),
    status,
    isUsable: decide(policy, state, use, time.now).ok,
    code: codeOf(row),
    username: usernames.get(person ?? "") ?? null,
    decidedAt: isVisible && row.decidedAt !== null ? isoTime(row.decidedAt) : null,
    votes: isVisible ? votes.map((row) => signedVoteOf(row)) : [],
    index: isVisible ? (decided?.index ?? null) : null,
    sentence: row.policy === null ? null : policySentence(policy, usernames),
    signing: { ...signing, approvers: asked.map((id) => usernames.get(id) ?? id).toSorted() },
  };
}

/** Whether the request named one person who decides alone: without rules, or because they allow it. */
function namesAlone({ chosen, name, stages }: Policy): boolean {
  return name === "" && stages.length === 1 && (chosen === null || chosen.document === null);
}

/** Of a confirmation for one person that was created by this call. */
export function viewOfNew(row: NewConfirmationRow, username: string): ConfirmationView {
  const { createdAt, expiresAt } = row;
  return {
    row: shownRow(row),
    status: "pending",
    isUsable: false,
    code: codeOf(row),
    username,
    decidedAt: null,
    votes: [],
    index: null,
    sentence: null,
    signing: {
      approvers: [username],
      progress: { have: 0, need: 1 },
      stage: { number: 1, of: 1 },
      waitingFor: "people",
      text: firstSignatureText(username, expiresAt, createdAt),
    },
  };
}

function shownRow({ payload: _payload, policy: _policy, ...row }: NewConfirmationRow): ShownRow {
  return row;
}

/** The stored texts need no check of their shapes: they were checked when the vote was committed. */
export function signedVoteOf(row: VoteRow): SignedVote {
  const statement = expectOk(parseJsonText(row.statement)) as Statement;
  const assertion = expectOk(parseJsonText(row.assertion)) as Assertion;
  return {
    approver: statement.approver.username,
    vote: row.vote,
    reason: statement.reason,
    statement,
    assertion,
    decidedAt: isoTime(row.at),
  };
}

export function metadataOf(row: Pick<ConfirmationRow, "metadata">): JsonObject | null {
  return row.metadata === null ? null : (expectOk(parseJsonText(row.metadata)) as JsonObject);
}
