import type { Directory } from "../../core/stream/directory.ts";
import { applyChange } from "../../core/stream/directory-change.ts";
import { lastOwnerFailure } from "../../core/stream/last-owner.ts";
import { parseChange, type Change } from "../../core/stream/change-format.ts";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import { isMet } from "../../core/policy/policy.ts";
import { checkMemberLimit } from "../../core/account/plan-limits.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { findKey } from "../../store/account/api-keys.ts";
import { findPasskey } from "../../store/account/passkeys.ts";
import { findPerson } from "../../store/account/people.ts";
import { readMembers } from "../../store/account/usage.ts";
import type { ConfirmationRow, PersonRow } from "../../store/rows.ts";
import { findLastDirectoryChange } from "../../store/stream/outbox.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import { isDocumentChange } from "../../core/stream/rulebook.ts";
import { checkDocumentLimit } from "../policies/document-limit.ts";
import { directoryOf } from "./directory-of.ts";
import type { LoadedConfirmation } from "../confirmation/load.ts";
import type { Runtime } from "../runtime.ts";
import { checkManagerLimit } from "./managers.ts";
import { checkTemplateLimit } from "./template-limit.ts";

// Changes of the directory are confirmations whose payload is the change document. Whether somebody may sign one is a
// rule of core; an auditor applies the same rule to the sealed stream.

export type ChangeOf<Kind extends Change["change"]> = Extract<Change, { change: Kind }>;

export function changeOf({ type, payload }: ConfirmationRow): Change | undefined {
  return type === "decision" ? undefined : expectOk(parseChange(expectOk(parseJsonText(payload))));
}

/** The change, if it makes a passkey active. */
export function endorsementOfChange(
  row: ConfirmationRow,
): ChangeOf<"credential.endorsed"> | ChangeOf<"recovered"> | undefined {
  const change = changeOf(row);
  return change?.change === "credential.endorsed" || change?.change === "recovered" ? change : undefined;
}

/**
 * Whether this person may approve this change. Returns the seq of the last change that the answer relies on; null for
 * a vote that is no approval of a change. Everybody who is asked may reject.
 */
export async function judgeChange(
  runtime: Runtime,
  store: TenantStore,
  { row, state, policy }: LoadedConfirmation,
  vote: string,
  person: PersonRow,
): Promise<Result<number | null>> {
  const change = changeOf(row);
  if (change === undefined || vote === "reject") return accept(null);
  const removed = await refuseRemovedPasskey(store, row);
  if (removed) return removed;
  const last = await lastSealedChange(runtime, store);
  const directory = await directoryOf(store);
  const lastOwner = lastOwnerFailure(directory, change);
  if (lastOwner !== undefined) return refuse("last_way_in", lastOwner);
  const limit = checkManagerLimitAfter(directory, change);
  if (!limit.ok) return limit;
  const place = await checkTemplateLimit(store, change);
  if (!place.ok) return place;
  const documents = isDocumentChange(change)
    ? checkDocumentLimit(directory.rulebook, change)
    : accept("allowed" as const);
  if (!documents.ok) return documents;
  const room = await checkRoomForMember(store, change);
  if (!room.ok) return room;
  const ended = change.change === "key.changed" && (await refuseEndedKey(store, change));
  if (ended) return ended;
  if (change.change === "credential.endorsed" && hasOtherRole(directory, change))
    return refuseOutdated(row, "the person's role has changed");
  // The same check that an auditor makes later, so that every sealed change replays.
  const alone = applyChange(directory, change, [person.id], 0);
  if (alone.ok) return accept(last);
  if (alone.refusal.code === "change_invalid") return refuseOutdated(row, alone.refusal.detail);
  if (alone.refusal.code !== "quorum_missing") return refuse("not_an_approver", alone.refusal.detail);
  const earlier = state.votes.filter((one) => one.vote === "approve" && one.counts);
  const signers = [...earlier.map((one) => one.person), person.id];
  const together = applyChange(directory, change, signers, 0);
  // There may be more managers than when the request was created, so that a second signature is needed.
  const isLast = isMet(policy, new Map(signers.map((signer) => [signer, 1])), 0);
  return together.ok || !isLast ? accept(last) : refuse("not_an_approver", together.refusal.detail);
}

function hasOtherRole({ members }: Directory, { person, role }: ChangeOf<"credential.endorsed">): boolean {
  const member = members.get(person.id);
  return member !== undefined && member.role !== role;
}

/** A new request to make the passkey active is created at once; see `renewEndorsement`. */
function refuseOutdated(row: ConfirmationRow, detail: string) {
  const next = endorsementOfChange(row) ? "sign the new request in your inbox" : "ask for the change again";
  return refuse("change_outdated", `this request is out of date: ${detail}; ${next}`);
}

/** Several requests may have been created while there was one place. */
function checkManagerLimitAfter({ members }: Directory, change: Change): Result<"allowed"> {
  return "role" in change
    ? checkManagerLimit(
        [...members.values()].filter(({ removed }) => !removed),
        change.person.id,
        change.role,
      )
    : accept("allowed");
}

/** An approver who gets another role takes one of the members of the plan. */
export async function checkRoomForMember(store: TenantStore, change: Change): Promise<Result<"allowed">> {
  if (change.change !== "role.changed" || change.role === "approver") return accept("allowed");
  const person = await findPerson(store, change.person.id);
  if (person?.role !== "approver") return accept("allowed");
  const { plan, members } = await readMembers(store);
  return checkMemberLimit(plan, members) ?? accept("allowed");
}

async function refuseEndedKey(
  store: TenantStore,
  { key }: ChangeOf<"key.changed">,
): Promise<ReturnType<typeof refuse> | undefined> {
  const row = await findKey(store, key.id);
  return row === undefined || row.hash !== key.hash || row.revokedAt !== null
    ? refuse("change_outdated", "this API key was revoked; reject this request")
    : undefined;
}

/** A passkey that has ended can't be made active. */
export async function refuseRemovedPasskey(
  store: TenantStore,
  row: ConfirmationRow,
): Promise<ReturnType<typeof refuse> | undefined> {
  const change = endorsementOfChange(row);
  const passkey = change && (await findPasskey(store, change.credential.id));
  return passkey && passkey.revokedAt !== null
    ? refuse("passkey_removed", "this passkey was removed or replaced; reject this request")
    : undefined;
}

/** The seq of the last change of the directory, which is sealed first: only then the tables contain its effect. */
export async function lastSealedChange(runtime: Runtime, store: TenantStore): Promise<number> {
  let last = await findLastDirectoryChange(store);
  if (last?.index === null) {
    await requestSealing(runtime);
    last = await findLastDirectoryChange(store);
  }
  // An exception, not a refusal: the ceremony stays unused, and the same signature can be sent again later.
  if (last === undefined || last.index === null)
    throw new Error("a change of the directory is not sealed yet");
  return last.seq;
}

/** The passkeys that this change revokes. */
export function revokedBy(row: ConfirmationRow): readonly string[] {
  const change = changeOf(row);
  if (change?.change === "recovered" || change?.change === "person.removed") return change.revoked;
  return change?.change === "credential.revoked" ? [change.credential.id] : [];
}

/** The person who may no longer decide after this change. */
export function madeAuditorBy(row: ConfirmationRow): string | null {
  const change = changeOf(row);
  return change?.change === "role.changed" && change.role === "auditor" ? change.person.id : null;
}

/** The person who has another role than approver after this change. */
export function madeMemberBy(row: ConfirmationRow): string | null {
  const change = changeOf(row);
  return change?.change === "role.changed" && change.role !== "approver" ? change.person.id : null;
}

/** The person who is not in the organisation after this change. */
export function removedBy(row: ConfirmationRow): string | null {
  const change = changeOf(row);
  return change?.change === "person.removed" ? change.person.id : null;
}

/** The passkey that ends if this request is rejected. */
export function rejectedBy(row: ConfirmationRow): { passkey: string; person: string } | null {
  const change = endorsementOfChange(row);
  return change ? { passkey: change.credential.id, person: change.person.id } : null;
}
