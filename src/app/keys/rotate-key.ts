import type { CreatedKey } from "../../core/pages/project-page-data.ts";
import type { Scope } from "../../core/confirmation/scopes.ts";
import { refuse, type Result } from "../../core/refusal.ts";
import { findKey } from "../../store/account/api-keys.ts";
import { findProject } from "../../store/project/projects.ts";
import { findReplacement, replaceKey } from "../../store/project/project-keys.ts";
import type { ApiKeyRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { isoTime } from "../runtime.ts";
import { checkScopes } from "./give-scopes.ts";
import { stateOf } from "./key-item.ts";
import { draftKey, finishKey, insertedKey, whyNotAgain } from "./new-key.ts";

// Rotation: a new key with a new secret takes over, and the earlier one works until a chosen time. So at most two keys
// are live, and a program can change from one to the other without a pause.

const HOUR_MILLISECONDS = 3_600_000;
export const STOPS_IN_HOURS = [0, 24, 7 * 24] as const;

export interface KeyRotation {
  readonly id: string | null;
  readonly key: string;
  readonly stopsInHours: (typeof STOPS_IN_HOURS)[number];
}

export const UNKNOWN_KEY = refuse("not_found", "there is no such API key");

export async function rotateKey(
  call: ActCall,
  { id, key: earlierId, stopsInHours }: KeyRotation,
): Promise<Result<CreatedKey>> {
  const { runtime, store } = call;
  const earlier = await findKey(store, earlierId);
  const project = earlier && (await findProject(store, earlier.projectId));
  if (earlier === undefined || project === undefined) return UNKNOWN_KEY;
  const again = id === null ? undefined : await whyNotAgain(call, id);
  if (again) return again;
  const scopes = earlier.scopes.split(" ") as Scope[];
  const allowed = await checkScopes(call, scopes);
  if (!allowed.ok) return allowed;
  const now = runtime.now();
  const fixed = await whyFixed(store, earlier, now);
  if (fixed !== null) return refuse("key_ended", fixed);
  const { name, createdAt, agent } = earlier;
  // The new one lasts as long as the earlier one was to last.
  const expiresAt = earlier.expiresAt === null ? null : now + (earlier.expiresAt - createdAt);
  const terms = { id, project, label: name, scopes, expiresAt, agent, replaces: earlier.id };
  const drafted = await draftKey(call, terms);
  if (!drafted.ok) return drafted;
  const { row } = drafted.value;
  const stopsAt = now + stopsInHours * HOUR_MILLISECONDS;
  const detail = { by: row.redacted, stops: stopsInHours === 0 ? "at once" : isoTime(stopsAt) };
  const done = { act: "key.rotated" as const, subject: { id: earlier.id, name }, detail };
  await replaceKey(store, { ...row, replaces: earlier.id }, stopsAt, trailEntry(call, done));
  if ((await insertedKey(call, drafted.value)) !== undefined) return finishKey(call, drafted.value);
  const meanwhile = await findKey(store, earlier.id);
  return (
    (await whyNotAgain(call, row.id)) ??
    refuse(
      "key_ended",
      (meanwhile && (await whyFixed(store, meanwhile, now))) ?? "this key has changed; load the page again",
    )
  );
}

/** Why a key can't be replaced now, with what to do; null if it can. */
export async function whyFixed(store: TenantStore, key: ApiKeyRow, now: number): Promise<string | null> {
  const state = stateOf(key, now);
  if (state === "waiting")
    return "this key waits for a signature and never worked yet; revoke it and create another one";
  if (state !== "active") return "this key has ended; create a new one";
  if ((await findReplacement(store, key.id)) !== undefined)
    return "another key already takes over from this one; rotate that one, or revoke it first";
  const earlier = key.replaces === null ? undefined : await findKey(store, key.replaces);
  return earlier !== undefined && stateOf(earlier, now) === "active"
    ? "the key from which this one takes over still works; revoke that one first, or wait for its end"
    : null;
}
