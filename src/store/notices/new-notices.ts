import { and, eq, isNotNull, sql, type SQL } from "drizzle-orm";
import type { NoticeKind } from "../../core/notice/notice-kinds.ts";
import { stepExists } from "../confirmation/decision-chain.ts";
import { channels, notices, projects, votes } from "../schema.ts";
import type { Run } from "../prepared-statement.ts";
import { isInserted, isUnsealed, type DueRow, type StepValues } from "../sending/due-row.ts";
import { prepared, type Scope, value } from "../tenant-store.ts";
import { OPEN } from "./notice-facts.ts";

// One notice for each channel of the people concerned, and of the project, in the transaction that it reports. What a
// person wants at that hour is looked at when it is sent.

/** A channel that says nothing itself does as the project says. */
const IS_USED = sql`(ch.use = 'always' OR (ch.use = 'default'
  AND instr(' ' || p.notice_kinds || ' ', ' ' || ch.kind || ' ') > 0))`;

/** By index, each: an OR would read all channels of the tenant. */
const concerned = (
  tenant: SQL,
) => sql`SELECT id FROM ${channels} WHERE tenant_id = ${tenant} AND ended_at IS NULL
    AND person_id IS NOT NULL AND person_id IN (SELECT value FROM json_each(${value("people")}))
  UNION ALL SELECT id FROM ${channels} WHERE tenant_id = ${tenant} AND ended_at IS NULL
    AND project_id IS NOT NULL AND project_id = ${value("project")}`;

function insertNotices(kinds: readonly NoticeKind[], dueAt: SQL, holds: (scope: Scope) => SQL) {
  const list = sql.raw(`'${JSON.stringify(kinds)}'`);
  return prepared<typeof notices, "dueAt">(notices, (scope) =>
    scope
      .insertFrom(
        notices,
        (
          tenant,
        ) => sql`SELECT ch.tenant_id, ${value("confirmation")}, ch.id, k.value, ch.person_id, ${value("at")},
          ${dueAt}, 0, 'waiting', NULL, NULL FROM ${projects} p CROSS JOIN ${channels} ch ON ch.tenant_id = p.tenant_id
          CROSS JOIN json_each(${list}) k
          WHERE p.tenant_id = ${tenant} AND p.id = ${value("project")} AND ch.id IN (${concerned(tenant)})
            AND ch.verified_at IS NOT NULL AND ${IS_USED} AND ${dueAt} IS NOT NULL AND ${holds(scope)}`,
      )
      .onConflictDoNothing()
      .returning({ dueAt: notices.dueAt }),
  );
}

/** The reminder is for later, if the project wants one. */
const ASKED_DUE = sql`CASE WHEN k.value = 'asked' THEN ${value("at")} WHEN p.reminder_percent > 0
  THEN ${value("at")} + CAST((${value("expiresAt")} - ${value("at")}) * p.reminder_percent / 100 AS INTEGER) END`;

const AFTER_CREATE = insertNotices(["asked", "reminder"], ASKED_DUE, (scope) =>
  isInserted(scope, "confirmation"),
);
const AFTER_ESCALATION = insertNotices(["escalated"], value("at"), stepExists);
/** They are asked as others were when the request was created. */
const AFTER_STAGE = insertNotices(["asked", "reminder"], ASKED_DUE, stepExists);
/** An emergency approval is an outcome, so nobody hears of it before it is in the log. */
const BEFORE_MARK = insertNotices(["break-glass"], value("at"), isUnsealed);

/** For those who have heard of the request, or hear of it right now, and have not signed it themselves. */
const CLOSE = prepared<typeof notices, "dueAt">(notices, (scope) =>
  scope
    .insertFrom(
      notices,
      (
        tenant,
      ) => sql`SELECT n.tenant_id, n.confirmation_id, n.channel_id, 'closed', n.person_id, ${value("at")},
        ${value("at")}, 0, 'waiting', NULL, NULL FROM ${notices} n
        WHERE n.tenant_id = ${tenant} AND n.confirmation_id = ${value("confirmation")}
          AND n.kind IN ${OPEN} AND (n.state = 'sent' OR (n.state = 'waiting' AND n.attempts > 0))
          AND ${isUnsealed(scope)}
          AND NOT EXISTS (SELECT 1 FROM ${votes} v WHERE v.tenant_id = n.tenant_id
            AND v.confirmation_id = n.confirmation_id AND v.person_id = n.person_id)`,
    )
    .onConflictDoNothing()
    .returning({ dueAt: notices.dueAt }),
);

/** What was not sent yet is of no use any more. What is being sent right now is left to the one who sends it. */
const SKIP_OPEN = prepared<typeof notices, "dueAt">(notices, (scope) =>
  scope.update(
    notices,
    { state: "skipped", dueAt: null },
    and(
      eq(notices.confirmationId, value("confirmation")),
      isNotNull(notices.dueAt),
      eq(notices.attempts, 0),
      sql`${notices.kind} IN ${OPEN}`,
      isUnsealed(scope),
    ),
  ),
);

interface Concerned {
  readonly confirmation: string;
  readonly project: string;
  /** JSON: the ids of people. */
  readonly people: string;
  readonly at: number;
}

/** If the request was inserted. */
export function noticesOfCreate(concerns: Concerned & { readonly expiresAt: number }): Run<DueRow> {
  return AFTER_CREATE.with({ ...concerns });
}

/** If the escalation of this attempt was committed. */
export function noticesOfEscalation(concerns: Concerned, step: StepValues): Run<DueRow> {
  return AFTER_ESCALATION.with({ ...step, ...concerns });
}

/** If the step of this attempt, which opened the next stage, was committed. */
export function noticesOfStage(
  concerns: Concerned & { readonly expiresAt: number },
  step: StepValues,
): Run<DueRow> {
  return AFTER_STAGE.with({ ...step, ...concerns });
}

/** A request that has an outcome. */
export interface Closed extends Pick<Concerned, "confirmation" | "project"> {
  /** After an emergency approval everybody who could have signed. Null: those who have heard of the request. */
  readonly people: readonly string[] | null;
}

/** If this record, of the request's outcome, is not marked as sealed yet. */
export function noticesOfOutcome(
  { confirmation, project, people }: Closed,
  at: number,
  seq: number,
): readonly Run<DueRow>[] {
  const informs =
    people === null
      ? CLOSE.with({ confirmation, at, seq })
      : BEFORE_MARK.with({ confirmation, project, people: JSON.stringify(people), at, seq });
  return [informs, SKIP_OPEN.with({ confirmation, seq })];
}
