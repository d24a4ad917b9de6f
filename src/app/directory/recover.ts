import { and, desc, eq, gt, inArray, isNotNull, sql } from "drizzle-orm";
import { fromBase64url } from "../../core/encoding/bytes.ts";
import type { RecoveryNotice } from "../../core/pages/inbox.ts";
import { RECOVERY_MAX_REVOKED } from "../../core/stream/directory.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import {
  confirmations,
  enrolments,
  outbox,
  people,
  votes,
  type ConfirmationRow,
  type CredentialRow,
  type PersonRow,
} from "../../store/schema.ts";
import { counted } from "../../store/decision-chain.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { askChange, personAsking } from "./request-change.ts";
import { changeOf, directoryOf } from "./change.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import { quorumOfManagers } from "./managers.ts";
import { activePasskeys } from "../account/passkeys.ts";
import { isoTime, type Runtime } from "../runtime.ts";

// Whoever has lost every passkey is invited again. There is no recovery secret: what replaces the lost
// passkeys is a new one for which those who manage people sign, and everybody is told.

/** How long everybody's inbox tells of it. */
const NOTICE_DAYS = 30;

/** Asks that this passkey replaces all that the person had; returns the address of the request. */
export async function askRecovery(
  runtime: Runtime,
  store: TenantStore,
  passkey: CredentialRow,
  person: PersonRow,
): Promise<Result<string>> {
  const approver = quorumOfManagers(await directoryOf(store), person);
  if (!approver.ok) return approver;
  const lost = await activePasskeys(store, person.id);
  if (lost.length > RECOVERY_MAX_REVOKED) {
    return refuse("recovery_impossible", `more than ${RECOVERY_MAX_REVOKED} passkeys count for this person`);
  }
  const key = fingerprintOf(expectOk(fromBase64url(passkey.publicKey)));
  const wanted = {
    change: {
      v: 1,
      kind: "countersign/change",
      change: "recovered",
      person: { id: person.id, username: person.username },
      credential: { id: passkey.id, publicKey: passkey.publicKey },
      revoked: lost.map(({ id }) => id).toSorted(),
    },
    action: `Replace all passkeys of ${person.username} (${person.role}) by the new passkey ${key}`,
    requester: personAsking(person),
    approver: approver.value,
  } as const;
  return accept(await askChange(runtime, store, wanted));
}

/** Whether this passkey was made with a link for somebody who had lost every other. */
export async function isForRecovery(store: TenantStore, passkey: CredentialRow): Promise<boolean> {
  // One batch has used up the link and stored the passkey, at one moment.
  const link = and(
    eq(enrolments.personId, passkey.personId),
    eq(enrolments.recovers, true),
    eq(enrolments.usedAt, passkey.createdAt),
  );
  return (await store.first(enrolments, link)) !== undefined;
}

/** The newest recovery that was asked for with this passkey. */
export async function recoveryWith(
  store: TenantStore,
  passkey: CredentialRow,
): Promise<ConfirmationRow | undefined> {
  const standing = and(
    eq(confirmations.type, "recovered"),
    inArray(confirmations.status, ["pending", "approved", "rejected"]),
  );
  const rows = await store.select(confirmations, standing).orderBy(desc(confirmations.id));
  return rows.find((row) => {
    const change = changeOf(row);
    return change?.change === "recovered" && change.credential.id === passkey.id;
  });
}

/** Recoveries of these days, newest first, for everybody to see. */
export async function noticesOf(runtime: Runtime, store: TenantStore): Promise<readonly RecoveryNotice[]> {
  const recent = and(
    // As a word of the statement: a parameter would not find the index of these records alone.
    sql`${outbox.type} = 'recovered'`,
    isNotNull(outbox.index),
    gt(outbox.at, runtime.now() - NOTICE_DAYS * 24 * 3_600_000),
  );
  const rows = await store.select(outbox, recent).orderBy(desc(outbox.seq));
  const ids = rows.flatMap(({ confirmationId }) => (confirmationId === null ? [] : [confirmationId]));
  if (ids.length === 0) return [];
  const about = await store.selectIn(confirmations, confirmations.id, ids);
  const cast = await store.selectIn(votes, votes.confirmationId, ids, counted());
  const signers = await store.selectIn(people, people.id, [...new Set(cast.map(({ personId }) => personId))]);
  const names = new Map(signers.map(({ id, username }) => [id, username]));
  return rows.flatMap(({ confirmationId, at }) => {
    const row = about.find(({ id }) => id === confirmationId);
    const change = row && changeOf(row);
    if (change?.change !== "recovered") return [];
    const approving = cast.filter((vote) => vote.confirmationId === row?.id && vote.decision === "approve");
    return [
      {
        username: change.person.username,
        at: isoTime(at),
        signedBy: approving.map(({ personId }) => names.get(personId) ?? "").toSorted(),
      },
    ];
  });
}
