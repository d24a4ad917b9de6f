import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import { hasRoomForMember } from "../account/plan-numbers.ts";
import { audience, ceremonies, confirmations, credentials, outbox, people, steps, votes } from "../schema.ts";
import type { StepRow } from "../rows.ts";
import { CHANGES_THE_DIRECTORY } from "../stream/outbox.ts";
import type { Prepared } from "../prepared-statement.ts";
import { prepared, type Scope, value } from "../tenant-store.ts";

// The statements of one step, in the order in which steps.ts runs them; `valuesOf` there gives their values. Each has
// an effect only if this attempt's step exists, and the step exists only if every fact that it relied on held at that
// moment.

/** The later of the server's and the database's clock: a vote that was slow on its way is late. */
const CLOCK = sql`max(${value("now")}, CAST(unixepoch('subsec') * 1000 AS INTEGER))`;

export const USE_CEREMONY = prepared(
  ceremonies,
  (scope) =>
    scope.update(
      ceremonies,
      { usedBy: value("step"), usedAt: value("now") },
      and(eq(ceremonies.id, value("ceremony")), isNull(ceremonies.usedBy)),
    ),
  "ceremony",
);

/** Whether as many votes count as when the step was judged. A passkey may have been revoked meanwhile. */
const VOTES_AS_COUNTED = sql`${value("countedVotes")} = (SELECT count(*) FROM ${votes} v
  WHERE v.tenant_id = c.tenant_id AND v.confirmation_id = c.id AND v.ended_seq IS NULL)`;

// The state in which a confirmation takes a step.
const IS_OPEN = sql`c.status = 'pending' AND c.expires_at > ${CLOCK}`;
/** An approval by an escalation may be committed after the expiry. It must rest on the votes that were counted. */
const IS_ESCALATING = sql`c.status = 'pending' AND ${VOTES_AS_COUNTED}`;
const IS_OVERDUE = sql`c.status = 'pending' AND c.expires_at <= ${CLOCK}`;
const IS_USABLE = sql`c.status = 'approved' AND c.consumed_at IS NULL AND c.erased_at IS NULL AND EXISTS (SELECT 1 FROM ${outbox} o
  WHERE o.tenant_id = c.tenant_id AND o.seq = c.decided_seq AND o.idx IS NOT NULL)`;

/**
 * Every fact that the vote relied on. Changes of the directory are made one after the other, each judged by all
 * changes before it; otherwise the stream would not replay.
 */
const SIGNATURE = sql`JOIN ${ceremonies} h ON h.tenant_id = c.tenant_id AND h.id = ${value("ceremony")}
    AND h.confirmation_id = c.id AND h.person_id = ${value("person")} AND h.used_by = ${value("step")}
    AND h.expires_at > ${CLOCK}
  JOIN ${credentials} k ON k.tenant_id = c.tenant_id AND k.id = ${value("credential")}
    AND k.person_id = h.person_id AND k.endorsed_seq IS NOT NULL AND k.revoked_at IS NULL
  JOIN ${people} p ON p.tenant_id = c.tenant_id AND p.id = h.person_id AND p.role = ${value("role")}
    AND ${VOTES_AS_COUNTED}
    AND (${value("directory")} IS NULL OR ${value("directory")} = ${directorySeq(sql`c.tenant_id`)})
    AND (${value("endorses")} IS NULL OR EXISTS (SELECT 1 FROM ${credentials} e
      WHERE e.tenant_id = c.tenant_id AND e.id = ${value("endorses")} AND e.revoked_at IS NULL))
    AND (${value("makesMember")} IS NULL OR ${hasRoomForMember(sql`c.tenant_id`)} OR EXISTS (SELECT 1 FROM ${people} m
      WHERE m.tenant_id = c.tenant_id AND m.id = ${value("makesMember")} AND m.role <> 'approver'))`;

/** By how much another server's clock may be ahead: verifiers accept this much between two records. */
const CLOCK_AHEAD_MAX_MILLISECONDS = 300_000;

/**
 * The later of now and the last record's time, since another server's clock may have been ahead. `latest` bounds it, so
 * that the step is judged the same. A record that is dated too far ahead is not followed, so that an audit finds it.
 */
const stepTime = (tenant: SQL): SQL => sql`max(${value("now")}, min(${value("latest")},
  ${lastTime(tenant, value("now"))}))`;

/** The time of the last record; 0 if there is none, or if it is dated too far ahead. */
export function lastTime(tenant: SQL, now: SQL): SQL {
  return sql`coalesce((SELECT at FROM ${outbox} WHERE tenant_id = ${tenant} AND seq = ${lastSeq(tenant)}
    AND at <= ${now} + ${CLOCK_AHEAD_MAX_MILLISECONDS}), 0)`;
}

const THIS_CONFIRMATION = "confirmation";

/** A step of a confirmation that has the version that was read, is in this state, and for which these facts hold. */
const insertStep = (state: SQL, facts = sql``) =>
  prepared<typeof steps, "id">(
    steps,
    (scope) =>
      scope
        .insertFrom(
          steps,
          (tenant) => sql`SELECT c.tenant_id, c.id, c.version + 1, ${value("step")}, ${value("type")},
            ${stepTime(tenant)}, ${value("person")} FROM ${confirmations} c ${facts}
            WHERE c.tenant_id = ${tenant} AND c.id = ${value("confirmation")}
              AND c.version = ${value("version")} AND ${state}`,
        )
        .returning({ id: steps.id }),
    THIS_CONFIRMATION,
  );

const INSERT_SIGNED_STEP = insertStep(IS_OPEN, SIGNATURE);

export const INSERT_STEP: Readonly<Record<StepRow["type"], Prepared<Pick<StepRow, "id">>>> = {
  approve: INSERT_SIGNED_STEP,
  reject: INSERT_SIGNED_STEP,
  "break-glass": INSERT_SIGNED_STEP,
  cancel: insertStep(IS_OPEN),
  escalate: insertStep(IS_ESCALATING),
  expire: insertStep(IS_OVERDUE),
  consume: insertStep(IS_USABLE),
};

/** This attempt's step with its confirmation in the version that was read; no row if the step does not exist. */
const ownStep = (tenant: SQL): SQL => sql`${steps} s JOIN ${confirmations} c ON c.tenant_id = s.tenant_id
  AND c.id = s.confirmation_id WHERE s.tenant_id = ${tenant} AND s.confirmation_id = ${value("confirmation")}
  AND s.n = ${value("version")} + 1 AND s.id = ${value("step")} AND c.version = ${value("version")}`;

export const INSERT_VOTE = prepared(
  votes,
  (scope) =>
    scope.insertFrom(
      votes,
      (tenant) => sql`SELECT s.tenant_id, s.confirmation_id, s.person_id, s.id, s.type, s.at,
        ${value("credential")}, ${value("statement")}, ${value("assertion")}, ${value("assertionHash")}, NULL,
        ${value("stage")} FROM ${ownStep(tenant)}`,
    ),
  THIS_CONFIRMATION,
);

/** The record of this step, at the end of the stream. */
export const INSERT_OUTBOX = prepared(
  outbox,
  (scope) =>
    scope.insertFrom(
      outbox,
      (tenant) => sql`SELECT s.tenant_id, 1 + ${lastSeq(tenant)}, s.id, s.confirmation_id,
        ${value("sealType")}, ${value("outcome")}, s.at, ${directorySeq(tenant)}, ${value("entrySalt")},
        ${value("payloadSalt")}, NULL, NULL, NULL, NULL, NULL FROM ${ownStep(tenant)}`,
    ),
  THIS_CONFIRMATION,
);

export function lastSeq(tenant: SQL): SQL {
  return sql`(SELECT max(seq) FROM ${outbox} WHERE tenant_id = ${tenant})`;
}

/** The last change of the directory in the stream, sealed or not. */
export function directorySeq(tenant: SQL): SQL {
  return sql`(SELECT max(seq) FROM ${outbox} WHERE tenant_id = ${tenant} AND ${CHANGES_THE_DIRECTORY})`;
}

const atOfStep = ({ tenantId }: Scope): SQL => sql`(SELECT ${steps.at} FROM ${steps}
  WHERE ${steps.tenantId} = ${tenantId} AND ${steps.confirmationId} = ${value("confirmation")}
    AND ${steps.n} = ${value("version")} + 1 AND ${steps.id} = ${value("step")})`;

export const stepExists = (scope: Scope): SQL => sql`${atOfStep(scope)} IS NOT NULL`;

export const seqOfStep = ({ tenantId }: Scope): SQL =>
  sql`(SELECT ${outbox.seq} FROM ${outbox} WHERE ${outbox.tenantId} = ${tenantId} AND ${outbox.stepId} = ${value("step")})`;

/** Of two simultaneous signatures the higher counter is kept. */
export const UPDATE_CREDENTIAL = prepared(credentials, (scope) =>
  scope.update(
    credentials,
    { signCount: sql`max(${credentials.signCount}, ${value("signCount")})`, backedUp: value("backedUp") },
    and(eq(credentials.id, value("credential")), stepExists(scope)),
  ),
);

const ofThisVersion = (scope: Scope) =>
  and(
    eq(confirmations.id, value("confirmation")),
    eq(confirmations.version, value("version")),
    stepExists(scope),
  );
const NEXT_VERSION = sql`${value("version")} + 1`;

/** The first record of a confirmation is that of its outcome. */
export const CHANGE_CONFIRMATION = prepared(
  confirmations,
  (scope) =>
    scope.update(
      confirmations,
      {
        version: NEXT_VERSION,
        escalated: value("escalated"),
        dueAt: value("dueAt"),
        status: value("next"),
        decidedAt: sql`CASE WHEN ${value("next")} <> 'pending' THEN ${atOfStep(scope)} END`,
        decidedSeq: seqOfStep(scope),
        overriddenBy: sql`CASE WHEN ${value("type")} = 'break-glass' THEN ${value("person")} END`,
      },
      ofThisVersion(scope),
    ),
  THIS_CONFIRMATION,
);

const MAY_SIGN = sql`${audience.personId} IN (SELECT value FROM json_each(${value("signers")}))`;

/** A stage was opened, or an escalation was reached. */
export const ASK_PEOPLE = prepared(
  audience,
  (scope) =>
    scope.update(
      audience,
      {
        askedAt: sql`CASE WHEN ${MAY_SIGN} THEN coalesce(${audience.askedAt}, ${value("now")})
          ELSE ${audience.askedAt} END`,
        overAt: sql`CASE WHEN NOT ${MAY_SIGN} AND ${audience.askedAt} IS NOT NULL
          THEN coalesce(${audience.overAt}, ${value("now")}) END`,
      },
      and(
        eq(audience.confirmationId, value("confirmation")),
        // From the index; the primary key has the person first.
        sql`${audience.personId} IN (SELECT a.person_id FROM ${audience} a WHERE a.tenant_id = ${scope.tenantId}
          AND a.confirmation_id = ${value("confirmation")})`,
        stepExists(scope),
      ),
    ),
  THIS_CONFIRMATION,
);

/** Whether the outcome of an agent's request is delivered now: the answer of another key does not deliver it. */
const IS_DELIVERED = sql`${confirmations.deliveredAt} IS NULL AND ${confirmations.lockHash} IS NOT NULL
  AND ${confirmations.requesterId} = ${value("reader")}`;

export const CONSUME_CONFIRMATION = prepared(
  confirmations,
  (scope) =>
    scope.update(
      confirmations,
      {
        version: NEXT_VERSION,
        consumedAt: atOfStep(scope),
        deliveredAt: sql`CASE WHEN ${IS_DELIVERED} THEN ${value("now")} ELSE ${confirmations.deliveredAt} END`,
        dedupeKey: sql`CASE WHEN ${IS_DELIVERED} THEN NULL ELSE ${confirmations.dedupeKey} END`,
      },
      ofThisVersion(scope),
    ),
  THIS_CONFIRMATION,
);
