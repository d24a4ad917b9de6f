import { canonicalText } from "../../core/encoding/jcs.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { insertEvent } from "../../store/account/events.ts";
import { markCounterRegressed } from "../../store/account/passkeys.ts";
import type { EventRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";

/** Something about a passkey that an operator must look at. It contains no secrets and no payload. */
export interface SecurityEvent {
  readonly type: EventRow["type"];
  readonly person: string;
  readonly credential: string;
  readonly confirmation: string | null;
  readonly detail: JsonObject;
}

/**
 * Stores the event, marks a passkey whose counter went back, and writes one line to the log; a retry of the same attempt
 * adds nothing. If storing fails, the line is written all the same, and the caller goes on: an event never changes the
 * answer.
 */
export async function reportEvent(
  runtime: Runtime,
  store: TenantStore,
  attempt: string,
  event: SecurityEvent,
): Promise<void> {
  const { type, person, credential, confirmation, detail } = event;
  const row = {
    id: `${attempt} ${type}`,
    type,
    at: runtime.now(),
    personId: person,
    credentialId: credential,
    confirmationId: confirmation,
    detail: canonicalText(detail),
  };
  // Before the event: if the Worker ends in between, a retry does both.
  if (type === "signature_counter_regression")
    await markCounterRegressed(store, credential, row.at).catch(() => undefined);
  const isNew = await insertEvent(store, row).catch(() => true);
  if (isNew)
    console.warn(JSON.stringify({ event: type, tenant: store.tenantId, person, credential, confirmation }));
}
