import { endorsementOfChange } from "./change.ts";
import { findPasskeys } from "../../store/account/passkeys.ts";
import { findPendingEndorsements, pendingChangesAbout } from "../../store/confirmation/confirmations.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { applyUnsigned } from "../confirmation/apply-unsigned.ts";
import type { Runtime } from "../runtime.ts";

/** Cancels the requests to endorse passkeys that have ended: nobody could approve them any more. */
export async function cancelEndedEndorsements(runtime: Runtime, store: TenantStore): Promise<void> {
  const requests = await findPendingEndorsements(store);
  const passkeys = await findPasskeys(
    store,
    requests.flatMap((row) => endorsementOfChange(row)?.credential.id ?? []),
  );
  const ended = new Set(passkeys.flatMap(({ id, revokedAt }) => (revokedAt === null ? [] : [id])));
  for (const row of requests)
    if (ended.has(endorsementOfChange(row)?.credential.id ?? ""))
      await applyUnsigned(runtime, store, row.id, { kind: "cancel" });
}

/** Cancels the earlier requests to endorse this passkey, except the one at this address and those that ask the same. */
export async function cancelOutdatedEndorsements(
  runtime: Runtime,
  store: TenantStore,
  passkey: string,
  address: string,
): Promise<void> {
  const requests = (await findPendingEndorsements(store)).filter(
    (row) => endorsementOfChange(row)?.credential.id === passkey,
  );
  const newest = requests.find(({ id }) => address.endsWith(`/${id}`));
  for (const row of requests)
    if (newest !== undefined && row.payload !== newest.payload)
      await applyUnsigned(runtime, store, row.id, { kind: "cancel" });
}

/** Cancels every change about somebody who is no longer in the organisation: it could not be approved any more. */
export async function cancelChangesAbout(
  runtime: Runtime,
  store: TenantStore,
  person: string,
): Promise<void> {
  for (const { id } of await pendingChangesAbout(store, person, runtime.now()))
    await applyUnsigned(runtime, store, id, { kind: "cancel" });
}
