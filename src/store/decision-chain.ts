import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import { isGoodKey } from "./active-key.ts";
import {
  apiKeys,
  ceremonies,
  confirmations,
  credentials,
  outbox,
  people,
  sessions,
  steps,
  votes,
  type StepRow,
} from "./schema.ts";
import { prepared, type Scope } from "./tenant-store.ts";

// The statements of the guarded chain, in the order in which steps.ts runs them. Each does its work only if this
// attempt's step is there, and the step is there only if every fact held at that moment.

/** A value of the attempt: what these are, `valuesOf` in steps.ts says. */
const value = (name: string): SQL => sql`${sql.placeholder(name)}`;

/** Of the outbox, in the words of the index that holds nothing else. */
export const CHANGES_THE_DIRECTORY = sql.raw("type NOT IN ('decision', 'consumed')");

/** Time by the database's clock where that is ahead: a decision that was slow on its way is late. */
const CLOCK = sql`max(${value("now")}, CAST(unixepoch('subsec') * 1000 AS INTEGER))`;

/** A session counts if the call was let in by what was remembered of it; null: this very call looked it up. */
const session = (tenant: SQL, person: SQL): SQL => sql`(${value("session")} IS NULL OR EXISTS (
  SELECT 1 FROM ${sessions} t WHERE t.tenant_id = ${tenant} AND t.hash = ${value("session")}
    AND t.person_id = ${person} AND t.revoked_at IS NULL AND t.expires_at > ${CLOCK}))`;

/** Whoever is not let in burns nothing. */
export const BURN_CEREMONY = prepared(ceremonies, (scope) =>
  scope.update(
    ceremonies,
    { usedBy: value("step"), usedAt: value("now") },
    and(
      eq(ceremonies.id, value("ceremony")),
      isNull(ceremonies.usedBy),
      session(sql`${ceremonies.tenantId}`, sql`${ceremonies.personId}`),
    ),
  ),
);

type Kind = "open" | "expire" | "consume";

export function kindOf(type: StepRow["type"]): Kind {
  return type === "expire" || type === "consume" ? type : "open";
}

const MOMENT: Readonly<Record<Kind, SQL>> = {
  open: sql`c.status = 'pending' AND c.expires_at > ${CLOCK}`,
  expire: sql`c.status = 'pending' AND c.expires_at <= ${CLOCK}`,
  consume: sql`c.status = 'approved' AND c.consumed_at IS NULL AND EXISTS (SELECT 1 FROM ${outbox} o
    WHERE o.tenant_id = c.tenant_id AND o.seq = c.decided_seq AND o.idx IS NOT NULL)`,
};

/**
 * Every fact that the judgement relied on, as it is at this moment. Changes of the directory are made one after
 * the other, each judged by all before it, or the stream would not replay.
 */
const SIGNATURE = sql`JOIN ${ceremonies} h ON h.tenant_id = c.tenant_id AND h.id = ${value("ceremony")}
    AND h.confirmation_id = c.id AND h.person_id = ${value("person")} AND h.used_by = ${value("step")}
    AND h.expires_at > ${CLOCK}
  JOIN ${credentials} k ON k.tenant_id = c.tenant_id AND k.id = ${value("credential")}
    AND k.person_id = h.person_id AND k.endorsed_seq IS NOT NULL AND k.revoked_at IS NULL
  JOIN ${people} p ON p.tenant_id = c.tenant_id AND p.id = h.person_id AND p.role = ${value("role")}
    AND ${value("countedApprovals")} = (SELECT count(*) FROM ${votes} v JOIN ${credentials} vk
      ON vk.tenant_id = v.tenant_id AND vk.id = v.credential_id AND vk.revoked_at IS NULL
      WHERE v.tenant_id = c.tenant_id AND v.confirmation_id = c.id AND v.decision = 'approve')
    AND (${value("directory")} IS NULL OR ${value("directory")} = ${directorySeq(sql`c.tenant_id`)})
    AND ${session(sql`c.tenant_id`, sql`h.person_id`)}`;

/** The confirmation as it was read, at its moment and with these facts. */
const ready = (tenant: SQL, moment: SQL, facts: SQL): SQL => sql`${confirmations} c ${facts}
  WHERE c.tenant_id = ${tenant} AND c.id = ${value("confirmation")} AND c.version = ${value("version")}
    AND ${moment}`;

/** A vote is a step: the database makes it with the vote. It returns the step's id, if it was made. */
export const INSERT_VOTE = prepared<typeof votes, "stepId">(votes, (scope) =>
  scope
    .insertFrom(
      votes,
      (tenant) => sql`SELECT c.tenant_id, c.id, ${value("person")}, ${value("step")}, ${value("decision")},
        ${value("now")}, ${value("credential")}, ${value("statement")}, ${value("assertion")},
        ${value("assertionHash")} FROM ${ready(tenant, MOMENT.open, SIGNATURE)}`,
    )
    .returning({ stepId: votes.stepId }),
);

/** The same for a step that nobody signs. */
const insertStep = (moment: SQL) =>
  prepared<typeof steps, "id">(steps, (scope) =>
    scope
      .insertFrom(
        steps,
        (tenant) => sql`SELECT c.tenant_id, c.id, c.version + 1, ${value("step")}, ${value("type")},
          ${value("now")}, NULL FROM ${ready(tenant, moment, sql``)}`,
      )
      .returning({ id: steps.id }),
  );

export const INSERT_STEP = {
  open: insertStep(MOMENT.open),
  expire: insertStep(MOMENT.expire),
  consume: insertStep(MOMENT.consume),
};

/** This attempt's step and its confirmation as it was read; no row if the step was not made. */
const mine = (tenant: SQL): SQL => sql`${steps} s JOIN ${confirmations} c ON c.tenant_id = s.tenant_id
  AND c.id = s.confirmation_id WHERE s.tenant_id = ${tenant} AND s.confirmation_id = ${value("confirmation")}
  AND s.n = ${value("version")} + 1 AND s.id = ${value("step")} AND c.version = ${value("version")}`;

/** It returns where in the stream the record stands. */
export const INSERT_OUTBOX = prepared<typeof outbox, "seq" | "directorySeq">(outbox, (scope) =>
  scope
    .insertFrom(
      outbox,
      (tenant) => sql`SELECT s.tenant_id, 1 + (SELECT max(seq) FROM ${outbox} WHERE tenant_id = ${tenant}),
        s.id, s.confirmation_id, ${value("sealType")}, ${value("outcome")}, s.at, ${directorySeq(tenant)},
        ${value("entrySalt")}, ${value("payloadSalt")}, NULL, NULL, NULL FROM ${mine(tenant)}`,
    )
    .returning({ seq: outbox.seq, directorySeq: outbox.directorySeq }),
);

/** The last change of the directory that is in the stream, sealed or about to be. */
function directorySeq(tenant: SQL): SQL {
  return sql`(SELECT max(seq) FROM ${outbox} WHERE tenant_id = ${tenant} AND ${CHANGES_THE_DIRECTORY})`;
}

const isMade = ({ tenantId }: Scope): SQL => sql`EXISTS (SELECT 1 FROM ${steps}
  WHERE ${steps.tenantId} = ${tenantId} AND ${steps.confirmationId} = ${value("confirmation")}
    AND ${steps.n} = ${value("version")} + 1 AND ${steps.id} = ${value("step")})`;

const seqOfStep = ({ tenantId }: Scope): SQL =>
  sql`(SELECT ${outbox.seq} FROM ${outbox} WHERE ${outbox.tenantId} = ${tenantId} AND ${outbox.stepId} = ${value("step")})`;

/** Of two signatures at once the later counter stays. When the passkey was used, its votes say. */
export const TOUCH_CREDENTIAL = prepared(credentials, (scope) =>
  scope.update(
    credentials,
    { signCount: sql`max(${credentials.signCount}, ${value("signCount")})`, backedUp: value("backedUp") },
    and(eq(credentials.id, value("credential")), isMade(scope)),
  ),
);

export const REVOKE_CREDENTIAL = prepared(credentials, (scope) =>
  scope.update(
    credentials,
    { revokedAt: value("now"), revokedSeq: seqOfStep(scope) },
    and(eq(credentials.id, value("revoked")), isNull(credentials.revokedAt), isMade(scope)),
  ),
);

const ofThisVersion = (scope: Scope) =>
  and(
    eq(confirmations.id, value("confirmation")),
    eq(confirmations.version, value("version")),
    isMade(scope),
  );
const NEXT_VERSION = sql`${value("version")} + 1`;

/** The first record of a confirmation is that of its outcome. It returns whether the key that asked is good now. */
export const CHANGE_CONFIRMATION = prepared<typeof confirmations, never, { readonly isKeyGood: number }>(
  confirmations,
  (scope) =>
    scope
      .update(
        confirmations,
        {
          version: NEXT_VERSION,
          escalated: value("escalated"),
          status: value("next"),
          decidedAt: value("decidedAt"),
          decidedSeq: seqOfStep(scope),
          overriddenBy: value("overriddenBy"),
        },
        ofThisVersion(scope),
      )
      .returning({
        isKeyGood: sql<number>`requester_kind = 'key' AND EXISTS (SELECT 1 FROM ${apiKeys}
          WHERE ${apiKeys.tenantId} = ${scope.tenantId} AND ${apiKeys.id} = requester_id AND ${isGoodKey(CLOCK)})
          AS "isKeyGood"`,
      }),
);

export const USE_CONFIRMATION = prepared(confirmations, (scope) =>
  scope.update(confirmations, { version: NEXT_VERSION, consumedAt: value("now") }, ofThisVersion(scope)),
);

/**
 * Signatures that a record is made of: one whose passkey was taken back before the outcome did not help to
 * decide. By the stream's order and not by the clock, so that it is the same whenever the record is made.
 */
export function counted(): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM ${credentials} k JOIN ${confirmations} c ON c.tenant_id = k.tenant_id
    WHERE k.tenant_id = ${votes.tenantId} AND k.id = ${votes.credentialId}
      AND c.id = ${votes.confirmationId} AND k.revoked_seq < c.decided_seq)`;
}

export const SELECT_COUNTED_VOTES = prepared(votes, (scope) =>
  scope.select(votes, and(eq(votes.confirmationId, value("confirmation")), counted())),
);
