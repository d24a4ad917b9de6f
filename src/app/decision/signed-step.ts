import type { AssertionFacts } from "../../core/webauthn/assertion.ts";
import { fromHex } from "../../core/encoding/bytes.ts";
import { challengeOf } from "../../core/confirmation/challenge.ts";
import { decide as judge, dueAt, type Input } from "../../core/confirmation/decision.ts";
import { nonceOfText, type Statement } from "../../core/confirmation/statement.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import type { Signature, StepAttempt } from "../../store/confirmation/steps.ts";
import type { CeremonyRow, CredentialRow, PersonRow, Tenant } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { SecurityEvent } from "../account/security-events.ts";
import { verifyUse, type SignedInput } from "../account/verify-passkey.ts";
import { countedVotes, type LoadedConfirmation } from "../confirmation/load.ts";
import {
  endorsementOfChange,
  judgeChange,
  madeAuditorBy,
  rejectedBy,
  revokedBy,
} from "../directory/change.ts";
import { newSeal } from "../sealing/new-seal.ts";
import type { Runtime } from "../runtime.ts";
import { statementOf } from "./ceremony.ts";

// The step of a signed vote: statement and challenge are rebuilt from rows, the signature is verified over them,
// and the vote is judged. Nothing is written here.

/** What a person sends: the vote and its signature. */
export interface SubmittedVote extends SignedInput {
  readonly ceremonyId: string;
  readonly vote: Statement["vote"];
  readonly reason: string;
}

/** A vote with everything that it is judged by, except the confirmation. */
export interface VoteContext {
  readonly id: string;
  readonly tenant: Tenant;
  readonly person: PersonRow;
  readonly submitted: SubmittedVote;
  readonly ceremony: CeremonyRow;
  readonly passkey: CredentialRow | undefined;
  readonly assertionHash: string;
  readonly stepId: string;
}

interface PreparedStep {
  readonly step: Result<StepAttempt>;
  readonly event: SecurityEvent | null;
}

/** The step that commits this vote, if the signature is valid and the vote allowed. */
export async function prepareStep(
  runtime: Runtime,
  store: TenantStore,
  context: VoteContext,
  loaded: LoadedConfirmation,
): Promise<PreparedStep> {
  const { passkey, ceremony, person, submitted, tenant } = context;
  const refused = (...refusal: Parameters<typeof refuse>) => ({ step: refuse(...refusal), event: null });
  if (runtime.now() >= ceremony.expiresAt)
    return refused("challenge_expired", "this page was open too long; load it again");
  // Servers' clocks differ. No verifier takes a signature from before the request.
  if (ceremony.issuedAt < loaded.row.createdAt)
    return refused("challenge_expired", "this page is dated before the request; load it again");
  if (passkey === undefined || passkey.revokedAt !== null || passkey.endorsedSeq === null)
    return refused("unknown_credential", "this passkey is not active for you here");
  const statement = canonicalText(statementOf(runtime, tenant, loaded.row, person, ceremony, submitted));
  const challenge = challengeOf(nonceOfText(statement), expectOk(fromHex(loaded.row.payloadHash)));
  const { result, event } = await verifyUse(runtime, {
    person,
    passkey,
    input: submitted,
    challenge,
    allowed: [passkey.id],
    confirmation: loaded.row.id,
  });
  if (!result.ok) return { step: result, event };
  const copied = isDeviceBound(loaded) ? refuseCopied(passkey, result.value) : undefined;
  if (copied) return { step: copied, event };
  const signed = { passkey, statement, authenticator: authenticatorUpdate(result.value, passkey) };
  return { step: await judgeStep(runtime, store, context, loaded, signed), event };
}

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

interface SignedStatement {
  readonly passkey: CredentialRow;
  readonly statement: string;
  readonly authenticator: Signature["authenticator"];
}

async function judgeStep(
  runtime: Runtime,
  store: TenantStore,
  { person, submitted, ceremony, assertionHash, stepId }: VoteContext,
  loaded: LoadedConfirmation,
  { passkey, statement, authenticator }: SignedStatement,
): Promise<Result<StepAttempt>> {
  const { row, state: before } = loaded;
  const { vote } = submitted;
  const now = Math.max(runtime.now(), ceremony.issuedAt);
  // One vote for each person. A second would raise, and the rollback would make the used ceremony valid again.
  if (before.status === "pending" && loaded.votes.some(({ personId }) => personId === person.id))
    return refuse("already_signed", "this person has already signed this request");
  if (!mayDecide(person)) return refuse("not_an_approver", "your role may read, not decide");
  const directory = await judgeChange(runtime, store, loaded, vote, person);
  if (!directory.ok) return directory;
  const change = judge(loaded.policy, before, inputOf(submitted, person), now);
  if (!change.ok) return change;
  const { state, effects, at } = change.value;
  const [outcome] = effects.flatMap((effect) => (effect.kind === "seal" ? [effect.record] : []));
  const applies = outcome === "approved" || outcome === "break-glass";
  return accept({
    confirmation: row,
    id: stepId,
    type: vote,
    now: at,
    next: state.status,
    escalated: state.escalated,
    dueAt: dueAt(loaded.policy, state),
    hasVotes: loaded.votes.length > 0,
    countedVotes: countedVotes(loaded),
    seal: outcome === undefined ? null : newSeal(runtime, outcome, applies ? row.type : "decision"),
    signature: {
      ceremony: submitted.ceremonyId,
      person: person.id,
      role: person.role,
      credential: passkey.id,
      directory: directory.value,
      vote,
      statement,
      assertion: canonicalText(submitted.assertion),
      assertionHash,
      authenticator,
      endorses: vote === "reject" ? null : (endorsementOfChange(row)?.credential.id ?? null),
      revokes: applies ? revokedBy(row) : [],
      makesAuditor: applies ? madeAuditorBy(row) : null,
      rejects: outcome === "rejected" ? rejectedBy(row) : null,
    },
  });
}

/** Null if the passkey's row needs no update. */
function authenticatorUpdate(
  { signCount, backedUp }: AssertionFacts,
  row: CredentialRow,
): Signature["authenticator"] {
  const isSame = signCount <= row.signCount && backedUp === row.backedUp;
  return isSame ? null : { signCount, backedUp };
}

function inputOf({ vote, reason }: SubmittedVote, person: PersonRow): Input {
  return vote === "break-glass"
    ? { kind: "override", person: person.id, reason }
    : { kind: "vote", person: person.id, vote };
}
