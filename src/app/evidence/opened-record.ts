import type { Policy } from "../../core/policy/policy.ts";
import type { Template } from "../../core/display/template.ts";
import { toHex } from "../../core/encoding/bytes.ts";
import { isJsonObject, parseJsonText } from "../../core/encoding/strict-json.ts";
import type { Evidence } from "../../core/evidence/receipt.ts";
import { expectOk } from "../../core/refusal.ts";
import type { StreamRecord } from "../../core/stream/record.ts";
import type { OutboxRow, Tenant } from "../../store/rows.ts";
import { recordSourcesOf, type RecordSource } from "../../store/stream/record-sources.ts";
import { templateDocuments } from "../../store/stream/template-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { signedVoteOf } from "../confirmation/view.ts";
import { buildRecord, readCommitments } from "../sealing/build-record.ts";

/** A record of the stream, and the rows that it was built from. */
export interface OpenedRecord {
  readonly record: StreamRecord;
  readonly entrySalt: string;
  readonly label: string;
  readonly source: RecordSource;
  /** The template that drew it, as canonical JSON. */
  readonly template: string | null;
}

/** The records of these sealed rows, in the same order. */
export async function openedRecordsOf(
  store: TenantStore,
  tenant: Tenant,
  rows: readonly OutboxRow[],
): Promise<readonly OpenedRecord[]> {
  const [sources, commitments] = await Promise.all([
    recordSourcesOf(store, rows),
    readCommitments(store, rows),
  ]);
  const hashes = sources.flatMap(({ confirmation }) => confirmation?.templateHash ?? []);
  const templates = await templateDocuments(store, [...new Set(hashes)]);
  return sources.map((source) => {
    const { record, label } = buildRecord(tenant, source, commitments);
    const template = templates.get(source.confirmation?.templateHash ?? "") ?? null;
    return { record, entrySalt: source.row.entrySalt, label: toHex(label), source, template };
  });
}

/** What people signed, and what is needed to check it. The stored texts were checked when they were written. */
export function evidenceOf({
  source: { row, confirmation, votes },
  template,
}: Pick<OpenedRecord, "source" | "template">): Evidence {
  if (confirmation === undefined) throw new RangeError("people sign only records of a confirmation");
  const payload = expectOk(parseJsonText(confirmation.payload));
  const policy =
    confirmation.policy === null ? null : (expectOk(parseJsonText(confirmation.policy)) as Policy);
  return {
    signers: votes.map((vote) => {
      const { statement, assertion } = signedVoteOf(vote);
      return { statement, assertion };
    }),
    policy,
    // A template that nobody signed proves nothing.
    template:
      template === null || votes.length === 0 ? null : (expectOk(parseJsonText(template)) as Template),
    payloadHash: confirmation.payloadHash,
    payloadSalt: row.payloadSalt,
    payload: isJsonObject(payload) ? payload : null,
  };
}
