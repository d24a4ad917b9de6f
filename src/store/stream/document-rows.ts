import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import { documents, outbox } from "../schema.ts";
import type { DocumentRow } from "../rows.ts";
import type { Statement, TenantStore } from "../tenant-store.ts";

// Groups, policies and rules. A version that was replaced stays, because requests that it was chosen for name it by its
// hash.

export const IS_DOCUMENT_IN_FORCE = isNull(documents.endedSeq);

export async function documentsInForce(store: TenantStore): Promise<readonly DocumentRow[]> {
  return store.select(documents, IS_DOCUMENT_IN_FORCE).orderBy(documents.kind, documents.name);
}

/** The canonical text of the document with this hash, in force or not. */
export async function documentWithHash(store: TenantStore, hash: string): Promise<string | undefined> {
  return (await store.first(documents, eq(documents.hash, hash)))?.document;
}

/** The version in force. */
export async function findDocument(
  store: TenantStore,
  kind: DocumentRow["kind"],
  name: string,
): Promise<DocumentRow | undefined> {
  return store.first(
    documents,
    and(eq(documents.kind, kind), eq(documents.name, name), IS_DOCUMENT_IN_FORCE),
  );
}

/** Whether rules are in force, or will be once their change is sealed. */
export const hasRules = (tenant: SQL): SQL => sql`(EXISTS (SELECT 1 FROM ${documents}
  WHERE tenant_id = ${tenant} AND kind = 'rules' AND ended_seq IS NULL)
  OR EXISTS (SELECT 1 FROM ${outbox} WHERE tenant_id = ${tenant} AND idx IS NULL AND type = 'rules.changed'))`;

/** While `isUnsealed` holds for the record of the change. Ends the version of this name, if there is one. */
export function setDocument(
  store: TenantStore,
  seq: number,
  {
    type,
    name,
    version,
  }: {
    readonly type: DocumentRow["kind"];
    readonly name: string;
    readonly version: { readonly hash: string; readonly document: string } | null;
  },
  isUnsealed: SQL,
): readonly Statement[] {
  const current = and(eq(documents.kind, type), eq(documents.name, name), IS_DOCUMENT_IN_FORCE, isUnsealed);
  const end = store.update(documents, { endedSeq: seq }, current);
  if (version === null) return [end];
  const insert = store.insertFrom(
    documents,
    (tenant) => sql`SELECT ${tenant}, ${seq}, ${type}, ${name}, ${version.hash}, ${version.document}, NULL
      WHERE ${isUnsealed}`,
  );
  return [end, insert];
}
