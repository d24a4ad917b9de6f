import type { GroupDocument } from "../../core/policy/group-document.ts";
import type { PolicyDocument } from "../../core/policy/policy-document.ts";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import { expectOk } from "../../core/refusal.ts";
import type { RulesDocument } from "../../core/rules/rules-document.ts";
import type { DocumentRow } from "../../store/rows.ts";
import { documentsInForce } from "../../store/stream/document-rows.ts";
import { sealedRecords } from "../../store/stream/outbox.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { isoTime } from "../runtime.ts";

// The groups, policies and rules in force.

export interface InForce<Document> {
  readonly document: Document;
  readonly hash: string;
  /** The record of the change that set it: its place in the stream, and in the log. */
  readonly seq: number;
  readonly index: number | null;
  readonly at: string;
}

export interface DocumentsInForce {
  readonly groups: readonly InForce<GroupDocument>[];
  readonly policies: readonly InForce<PolicyDocument>[];
  readonly rules: InForce<RulesDocument> | null;
}

export async function listDocuments(store: TenantStore): Promise<DocumentsInForce> {
  const rows = await documentsInForce(store);
  const records = await sealedRecords(
    store,
    rows.map(({ seq }) => seq),
  );
  const of = <Document>(kind: DocumentRow["kind"]): readonly InForce<Document>[] =>
    rows
      .filter((row) => row.kind === kind)
      .map(({ hash, document, seq }) => ({
        document: expectOk(parseJsonText(document)) as Document,
        hash,
        seq,
        index: records.get(seq)?.index ?? null,
        at: isoTime(records.get(seq)?.at ?? 0),
      }));
  const [rules] = of<RulesDocument>("rules");
  return { groups: of("group"), policies: of("policy"), rules: rules ?? null };
}
