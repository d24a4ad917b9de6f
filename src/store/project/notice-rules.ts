import { and, eq, isNull } from "drizzle-orm";
import type { ProjectRow } from "../rows.ts";
import { projects } from "../schema.ts";
import type { Run } from "../prepared-statement.ts";
import { runOnce, type TenantStore } from "../tenant-store.ts";

/** What a project says of the notices of its requests. */
export type NoticeRules = Pick<ProjectRow, "noticeKinds" | "hidesContent" | "reminderPercent">;

/** False if they were no longer as this person saw them, or the project is archived: then nothing changes. */
export async function changeNoticeRules(
  store: TenantStore,
  { project, was, now }: { readonly project: string; readonly was: NoticeRules; readonly now: NoticeRules },
  entry: Run,
): Promise<boolean> {
  const isSame = and(
    eq(projects.noticeKinds, was.noticeKinds),
    eq(projects.hidesContent, was.hidesContent),
    eq(projects.reminderPercent, was.reminderPercent),
  );
  const change = store
    .update(projects, { ...now }, and(eq(projects.id, project), isNull(projects.archivedAt), isSame))
    .returning({ id: projects.id });
  const [changed] = await store.run([runOnce(change), entry]);
  return changed.length > 0;
}
