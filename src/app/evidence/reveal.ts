import { isManager } from "../../core/stream/directory.ts";
import type { Change } from "../../core/stream/change-format.ts";
import type { PublicationData } from "../../core/pages/publication.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { activePasskeysOf } from "../../store/account/passkeys.ts";
import type { PersonRow } from "../../store/rows.ts";
import { isRevealed } from "../../store/stream/reveals.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { ERASED_REQUEST, type LoadedConfirmation } from "../confirmation/load.ts";
import { loadCurrent } from "../confirmation/read.ts";
import { requesterOf } from "../acts/act.ts";
import { requireRealOrganisation } from "../acts/require-right.ts";
import { requestChange } from "../directory/request-change.ts";
import { isoTime, type Runtime } from "../runtime.ts";

// Publishing one decision, and withdrawing it. A manager signs for it. The change is a record like any other, so it
// stays on record that the decision was public, and who published it.

/** The data of the page that asks whether to publish. */
export async function publicationOf(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<PublicationData>> {
  const decision = await readPublishable(runtime, store, id, person);
  if (!decision.ok) return decision;
  const { row, votes, people } = decision.value;
  return accept({
    id,
    tenant: (await store.own()).name,
    username: person.username,
    mode: row.projectMode,
    action: row.action,
    payload: row.payload,
    payloadHash: row.payloadHash,
    status: row.status === "approved" ? "approved" : "rejected",
    decidedAt: isoTime(row.decidedAt ?? row.createdAt),
    decidedBy: votes.map(({ personId }) => people.get(personId)?.username ?? ""),
    shown: await isRevealed(store, id),
    link: `${runtime.origin}/verify?id=${id}`,
  });
}

/** Requests that this decision is public, or no longer. Returns the address where the person signs. */
export async function requestReveal(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
  shown: boolean,
  place: string,
): Promise<Result<string>> {
  const allowed = await requireRealOrganisation(store);
  if (!allowed.ok) return allowed;
  const decision = await readPublishable(runtime, store, id, person);
  if (!decision.ok) return decision;
  const { row, decided } = decision.value;
  if ((await isRevealed(store, id)) === shown) {
    return refuse(
      "already_decided",
      shown ? "this decision is public already" : "this decision is not public",
    );
  }
  if ((await activePasskeysOf(store, person.id)).length === 0)
    return refuse("approver_without_passkey", "you have no active passkey yet");
  const change: Change = {
    v: 1,
    kind: "countersign/change",
    change: "revealed",
    confirmation: row.id,
    decided: { seq: decided?.seq ?? 0, commit: decided?.commitment ?? "" },
    action: row.action,
    payloadHash: row.payloadHash,
    shown,
  };
  const action = shown
    ? "Make one decision public: its action, its content and who signed it"
    : "No longer show one decision in public";
  const requester = requesterOf(person, place);
  return accept(await requestChange(runtime, store, { change, action, requester, approver: person.id }));
}

/** A sealed decision that people signed, for managers. Everything else is absent. */
async function readPublishable(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<LoadedConfirmation>> {
  const absent = refuse("not_found", "there is no such decision");
  if (!isManager(person)) return absent;
  const loaded = await loadCurrent(runtime, store, id);
  if (!loaded.ok) return absent;
  const { row, state } = loaded.value;
  const isSigned = row.status === "approved" || row.status === "rejected";
  if (row.erasedAt !== null) return ERASED_REQUEST;
  return row.type === "decision" && isSigned && state.sealed ? loaded : absent;
}
