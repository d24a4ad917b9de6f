import { pageVersion } from "../../core/pages/page-version.ts";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import type { Telling } from "../../core/display/telling.ts";
import type {
  DecidedItem,
  Inbox,
  InboxData,
  InboxItem,
  InboxProgress,
  SignedItem,
} from "../../core/pages/inbox.ts";
import { openStage, parsePolicy, progressOf, type Approvals, type Policy } from "../../core/policy/policy.ts";
import { stillNeeded } from "../../core/policy/still-needed.ts";
import { expectOk } from "../../core/refusal.ts";
import { isManager } from "../../core/stream/directory.ts";
import { activePasskeysOf } from "../../store/account/passkeys.ts";
import { channelsOfPeople } from "../../store/notices/reach.ts";
import { readInbox, type InboxRow, type OpenRow } from "../../store/confirmation/inbox-rows.ts";
import type { PersonRow } from "../../store/rows.ts";
import { isSandbox } from "../../store/shards/sandboxes.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { applyUnsigned } from "../confirmation/apply-unsigned.ts";
import { codeOf } from "../confirmation/create.ts";
import { retentionNotice } from "../evidence/retention-notice.ts";
import { newPasskeyNotices } from "../directory/new-passkey-notices.ts";
import { recoveryNotices } from "../directory/recovery.ts";
import { isoTime, type Runtime } from "../runtime.ts";

export async function inboxData(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
  after?: string,
): Promise<InboxData> {
  const { name, stream } = await store.own();
  const channels = await channelsOfPeople(store, [person.id]);
  return {
    person: { username: person.username, role: person.role },
    tenant: { name, stream },
    getsNotices: channels.some(({ use }) => use !== "never"),
    now: isoTime(runtime.now()),
    ...(await inboxOf(runtime, store, person, after)),
  };
}

/** What this person is asked. `after` is the last open request on the page before. */
export async function inboxOf(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
  after?: string,
): Promise<Inbox> {
  const [rows, notices, newPasskeys, erasure, passkeys, isDemo] = await Promise.all([
    readCurrent(runtime, store, person, after),
    recoveryNotices(runtime, store),
    newPasskeyNotices(runtime, store, person),
    isManager(person) ? retentionNotice(runtime, store) : null,
    activePasskeysOf(store, person.id),
    isSandbox(store),
  ]);
  const now = runtime.now();
  const inbox = {
    open: {
      items: rows.open.map((row) => openItem(row, now)),
      total: rows.openTotal,
      before: rows.openBefore,
      next: rows.hasMore ? (rows.open.at(-1)?.id ?? null) : null,
    },
    unendorsed: { items: rows.unendorsed.map(itemOf), hasMore: rows.hasMoreUnendorsed },
    signed: {
      items: rows.signed.map((row) => signedItem(row, now)),
      hasMore: rows.hasMoreSigned,
    },
    decided: rows.decided.map((row) => decidedItem(row, person, rows.published)),
    notices,
    newPasskeys,
    erasure: erasure && { at: isoTime(erasure.at), before: isoTime(erasure.before) },
    // A lost passkey of a demo is not missed after its day.
    needsSecondPasskey: passkeys.length < 2 && !isDemo,
  };
  return { ...inbox, version: pageVersion(inbox) };
}

/** After what time alone changes: an overdue request may be approved by its escalation or may have expired. */
async function readCurrent(
  runtime: Runtime,
  store: TenantStore,
  { id: person }: PersonRow,
  after: string | undefined,
): ReturnType<typeof readInbox> {
  const rows = await readInbox(store, person, runtime.now(), after);
  if (rows.due.length === 0) return rows;
  for (const id of rows.due) await applyUnsigned(runtime, store, id, { kind: "tick" });
  return readInbox(store, person, runtime.now(), after);
}

function itemOf(row: InboxRow): InboxItem {
  return {
    id: row.id,
    isChange: row.type !== "decision",
    action: row.action,
    telling: row.telling === null ? null : storedTelling(row.telling),
    requester: row.requesterName,
    project: row.projectName,
    mode: row.projectMode,
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTime(row.expiresAt),
    code: codeOf(row),
    progress: null,
  };
}

function storedTelling(text: string): Telling {
  return expectOk(parseJsonText(text)) as unknown as Telling;
}

/** With how far the signatures are. */
function openItem(row: OpenRow, now: number): InboxItem {
  const { policy, approvals, elapsed } = standingOf(row, now);
  return { ...itemOf(row), progress: policy && progressIn(policy, approvals, elapsed) };
}

/** With who must sign next. */
function signedItem(row: OpenRow, now: number): SignedItem {
  const { policy, approvals, elapsed } = standingOf(row, now);
  const needed = policy === null ? [] : stillNeeded(policy, approvals, elapsed);
  return { ...openItem(row, now), needed: needed.map(({ name, count }) => ({ name, count })) };
}

/** Without a policy one signature decides. */
function standingOf({ policy, votes, createdAt }: OpenRow, now: number) {
  const counted = votes.filter(({ vote, endedSeq }) => vote === "approve" && endedSeq === null);
  return {
    policy: policy === null ? null : expectOk(parsePolicy(expectOk(parseJsonText(policy)))),
    approvals: new Map(counted.map(({ personId, stage }) => [personId, stage])),
    elapsed: now - createdAt,
  };
}

/** Null if one signature is enough. */
function progressIn(policy: Policy, approvals: Approvals, elapsed: number): InboxProgress | null {
  const progress = progressOf(policy, approvals, elapsed);
  const stages = policy.stages.length;
  const stage = Math.min(stages, openStage(policy, approvals, elapsed));
  return progress.need === 1 ? null : { ...progress, stage, stages };
}

function decidedItem(row: InboxRow, person: PersonRow, published: ReadonlySet<string>): DecidedItem {
  return {
    ...itemOf(row),
    decidedAt: isoTime(row.decidedAt ?? row.expiresAt),
    status: row.status,
    shown: canPublish(row, person) ? published.has(row.id) : null,
  };
}

function canPublish({ type, status }: InboxRow, person: PersonRow): boolean {
  return isManager(person) && type === "decision" && (status === "approved" || status === "rejected");
}
