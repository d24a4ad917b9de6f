import type { InvitationItem, InvitationState, PersonState } from "../../core/pages/people-data.ts";
import type { CredentialRow, EnrolmentRow, PersonRow } from "../../store/rows.ts";
import { passkeyState } from "../account/passkey-state.ts";
import { isoTime, isoTimeOrNull } from "../runtime.ts";

/** `links` with the newest first. */
export function personState(
  { removedAt }: Pick<PersonRow, "removedAt">,
  passkeys: readonly Pick<CredentialRow, "endorsedSeq" | "revokedAt">[],
  [newest]: readonly EnrolmentRow[],
  now: number,
): PersonState {
  if (removedAt !== null) return "removed";
  const states = new Set(passkeys.map(passkeyState));
  if (states.has("active")) return "active";
  if (states.has("waiting")) return "waiting";
  return newest !== undefined && linkState(newest, now) === "usable" ? "invited" : "no-access";
}

function linkState({ usedAt, revokedAt, voidedAt, expiresAt }: EnrolmentRow, now: number): InvitationState {
  if (usedAt !== null) return "used";
  if (revokedAt !== null) return "revoked";
  if (voidedAt !== null) return "replaced";
  return expiresAt <= now ? "expired" : "usable";
}

export function invitationItem(row: EnrolmentRow, now: number): InvitationItem {
  const endedAt = row.usedAt ?? row.revokedAt ?? row.voidedAt;
  return {
    id: row.id,
    state: linkState(row, now),
    recovers: row.recovers,
    sentAt: isoTime(row.createdAt),
    sentBy: { kind: row.senderKind, name: row.senderName },
    expiresAt: isoTime(row.expiresAt),
    endedAt: isoTimeOrNull(endedAt),
  };
}
