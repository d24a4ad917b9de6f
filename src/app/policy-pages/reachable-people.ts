import type { DrillPerson } from "../../core/pages/policies/policies-page-data.ts";
import type { PolicyDocument } from "../../core/policy/policy-document.ts";
import { quietUntil } from "../../core/notice/quiet-hours.ts";
import { readPeople } from "../../store/account/people.ts";
import { noticeSettingsOf } from "../../store/channels/notice-settings.ts";
import { channelsOfPeople } from "../../store/notices/reach.ts";
import type { NoticeSettingsRow } from "../../store/rows.ts";
import type { ActCall } from "../acts/act.ts";
import { isoTimeOrNull } from "../runtime.ts";

// Who of an organisation could sign under a policy now, and who would hear of a request at once.

/** By id: everybody who was not removed. */
export async function reachablePeople(
  { runtime, store }: ActCall,
  policy: PolicyDocument,
): Promise<ReadonlyMap<string, DrillPerson>> {
  const { people, passkeys } = await readPeople(store);
  const ids = people.map(({ id }) => id);
  const [channels, settings] = await Promise.all([
    channelsOfPeople(store, ids),
    noticeSettingsOf(store, ids),
  ]);
  const taken = passkeys.filter(({ backupEligible }) => policy.authenticator === "any" || !backupEligible);
  const used = channels.filter(({ use }) => use !== "never");
  const byPerson = {
    passkeys: Map.groupBy(taken, ({ personId }) => personId),
    channels: Map.groupBy(used, ({ personId }) => personId),
    settings: new Map(settings.map((one) => [one.personId, one])),
  };
  return new Map(
    people.map(({ id, username }) => [
      id,
      {
        id,
        username,
        passkeys: byPerson.passkeys.get(id)?.length ?? 0,
        channels: byPerson.channels.get(id)?.length ?? 0,
        quietUntil: isoTimeOrNull(quietEnd(byPerson.settings.get(id), policy, runtime.now())),
      },
    ]),
  );
}

/** A pause holds also for a policy that overrides quiet hours. */
function quietEnd(
  settings: NoticeSettingsRow | undefined,
  { quietHours }: PolicyDocument,
  now: number,
): number | null {
  if (settings === undefined) return null;
  const kept = quietHours === "kept" ? settings : { ...settings, quietFrom: null, quietUntil: null };
  return quietUntil(kept, now);
}

export function canSignNow(person: DrillPerson | undefined): boolean {
  return person !== undefined && person.passkeys > 0;
}

export function isReachable(person: DrillPerson | undefined): boolean {
  return canSignNow(person) && person !== undefined && person.channels > 0 && person.quietUntil === null;
}
