import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import type { SealedOutcome, Status } from "../core/decision.ts";
import {
  ceremonies,
  confirmations,
  credentials,
  outbox,
  people,
  steps,
  votes,
  type ConfirmationRow,
  type OutboxRow,
  type StepRow,
  type VoteRow,
} from "./schema.ts";
import type { Statement, TenantStore } from "./tenant.ts";

// One change of a confirmation as a chain of statements that never raises: D1's batch is one transaction
// without an `if`, and a rollback would make a used ceremony fresh again. So each statement does its work
// only if the one before it did, a presented ceremony stays burnt whatever happens, and who loses a race
// finds out by reading.

/** Rounds of read, judge and commit before a busy confirmation gives up; each loss means another won. */
export const ATTEMPTS_MAX = 6;

export interface StepAttempt {
  readonly confirmation: string;
  /** The version that was read and judged; another one means: read and judge again. */
  readonly version: number;
  readonly id: string;
  readonly type: StepRow["type"];
  readonly now: number;
  readonly next: Status;
  readonly escalated: number;
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
  readonly signCount: number;
  readonly backedUp: boolean;
  /** Passkeys that this very signature takes back, at once. */
  readonly revokes: readonly string[];
}

/** The row to be sealed with all that its record is made of, as they were written. */
export interface SealedRows {
  readonly row: OutboxRow;
  readonly confirmation: ConfirmationRow | undefined;
  readonly votes: readonly VoteRow[];
}

export interface MadeStep {
  readonly sealed: SealedRows | undefined;
}

/** Undefined if the step was not made: then nothing changed, but a ceremony that was presented is used up. */
export async function makeStep(store: TenantStore, attempt: StepAttempt): Promise<MadeStep | undefined> {
  const { signature, seal } = attempt;
  const made = and(eq(steps.id, attempt.id), eq(steps.confirmationId, attempt.confirmation));
  const results = await store.batch([
    ...(signature ? [burnCeremony(store, attempt, signature.ceremony)] : []),
    insertStep(store, attempt),
    ...(signature ? [insertVote(store, attempt, signature)] : []),
    ...(seal ? [insertOutbox(store, attempt, seal)] : []),
    ...(signature ? touchCredentials(store, attempt, signature) : []),
    updateConfirmation(store, attempt),
    store.select(steps, made),
    ...(seal ? sealedRows(store, attempt) : []),
  ]);
  const [step, written, about, cast] = results.slice(seal ? -4 : -1) as [
    StepRow[],
    OutboxRow[]?,
    ConfirmationRow[]?,
    VoteRow[]?,
  ];
  if (step.length === 0) return undefined;
  const row = written?.[0];
  return { sealed: row && { row, confirmation: about?.[0], votes: cast ?? [] } };
}

/**
 * Signatures that a record is made of: one whose passkey was taken back before the outcome did not help to
 * decide. By the stream's order and not by the clock, so that it is the same whenever the record is made.
 */
export function counted(): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM ${credentials} k JOIN ${confirmations} c ON c.tenant_id = k.tenant_id
    WHERE k.tenant_id = ${votes.tenantId} AND k.id = ${votes.credentialId}
      AND c.id = ${votes.confirmationId} AND k.revoked_seq < c.decided_seq)`;
}

function sealedRows(store: TenantStore, { id, confirmation, type }: StepAttempt) {
  // A use is the operator's word: it is sealed without the signatures that came before it.
  const signed = type === "consume" ? sql`0` : and(eq(votes.confirmationId, confirmation), counted());
  return [
    store.select(outbox, eq(outbox.stepId, id)),
    store.select(confirmations, eq(confirmations.id, confirmation)),
    store.select(votes, signed),
  ];
}

/** Uses a ceremony up without a step: whatever was presented with it was refused. */
export async function burn(store: TenantStore, ceremony: string, by: string, now: number): Promise<void> {
  await store.update(
    ceremonies,
    { burntBy: by, burntAt: now },
    and(eq(ceremonies.id, ceremony), isNull(ceremonies.burntBy)),
  );
}

function burnCeremony(store: TenantStore, { id, now }: StepAttempt, ceremony: string) {
  const fresh = and(eq(ceremonies.id, ceremony), isNull(ceremonies.burntBy));
  return store.update(ceremonies, { burntBy: id, burntAt: now }, fresh);
}

/** Time by the database's clock where that is ahead: a decision that was slow on its way is late. */
function clock(now: number): SQL {
  return sql`max(${now}, CAST(unixepoch('subsec') * 1000 AS INTEGER))`;
}

function insertStep(store: TenantStore, attempt: StepAttempt) {
  const { signature, now } = attempt;
  return store.insertFrom(
    steps,
    (
      tenant,
    ) => sql`SELECT c.tenant_id, c.id, c.version + 1, ${attempt.id}, ${attempt.type}, ${now}, ${signature?.person ?? null}
      FROM ${confirmations} c ${signature ? signatureFacts(attempt, signature) : sql``}
      WHERE c.tenant_id = ${tenant} AND c.id = ${attempt.confirmation} AND c.version = ${attempt.version}
        AND ${momentFacts(attempt)}`,
  );
}

function momentFacts({ type, now }: StepAttempt): SQL {
  switch (type) {
    case "consume":
      return sql`c.status = 'approved' AND c.consumed_at IS NULL AND EXISTS (SELECT 1 FROM ${outbox} o
        WHERE o.tenant_id = c.tenant_id AND o.seq = c.decided_seq AND o.idx IS NOT NULL)`;
    case "expire":
      return sql`c.status = 'pending' AND c.expires_at <= ${clock(now)}`;
    case "approve":
    case "reject":
    case "break-glass":
    case "cancel":
    case "escalate":
      return sql`c.status = 'pending' AND c.expires_at > ${clock(now)}`;
  }
}

/** Every fact that the judgement relied on, as it is at this moment. */
function signatureFacts({ id, now }: StepAttempt, signature: Signature): SQL {
  return sql`JOIN ${ceremonies} h ON h.tenant_id = c.tenant_id AND h.id = ${signature.ceremony}
      AND h.confirmation_id = c.id AND h.person_id = ${signature.person} AND h.burnt_by = ${id} AND h.expires_at > ${clock(now)}
    JOIN ${credentials} k ON k.tenant_id = c.tenant_id AND k.id = ${signature.credential}
      AND k.person_id = h.person_id AND k.endorsed_seq IS NOT NULL AND k.revoked_at IS NULL
    JOIN ${people} p ON p.tenant_id = c.tenant_id AND p.id = h.person_id AND p.role = ${signature.role}
      AND ${signature.countedApprovals} = (SELECT count(*) FROM ${votes} v JOIN ${credentials} vk
        ON vk.tenant_id = v.tenant_id AND vk.id = v.credential_id AND vk.revoked_at IS NULL
        WHERE v.tenant_id = c.tenant_id AND v.confirmation_id = c.id AND v.decision = 'approve')
      ${directoryFact(signature)}`;
}

/** Changes are made one after the other, each judged by all before it, or the stream would not replay. */
function directoryFact({ directory }: Signature): SQL {
  return directory === null ? sql`` : sql`AND ${directory} = ${directorySeq(sql`c.tenant_id`)}`;
}

/** This attempt's step and its confirmation as it was read; no row if the step was not made. */
function mine(tenant: SQL, { confirmation, version, id }: StepAttempt): SQL {
  return sql`${steps} s JOIN ${confirmations} c ON c.tenant_id = s.tenant_id AND c.id = s.confirmation_id
    WHERE s.tenant_id = ${tenant} AND s.confirmation_id = ${confirmation} AND s.n = ${version + 1} AND s.id = ${id}
      AND c.version = ${version}`;
}

function insertVote(store: TenantStore, attempt: StepAttempt, signature: Signature) {
  const { person, decision, credential, statement, assertion, assertionHash } = signature;
  return store.insertFrom(
    votes,
    (tenant) => sql`SELECT s.tenant_id, s.confirmation_id, ${person}, s.id, ${decision}, s.at, ${credential},
      ${statement}, ${assertion}, ${assertionHash} FROM ${mine(tenant, attempt)}`,
  );
}

function insertOutbox(store: TenantStore, attempt: StepAttempt, seal: Seal) {
  return store.insertFrom(
    outbox,
    (tenant) => sql`SELECT s.tenant_id, 1 + (SELECT max(seq) FROM ${outbox} WHERE tenant_id = ${tenant}),
      s.id, s.confirmation_id, ${seal.type}, ${seal.outcome}, s.at, ${directorySeq(tenant)},
      ${seal.entrySalt}, ${seal.payloadSalt}, NULL, NULL, NULL FROM ${mine(tenant, attempt)}`,
  );
}

/** The last change of the directory that is in the stream, sealed or about to be. */
function directorySeq(tenant: SQL): SQL {
  return sql`(SELECT max(seq) FROM ${outbox} WHERE tenant_id = ${tenant} AND type NOT IN ('decision', 'consumed'))`;
}

function touchCredentials(store: TenantStore, attempt: StepAttempt, signature: Signature): Statement[] {
  const made = sql`EXISTS (SELECT 1 FROM ${steps} WHERE ${steps.tenantId} = ${store.tenantId} AND ${steps.id} = ${attempt.id})`;
  const { signCount, backedUp } = signature;
  // Of two signatures at once the later counter stays.
  const highest = sql`max(${credentials.signCount}, ${signCount})`;
  const used = { signCount: highest, backedUp, lastUsedAt: attempt.now };
  const touched = store.update(credentials, used, and(eq(credentials.id, signature.credential), made));
  const gone = { revokedAt: attempt.now, revokedSeq: seqOfStep(store, attempt.id) };
  const taken = signature.revokes.map((id) =>
    store.update(credentials, gone, and(eq(credentials.id, id), isNull(credentials.revokedAt), made)),
  );
  return [touched, ...taken];
}

function updateConfirmation(store: TenantStore, attempt: StepAttempt) {
  const { confirmation, version, id, next, now, escalated, type } = attempt;
  const made = sql`EXISTS (SELECT 1 FROM ${steps} WHERE ${steps.tenantId} = ${store.tenantId}
    AND ${steps.confirmationId} = ${confirmation} AND ${steps.n} = ${version + 1} AND ${steps.id} = ${id})`;
  const decided = next !== "pending" && type !== "consume";
  return store.update(
    confirmations,
    {
      version: version + 1,
      escalated,
      ...(decided ? { status: next, decidedAt: now, decidedSeq: seqOfStep(store, id) } : {}),
      ...(type === "consume" ? { consumedAt: now } : {}),
      ...(type === "break-glass" ? { overriddenBy: attempt.signature?.person ?? null } : {}),
    },
    and(eq(confirmations.id, confirmation), eq(confirmations.version, version), made),
  );
}

function seqOfStep(store: TenantStore, id: string): SQL {
  return sql`(SELECT ${outbox.seq} FROM ${outbox} WHERE ${outbox.tenantId} = ${store.tenantId} AND ${outbox.stepId} = ${id})`;
}
