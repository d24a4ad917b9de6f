import { fromBase64url } from "../../core/encoding/bytes.ts";
import type { RecoveryNotice } from "../../core/pages/inbox.ts";
import { PASSKEYS_MAX } from "../../core/stream/record.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import { hasUsedRecoveryLink } from "../../store/account/enrolments.ts";
import { activePasskeysOf } from "../../store/account/passkeys.ts";
import { usernamesOf } from "../../store/account/people.ts";
import { findRecoveries } from "../../store/confirmation/confirmations.ts";
import type { ConfirmationRow, CredentialRow, PersonRow } from "../../store/rows.ts";
import { recoveriesSince } from "../../store/stream/outbox.ts";
import { recordSourcesOf } from "../../store/stream/record-sources.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { requesterOf } from "../acts/act.ts";
import { isoTime, type Runtime } from "../runtime.ts";
import { changeOf } from "./change.ts";
import { directoryOf } from "./directory-of.ts";
import { quorumOfManagers } from "./managers.ts";
import { requestChange } from "./request-change.ts";

// A person who has lost every passkey is invited again. There is no recovery secret: managers sign for a new passkey,
// which replaces the lost ones, and everybody sees a notice.

/** How long every inbox shows the notice. */
const NOTICE_DAYS = 30;

/** Requests that this passkey replaces all passkeys of the person. Returns the address where it is signed. */
export async function requestRecovery(
  runtime: Runtime,
  store: TenantStore,
  passkey: CredentialRow,
  person: PersonRow,
  place: string,
): Promise<Result<string>> {
  const approver = quorumOfManagers(await directoryOf(store), person);
  if (!approver.ok) return approver;
  const lost = await activePasskeysOf(store, person.id);
  if (lost.length > PASSKEYS_MAX)
    return refuse("recovery_impossible", `this person has more than ${PASSKEYS_MAX} active passkeys`);
  const key = fingerprintOf(expectOk(fromBase64url(passkey.publicKey)));
  const request = {
    change: {
      v: 1,
      kind: "countersign/change",
      change: "recovered",
      person: { id: person.id, username: person.username },
      credential: { id: passkey.id, publicKey: passkey.publicKey },
      revoked: lost.map(({ id }) => id).toSorted(),
    },
    action: `Replace all passkeys of ${person.username} (${person.role}) by the new passkey ${key}`,
    requester: requesterOf(person, place),
    approver: approver.value,
  } as const;
  return accept(await requestChange(runtime, store, request));
}

/** Whether this passkey was registered with a link for recovery. */
export async function isForRecovery(store: TenantStore, passkey: CredentialRow): Promise<boolean> {
  // One transaction uses the link and stores the passkey, both with the same time.
  return hasUsedRecoveryLink(store, passkey.personId, passkey.createdAt);
}

/** The newest recovery that was requested with this passkey. */
export async function findRecoveryWith(
  store: TenantStore,
  passkey: CredentialRow,
): Promise<ConfirmationRow | undefined> {
  const recoveries = await findRecoveries(store);
  return recoveries.find((row) => {
    const change = changeOf(row);
    return change?.change === "recovered" && change.credential.id === passkey.id;
  });
}

/** Recent recoveries, newest first, for everybody to see. */
export async function recoveryNotices(
  runtime: Runtime,
  store: TenantStore,
): Promise<readonly RecoveryNotice[]> {
  const records = await recoveriesSince(store, runtime.now() - NOTICE_DAYS * 24 * 3_600_000);
  if (records.length === 0) return [];
  const sources = await recordSourcesOf(store, records);
  const usernames = await usernamesOf(
    store,
    sources.flatMap(({ votes }) => votes.map(({ personId }) => personId)),
  );
  return sources.flatMap(({ row, confirmation, votes }) => {
    const change = confirmation && changeOf(confirmation);
    if (change?.change !== "recovered") return [];
    const approvals = votes.filter(({ vote }) => vote === "approve");
    return [
      {
        username: change.person.username,
        at: isoTime(row.at),
        signedBy: approvals.map(({ personId }) => usernames.get(personId) ?? "").toSorted(),
      },
    ];
  });
}
