import { assertionHash, type AssertionFacts } from "../../core/webauthn/assertion.ts";
import { fromHex, toHex } from "../../core/encoding/bytes.ts";
import { challengeOf } from "../../core/confirmation/challenge.ts";
import { decide as judge, type Input, type SealedOutcome } from "../../core/confirmation/decision.ts";
import { nonceOfText, type Statement } from "../../core/confirmation/statement.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import type { Signature, StepAttempt } from "../../store/confirmation/steps.ts";
import type { CeremonyRow, ConfirmationRow, CredentialRow, PersonRow, Tenant } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { reportEvent } from "../account/security-events.ts";
import { verifyUse, type SignedInput } from "../account/verify-passkey.ts";
import type { LoadedConfirmation } from "../confirmation/load.ts";
import { stepAttempt } from "../confirmation/step-attempt.ts";
import { signedVoteOf } from "../confirmation/view.ts";
import {
  endorsementOfChange,
  judgeChange,
  madeAuditorBy,
  madeMemberBy,
  rejectedBy,
  removedBy,
  revokedBy,
} from "../directory/change.ts";
import { actorColumns } from "../acts/trail-entry.ts";
import type { Runtime } from "../runtime.ts";
import { statementOf } from "./ceremony.ts";

// The step of a signed vote: statement and challenge are rebuilt from rows, the signature is verified over them,
// and the vote is judged. Nothing of the confirmation is written here.

/** What a person sends: the vote and its signature. */
export interface SubmittedVote extends SignedInput {
  readonly ceremonyId: string;
  readonly vote: Statement["vote"];
  readonly reason: string;
}

/** What a vote is judged by, of one moment. */
export interface VoteFacts {
  readonly tenant: Tenant;
  readonly person: PersonRow;
  readonly ceremony: CeremonyRow;
  /** Undefined if the person has no passkey with this id. */
  readonly passkey: CredentialRow | undefined;
  readonly loaded: LoadedConfirmation;
}

export interface VerifiedVote {
  readonly submitted: SubmittedVote;
  readonly statement: string;
  /** The authenticator's state, if the passkey's row must be updated. */
  readonly authenticator: Signature["authenticator"];
}

/** Whether the signature is the person's, over the stored bytes. These never change. */
export async function verifyVote(
  runtime: Runtime,
  store: TenantStore,
  { tenant, person, ceremony, passkey, loaded }: VoteFacts,
  submitted: SubmittedVote,
  attempt: string,
): Promise<Result<VerifiedVote>> {
  if (passkey === undefined) return INACTIVE_PASSKEY;
  const { row } = loaded;
  const statement = canonicalText(statementOf(runtime, tenant, row, person, ceremony, submitted));
  const challenge = challengeOf(nonceOfText(statement), expectOk(fromHex(row.payloadHash)));
  const { result, event } = await verifyUse(runtime, {
    person,
    passkey,
    input: submitted,
    challenge,
    allowed: [passkey.id],
    confirmation: row.id,
  });
  if (event) await reportEvent(runtime, store, attempt, event);
  if (!result.ok) return result;
  const copied = isDeviceBound(loaded) ? refuseCopied(passkey, result.value) : undefined;
  return (
    copied ?? accept({ submitted, statement, authenticator: authenticatorUpdate(result.value, passkey) })
  );
}

const INACTIVE_PASSKEY = refuse("unknown_credential", "this passkey is not active for you here");

/** Whether the policy takes only passkeys that can't be copied. */
function isDeviceBound({ policy }: LoadedConfirmation): boolean {
  return policy.authenticator === "device-bound";
}

function refuseCopied(
  { counterRegressedAt }: CredentialRow,
  { backupEligible, signCountRegressed }: AssertionFacts,
): ReturnType<typeof refuse> | undefined {
  // A verifier refuses it, too.
  if (backupEligible)
    return refuse(
      "authenticator_class_mismatch",
      "this request takes only a passkey that can't leave its device, such as a security key; sign with one",
    );
  return signCountRegressed || counterRegressedAt !== null
    ? refuse(
        "signature_counter_regression",
        "this passkey's signature counter went back, so it may have been copied; sign with another passkey",
      )
    : undefined;
}

export interface VoteAttempt {
  readonly stepId: string;
  /** The person's role at the start of the call. */
  readonly role: PersonRow["role"];
  /** From where, in general terms. */
  readonly place: string;
}

/** The step that commits this vote, if it is allowed now. */
export async function judgeVote(
  runtime: Runtime,
  store: TenantStore,
  facts: VoteFacts,
  verified: VerifiedVote,
  { stepId, role, place }: VoteAttempt,
): Promise<Result<StepAttempt>> {
  const { person, ceremony, passkey, loaded } = facts;
  const { vote } = verified.submitted;
  if (runtime.now() >= ceremony.expiresAt)
    return refuse("challenge_expired", "this page was open too long; load it again");
  // Servers' clocks differ. No verifier takes a signature from before the request.
  if (ceremony.issuedAt < loaded.row.createdAt)
    return refuse("challenge_expired", "this page is dated before the request; load it again");
  if (passkey === undefined || passkey.revokedAt !== null || passkey.endorsedSeq === null)
    return INACTIVE_PASSKEY;
  // One vote for each person. A second would raise, and the rollback would make the used ceremony valid again.
  if (loaded.state.status === "pending" && loaded.votes.some(({ personId }) => personId === person.id))
    return refuse("already_signed", "this person has already signed this request");
  if (!mayDecide(person)) return refuse("not_an_approver", "your role may read, not decide");
  if (person.role !== role) return refuse("not_an_approver", "your role changed a moment ago");
  const directory = await judgeChange(runtime, store, loaded, vote, person);
  if (!directory.ok) return directory;
  const input = inputOf(verified.submitted, person, ceremony);
  const change = judge(loaded.policy, loaded.state, input, Math.max(runtime.now(), ceremony.issuedAt));
  if (!change.ok) return change;
  if (isBeforeStage(loaded, ceremony))
    return refuse("challenge_expired", "this page is dated before its stage; load it again");
  const by = actorColumns({ kind: "person", person, place });
  const step = stepAttempt(runtime, loaded, { id: stepId, type: vote, input, change: change.value, by });
  const signature = {
    ...signatureOf(facts, verified, passkey.id),
    ...effectsOf(loaded.row, vote, step.seal?.outcome),
    directory: directory.value,
  };
  return accept({ ...step, reader: null, person: null, signature });
}

/** Servers' clocks differ. No verifier takes a signature that was asked for before one of an earlier stage. */
function isBeforeStage({ votes }: LoadedConfirmation, { stage, issuedAt }: CeremonyRow): boolean {
  return votes.some(
    (vote) => vote.stage < stage && Date.parse(signedVoteOf(vote).statement.issued) > issuedAt,
  );
}

function signatureOf(
  { person, ceremony }: VoteFacts,
  { submitted, statement, authenticator }: VerifiedVote,
  credential: string,
) {
  return {
    ceremony: ceremony.id,
    stage: ceremony.stage,
    person: person.id,
    role: person.role,
    credential,
    statement,
    assertion: canonicalText(submitted.assertion),
    assertionHash: toHex(assertionHash(submitted.assertion)),
    authenticator,
  };
}

/** What this vote does to passkeys and roles in the same transaction. */
function effectsOf(row: ConfirmationRow, vote: Statement["vote"], outcome: SealedOutcome | null | undefined) {
  const applies = outcome === "approved" || outcome === "break-glass";
  return {
    endorses: vote === "reject" ? null : (endorsementOfChange(row)?.credential.id ?? null),
    revokes: applies ? revokedBy(row) : [],
    makesAuditor: applies ? madeAuditorBy(row) : null,
    makesMember: applies ? madeMemberBy(row) : null,
    removes: applies ? removedBy(row) : null,
    rejects: outcome === "rejected" ? rejectedBy(row) : null,
  };
}

/** Null if the passkey's row needs no update. */
function authenticatorUpdate(
  { signCount, backedUp }: AssertionFacts,
  row: CredentialRow,
): Signature["authenticator"] {
  const isSame = signCount <= row.signCount && backedUp === row.backedUp;
  return isSame ? null : { signCount, backedUp };
}

function inputOf({ vote, reason }: SubmittedVote, person: PersonRow, { stage }: CeremonyRow): Input {
  return vote === "break-glass"
    ? { kind: "override", person: person.id, reason }
    : { kind: "vote", person: person.id, vote, stage };
}
