import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import { isUsableLinkOf } from "../account/enrolments.ts";
import { isWaiting } from "../account/passkeys.ts";
import {
  ceremonies,
  confirmations,
  credentials,
  enrolments,
  outbox,
  people,
  steps,
  votes,
} from "../schema.ts";
import type { StepRow } from "../rows.ts";
import { CHANGES_THE_DIRECTORY } from "../stream/outbox.ts";
import { prepared, type Scope } from "../tenant-store.ts";

// The statements of one step, in the order in which steps.ts runs them. Each has an effect only if this
// attempt's step exists, and the step exists only if every fact that it relied on held at that moment.

/** A parameter. `valuesOf` in steps.ts gives its value. */
const value = (name: string): SQL => sql`${sql.placeholder(name)}`;

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
  { changesOnly: "ceremony" },
);

type Kind = "open" | "escalate" | "expire" | "consume";

export function kindOf(type: StepRow["type"]): Kind {
  return type === "escalate" || type === "expire" || type === "consume" ? type : "open";
}

/** Whether as many votes count as when the step was judged. A passkey may have been revoked meanwhile. */
const VOTES_AS_COUNTED = sql`${value("countedVotes")} = (SELECT count(*) FROM ${votes} v
  WHERE v.tenant_id = c.tenant_id AND v.confirmation_id = c.id AND v.ended_seq IS NULL)`;

/** The state in which a confirmation takes a step of this kind. */
const STATE: Readonly<Record<Kind, SQL>> = {
  open: sql`c.status = 'pending' AND c.expires_at > ${CLOCK}`,
  // An approval by an escalation may be committed after the expiry. It must rest on the votes that were counted.
  escalate: sql`c.status = 'pending' AND ${VOTES_AS_COUNTED}`,
  expire: sql`c.status = 'pending' AND c.expires_at <= ${CLOCK}`,
  consume: sql`c.status = 'approved' AND c.consumed_at IS NULL AND EXISTS (SELECT 1 FROM ${outbox} o
    WHERE o.tenant_id = c.tenant_id AND o.seq = c.decided_seq AND o.idx IS NOT NULL)`,
};

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
      WHERE e.tenant_id = c.tenant_id AND e.id = ${value("endorses")} AND e.revoked_at IS NULL))`;

/** The confirmation in the version that was read, in this state and with these facts. */
const unchanged = (tenant: SQL, state: SQL, facts: SQL): SQL => sql`${confirmations} c ${facts}
  WHERE c.tenant_id = ${tenant} AND c.id = ${value("confirmation")} AND c.version = ${value("version")}
    AND ${state}`;

/** A trigger adds the vote's step. Returns the step's id if the vote was inserted. */
export const INSERT_VOTE = prepared<typeof votes, "stepId">(votes, (scope) =>
  scope
    .insertFrom(
      votes,
      (tenant) => sql`SELECT c.tenant_id, c.id, ${value("person")}, ${value("step")}, ${value("vote")},
        ${value("now")}, ${value("credential")}, ${value("statement")}, ${value("assertion")},
        ${value("assertionHash")}, NULL FROM ${unchanged(tenant, STATE.open, SIGNATURE)}`,
    )
    .returning({ stepId: votes.stepId }),
);

/** For a step without a signature. */
const insertStep = (state: SQL) =>
  prepared<typeof steps, "id">(steps, (scope) =>
    scope
      .insertFrom(
        steps,
        (tenant) => sql`SELECT c.tenant_id, c.id, c.version + 1, ${value("step")}, ${value("type")},
          ${value("now")}, NULL FROM ${unchanged(tenant, state, sql``)}`,
      )
      .returning({ id: steps.id }),
  );

export const INSERT_STEP = {
  open: insertStep(STATE.open),
  escalate: insertStep(STATE.escalate),
  expire: insertStep(STATE.expire),
  consume: insertStep(STATE.consume),
};

/** This attempt's step with its confirmation in the version that was read; no row if the step does not exist. */
const ownStep = (tenant: SQL): SQL => sql`${steps} s JOIN ${confirmations} c ON c.tenant_id = s.tenant_id
  AND c.id = s.confirmation_id WHERE s.tenant_id = ${tenant} AND s.confirmation_id = ${value("confirmation")}
  AND s.n = ${value("version")} + 1 AND s.id = ${value("step")} AND c.version = ${value("version")}`;

/** Returns the record's position in the stream. */
export const INSERT_OUTBOX = prepared<typeof outbox, "seq" | "directorySeq">(outbox, (scope) =>
  scope
    .insertFrom(
      outbox,
      (tenant) => sql`SELECT s.tenant_id, 1 + (SELECT max(seq) FROM ${outbox} WHERE tenant_id = ${tenant}),
        s.id, s.confirmation_id, ${value("sealType")}, ${value("outcome")}, s.at, ${directorySeq(tenant)},
        ${value("entrySalt")}, ${value("payloadSalt")}, NULL, NULL, NULL FROM ${ownStep(tenant)}`,
    )
    .returning({ seq: outbox.seq, directorySeq: outbox.directorySeq }),
);

/** The last change of the directory in the stream, sealed or not. */
function directorySeq(tenant: SQL): SQL {
  return sql`(SELECT max(seq) FROM ${outbox} WHERE tenant_id = ${tenant} AND ${CHANGES_THE_DIRECTORY})`;
}

const stepExists = ({ tenantId }: Scope): SQL => sql`EXISTS (SELECT 1 FROM ${steps}
  WHERE ${steps.tenantId} = ${tenantId} AND ${steps.confirmationId} = ${value("confirmation")}
    AND ${steps.n} = ${value("version")} + 1 AND ${steps.id} = ${value("step")})`;

const seqOfStep = ({ tenantId }: Scope): SQL =>
  sql`(SELECT ${outbox.seq} FROM ${outbox} WHERE ${outbox.tenantId} = ${tenantId} AND ${outbox.stepId} = ${value("step")})`;

/** Of two simultaneous signatures the higher counter is kept. */
export const UPDATE_CREDENTIAL = prepared(credentials, (scope) =>
  scope.update(
    credentials,
    { signCount: sql`max(${credentials.signCount}, ${value("signCount")})`, backedUp: value("backedUp") },
    and(eq(credentials.id, value("credential")), stepExists(scope)),
  ),
);

export const REVOKE_CREDENTIAL = prepared(credentials, (scope) =>
  scope.update(
    credentials,
    { revokedAt: value("now") },
    and(eq(credentials.id, value("revoked")), isNull(credentials.revokedAt), stepExists(scope)),
  ),
);

/** Votes of this tenant's requests that are still open, for after the step itself is decided. */
const openVotes = (scope: Scope): SQL | undefined =>
  and(
    isNull(votes.endedSeq),
    sql`${votes.confirmationId} IN (SELECT id FROM ${confirmations}
      WHERE tenant_id = ${scope.tenantId} AND status = 'pending')`,
    stepExists(scope),
  );

export const END_VOTES_OF_PASSKEY = prepared(votes, (scope) =>
  scope.update(
    votes,
    { endedSeq: seqOfStep(scope) },
    and(eq(votes.credentialId, value("revoked")), openVotes(scope)),
  ),
);

export const END_VOTES_OF_PERSON = prepared(votes, (scope) =>
  scope.update(
    votes,
    { endedSeq: seqOfStep(scope) },
    and(eq(votes.personId, value("auditor")), openVotes(scope)),
  ),
);

/** What takes a right away has its effect at once; what gives one, when it is sealed. */
export const MAKE_AUDITOR = prepared(people, (scope) =>
  scope.update(people, { role: "auditor" }, and(eq(people.id, value("auditor")), stepExists(scope))),
);

/** A waiting passkey that this step rejects ends, and with it its sessions. */
export const END_PASSKEY = prepared(credentials, (scope) =>
  scope.update(
    credentials,
    { revokedAt: value("now") },
    and(eq(credentials.id, value("rejected")), isWaiting(), stepExists(scope)),
  ),
);

/** The unused links of the person whose passkey this step rejects. */
export const VOID_LINKS = prepared(enrolments, (scope) =>
  scope.update(
    enrolments,
    { voidedAt: value("now") },
    and(isUsableLinkOf(value("rejectedPerson")), stepExists(scope)),
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
export const CHANGE_CONFIRMATION = prepared(confirmations, (scope) =>
  scope.update(
    confirmations,
    {
      version: NEXT_VERSION,
      escalated: value("escalated"),
      dueAt: value("dueAt"),
      status: value("next"),
      decidedAt: value("decidedAt"),
      decidedSeq: seqOfStep(scope),
      overriddenBy: value("overriddenBy"),
    },
    ofThisVersion(scope),
  ),
);

export const CONSUME_CONFIRMATION = prepared(confirmations, (scope) =>
  scope.update(confirmations, { version: NEXT_VERSION, consumedAt: value("now") }, ofThisVersion(scope)),
);
