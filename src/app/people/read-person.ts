import { accept, type Result } from "../../core/refusal.ts";
import type { PendingChange, PersonPage, PersonPasskey } from "../../core/pages/people-data.ts";
import { lastOwnerFailure } from "../../core/stream/last-owner.ts";
import { linksOf } from "../../store/account/enrolments.ts";
import { passkeysOf } from "../../store/account/passkeys.ts";
import { askedPeople, pendingChangesAbout } from "../../store/confirmation/confirmations.ts";
import type { ConfirmationRow, CredentialRow, PersonRow } from "../../store/rows.ts";
import { sealedRecords } from "../../store/stream/outbox.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { ActCall } from "../acts/act.ts";
import { passkeyItems } from "../account/devices.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { isoTime, isoTimeOrNull } from "../runtime.ts";
import { personNamedBy } from "./find-person.ts";
import { removalOf } from "./remove-person.ts";
import { invitationItem } from "./person-state.ts";
import { seenOf } from "./person-seen.ts";

const LINKS_SHOWN = 10;

/** One person, by id or by user name. */
export async function readPerson(
  { runtime, store }: ActCall,
  { person: name }: { readonly person: string },
): Promise<Result<PersonPage>> {
  const found = await personNamedBy(store, name);
  if (!found.ok) return found;
  const person = found.value;
  const now = runtime.now();
  const [passkeys, links, pending, directory] = await Promise.all([
    passkeysOf(store, person.id),
    linksOf(store, person.id, LINKS_SHOWN),
    pendingChangesAbout(store, person.id, now),
    directoryOf(store),
  ]);
  const active = passkeys.filter(({ endorsedSeq, revokedAt }) => endorsedSeq !== null && revokedAt === null);
  const removal = removalOf(
    person,
    active.map(({ id }) => id),
  );
  const seen = seenOf(person, { passkeys, links, pending }, now);
  return accept({
    id: person.id,
    username: person.username,
    role: person.role,
    state: seen.state,
    createdAt: isoTime(person.createdAt),
    removedAt: isoTimeOrNull(person.removedAt),
    passkeys: await passkeysShown(store, person, passkeys),
    invitations: links.map((link) => invitationItem(link, now)),
    pending: await changesShown(store, pending),
    signed: passkeys.some(({ endorsedSeq }) => endorsedSeq !== null),
    lastWayIn: lastOwnerFailure(directory, removal) ?? null,
    seen,
  });
}

async function passkeysShown(
  store: TenantStore,
  person: PersonRow,
  passkeys: readonly CredentialRow[],
): Promise<readonly PersonPasskey[]> {
  const items = await passkeyItems(store, person, passkeys);
  const seqs = passkeys.flatMap(({ endorsedSeq }) => (endorsedSeq === null ? [] : [endorsedSeq]));
  const records = await sealedRecords(store, [...new Set(seqs)]);
  return items.map((item, place) => {
    const { endorsedSeq, revokedAt } = passkeys[place] ?? { endorsedSeq: null, revokedAt: null };
    const record = endorsedSeq === null ? undefined : records.get(endorsedSeq);
    return {
      ...item,
      endorsed: record === undefined ? null : { seq: record.seq, at: isoTime(record.at) },
      revokedAt: isoTimeOrNull(revokedAt),
    };
  });
}

async function changesShown(
  store: TenantStore,
  rows: readonly ConfirmationRow[],
): Promise<readonly PendingChange[]> {
  const asked = await askedPeople(
    store,
    rows.map(({ id }) => id),
  );
  return rows.map(({ id, action, requesterName, createdAt, expiresAt }) => ({
    id,
    action,
    requester: requesterName,
    createdAt: isoTime(createdAt),
    expiresAt: isoTime(expiresAt),
    asked: (asked.get(id) ?? []).toSorted(),
  }));
}
