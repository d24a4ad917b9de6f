import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import { templates } from "../schema.ts";
import type { TemplateRow } from "../rows.ts";
import type { Statement, TenantStore } from "../tenant-store.ts";

// Templates of actions. One that was replaced stays, because requests that it drew name it by its hash.

export const IS_IN_FORCE = isNull(templates.endedSeq);

export async function templatesInForce(store: TenantStore): Promise<readonly TemplateRow[]> {
  return store.select(templates, IS_IN_FORCE).orderBy(templates.action);
}

/** Counted up to this number. In the order of the partial index: otherwise the planner reads the primary key. */
export async function countTemplatesInForce(store: TenantStore, max: number): Promise<number> {
  const inForce = store.selectColumns(templates, ["action"], IS_IN_FORCE).orderBy(templates.action);
  return (await inForce.limit(max)).length;
}

export async function findTemplateOf(store: TenantStore, action: string): Promise<TemplateRow | undefined> {
  return store.first(templates, and(eq(templates.action, action), IS_IN_FORCE));
}

/** By hash: the documents with these hashes, in force or not. */
export async function templateDocuments(
  store: TenantStore,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await store.selectIn(templates, templates.hash, hashes);
  return new Map(rows.map(({ hash, document }) => [hash, document]));
}

/** While `isUnsealed` holds for the record of the change. */
export function setTemplate(
  store: TenantStore,
  seq: number,
  {
    action,
    template,
  }: {
    readonly action: string;
    readonly template: { readonly hash: string; readonly document: string } | null;
  },
  isUnsealed: SQL,
): readonly Statement[] {
  const current = and(eq(templates.action, action), IS_IN_FORCE, isUnsealed);
  const end = store.update(templates, { endedSeq: seq }, current);
  if (template === null) return [end];
  const insert = store.insertFrom(
    templates,
    (tenant) => sql`SELECT ${tenant}, ${seq}, ${action}, ${template.hash}, ${template.document}, NULL
      WHERE ${isUnsealed}`,
  );
  return [end, insert];
}
