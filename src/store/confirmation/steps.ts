import type { SealedOutcome, Status } from "../../core/confirmation/decision.ts";
import type { Prepared, Run, Values } from "../prepared-statement.ts";
import type { ConfirmationRow, ConfirmationRows, OutboxRow, StepRow } from "../rows.ts";
import { recordSource, type RecordSource } from "../stream/record-sources.ts";
import { noticesOfEscalation, noticesOfStage } from "../notices/new-notices.ts";
import { firstDue, type DueRow } from "../sending/due-row.ts";
import type { TenantStore } from "../tenant-store.ts";
import { deliveriesOfStep, type NewEvent } from "../webhooks/new-deliveries.ts";
import { confirmationRows } from "./confirmations.ts";
import {
  ASK_PEOPLE,
  CHANGE_CONFIRMATION,
  CONSUME_CONFIRMATION,
  INSERT_OUTBOX,
  INSERT_STEP,
  INSERT_VOTE,
  UPDATE_CREDENTIAL,
  USE_CEREMONY,
} from "./decision-chain.ts";
import {
  END_CHANNELS,
  END_PASSKEY,
  END_PASSKEYS_OF_PERSON,
  END_VOTES_OF_PASSKEYS,
  END_VOTES_OF_PERSON,
  FORGET_NOTICE_SETTINGS,
  MAKE_AUDITOR,
  REMOVE_PERSON,
  REVOKE_CREDENTIALS,
  REVOKE_KEYS,
  REVOKE_LINKS,
  VOID_LINKS,
} from "./rights-taken.ts";

// One change of a confirmation, as a chain of statements that never raises. D1's batch is one transaction without
// an `if`, and a rollback would make a used ceremony valid again. So each statement has an effect only if the one
// before it did, a ceremony stays used whatever happens, and the last statements read what the confirmation is then.

/** Rounds of read, judge and commit before a busy confirmation gives up. Each lost round means another one won. */
export const ATTEMPTS_MAX = 6;

export interface StepAttempt {
  /** As it was read and judged. If it has another version now, it must be judged again. */
  readonly confirmation: Pick<ConfirmationRow, "id" | "version" | "expiresAt">;
  readonly id: string;
  readonly type: StepRow["type"];
  readonly now: number;
  /** The step may be dated later than now, up to this time, without another result. */
  readonly latest: number;
  readonly next: Status;
  readonly escalated: number;
  readonly dueAt: number;
  /** Votes that were counted. A passkey that was revoked meanwhile changes this number. */
  readonly countedVotes: number;
  /** The record of this step, if it has one. */
  readonly seal: NewSeal | null;
  /** The API key that gets the outcome with the answer to a use. */
  readonly reader: string | null;
  /** The member who takes a step without a signature. */
  readonly person: string | null;
  /** The entry of the audit trail about this step. */
  readonly entry: Run | null;
  /** Who is asked from now on: their stage is open, or an escalation is reached. */
  readonly notify: StepNotice | null;
  readonly signature: Signature | null;
}

/** What is reported of an outcome is stored when it is sealed. */
interface StepNotice {
  /** The ids of those who are asked by this step. */
  readonly people: readonly string[];
  /** The ids of all who may sign after it. */
  readonly signers: readonly string[];
  readonly project: string;
  /** What webhooks get. */
  readonly event: NewEvent | null;
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
  /** The stage that was signed for. */
  readonly stage: number;
  readonly person: string;
  /** The role that was read. A person whose role changed meanwhile is judged again. */
  readonly role: string;
  readonly credential: string;
  /** The last change of the directory, for an approval of a further change; null for other votes. */
  readonly directory: number | null;
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
  /** The person who becomes a member by this signature, if the plan has room. */
  readonly makesMember: string | null;
  /** The person whom this signature removes from the organisation. */
  readonly removes: string | null;
  /** The passkey that ends because this signature rejects it, and whose links become void. */
  readonly rejects: { readonly passkey: string; readonly person: string } | null;
}

/** A record that a step has just added, with everything that it is built from. */
export type CommittedRecord = RecordSource;

export interface CommitResult {
  /** If false, a fact no longer held: then nothing changed, except that the ceremony is used. */
  readonly isCommitted: boolean;
  /** The confirmation after this attempt. */
  readonly rows: ConfirmationRows | undefined;
  readonly record: CommittedRecord | undefined;
  /** When the first notice or delivery is to be sent; undefined if nobody hears of this step. */
  readonly sendAt: number | undefined;
}

export async function commitStep(store: TenantStore, attempt: StepAttempt): Promise<CommitResult> {
  const { confirmation, signature, seal, type, id, entry, notify } = attempt;
  const values = valuesOf(attempt);
  const { changed, found: rows } = await store.change(
    [
      signature ? USE_CEREMONY.with(values) : undefined,
      INSERT_STEP[type].with(values),
      signature ? INSERT_VOTE.with(values) : undefined,
      seal ? INSERT_OUTBOX.with(values) : undefined,
      ...(notify === null ? [] : reportsOf(attempt, notify)),
      (type === "consume" ? CONSUME_CONFIRMATION : CHANGE_CONFIRMATION).with(values),
      entry ?? undefined,
      signature?.authenticator ? UPDATE_CREDENTIAL.with(values) : undefined,
      ...(signature ? statementsOf(signature) : []).map((statement) => statement.with(values)),
    ],
    confirmationRows(confirmation.id),
  );
  const [, [step]] = changed;
  // Some fact was not as it was remembered.
  if (step === undefined) store.memory?.clear();
  const record = step && rows && recordOf(id, rows);
  return { isCommitted: step !== undefined, rows, record, sendAt: firstDue(changed.flat()) };
}

/** Before the version of the confirmation changes: they check the step by it. */
function reportsOf(
  { confirmation: { id, version, expiresAt }, id: step, type, now }: StepAttempt,
  { people, signers, project, event }: StepNotice,
): readonly (Run<DueRow> | Run)[] {
  const of = { confirmation: id, version, step };
  const concerned = { confirmation: id, project, people: JSON.stringify(people), at: now };
  const asks = ASK_PEOPLE.with({ ...of, signers: JSON.stringify(signers), now });
  const notices =
    type === "escalate"
      ? noticesOfEscalation(concerned, of)
      : noticesOfStage({ ...concerned, expiresAt }, of);
  return [asks, notices, ...(event === null ? [] : [deliveriesOfStep(event, of)])];
}

/** What a vote does besides deciding its request. */
function statementsOf({ revokes, makesAuditor, rejects, removes }: Signature): readonly Prepared<unknown>[] {
  return [
    ...(revokes.length > 0 ? [REVOKE_CREDENTIALS, END_VOTES_OF_PASSKEYS] : []),
    ...(makesAuditor === null ? [] : [MAKE_AUDITOR, END_VOTES_OF_PERSON]),
    ...(rejects === null ? [] : [END_PASSKEY, VOID_LINKS]),
    ...(removes === null
      ? []
      : [
          REMOVE_PERSON,
          END_PASSKEYS_OF_PERSON,
          REVOKE_LINKS,
          REVOKE_KEYS,
          END_CHANNELS,
          FORGET_NOTICE_SETTINGS,
        ]),
  ];
}

function recordOf(step: string, { row, votes, records }: ConfirmationRows): CommittedRecord | undefined {
  const record = records.find(({ stepId }) => stepId === step);
  const counted = votes.filter(({ endedSeq }) => endedSeq === null);
  return record && recordSource(record, row, counted);
}

/** The parameters of the statements in decision-chain.ts. */
function valuesOf({ confirmation, id, seal, signature, person, ...attempt }: StepAttempt): Values {
  const { type, now, latest, next, escalated, dueAt, countedVotes, reader } = attempt;
  return {
    confirmation: confirmation.id,
    version: confirmation.version,
    step: id,
    type,
    now,
    latest,
    next,
    escalated,
    dueAt,
    countedVotes,
    reader,
    person,
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
  authenticator,
  revokes,
  makesAuditor,
  rejects,
  removes,
  ...signature
}: Signature): Values {
  return {
    ...signature,
    ...authenticator,
    revoked: JSON.stringify(revokes),
    auditor: makesAuditor,
    rejected: rejects?.passkey ?? null,
    rejectedPerson: rejects?.person ?? null,
    removed: removes,
  };
}
