import { accept, refuse, type Result } from "../../core/refusal.ts";
import { activePasskeysOf, updatePasskeyUse } from "../../store/account/passkeys.ts";
import type { ChallengeUse } from "../../store/account/challenges.ts";
import type { PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { newId, type Runtime } from "../runtime.ts";
import { useChallengeOf } from "./new-passkey.ts";
import { reportEvent } from "./security-events.ts";
import { verifyUse, type SignedInput } from "./verify-passkey.ts";

/** A signature by a passkey of the signed-in person, for something that a session alone may not do. */
export type PasskeyProof = SignedInput & { readonly challenge: string };

/** The id of the active passkey that signed. */
export async function provePasskey(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
  purpose: ChallengeUse["purpose"],
  { challenge, ...input }: PasskeyProof,
): Promise<Result<string>> {
  const bytes = await useChallengeOf(runtime, person, challenge, purpose);
  if (!bytes.ok) return bytes;
  const active = await activePasskeysOf(store, person.id);
  const passkey = active.find(({ id }) => id === input.assertion.id);
  if (passkey === undefined) return inactivePasskey();
  const allowed = active.map(({ id }) => id);
  const use = { person, passkey, input, challenge: bytes.value, allowed, confirmation: null };
  const { result: verified, event } = await verifyUse(runtime, use);
  if (event) await reportEvent(runtime, store, newId(runtime, "a"), event);
  if (!verified.ok) return verified;
  await updatePasskeyUse(store, passkey, verified.value, runtime.now());
  return accept(passkey.id);
}

export const inactivePasskey = () =>
  refuse("unknown_credential", "this passkey is not active for you here; confirm with one that is");
