import type { KeyPage, KeyItem } from "../../core/pages/project-page-data.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { findKey } from "../../store/account/api-keys.ts";
import { findProject } from "../../store/project/projects.ts";
import { readTrailOf } from "../../store/account/trail.ts";
import { findConfirmation } from "../../store/confirmation/confirmations.ts";
import { findReplacement, revokeKey } from "../../store/project/project-keys.ts";
import type { ApiKeyRow } from "../../store/rows.ts";
import { act, type ActCall } from "../acts/act.ts";
import { trailItem } from "../acts/trail-acts.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { applyUnsigned } from "../confirmation/apply-unsigned.ts";
import { newId } from "../runtime.ts";
import { createKey } from "./create-key.ts";
import { keyItems, stateOf } from "./key-item.ts";
import { rotateKey, UNKNOWN_KEY, whyFixed } from "./rotate-key.ts";

/** A screen. The audit trail has the rest. */
const EVENTS_MAX = 20;

export const KEY_ACTS = {
  "key.read": act("keys.read", readKey),
  "keys.create": act("keys.change", createKey),
  "keys.rotate": act("keys.change", rotateKey),
  "keys.revoke": act("keys.change", revoke),
};

async function readKey(call: ActCall, { key: id }: { readonly key: string }): Promise<Result<KeyPage>> {
  const { runtime, store } = call;
  const found = await findItem(call, id);
  if (found === undefined) return UNKNOWN_KEY;
  const [replacement, events, fixed, signUrl] = await Promise.all([
    findReplacement(store, id),
    readTrailOf(store, id, EVENTS_MAX),
    whyFixed(store, found.row, runtime.now()),
    signingPage(call, found.row),
  ]);
  return accept({
    key: found.item,
    replacement: replacement?.id ?? null,
    signUrl,
    fixed,
    events: events.map(trailItem).map(({ at, actor, act: done, detail }) => ({
      at,
      actor: actor.name,
      act: done,
      detail,
    })),
    newKeyId: newId(runtime, "k"),
  });
}

/** Ends it at once. Repeated, it changes nothing. */
async function revoke(call: ActCall, { key: id }: { readonly key: string }): Promise<Result<KeyItem>> {
  const { runtime, store } = call;
  const key = await findKey(store, id);
  if (key === undefined) return UNKNOWN_KEY;
  const done = { act: "key.revoked" as const, subject: { id, name: key.name } };
  await revokeKey(store, id, runtime.now(), trailEntry(call, done));
  await cancelKeyChange(call, key);
  const found = await findItem(call, id);
  return found === undefined ? UNKNOWN_KEY : accept(found.item);
}

/** Nobody could sign for a key that has ended. */
export async function cancelKeyChange({ runtime, store }: ActCall, key: ApiKeyRow): Promise<void> {
  if (key.waiting && key.changeId !== null)
    await applyUnsigned(runtime, store, key.changeId, { kind: "cancel" });
}

async function findItem({ runtime, store }: ActCall, id: string) {
  const row = await findKey(store, id);
  const project = row && (await findProject(store, row.projectId));
  if (row === undefined || project === undefined) return undefined;
  const [item] = await keyItems(store, [row], project, runtime.now());
  return item && { row, item };
}

async function signingPage({ runtime, store }: ActCall, key: ApiKeyRow): Promise<string | null> {
  if (stateOf(key, runtime.now()) !== "waiting" || key.changeId === null) return null;
  const request = await findConfirmation(store, key.changeId);
  return request?.status === "pending" ? `${runtime.origin}/approve/${request.id}` : null;
}
