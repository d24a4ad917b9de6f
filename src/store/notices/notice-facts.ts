import { and, eq, gt, isNull, sql, type SQL } from "drizzle-orm";
import { OPEN_KINDS } from "../../core/notice/notice-kinds.ts";
import {
  audience,
  channels,
  confirmations,
  notices,
  noticeSettings,
  people,
  projects,
  votes,
} from "../schema.ts";
import type {
  ChannelRow,
  ConfirmationRow,
  NoticeRow,
  NoticeSettingsRow,
  PersonRow,
  ProjectRow,
  Tenant,
  VoteRow,
} from "../rows.ts";
import { prepared, type Scope, type TenantStore, value } from "../tenant-store.ts";

// What must be known to send a notice, of one moment.

/** Not the content: a notice says nothing of it. */
const COLUMNS = [
  "id",
  "status",
  "action",
  "payloadHash",
  "requesterName",
  "projectMode",
  "expiresAt",
  "overriddenBy",
  "erasedAt",
  "policy",
] as const;

/** So many to one channel within a minute are sent one by one; further ones are held. */
export const BURST_NOTICES = 5;

export const OPEN = sql.raw(`(${OPEN_KINDS.map((kind) => `'${kind}'`).join(", ")})`);

const isOfRequest = ({ tenantId }: Scope): SQL =>
  sql`= (SELECT project_id FROM ${confirmations} WHERE tenant_id = ${tenantId} AND id = ${value("confirmation")})`;

const REQUEST = prepared<typeof confirmations, (typeof COLUMNS)[number]>(confirmations, (scope) =>
  scope.selectColumns(confirmations, COLUMNS, eq(confirmations.id, value("confirmation"))),
);
const PROJECT = prepared(projects, (scope) =>
  scope.select(projects, sql`${projects.id} ${isOfRequest(scope)}`),
);
const CHANNEL = prepared(channels, (scope) => scope.select(channels, eq(channels.id, value("channel"))));
const PERSON = prepared(people, (scope) => scope.select(people, eq(people.id, value("person"))));
const SETTINGS = prepared(noticeSettings, (scope) =>
  scope.select(noticeSettings, eq(noticeSettings.personId, value("person"))),
);
const VOTES = prepared<typeof votes, "personId" | "vote">(votes, (scope) =>
  scope.selectColumns(
    votes,
    ["personId", "vote"],
    and(eq(votes.confirmationId, value("confirmation")), isNull(votes.endedSeq)),
  ),
);
const VOTERS = prepared<typeof people, "id" | "username">(people, (scope) =>
  scope.selectColumns(
    people,
    ["id", "username"],
    sql`${people.id} IN (SELECT person_id FROM ${votes} WHERE tenant_id = ${scope.tenantId}
      AND confirmation_id = ${value("confirmation")})`,
  ),
);
const ASKED = prepared<typeof audience, "overAt">(audience, (scope) =>
  scope.selectColumns(
    audience,
    ["overAt"],
    and(eq(audience.personId, value("person")), eq(audience.confirmationId, value("confirmation"))),
  ),
);
const EARLIER = prepared<typeof notices, "kind" | "state" | "attempts">(notices, (scope) =>
  scope.selectColumns(
    notices,
    ["kind", "state", "attempts"],
    and(eq(notices.confirmationId, value("confirmation")), eq(notices.channelId, value("channel"))),
  ),
);
/** Messages that ask for a decision, the newest first. Those of one digest have the same time. */
const RECENT = prepared<typeof notices, "state" | "sentAt">(notices, (scope) =>
  scope
    .selectColumns(
      notices,
      ["state", "sentAt"],
      and(
        eq(notices.channelId, value("channel")),
        gt(notices.sentAt, value("since")),
        sql`${notices.kind} IN ${OPEN}`,
      ),
    )
    .orderBy(sql`${notices.sentAt} DESC`)
    .limit(BURST_NOTICES),
);

export interface NoticeFacts {
  readonly tenant: Tenant;
  readonly request: Pick<ConfirmationRow, (typeof COLUMNS)[number]>;
  readonly project: ProjectRow;
  readonly channel: ChannelRow;
  /** Undefined for the channel of a project. */
  readonly person: PersonRow | undefined;
  readonly settings: NoticeSettingsRow | undefined;
  /** The votes that count, with their people. */
  readonly votes: readonly Pick<VoteRow, "personId" | "vote">[];
  readonly voters: readonly Pick<PersonRow, "id" | "username">[];
  /** Whether the person may not sign any more, because a later stage is open. */
  readonly isOver: boolean;
  /** Of this request to this channel, this one as well. */
  readonly notices: readonly Pick<NoticeRow, "kind" | "state" | "attempts">[];
  /** What was sent to the channel since then, up to a number. */
  readonly recent: readonly Pick<NoticeRow, "state" | "sentAt">[];
}

/** Undefined if the channel or the request does not exist: the organisation is being deleted. */
export async function readNoticeFacts(
  store: TenantStore,
  { confirmationId, channelId, personId }: Pick<NoticeRow, "confirmationId" | "channelId" | "personId">,
  since: number,
): Promise<NoticeFacts | undefined> {
  const request = { confirmation: confirmationId };
  const [[row], [project], [channel], [person], [settings], counted, voters, [asked], all, recent] =
    await store.run([
      REQUEST.with(request),
      PROJECT.with(request),
      CHANNEL.with({ channel: channelId }),
      PERSON.with({ person: personId }),
      SETTINGS.with({ person: personId }),
      VOTES.with(request),
      VOTERS.with(request),
      ASKED.with({ ...request, person: personId }),
      EARLIER.with({ ...request, channel: channelId }),
      RECENT.with({ channel: channelId, since }),
    ]);
  if (row === undefined || project === undefined || channel === undefined) return undefined;
  const tenant = await store.own();
  return {
    tenant,
    request: row,
    project,
    channel,
    person,
    settings,
    votes: counted,
    voters,
    isOver: (asked?.overAt ?? null) !== null,
    notices: all,
    recent,
  };
}
