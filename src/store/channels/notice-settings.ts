import { eq, isNotNull, and, sql } from "drizzle-orm";
import type { NoticeSettingsRow } from "../rows.ts";
import { noticeSettings } from "../schema.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";

export type QuietHours = Pick<NoticeSettingsRow, "quietFrom" | "quietUntil" | "timeZone">;

export async function findNoticeSettings(
  store: TenantStore,
  person: string,
): Promise<NoticeSettingsRow | undefined> {
  return store.first(noticeSettings, eq(noticeSettings.personId, person));
}

/** A person without a row has no quiet hours and no pause. */
export async function noticeSettingsOf(
  store: TenantStore,
  people: readonly string[],
): Promise<readonly NoticeSettingsRow[]> {
  return store.selectIn(noticeSettings, noticeSettings.personId, people);
}

const TARGET = [noticeSettings.tenantId, noticeSettings.personId];

/** A person without a row has no quiet hours. */
const SAVE_QUIET_HOURS = prepared<typeof noticeSettings, "personId">(noticeSettings, (scope) => {
  const own = scope.select(noticeSettings, eq(noticeSettings.personId, value("person")));
  return scope
    .insertFrom(
      noticeSettings,
      (
        tenant,
      ) => sql`SELECT ${tenant}, ${value("person")}, ${value("from")}, ${value("until")}, ${value("zone")}, NULL
        WHERE EXISTS ${own} OR ${value("wasFrom")} IS NULL`,
    )
    .onConflictDoUpdate({
      target: TARGET,
      set: { quietFrom: value("from"), quietUntil: value("until"), timeZone: value("zone") },
      setWhere: sql`${noticeSettings.quietFrom} IS ${value("wasFrom")}
        AND ${noticeSettings.quietUntil} IS ${value("wasUntil")} AND ${noticeSettings.timeZone} = ${value("wasZone")}`,
    })
    .returning({ personId: noticeSettings.personId });
});

/** False if they were no longer as this person saw them: then nothing changes. */
export async function saveQuietHours(
  store: TenantStore,
  person: string,
  { was, now }: { readonly was: QuietHours; readonly now: QuietHours },
  entry: Run,
): Promise<boolean> {
  const save = SAVE_QUIET_HOURS.with({
    person,
    from: now.quietFrom,
    until: now.quietUntil,
    zone: now.timeZone,
    wasFrom: was.quietFrom,
    wasUntil: was.quietUntil,
    wasZone: was.timeZone,
  });
  const [saved] = await store.run([save, entry]);
  return saved.length > 0;
}

const PAUSE = prepared<typeof noticeSettings, never>(noticeSettings, (scope) =>
  scope
    .insertFrom(
      noticeSettings,
      (tenant) =>
        sql`SELECT ${tenant}, ${value("person")}, NULL, NULL, ${value("zone")}, ${value("until")} WHERE TRUE`,
    )
    .onConflictDoUpdate({ target: TARGET, set: { pausedUntil: value("until") } }),
);

/** `zone` is for a person who has set none. */
export async function pauseNotices(
  store: TenantStore,
  person: string,
  { until, zone }: { readonly until: number; readonly zone: string },
  entry: Run,
): Promise<void> {
  await store.batch([PAUSE.with({ person, until, zone }), entry]);
}

/** Repeated, it changes nothing. */
export async function resumeNotices(store: TenantStore, person: string, entry: Run): Promise<void> {
  const isPaused = and(eq(noticeSettings.personId, person), isNotNull(noticeSettings.pausedUntil));
  await store.batch([store.update(noticeSettings, { pausedUntil: null }, isPaused), entry]);
}
