import { channels } from "../../../../src/store/schema.ts";
import type { NewRow, TenantStore } from "../../../../src/store/tenant-store.ts";
import { personNamed } from "../../support/signed-decisions.ts";

/** A channel of this person that gets notices; a chat room, unless it says otherwise. */
export async function insertChannel(
  store: TenantStore,
  username: string,
  more: Partial<NewRow<typeof channels>> = {},
): Promise<string> {
  const person = await personNamed(store, username);
  const id = `n_${crypto.randomUUID()}`;
  await store.insert(channels, {
    id,
    personId: person.id,
    kind: "chat",
    name: "",
    // No such host: nothing is sent.
    address: `https://${id.slice(2)}.invalid/`,
    createdAt: 0,
    verifiedAt: 0,
    ...more,
  });
  return id;
}
