import type { SealedOutcome, Status } from "../core/confirmation/decision.ts";
import {
  BURN_CEREMONY,
  CHANGE_CONFIRMATION,
  INSERT_OUTBOX,
  INSERT_STEP,
  INSERT_VOTE,
  kindOf,
  REVOKE_CREDENTIAL,
  SELECT_COUNTED_VOTES,
  TOUCH_CREDENTIAL,
  USE_CONFIRMATION,
} from "./decision-chain.ts";
import type { Values } from "./prepared-statement.ts";
import type { ConfirmationRow, OutboxRow, StepRow, VoteRow } from "./schema.ts";
import type { TenantStore } from "./tenant-store.ts";

// One change of a confirmation as a chain of statements that never raises: D1's batch is one transaction
// without an `if`, and a rollback would make a used ceremony fresh again. So each statement does its work
// only if the one before it did, a presented ceremony stays burnt whatever happens, and who loses a race
// finds out by reading.

/** Rounds of read, judge and commit before a busy confirmation gives up; each loss means another won. */
export const ATTEMPTS_MAX = 6;

export interface StepAttempt {
  /** As it was read and judged; another version of it means: read and judge again. */
  readonly confirmation: ConfirmationRow;
  readonly id: string;
  readonly type: StepRow["type"];
  readonly now: number;
  readonly next: Status;
  readonly escalated: number;
  /** Whether the version that was read has votes. */
  readonly hasVotes: boolean;
  /** What is to be sealed, if this step seals anything. */
  readonly seal: Seal | null;
  readonly signature: Signature | null;
}

export interface Seal {
  readonly type: OutboxRow["type"];
  readonly outcome: SealedOutcome | null;
  readonly entrySalt: string;
  readonly payloadSalt: string;
}

export interface Signature {
  readonly ceremony: string;
  /** The session that this call was not looked up for; null if it was. */
  readonly session: string | null;
  readonly person: string;
  /** The role that was read: a person who was demoted meanwhile is judged again. */
  readonly role: string;
  readonly credential: string;
  /** Approvals that were counted: a passkey revoked meanwhile changes this number. */
  readonly countedApprovals: number;
  /** The last change of the directory that approving a further one was judged by; null for other decisions. */
  readonly directory: number | null;
  readonly decision: VoteRow["decision"];
  readonly statement: string;
  readonly assertion: string;
  readonly assertionHash: string;
  /** What the authenticator says of itself, where that is not what its row says. */
  readonly news: { readonly signCount: number; readonly backedUp: boolean } | null;
  /** Passkeys that this very signature takes back, at once. */
  readonly revokes: readonly string[];
}

/** The row to be sealed with all that its record is made of, as they were written. */
export interface SealedRows {
  readonly row: OutboxRow;
  readonly confirmation: ConfirmationRow | undefined;
  readonly votes: readonly VoteRow[];
}

export interface WrittenRows extends SealedRows {
  /** Whether the key that had asked was good at that moment; false also where nobody looked. */
  readonly isKeyGood: boolean;
}

export interface MadeStep {
  readonly sealed: WrittenRows | undefined;
}

/** Undefined if the step was not made: then nothing changed, but a ceremony that was presented is used up. */
export async function makeStep(store: TenantStore, attempt: StepAttempt): Promise<MadeStep | undefined> {
  const { signature, seal, type } = attempt;
  const values = valuesOf(attempt);
  // A use is the operator's word: it is sealed without the signatures that came before it.
  const hasOthers = seal !== null && attempt.hasVotes && type !== "consume";
  const revoked = (signature?.revokes ?? []).map((id) => REVOKE_CREDENTIAL.with({ ...values, revoked: id }));
  const [, voted, stepped, [place], , [changed], , all] = await store.run([
    signature ? BURN_CEREMONY.with(values) : undefined,
    signature ? INSERT_VOTE.with(values) : undefined,
    signature ? undefined : INSERT_STEP[kindOf(type)].with(values),
    seal ? INSERT_OUTBOX.with(values) : undefined,
    signature?.news ? TOUCH_CREDENTIAL.with({ ...values, ...signature.news }) : undefined,
    type === "consume" ? undefined : CHANGE_CONFIRMATION.with(values),
    type === "consume" ? USE_CONFIRMATION.with(values) : undefined,
    hasOthers ? SELECT_COUNTED_VOTES.with(values) : undefined,
    ...revoked,
  ]);
  if (voted.length + stepped.length === 0) return undefined;
  if (seal === null || place === undefined) return { sealed: undefined };
  const own = signature ? [voteOf(attempt, signature)] : [];
  return {
    sealed: {
      row: outboxRowOf(attempt, seal, place),
      confirmation: confirmationAfter(attempt, place),
      votes: hasOthers ? all : own,
      isKeyGood: changed?.isKeyGood === 1,
    },
  };
}

// The rows as the chain has just written them: what it was given, and the place in the stream that it found.

type StreamPlace = Pick<OutboxRow, "seq" | "directorySeq">;

function voteOf({ confirmation, id, now }: StepAttempt, signature: Signature): VoteRow {
  const { person, decision, credential, statement, assertion, assertionHash } = signature;
  return {
    tenantId: confirmation.tenantId,
    confirmationId: confirmation.id,
    personId: person,
    stepId: id,
    decision,
    at: now,
    credentialId: credential,
    statement,
    assertion,
    assertionHash,
  };
}

function outboxRowOf({ confirmation, id, now }: StepAttempt, seal: Seal, place: StreamPlace): OutboxRow {
  return {
    tenantId: confirmation.tenantId,
    ...place,
    stepId: id,
    confirmationId: confirmation.id,
    ...seal,
    at: now,
    body: null,
    index: null,
    commitment: null,
  };
}

function confirmationAfter(attempt: StepAttempt, { seq }: StreamPlace): ConfirmationRow {
  const { confirmation, type, now, next, escalated } = attempt;
  const version = confirmation.version + 1;
  if (type === "consume") return { ...confirmation, version, consumedAt: now };
  const overriddenBy = overriderOf(attempt);
  return { ...confirmation, version, escalated, status: next, decidedAt: now, decidedSeq: seq, overriddenBy };
}

function overriderOf({ type, signature }: StepAttempt): string | null {
  return type === "break-glass" ? (signature?.person ?? null) : null;
}

/** Uses a ceremony up without a step: whatever was presented with it was refused. */
export async function burn(store: TenantStore, ceremony: string, by: string, now: number): Promise<void> {
  await store.run([BURN_CEREMONY.with({ ceremony, step: by, now, session: null })]);
}

/** What the chain calls its values. */
function valuesOf(attempt: StepAttempt): Values {
  const { confirmation, id, type, now, next, escalated, seal, signature } = attempt;
  return {
    confirmation: confirmation.id,
    version: confirmation.version,
    step: id,
    type,
    now,
    next,
    escalated,
    decidedAt: next === "pending" ? null : now,
    overriddenBy: overriderOf(attempt),
    ...(seal && {
      sealType: seal.type,
      outcome: seal.outcome,
      entrySalt: seal.entrySalt,
      payloadSalt: seal.payloadSalt,
    }),
    ...(signature && signedValues(signature)),
  };
}

function signedValues({ revokes: _each, news: _where, ...signature }: Signature): Values {
  return signature;
}
