import type { CredentialRow } from "../../store/rows.ts";

/**
 * `active`: endorsed by a sealed record, and not revoked. Every right of a role needs an active passkey. `waiting`: not
 * endorsed yet.
 */
type PasskeyState = "active" | "waiting" | "revoked";

export function passkeyState({
  endorsedSeq,
  revokedAt,
}: Pick<CredentialRow, "endorsedSeq" | "revokedAt">): PasskeyState {
  if (revokedAt !== null) return "revoked";
  return endorsedSeq === null ? "waiting" : "active";
}
