import { and, eq, isNull } from "drizzle-orm";
import { isManager, type Change } from "../../core/stream/directory.ts";
import type { PublicationData } from "../../core/pages/publication.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { reveals, type PersonRow } from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { askChange, personAsking } from "../directory/request-change.ts";
import type { Loaded } from "../confirmation/load.ts";
import { activePasskeys } from "../account/passkeys.ts";
import { current } from "../confirmation/view.ts";
import { isoTime, type Runtime } from "../runtime.ts";

// Making one decision public, and taking it back from display. Off unless somebody who manages people signs
// for it; the change is a record like any other, so that it was public, and by whom, is never forgotten.

/** Whether whoever has the link may see action and content of this decision. */
export async function isRevealed(store: TenantStore, confirmationId: string): Promise<boolean> {
  const standing = and(eq(reveals.confirmationId, confirmationId), isNull(reveals.withdrawnAt));
  return (await store.first(reveals, standing)) !== undefined;
}

/** What the page is told that asks whether to publish. */
export async function publicationOf(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<PublicationData>> {
  const found = await publishable(runtime, store, id, person);
  if (!found.ok) return found;
  const { row } = found.value;
  return accept({
    id,
    tenant: (await store.own()).name,
    username: person.username,
    action: row.action,
    payload: row.payload,
    payloadHash: row.payloadHash,
    status: row.status === "approved" ? "approved" : "rejected",
    decidedAt: isoTime(row.decidedAt ?? row.createdAt),
    decidedBy: found.value.votes.map(({ personId }) => found.value.people.get(personId)?.username ?? ""),
    shown: await isRevealed(store, id),
    link: `${runtime.origin}/verify?id=${id}`,
  });
}

/** Asks that this decision is shown to everybody, or no longer; returns the address where the asker signs. */
export async function askReveal(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
  shown: boolean,
): Promise<Result<string>> {
  const found = await publishable(runtime, store, id, person);
  if (!found.ok) return found;
  const { row, decided } = found.value;
  if ((await isRevealed(store, id)) === shown) {
    return refuse(
      "already_decided",
      shown ? "this decision is public already" : "this decision is not public",
    );
  }
  if ((await activePasskeys(store, person.id)).length === 0)
    return refuse("approver_without_passkey", "you have no passkey that counts yet");
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
  const requester = personAsking(person);
  return accept(await askChange(runtime, store, { change, action, requester, approver: person.id }));
}

/** A decision that people signed and that is sealed, for those who manage people; all else looks absent. */
async function publishable(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<Loaded>> {
  const absent = refuse("not_found", "there is no such decision");
  if (!isManager(person)) return absent;
  const found = await current(runtime, store, id);
  if (!found.ok) return absent;
  const { row, state } = found.value;
  const signed = row.status === "approved" || row.status === "rejected";
  return row.type === "decision" && signed && state.sealed ? found : absent;
}
