import type { Assertion, AssertionFacts } from "../../core/webauthn/assertion.ts";
import { fromHex } from "../../core/encoding/bytes.ts";
import { challengeOf } from "../../core/confirmation/challenge.ts";
import { decide as judge, type Input } from "../../core/confirmation/decision.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import { accept, expectOk as ok, refuse, type Result } from "../../core/refusal.ts";
import { nonceOfText, type Statement } from "../../core/confirmation/statement.ts";
import type { CeremonyRow, CredentialRow, PersonRow, Tenant } from "../../store/schema.ts";
import type { StepAttempt } from "../../store/steps.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { statementOf } from "./ceremony.ts";
import { judgeChange, revokedBy } from "../directory/change.ts";
import type { Loaded } from "../confirmation/load.ts";
import { verifyUse } from "../account/passkeys.ts";
import { sealOf } from "../sealing/seal.ts";
import type { Runtime } from "../runtime.ts";

// The step that a signed decision makes of a confirmation: the statement and the challenge are made again from
// rows, the signature is verified over them, and the decision is judged. Nothing is written.

export interface Decision {
  readonly ceremonyId: string;
  readonly decision: Statement["decision"];
  readonly reason: string;
  readonly assertion: Assertion;
  readonly userHandle: string | null;
}

/** A decision with all that it is judged by, but for the confirmation. */
export interface Attempt {
  readonly id: string;
  readonly tenant: Tenant;
  readonly person: PersonRow;
  readonly given: Decision;
  readonly ceremony: CeremonyRow;
  readonly passkey: CredentialRow | undefined;
  readonly hash: string;
  readonly stepId: string;
  readonly session: string | null;
}

/** The step that this decision makes of the confirmation, if it is signed as it should be and may be made. */
export async function stepOf(
  runtime: Runtime,
  store: TenantStore,
  attempt: Attempt,
  loaded: Loaded,
): Promise<Result<StepAttempt>> {
  const { passkey, ceremony, person, given } = attempt;
  if (runtime.now() >= ceremony.expiresAt)
    return refuse("challenge_expired", "this page stood open too long; load it again");
  if (passkey === undefined || passkey.revokedAt !== null || passkey.endorsedSeq === null)
    return refuse("unknown_credential", "this passkey does not count for you here");
  const statement = canonicalText(statementOf(runtime, attempt.tenant, loaded.row, person, ceremony, given));
  const challenge = challengeOf(nonceOfText(statement), ok(fromHex(loaded.row.payloadHash)));
  const verified = await verifyUse(runtime, person, passkey, given, challenge, [passkey.id]);
  return verified.ok ? judged(runtime, store, loaded, attempt, statement, verified.value) : verified;
}

async function judged(
  runtime: Runtime,
  store: TenantStore,
  loaded: Loaded,
  { person, given, passkey, hash, stepId, session }: Attempt,
  statement: string,
  facts: AssertionFacts,
): Promise<Result<StepAttempt>> {
  const now = runtime.now();
  // One person, one vote: a second would break the batch, and a rollback un-burns the ceremony.
  if (loaded.state.status === "pending" && loaded.votes.some(({ personId }) => personId === person.id))
    return refuse("already_signed", "this person has already signed this request");
  if (!mayDecide(person)) return refuse("not_an_approver", "your role may read, not decide");
  const directory = await judgeChange(runtime, store, loaded, given.decision, person);
  if (!directory.ok) return directory;
  const change = judge(loaded.policy, loaded.state, inputOf(given, person), now);
  if (!change.ok) return change;
  const { state, effects } = change.value;
  const sealed = effects.flatMap((effect) =>
    effect.kind === "seal" && effect.record !== "consumed" ? [effect.record] : [],
  );
  const [outcome] = sealed;
  const applies = outcome === "approved" || outcome === "break-glass";
  return accept({
    confirmation: loaded.row,
    id: stepId,
    type: given.decision,
    now,
    next: state.status,
    escalated: state.escalated,
    hasVotes: loaded.votes.length > 0,
    seal: outcome === undefined ? null : sealOf(runtime, applies ? loaded.row.type : "decision", outcome),
    signature: {
      ceremony: given.ceremonyId,
      session,
      person: person.id,
      role: person.role,
      credential: passkey?.id ?? "",
      countedApprovals: countedApprovals(loaded),
      directory: directory.value,
      decision: given.decision,
      statement,
      assertion: canonicalText(given.assertion),
      assertionHash: hash,
      news: newsOf(facts, passkey),
      revokes: applies ? revokedBy(loaded.row) : [],
    },
  });
}

export function countedApprovals({ state }: Loaded): number {
  return state.votes.filter((cast) => cast.decision === "approve" && cast.credentialActive).length;
}

function newsOf({ signCount, backedUp }: AssertionFacts, known: CredentialRow | undefined) {
  const isKnown = known !== undefined && signCount <= known.signCount && backedUp === known.backedUp;
  return isKnown ? null : { signCount, backedUp };
}

function inputOf({ decision, reason }: Decision, person: PersonRow): Input {
  return decision === "break-glass"
    ? { kind: "override", person: person.id, reason }
    : { kind: "vote", person: person.id, decision };
}
