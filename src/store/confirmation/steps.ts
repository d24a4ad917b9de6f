import { eq } from "drizzle-orm";
import type { SealedOutcome, Status } from "../../core/confirmation/decision.ts";
import {
  CHANGE_CONFIRMATION,
  CONSUME_CONFIRMATION,
  END_PASSKEY,
  END_VOTES_OF_PASSKEY,
  END_VOTES_OF_PERSON,
  INSERT_OUTBOX,
  INSERT_STEP,
  INSERT_VOTE,
  kindOf,
  MAKE_AUDITOR,
  REVOKE_CREDENTIAL,
  UPDATE_CREDENTIAL,
  USE_CEREMONY,
  VOID_LINKS,
} from "./decision-chain.ts";
import type { Values } from "../prepared-statement.ts";
import { steps } from "../schema.ts";
import type { ConfirmationRow, OutboxRow, StepRow, VoteRow } from "../rows.ts";
import { recordSource, type RecordSource } from "../stream/record-sources.ts";
import type { TenantStore } from "../tenant-store.ts";
import { COUNTED_VOTES } from "./votes.ts";

// One change of a confirmation, as a chain of statements that never raises. D1's batch is one transaction without
// an `if`, and a rollback would make a used ceremony valid again. So each statement has an effect only if the one
// before it did, a ceremony stays used whatever happens, and the loser of a race reads why it lost.

/** Rounds of read, judge and commit before a busy confirmation gives up. Each lost round means another one won. */
export const ATTEMPTS_MAX = 6;

export interface StepAttempt {
  /** As it was read and judged. If it has another version now, it must be read and judged again. */
  readonly confirmation: ConfirmationRow;
  readonly id: string;
  readonly type: StepRow["type"];
  readonly now: number;
  readonly next: Status;
  readonly escalated: number;
  readonly dueAt: number;
  /** Whether the version that was read has votes. */
  readonly hasVotes: boolean;
  /** Votes that were counted. A passkey that was revoked meanwhile changes this number. */
  readonly countedVotes: number;
  /** The record of this step, if it has one. */
  readonly seal: NewSeal | null;
  readonly signature: Signature | null;
}

/** What a commit stores for the record that is sealed later. */
export interface NewSeal {
  readonly type: OutboxRow["type"];
  readonly outcome: SealedOutcome | null;
  readonly entrySalt: string;
  readonly payloadSalt: string;
}

export interface Signature {
  readonly ceremony: string;
  readonly person: string;
  /** The role that was read. A person whose role changed meanwhile is judged again. */
  readonly role: string;
  readonly credential: string;
  /** The last change of the directory, for an approval of a further change; null for other votes. */
  readonly directory: number | null;
  readonly vote: VoteRow["vote"];
  readonly statement: string;
  readonly assertion: string;
  readonly assertionHash: string;
  /** The authenticator's state, if the passkey's row must be updated. */
  readonly authenticator: { readonly signCount: number; readonly backedUp: boolean } | null;
  /** The passkey that this approval makes active. It must not have ended. */
  readonly endorses: string | null;
  /** Passkeys that this signature revokes. */
  readonly revokes: readonly string[];
  /** The person whom this signature makes an auditor, who may no longer decide. */
  readonly makesAuditor: string | null;
  /** The passkey that ends because this signature rejects it, and whose links become void. */
  readonly rejects: { readonly passkey: string; readonly person: string } | null;
}

/** A record that a step has just added, with everything that it is built from. */
export type CommittedRecord = RecordSource;

interface CommittedStep {
  readonly record: CommittedRecord | undefined;
}

/** Undefined if a fact no longer held: then nothing changed, except that the ceremony is used. */
export async function commitStep(
  store: TenantStore,
  attempt: StepAttempt,
): Promise<CommittedStep | undefined> {
  const { signature, seal, type } = attempt;
  const values = valuesOf(attempt);
  const needsVotes = seal !== null && attempt.hasVotes && type !== "consume";
  const revocations = (signature?.revokes ?? []).flatMap((id) => [
    REVOKE_CREDENTIAL.with({ ...values, revoked: id }),
    END_VOTES_OF_PASSKEY.with({ ...values, revoked: id }),
  ]);
  const auditor = signature?.makesAuditor && { ...values, auditor: signature.makesAuditor };
  const rejects = signature?.rejects;
  const ended = rejects && { ...values, rejected: rejects.passkey, rejectedPerson: rejects.person };
  const [, insertedVotes, insertedSteps, [position], , , , counted] = await store.run([
    signature ? USE_CEREMONY.with(values) : undefined,
    signature ? INSERT_VOTE.with(values) : undefined,
    signature ? undefined : INSERT_STEP[kindOf(type)].with(values),
    seal ? INSERT_OUTBOX.with(values) : undefined,
    signature?.authenticator ? UPDATE_CREDENTIAL.with({ ...values, ...signature.authenticator }) : undefined,
    type === "consume" ? undefined : CHANGE_CONFIRMATION.with(values),
    type === "consume" ? CONSUME_CONFIRMATION.with(values) : undefined,
    needsVotes ? COUNTED_VOTES.with(values) : undefined,
    ...revocations,
    auditor ? MAKE_AUDITOR.with(auditor) : undefined,
    auditor ? END_VOTES_OF_PERSON.with(auditor) : undefined,
    ended ? END_PASSKEY.with(ended) : undefined,
    ended ? VOID_LINKS.with(ended) : undefined,
  ]);
  if (insertedVotes.length + insertedSteps.length === 0) return undefined;
  if (seal === null || position === undefined) return { record: undefined };
  const votes = needsVotes ? counted : signature ? [voteOf(attempt, signature)] : [];
  return {
    record: recordSource(outboxRowOf(attempt, seal, position), confirmationAfter(attempt, position), votes),
  };
}

export async function stepExists(store: TenantStore, id: string): Promise<boolean> {
  return (await store.first(steps, eq(steps.id, id))) !== undefined;
}

// The rows that the statements have just written: the given values, and the position in the stream that they return.

type StreamPosition = Pick<OutboxRow, "seq" | "directorySeq">;

function voteOf({ confirmation, id, now }: StepAttempt, signature: Signature): VoteRow {
  const { person, vote, credential, statement, assertion, assertionHash } = signature;
  return {
    tenantId: confirmation.tenantId,
    confirmationId: confirmation.id,
    personId: person,
    stepId: id,
    vote,
    at: now,
    credentialId: credential,
    statement,
    assertion,
    assertionHash,
    endedSeq: null,
  };
}

function outboxRowOf(
  { confirmation, id, now }: StepAttempt,
  seal: NewSeal,
  position: StreamPosition,
): OutboxRow {
  return {
    tenantId: confirmation.tenantId,
    ...position,
    stepId: id,
    confirmationId: confirmation.id,
    ...seal,
    at: now,
    body: null,
    index: null,
    commitment: null,
  };
}

function confirmationAfter(attempt: StepAttempt, { seq }: StreamPosition): ConfirmationRow {
  const { confirmation, type, now, next, escalated, dueAt } = attempt;
  const version = confirmation.version + 1;
  if (type === "consume") return { ...confirmation, version, consumedAt: now };
  const overriddenBy = overriderOf(attempt);
  return {
    ...confirmation,
    version,
    escalated,
    dueAt,
    status: next,
    decidedAt: now,
    decidedSeq: seq,
    overriddenBy,
  };
}

function overriderOf({ type, signature }: StepAttempt): string | null {
  return type === "break-glass" ? (signature?.person ?? null) : null;
}

/** The parameters of the statements in decision-chain.ts. */
function valuesOf(attempt: StepAttempt): Values {
  const { confirmation, id, type, now, next, escalated, dueAt, countedVotes, seal, signature } = attempt;
  return {
    confirmation: confirmation.id,
    version: confirmation.version,
    step: id,
    type,
    now,
    next,
    escalated,
    dueAt,
    countedVotes,
    decidedAt: next === "pending" ? null : now,
    overriddenBy: overriderOf(attempt),
    ...(seal && {
      sealType: seal.type,
      outcome: seal.outcome,
      entrySalt: seal.entrySalt,
      payloadSalt: seal.payloadSalt,
    }),
    ...(signature && signatureValues(signature)),
  };
}

function signatureValues({
  revokes: _revokes,
  makesAuditor: _makesAuditor,
  rejects: _rejects,
  authenticator: _authenticator,
  ...signature
}: Signature): Values {
  return signature;
}
