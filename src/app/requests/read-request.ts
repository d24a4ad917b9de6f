import { pageVersion } from "../../core/pages/page-version.ts";
import { visibleStatus } from "../../core/confirmation/decision.ts";
import { storedOrder } from "../../core/confirmation/member-order.ts";
import type { RequestContent, RequestPageData } from "../../core/pages/request-page-data.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { roleHas } from "../../core/account/rights.ts";
import { usernamesOf } from "../../store/account/people.ts";
import { readTimeline, type TimelineRows } from "../../store/requests/timeline-rows.ts";
import { templateDocuments } from "../../store/stream/template-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { ActCall } from "../acts/act.ts";
import { codeOf, executeWithinSecondsOf } from "../confirmation/create.ts";
import { ERASED_REQUEST, type LoadedConfirmation } from "../confirmation/load.ts";
import { loadCurrent } from "../confirmation/read.ts";
import { policyProgress, shownVotes, whyNotDecide } from "../decision/policy-state.ts";
import { receiptOf } from "../evidence/build-receipt.ts";
import { isoTime } from "../runtime.ts";
import { timelineOf } from "./request-timeline.ts";

/** One request of the organisation, with what happened. */
export async function readRequest(call: ActCall, id: string): Promise<Result<RequestPageData>> {
  const { runtime, store } = call;
  const found = await loadCurrent(runtime, store, id);
  if (!found.ok) return found;
  const loaded = found.value;
  const { row, state } = loaded;
  const timeline = await readTimeline(store, id);
  const usernames = await namesOf(store, loaded, timeline);
  const visible = asVisible(loaded);
  const { votes } = visible;
  const now = runtime.now();
  const status = visibleStatus(state);
  const page = {
    id,
    isChange: row.type !== "decision",
    isTest: row.projectMode !== "live",
    status,
    content: row.erasedAt === null ? await contentOf(store, loaded) : null,
    requester: { kind: row.requesterKind, name: row.requesterName },
    project: row.type === "decision" ? row.projectName : "",
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTime(row.expiresAt),
    executeWithinSeconds: executeWithinSecondsOf(row),
    asked: {
      policy: row.policy === null ? null : loaded.policy,
      names: Object.fromEntries(usernames),
    },
    votes: row.erasedAt === null ? shownVotes(visible, votes, now) : [],
    progress: policyProgress(visible, now),
    timeline: timelineOf(loaded, votes, timeline, usernames),
    hasReceipt: state.sealed && row.erasedAt === null,
    canCancel: canCancel(call, loaded),
    canSign: await canSign(call, loaded),
  };
  return accept({ ...page, version: pageVersion(page) });
}

/** The proof of a sealed outcome, for every member. */
export async function receiptOfRequest({ runtime, store }: ActCall, id: string): Promise<Result<Uint8Array>> {
  const loaded = await loadCurrent(runtime, store, id);
  if (!loaded.ok) return loaded;
  return loaded.value.row.erasedAt === null ? receiptOf(runtime, store, loaded.value) : ERASED_REQUEST;
}

async function contentOf(store: TenantStore, { row }: LoadedConfirmation): Promise<RequestContent> {
  const { templateHash: hash } = row;
  return {
    action: row.action,
    payload: row.payload,
    payloadHash: row.payloadHash,
    order: storedOrder(row.displayOrder),
    template: hash === null ? null : ((await templateDocuments(store, [hash])).get(hash) ?? null),
    code: codeOf(row),
  };
}

/** Members may be the requester, who learns an outcome once it is in the log: so the vote that made it waits, too. */
export function asVisible(loaded: LoadedConfirmation): LoadedConfirmation {
  const { state, votes } = loaded;
  const { decidedAt } = state;
  if (state.sealed || decidedAt === null) return loaded;
  const isEarlier = ({ at }: { readonly at: number }) => at < decidedAt;
  return {
    ...loaded,
    votes: votes.filter(isEarlier),
    state: { ...state, status: visibleStatus(state), votes: state.votes.filter(isEarlier) },
  };
}

/** User names of everybody who is asked, or who did something. */
async function namesOf(
  store: TenantStore,
  { people, votes }: LoadedConfirmation,
  { steps, openings }: TimelineRows,
): Promise<ReadonlyMap<string, string>> {
  const ids = [...votes, ...steps, ...openings].flatMap(({ personId }) => personId ?? []);
  const others = ids.filter((id) => !people.has(id));
  const asked = [...people.values()].map(({ id, username }) => [id, username] as const);
  return new Map([...asked, ...(await usernamesOf(store, others))]);
}

/** A change of who may sign can only be rejected, by a signature. */
function canCancel({ actor }: ActCall, { row, state }: LoadedConfirmation): boolean {
  const mayCancel = actor.kind === "person" && roleHas(actor.person.role, "requests.cancel");
  return mayCancel && row.type === "decision" && state.status === "pending";
}

async function canSign({ runtime, store, actor }: ActCall, loaded: LoadedConfirmation): Promise<boolean> {
  if (actor.kind !== "person" || !loaded.people.has(actor.person.id)) return false;
  return (await whyNotDecide(store, loaded, actor.person, runtime.now())) === null;
}
