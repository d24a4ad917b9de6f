import { fromBase64url } from "../../core/encoding/bytes.ts";
import type { NewPasskeyNotice } from "../../core/pages/inbox.ts";
import { expectOk } from "../../core/refusal.ts";
import { isManager } from "../../core/stream/directory.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import { personsWithEndorsedPasskey } from "../../store/account/passkeys.ts";
import { audienceOf, findPendingEndorsements } from "../../store/confirmation/confirmations.ts";
import type { PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { isoTime, type Runtime } from "../runtime.ts";
import { endorsementOfChange } from "./change.ts";

/**
 * Further passkeys and recoveries that wait for signatures, for the person concerned and for all who manage people: if
 * it is an attack, one of them notices. Somebody's first passkey takes nothing from anybody and is no notice.
 */
export async function newPasskeyNotices(
  runtime: Runtime,
  store: TenantStore,
  reader: PersonRow,
): Promise<readonly NewPasskeyNotice[]> {
  const pending = (await findPendingEndorsements(store)).flatMap((row) => {
    const change = endorsementOfChange(row);
    const isVisible = change !== undefined && (isManager(reader) || change.person.id === reader.id);
    return isVisible && row.expiresAt > runtime.now() ? [{ row, change }] : [];
  });
  if (pending.length === 0) return [];
  const [endorsed, asked] = await Promise.all([
    personsWithEndorsedPasskey(
      store,
      pending.map(({ change }) => change.person.id),
    ),
    audienceOf(
      store,
      pending.map(({ row }) => row.id),
      reader.id,
    ),
  ]);
  return pending
    .filter(({ change }) => endorsed.has(change.person.id))
    .map(({ row, change }) => ({
      username: change.person.username,
      isOwn: change.person.id === reader.id,
      replacesAll: change.change === "recovered",
      fingerprint: fingerprintOf(expectOk(fromBase64url(change.credential.publicKey))),
      at: isoTime(row.createdAt),
      request: asked.has(row.id) ? row.id : null,
    }));
}
