import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import type { ElevationChallenge } from "../../core/pages/console.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { activePasskeysOf } from "../../store/account/passkeys.ts";
import { elevateSession } from "../../store/account/sessions.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { newChallenge } from "../account/new-passkey.ts";
import type { Session } from "../account/passkey-session.ts";
import { provePasskey, type PasskeyProof } from "../account/prove-passkey.ts";
import { descriptorsOf } from "../account/verify-passkey.ts";
import type { Runtime } from "../runtime.ts";
import { trailEntry } from "./trail-entry.ts";

// A session reads. After a touch of the passkey it may also change things in the console, for some minutes. It never
// decides: each decision is a signature of its own.

const ELEVATION_MINUTES = 10;

export async function beginElevation(
  runtime: Runtime,
  store: TenantStore,
  { person }: Session,
): Promise<Result<ElevationChallenge>> {
  return accept({
    challenge: await newChallenge(runtime, person, "elevate"),
    rpId: rpIdOf(runtime.origin),
    allowCredentials: descriptorsOf(await activePasskeysOf(store, person.id)),
  });
}

export async function finishElevation(
  runtime: Runtime,
  store: TenantStore,
  { id, person }: Session,
  place: string,
  proof: PasskeyProof,
): Promise<Result<null>> {
  const proved = await provePasskey(runtime, store, person, "elevate", proof);
  if (!proved.ok) return proved;
  const until = runtime.now() + ELEVATION_MINUTES * 60_000;
  const actor = { kind: "person", person, place } as const;
  await store.batch([
    elevateSession(store, id, until),
    trailEntry({ runtime, actor }, { act: "session.elevated", detail: { passkey: proved.value } }),
  ]);
  return accept(null);
}
