import { and, eq, inArray, isNull } from "drizzle-orm";
import { channels, notices } from "../schema.ts";
import type { NoticeRow } from "../rows.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";

// What became of a notice that was claimed. If its claim has ended meanwhile and another one was made, the row has more
// attempts, and this one changes nothing.

type ClaimedNotice = Pick<NoticeRow, "confirmationId" | "channelId" | "kind" | "attempts">;

export interface NoticeOutcome {
  readonly state: NoticeRow["state"];
  /** When to try again; null if never. */
  readonly dueAt: number | null;
  readonly sentAt: number | null;
  readonly error: string | null;
  /** Fewer if nothing was sent. */
  readonly attempts?: number;
}

const RECORD = prepared<typeof notices, never>(notices, (scope) =>
  scope.update(
    notices,
    {
      state: value("state"),
      dueAt: value("dueAt"),
      sentAt: value("sentAt"),
      error: value("error"),
      attempts: value("attemptsAfter"),
    },
    and(
      eq(notices.confirmationId, value("confirmationId")),
      eq(notices.channelId, value("channelId")),
      eq(notices.kind, value("kind")),
      eq(notices.attempts, value("attempts")),
      inArray(notices.state, ["waiting", "held"]),
    ),
  ),
);

const END = prepared<typeof channels, never>(channels, (scope) =>
  scope.update(
    channels,
    { endedAt: value("at"), endedBecause: "gone" },
    and(eq(channels.id, value("channelId")), isNull(channels.endedAt)),
  ),
);

export async function recordNotice(
  store: TenantStore,
  { confirmationId, channelId, kind, attempts }: ClaimedNotice,
  { attempts: attemptsAfter = attempts, ...outcome }: NoticeOutcome,
): Promise<void> {
  const claimed = { confirmationId, channelId, kind, attempts };
  await store.run([RECORD.with({ ...claimed, ...outcome, attemptsAfter })]);
}

/** The receiver says that there is nobody any more. */
export async function endChannel(store: TenantStore, channelId: string, at: number): Promise<void> {
  await store.run([END.with({ channelId, at })]);
}
