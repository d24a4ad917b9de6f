import { isNotNull } from "drizzle-orm";
import { applyChange, parseChange, type Change, type Directory } from "../core/directory.ts";
import { parseJsonText } from "../core/json.ts";
import { expectOk } from "../core/refusal.ts";
import { credentials, people, type ConfirmationRow, type PersonRow } from "../store/schema.ts";
import type { TenantStore } from "../store/tenant.ts";
import type { Loaded } from "./loaded.ts";

// Changes of the directory: confirmations whose payload is the change document. Whether a signer is
// entitled to one is core's rule, the same that a stranger applies to the sealed stream.

export function changeOf({ type, payload }: ConfirmationRow): Change | undefined {
  return type === "decision" ? undefined : expectOk(parseChange(expectOk(parseJsonText(payload))));
}

/** Why this person may not approve this change, or undefined. Rejecting needs no right of its own. */
export async function changeFault(
  store: TenantStore,
  { row }: Loaded,
  decision: string,
  person: PersonRow,
): Promise<string | undefined> {
  const change = changeOf(row);
  if (change === undefined || decision === "reject") return undefined;
  // The very check that a stranger makes later, so that nothing is ever sealed which would not replay.
  const applied = applyChange(await directoryOf(store), change, [person.id], 0);
  return applied.ok ? undefined : applied.refusal.detail;
}

/** The passkey that this confirmation takes away, if it is of that kind. */
export function revokedBy(row: ConfirmationRow): string | null {
  const change = changeOf(row);
  return change?.change === "credential.revoked" ? change.credential.id : null;
}

/** The directory as the database has it: a view for speed, of what follows from the stream. */
export async function directoryOf(store: TenantStore): Promise<Directory> {
  const [members, keys] = await store.read([
    store.select(people),
    store.select(credentials, isNotNull(credentials.endorsedSeq)),
  ]);
  return {
    members: new Map(members.map(({ id, username, role }) => [id, { id, username, role }])),
    passkeys: new Map(
      keys.map(({ id, publicKey, personId, endorsedSeq, revokedAt }) => [
        id,
        { id, publicKey, person: personId, endorsedAt: endorsedSeq ?? 0, revokedAt },
      ]),
    ),
  };
}
