import { fromBase64url } from "../../core/encoding/bytes.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { accept, expectOk, type Result } from "../../core/refusal.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import { endorsedPasskeysOf, findPasskey } from "../../store/account/passkeys.ts";
import { findPerson } from "../../store/account/people.ts";
import { findSameRequests } from "../../store/confirmation/confirmations.ts";
import type { ConfirmationRow, CredentialRow, PersonRow } from "../../store/rows.ts";
import { findRecord } from "../../store/stream/outbox.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { requesterOf } from "../acts/act.ts";
import type { Runtime } from "../runtime.ts";
import { cancelOutdatedEndorsements } from "./cancel-endorsements.ts";
import { endorsementOfChange, type ChangeOf } from "./change.ts";
import { directoryOf } from "./directory-of.ts";
import { anyManager, quorumOfManagers } from "./managers.ts";
import { findRecoveryWith, isForRecovery, requestRecovery } from "./recovery.ts";
import { requestChange } from "./request-change.ts";

// Which passkeys are active. A manager endorses a person's first passkey, the person endorses further ones. A person
// who has no active passkey left needs a recovery.

interface EndorsementTerms {
  /** Whether it replaces all other passkeys of the person. */
  readonly recovers: boolean;
  /** From where the person asks, in general terms; empty if nobody does at this moment. */
  readonly place: string;
}

/**
 * Requests an endorsement, or a recovery. Returns the address where it is signed; the same for the same request. Earlier
 * requests that say something else about this passkey end: to reject one of them would end the passkey.
 */
export async function requestEndorsement(
  runtime: Runtime,
  store: TenantStore,
  passkey: CredentialRow,
  person: PersonRow,
  terms: EndorsementTerms,
): Promise<Result<string>> {
  const address = await requestAsNow(runtime, store, passkey, person, terms);
  if (address.ok) await cancelOutdatedEndorsements(runtime, store, passkey.id, address.value);
  return address;
}

async function requestAsNow(
  runtime: Runtime,
  store: TenantStore,
  passkey: CredentialRow,
  person: PersonRow,
  { recovers, place }: EndorsementTerms,
): Promise<Result<string>> {
  const endorsed = await endorsedPasskeysOf(store, person.id);
  const isFirst = endorsed.length === 0;
  const hasActive = endorsed.some(({ revokedAt }) => revokedAt === null);
  if (!isFirst && (recovers || !hasActive)) return requestRecovery(runtime, store, passkey, person, place);
  const change = endorsementOf(passkey, person);
  const approver = await endorserOf(store, person, isFirst ? change : null);
  if (!approver.ok) return approver;
  const key = fingerprintOf(expectOk(fromBase64url(passkey.publicKey)));
  return accept(
    await requestChange(runtime, store, {
      change,
      action: `Let ${person.username} (${person.role}) decide with the passkey ${key}`,
      requester: requesterOf(person, place),
      approver: approver.value,
    }),
  );
}

/** `first` is the endorsement of a first passkey. */
async function endorserOf(
  store: TenantStore,
  person: PersonRow,
  first: ChangeOf<"credential.endorsed"> | null,
): Promise<Result<string | Policy>> {
  if (first === null && mayDecide(person)) return accept(person.id);
  const directory = await directoryOf(store);
  // A person whose role only reads signs nothing, not even this.
  return first === null ? quorumOfManagers(directory, person) : anyManager(directory, first);
}

/** Requests the endorsement unless it was answered: a crash may have come after the passkey was stored. */
export async function ensureEndorsementRequest(
  runtime: Runtime,
  store: TenantStore,
  passkey: CredentialRow,
  person: PersonRow,
  place: string,
): Promise<void> {
  // The owner's first passkey is active once the stream's first record is sealed. Before that nobody can endorse it.
  const first = await findRecord(store, 0);
  if (first === undefined || first.index === null) return;
  const request = await findEndorsementRequest(store, passkey, person);
  const isAnswered = request !== undefined && request.status !== "pending";
  // If nobody is left who could sign, the refusal is ignored: signing in only reads.
  if (isAnswered) return;
  const terms = { recovers: await isForRecovery(store, passkey), place };
  await requestEndorsement(runtime, store, passkey, person, terms);
}

/** Requests the endorsement again, as it would be now: the person's passkeys or role have changed since this request. */
export async function renewEndorsement(
  runtime: Runtime,
  store: TenantStore,
  row: ConfirmationRow,
): Promise<void> {
  const change = endorsementOfChange(row);
  const passkey = change && (await findPasskey(store, change.credential.id));
  const person = change && (await findPerson(store, change.person.id));
  if (passkey && person)
    await requestEndorsement(runtime, store, passkey, person, {
      recovers: change.change === "recovered",
      place: "",
    });
}

/** The recovery or endorsement that was requested with this passkey: the newest that is answered, or else pending. */
export async function findEndorsementRequest(
  store: TenantStore,
  passkey: CredentialRow,
  person: PersonRow,
): Promise<ConfirmationRow | undefined> {
  const recovery = await findRecoveryWith(store, passkey);
  if (recovery) return recovery;
  const same = {
    type: "credential.endorsed" as const,
    payload: canonicalText(endorsementOf(passkey, person)),
  };
  const requests = await findSameRequests(store, same, ["pending", "approved", "rejected"]);
  return requests.find(({ status }) => status !== "pending") ?? requests[0];
}

function endorsementOf(
  { id, publicKey }: CredentialRow,
  { id: person, username, role }: PersonRow,
): ChangeOf<"credential.endorsed"> {
  return {
    v: 1,
    kind: "countersign/change",
    change: "credential.endorsed",
    person: { id: person, username },
    role,
    credential: { id, publicKey },
  };
}
