import { isTimeZone } from "../../core/account/settings.ts";
import { dayMinutesText } from "../../core/notice/day-minutes.ts";
import { endOfPause } from "../../core/notice/pause.ts";
import type { QuietHoursSeen } from "../../core/pages/sending/notices-page-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import {
  pauseNotices,
  resumeNotices,
  saveQuietHours,
  type QuietHours,
} from "../../store/channels/notice-settings.ts";
import { findNoticeSettings } from "../../store/channels/notice-settings.ts";
import { releaseNotices } from "../../store/notices/held-notices.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { isoTime } from "../runtime.ts";
import { ownPerson } from "./own-person.ts";

// When a person wants no notices.

/** A person who has set nothing has the clock of the organisation. */
export async function noticeTimes(
  store: TenantStore,
  person: string,
): Promise<{ readonly quiet: QuietHoursSeen; readonly pausedUntil: number | null }> {
  const settings = await findNoticeSettings(store, person);
  const { quietFrom: from = null, quietUntil: until = null, pausedUntil = null } = settings ?? {};
  const timeZone = settings?.timeZone ?? (await store.own()).timeZone;
  return { quiet: { from, until, timeZone }, pausedUntil };
}

interface QuietChange {
  /** What the person saw. If it is no longer so, nothing changes. */
  readonly was: QuietHoursSeen;
  readonly now: QuietHoursSeen;
}

export async function setQuietHours(
  call: ActCall,
  { was, now }: QuietChange,
): Promise<Result<QuietHoursSeen>> {
  const { id } = ownPerson(call);
  if (!isTimeZone(now.timeZone))
    return refuse("validation_failed", "there is no such time zone; choose one from the list", "/timeZone");
  if ((now.from === null) !== (now.until === null))
    return refuse("validation_failed", "set both times, or neither", now.from === null ? "/from" : "/until");
  if (now.from !== null && now.from === now.until)
    return refuse("validation_failed", "must differ from the start; to hear nothing at all, pause", "/until");
  const entry = trailEntry(call, { act: "notices.quiet", detail: { hours: hoursText(now) } });
  const isSaved = await saveQuietHours(call.store, id, { was: columns(was), now: columns(now) }, entry);
  if (!isSaved)
    return refuse(
      "changed_meanwhile",
      "your quiet hours were changed meanwhile, perhaps on another device; look at them and send your change again",
    );
  await release(call, id);
  return accept(now);
}

/** What the earlier times have put off is judged by the new ones. */
async function release({ runtime, store }: ActCall, person: string): Promise<void> {
  const now = runtime.now();
  await releaseNotices(store, person, now);
  runtime.desk.send(now);
}

function columns({ from, until, timeZone }: QuietHoursSeen): QuietHours {
  return { quietFrom: from, quietUntil: until, timeZone };
}

function hoursText({ from, until, timeZone }: QuietHoursSeen): string {
  return from === null || until === null
    ? "none"
    : `${dayMinutesText(from)}–${dayMinutesText(until)} ${timeZone}`;
}

export async function pause(
  call: ActCall,
  { until: choice }: { readonly until: string },
): Promise<Result<null>> {
  const { id } = ownPerson(call);
  const zone = (await noticeTimes(call.store, id)).quiet.timeZone;
  const until = endOfPause(choice, call.runtime.now(), zone);
  if (!until.ok) return until;
  const entry = trailEntry(call, { act: "notices.paused", detail: { until: isoTime(until.value) } });
  await pauseNotices(call.store, id, { until: until.value, zone }, entry);
  return accept(null);
}

export async function resume(call: ActCall, _input: null): Promise<Result<null>> {
  const { id } = ownPerson(call);
  await resumeNotices(call.store, id, trailEntry(call, { act: "notices.resumed" }));
  await release(call, id);
  return accept(null);
}
