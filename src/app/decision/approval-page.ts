import { visibleStatus } from "../../core/confirmation/decision.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import { peopleOf, requirementsAfter } from "../../core/confirmation/policy.ts";
import { refuse, type Result } from "../../core/refusal.ts";
import type { ApprovalData, ApprovalState } from "../../core/pages/approval.ts";
import type { PersonRow } from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { fixedStatement } from "./ceremony.ts";
import type { Loaded } from "../confirmation/load.ts";
import { codeOf } from "../confirmation/create.ts";
import { current, signedBy } from "../confirmation/view.ts";
import { activePasskeys } from "../account/passkeys.ts";
import { isoTime, type Runtime } from "../runtime.ts";

// What the approver's page is told. Unlike the requester, who hears of an outcome only once it is sealed,
// the people who sign see at once what they and the others have signed.

export async function approvalFor(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<Loaded>> {
  const found = await current(runtime, store, id);
  // Absent, another tenant's and not theirs look the same.
  return found.ok && !found.value.people.has(person.id)
    ? refuse("not_found", "there is no such request")
    : found;
}

export async function approvalState(
  runtime: Runtime,
  store: TenantStore,
  loaded: Loaded,
  person: PersonRow,
): Promise<ApprovalState> {
  const { row, state, votes, decided } = loaded;
  const why = await whyNot(runtime, store, loaded, person);
  return {
    status: row.status,
    sealed: state.sealed,
    mine: votes.find(({ personId }) => personId === person.id)?.decision ?? null,
    decisions: votes.map((vote) => {
      const { approver, decision, reason, decidedAt } = signedBy(vote);
      return { username: approver, decision, reason, at: decidedAt };
    }),
    decidedAt: row.decidedAt === null ? null : isoTime(row.decidedAt),
    index: decided?.index ?? null,
    canDecide: why === null,
    why,
  };
}

/** Everything the page draws and hashes. */
export async function approvalData(
  runtime: Runtime,
  store: TenantStore,
  loaded: Loaded,
  person: PersonRow,
): Promise<ApprovalData> {
  const { row } = loaded;
  return {
    statement: fixedStatement(runtime, await store.own(), row, person),
    payload: row.payload,
    payloadHash: row.payloadHash,
    code: codeOf(row),
    now: isoTime(runtime.now()),
    state: await approvalState(runtime, store, loaded, person),
  };
}

async function whyNot(
  runtime: Runtime,
  store: TenantStore,
  { state, policy }: Loaded,
  person: PersonRow,
): Promise<string | null> {
  if (visibleStatus(state) !== "pending" || state.status !== "pending") return "This request is closed.";
  if (state.votes.some((vote) => vote.person === person.id)) return "You have signed this request.";
  if (!mayDecide(person)) return "Your role may read, not decide.";
  const now = peopleOf(requirementsAfter(policy, runtime.now() - state.createdAt));
  if (!now.has(person.id)) return "Others are asked first.";
  if (policy.excludeRequester && person.id === state.requester) return "Whoever asks may not decide this.";
  if ((await activePasskeys(store, person.id)).length === 0) {
    return "Your passkey does not count yet. Somebody who manages people has to sign for it first.";
  }
  return null;
}
