import { unsubscribeLink } from "../../core/notice/channel-links.ts";
import { noticeText, type NoticeText } from "../../core/notice/notice-text.ts";
import type { NoticeFacts } from "../../store/notices/notice-facts.ts";
import { countWaiting } from "../../store/notices/reach.ts";
import type { NoticeRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { NoticeChannel } from "../../send/notice-channel.ts";
import { codeOf } from "../confirmation/create.ts";
import type { Runtime } from "../runtime.ts";
import { policyFacts } from "./notice-fate.ts";

type Of = Pick<Runtime, "now" | "origin" | "send">;

export function requestMessage(
  { origin }: Pick<Of, "origin">,
  { kind }: NoticeRow,
  facts: NoticeFacts,
): NoticeText {
  const { tenant, request, project, person, settings } = facts;
  return noticeText({
    kind,
    request: request.id,
    requesterName: request.requesterName,
    action: request.action,
    policy: policyFacts(request).name,
    organisation: tenant.name,
    project: project.name,
    mode: request.projectMode,
    code: codeOf(request),
    expiresAt: request.expiresAt,
    timeZone: settings?.timeZone ?? tenant.timeZone,
    hidden: project.hidesContent,
    isPersonal: person !== undefined,
    outcome: request.status,
    by: deciders(facts),
    link: `${origin}/approve/${request.id}`,
  });
}

export function digestMessage({ origin }: Pick<Of, "origin">, count: number, facts: NoticeFacts): NoticeText {
  const { tenant, person, recent } = facts;
  return noticeText({
    kind: "digest",
    count,
    isMore: recent.length > 0,
    organisation: tenant.name,
    isPersonal: person !== undefined,
    link: `${origin}/inbox`,
  });
}

/** The usernames of those whose votes made the outcome. */
function deciders({ request, votes, voters }: NoticeFacts): readonly string[] {
  const { status, overriddenBy } = request;
  const wanted = status === "approved" ? "approve" : "reject";
  const ids = votes.filter(({ vote }) => vote === wanted).map(({ personId }) => personId);
  const deciding = overriddenBy === null ? ids : [overriddenBy];
  return voters.filter(({ id }) => deciding.includes(id)).map(({ username }) => username);
}

export async function channelOf(
  { origin, send, now }: Of,
  store: TenantStore,
  { channel: { kind, address, keys, tenantId, id }, person }: NoticeFacts,
): Promise<NoticeChannel> {
  const to = { kind, address, keys };
  if (person === undefined) return { ...to, unsubscribeLink: null };
  const own = { ...to, unsubscribeLink: unsubscribeLink(origin, send.seed, tenantId, id) };
  return kind === "push" ? { ...own, waiting: await countWaiting(store, person.id, now()) } : own;
}
