import { changesToProve } from "../../core/evidence/choice/changes-to-prove.ts";
import { peopleToProve } from "../../core/evidence/directory-replay.ts";
import { rowKind } from "../../core/evidence/export.ts";
import {
  encodeReceipt,
  RECEIPT_LIMITS,
  RECEIPT_MAX_CHANGES,
  type DirectoryLink,
  type ProvenDecision,
} from "../../core/evidence/receipt.ts";
import { isPersonEffect } from "../../core/stream/change-effect.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { ChangeRecord, StreamRecord } from "../../core/stream/record.ts";
import { directoryRecordsBefore } from "../../store/stream/outbox.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { LoadedConfirmation } from "../confirmation/load.ts";
import type { Platform } from "../runtime.ts";
import { evidenceOf, openedRecordsOf, type OpenedRecord } from "./opened-record.ts";

/** The evidence file of a sealed decision, or of a sealed change of the directory. */
export async function receiptOf(
  platform: Platform,
  store: TenantStore,
  { decided }: LoadedConfirmation,
): Promise<Result<Uint8Array>> {
  if (decided === undefined || decided.index === null)
    return refuse("not_found", "there is no receipt before the decision is sealed");
  const [tenant, earlier] = await Promise.all([store.own(), directoryRecordsBefore(store, decided.seq)]);
  const [created, ...others] = await openedRecordsOf(store, tenant, [...earlier, decided]);
  const decision = others.pop();
  if (created?.record.type !== "stream.created" || decision === undefined || !mayHaveReceipt(decision.record))
    throw new RangeError("every decision follows the first record of its stream");
  const changes = others.flatMap((sealed) =>
    isChangeRecord(sealed.record) ? [{ ...sealed, record: sealed.record }] : [],
  );
  const records = changes.map(({ record }) => record);
  const evidence = evidenceOf(decision);
  const signers = evidence.signers.map(({ statement }) => statement.approver.id);
  const directory = linksOf(changes, {
    people: peopleToProve(created.record, records, decision.record, signers),
    changes: changesToProve(created.record, records, { record: decision.record, evidence }),
  });
  if (directory === undefined) return tooLarge();
  const file = encodeReceipt({
    v: 3,
    kind: "countersign/receipt",
    created: { record: created.record, entrySalt: created.entrySalt },
    directory,
    decision: {
      record: decision.record,
      entrySalt: decision.entrySalt,
      label: decision.label,
      proof: await platform.log.proof(decided.index),
      evidence,
    },
    anchor: null,
  });
  return file.length > RECEIPT_LIMITS.maxBytes ? tooLarge() : accept(file);
}

/** No verifier would accept such a file. */
function tooLarge(): ReturnType<typeof refuse> {
  return refuse(
    "receipt_too_large",
    `the receipt would prove more than ${RECEIPT_MAX_CHANGES} changes, or have more than ${RECEIPT_LIMITS.maxBytes} bytes; the export of the whole history proves this decision, too`,
  );
}

function mayHaveReceipt(record: StreamRecord): record is ProvenDecision["record"] {
  return record.type === "decision" || isChangeRecord(record);
}

function isChangeRecord(record: StreamRecord): record is ChangeRecord {
  return rowKind(record) === "change";
}

interface ChangesToProve {
  /** Every change about one of them. */
  readonly people: ReadonlySet<string>;
  /** By seq: those that chose the policy. */
  readonly changes: ReadonlySet<number>;
}

/**
 * The changes that a receipt holds: all of them, or, of more than it can hold, those with evidence and the newest of
 * the others. Undefined if it can't hold all evidence.
 */
export function linksOf(
  changes: readonly (OpenedRecord & { readonly record: ChangeRecord })[],
  { people, changes: documents }: ChangesToProve,
): readonly DirectoryLink[] | undefined {
  const needsProof = ({ record: { seq, body } }: { readonly record: ChangeRecord }) =>
    documents.has(seq) ||
    (body.change !== null && isPersonEffect(body.change) && people.has(body.change.person));
  const unproven = changes.filter((change) => !needsProof(change));
  const surplus = changes.length - RECEIPT_MAX_CHANGES;
  if (surplus > unproven.length) return undefined;
  const omitted = new Set(unproven.slice(0, Math.max(0, surplus)));
  return changes
    .filter((change) => !omitted.has(change))
    .map((change) => ({
      record: change.record,
      entrySalt: change.entrySalt,
      evidence: needsProof(change) ? evidenceOf(change) : null,
    }));
}
