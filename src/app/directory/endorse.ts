import { and, eq, inArray, isNotNull } from "drizzle-orm";
import { fromBase64url } from "../../core/encoding/bytes.ts";
import { mayDecide, type Change } from "../../core/stream/directory.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import type { Policy } from "../../core/confirmation/policy.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import {
  confirmations,
  credentials,
  outbox,
  type CredentialRow,
  type PersonRow,
} from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { askChange, personAsking } from "./request-change.ts";
import { directoryOf, type ChangeOf } from "./change.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import { anyManager, quorumOfManagers } from "./managers.ts";
import { activePasskeys } from "../account/passkeys.ts";
import { askRecovery, isForRecovery, recoveryWith } from "./recover.ts";
import type { Runtime } from "../runtime.ts";

// Which passkeys count. A first one takes somebody who manages people, a further one its own person; and
// where a person is known and has none left to sign with, it takes a recovery.

/** Asks that this passkey may count; returns the address of the request. Asked twice, it is one request. */
export async function askEndorsement(
  runtime: Runtime,
  store: TenantStore,
  passkey: CredentialRow,
  person: PersonRow,
  recovers = false,
): Promise<Result<string>> {
  const known = await store.select(
    credentials,
    and(eq(credentials.personId, person.id), isNotNull(credentials.endorsedSeq)),
  );
  const active = known.filter(({ revokedAt }) => revokedAt === null);
  if (known.length > 0 && (recovers || active.length === 0)) {
    return askRecovery(runtime, store, passkey, person);
  }
  const approver = await whoMayEndorse(store, person, known.length > 0);
  if (!approver.ok) return approver;
  const key = fingerprintOf(expectOk(fromBase64url(passkey.publicKey)));
  return accept(
    await askChange(runtime, store, {
      change: endorsementOf(passkey, person),
      action: `Let ${person.username} (${person.role}) decide with the passkey ${key}`,
      requester: personAsking(person),
      approver: approver.value,
    }),
  );
}

async function whoMayEndorse(
  store: TenantStore,
  person: PersonRow,
  known: boolean,
): Promise<Result<string | Policy>> {
  if (!known) return anyManager(store, person.id, person.role === "owner");
  // Whoever only reads signs nothing, not even this.
  return mayDecide(person) ? accept(person.id) : quorumOfManagers(await directoryOf(store), person);
}

/** Asks unless it was asked and answered: a crash after a passkey was stored must not leave it waiting for ever. */
export async function remindOfEndorsement(
  runtime: Runtime,
  store: TenantStore,
  passkey: CredentialRow,
  person: PersonRow,
): Promise<void> {
  // The owner's first passkey counts by the stream's beginning, and before that nobody could endorse it.
  const beginning = await store.first(outbox, eq(outbox.seq, 0));
  if (beginning === undefined || beginning.index === null) return;
  const recovery = await recoveryWith(store, passkey);
  const answered = and(
    eq(confirmations.type, "credential.endorsed"),
    eq(confirmations.payload, canonicalText(endorsementOf(passkey, person))),
    inArray(confirmations.status, ["approved", "rejected"]),
  );
  const done = recovery
    ? recovery.status !== "pending"
    : (await store.first(confirmations, answered)) !== undefined;
  // Where nobody is left who could sign, signing in goes on: it only reads.
  if (!done) await askEndorsement(runtime, store, passkey, person, await isForRecovery(store, passkey));
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

/** Asks that this passkey no longer counts; its own person, or somebody entitled, signs. */
export async function askRevocation(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<string>> {
  const passkey = await store.first(
    credentials,
    and(eq(credentials.id, id), eq(credentials.personId, person.id)),
  );
  // One that never counted is not taken back: its endorsement is rejected, or never asked for.
  if (passkey === undefined || passkey.revokedAt !== null || passkey.endorsedSeq === null) {
    return refuse("not_found", "there is no such passkey");
  }
  const own = (await activePasskeys(store, person.id)).length > 0 && mayDecide(person);
  const approver = own ? accept(person.id) : await anyManager(store, person.id, person.role === "owner");
  if (!approver.ok) return approver;
  const change: Change = {
    v: 1,
    kind: "countersign/change",
    change: "credential.revoked",
    person: { id: person.id, username: person.username },
    credential: { id: passkey.id },
  };
  const action = `Take back ${person.username}'s passkey "${passkey.label}"`;
  const requester = personAsking(person);
  return accept(await askChange(runtime, store, { change, action, requester, approver: approver.value }));
}
