import { checkSettings, type Settings } from "../../core/account/settings.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { changeSettings } from "../../store/account/settings-row.ts";
import { act, type ActCall } from "../acts/act.ts";
import { changedValues } from "../acts/changed-values.ts";
import { trailEntry } from "../acts/trail-entry.ts";

// What an organisation sets about itself.

export const SETTING_ACTS = {
  "settings.read": act("settings.read", readSettings),
  "settings.change": act("settings.change", change),
};

async function readSettings({ store }: ActCall, _input: null): Promise<Result<Settings>> {
  const { name, timeZone, defaultExpirySeconds, retentionDays, securityContact } = await store.own();
  return accept({ name, timeZone, defaultExpirySeconds, retentionDays, securityContact });
}

interface SettingsChange {
  /** What the person saw. If it is no longer so, nothing changes, and the person sees what it is now. */
  readonly was: Settings;
  readonly now: Settings;
}

async function change(call: ActCall, { was, now }: SettingsChange): Promise<Result<Settings>> {
  const valid = checkSettings((await call.store.own()).plan, now);
  if (!valid.ok) return valid;
  const detail = changedValues(was, now);
  if (Object.keys(detail).length === 0) return accept(now);
  const done = trailEntry(call, { act: "settings.changed", detail });
  if (await changeSettings(call.store, was, now, done)) return accept(now);
  const current = await readSettings(call, null);
  if (!current.ok) return current;
  const others = Object.keys(changedValues(was, current.value)).join(", ");
  return refuse(
    "changed_meanwhile",
    `somebody else has changed these settings meanwhile (${others}); look at them and send your change again`,
  );
}
