import { approvalsOf, visibleStatus } from "../../core/confirmation/decision.ts";
import { openStage, whoMayVote } from "../../core/policy/policy.ts";
import type { ApprovalData, ApprovalState } from "../../core/pages/approval.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import { activePasskeysOf } from "../../store/account/passkeys.ts";
import type { Related, RelatedRow } from "../../store/confirmation/related-requests.ts";
import type { PersonRow } from "../../store/rows.ts";
import { templateDocuments } from "../../store/stream/template-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { codeOf } from "../confirmation/create.ts";
import { ERASED_REQUEST, UNKNOWN_REQUEST, type LoadedConfirmation } from "../confirmation/load.ts";
import { loadCurrent, loadForPage } from "../confirmation/read.ts";
import { signedVoteOf } from "../confirmation/view.ts";
import { isoTime, isoTimeOrNull, type Runtime } from "../runtime.ts";
import { fixedStatement } from "./ceremony.ts";

// The data of the approval page. A requester sees an outcome once it is sealed; the people who sign see their own and
// the others' signatures at once.

export async function approvalFor(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<LoadedConfirmation>> {
  const loaded = await loadCurrent(runtime, store, id);
  return loaded.ok ? forPerson(loaded.value, person) : loaded;
}

function forPerson(loaded: LoadedConfirmation, person: PersonRow): Result<LoadedConfirmation> {
  if (!loaded.people.has(person.id)) return UNKNOWN_REQUEST;
  return loaded.row.erasedAt === null ? accept(loaded) : ERASED_REQUEST;
}

export async function approvalState(
  runtime: Runtime,
  store: TenantStore,
  loaded: LoadedConfirmation,
  person: PersonRow,
): Promise<ApprovalState> {
  const { row, state, votes, decided } = loaded;
  const why = await whyNotDecide(runtime, store, loaded, person);
  return {
    status: row.status,
    sealed: state.sealed,
    mine: votes.find(({ personId }) => personId === person.id)?.vote ?? null,
    votes: votes.map((signed) => {
      const { approver, vote, reason, decidedAt } = signedVoteOf(signed);
      return { username: approver, vote, reason, at: decidedAt };
    }),
    decidedAt: isoTimeOrNull(row.decidedAt),
    index: decided?.index ?? null,
    canDecide: why === null,
    why,
  };
}

/** Everything that the page draws and hashes. */
export async function approvalData(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<ApprovalData>> {
  const found = await loadForPage(runtime, store, { confirmation: id, person: person.id });
  if (!found.ok) return found;
  const { loaded, related } = found.value;
  const shown = forPerson(loaded, person);
  if (!shown.ok) return shown;
  const { row } = loaded;
  return accept({
    isChange: row.type !== "decision",
    statement: fixedStatement(runtime, await store.own(), row, person),
    payload: row.payload,
    template: row.templateHash === null ? null : await templateWith(store, row.templateHash),
    payloadHash: row.payloadHash,
    code: codeOf(row),
    now: isoTime(runtime.now()),
    state: await approvalState(runtime, store, loaded, person),
    related: row.type === "decision" && row.status === "pending" ? comparedWith(related) : NOT_COMPARED,
  });
}

const NOT_COMPARED: ApprovalData["related"] = { open: null, approved: null };

function comparedWith({ open, approved }: Related): ApprovalData["related"] {
  const shown = (row: RelatedRow | undefined) =>
    row ? { id: row.id, payload: row.payload, at: isoTime(row.decidedAt ?? row.createdAt) } : null;
  return { open: shown(open), approved: shown(approved) };
}

/** Null if it is missing: then the page refuses to draw the request. */
async function templateWith(store: TenantStore, hash: string): Promise<string | null> {
  return (await templateDocuments(store, [hash])).get(hash) ?? null;
}

async function whyNotDecide(
  runtime: Runtime,
  store: TenantStore,
  { state, policy }: LoadedConfirmation,
  person: PersonRow,
): Promise<string | null> {
  if (visibleStatus(state) !== "pending" || state.status !== "pending") return "This request is closed.";
  if (state.votes.some((vote) => vote.person === person.id)) return "You have signed this request.";
  if (!mayDecide(person)) return "Your role may read, not decide.";
  if (policy.excludeRequester && person.id === state.requester)
    return "You asked for this, so somebody else must decide.";
  const elapsed = runtime.now() - state.createdAt;
  const stage = openStage(policy, approvalsOf(state), elapsed);
  if (!whoMayVote(policy, stage, elapsed, state.requester).has(person.id)) return "Others are asked first.";
  if ((await activePasskeysOf(store, person.id)).length === 0)
    return "Your passkey does not count yet. Somebody who manages people has to sign for it first.";
  return null;
}
