import { isJsonObject, parseJsonText } from "../../core/encoding/strict-json.ts";
import { toHex } from "../../core/encoding/bytes.ts";
import { peopleToProve } from "../../core/evidence/directory-replay.ts";
import {
  encodeReceipt,
  RECEIPT_LIMITS,
  RECEIPT_MAX_CHANGES,
  type Receipt,
} from "../../core/evidence/receipt.ts";
import { parsePolicy } from "../../core/confirmation/policy.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import type { ChangeRecord, CreatedRecord } from "../../core/stream/record.ts";
import { directoryRecordsBefore } from "../../store/stream/outbox.ts";
import { recordSourcesOf, type RecordSource } from "../../store/stream/record-sources.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { LoadedConfirmation } from "../confirmation/load.ts";
import { signedVoteOf } from "../confirmation/view.ts";
import { buildRecord, readCommitments } from "../sealing/build-record.ts";
import type { Runtime } from "../runtime.ts";

/** The evidence file of a sealed decision, or of a sealed change of the directory. */
export async function receiptOf(
  runtime: Runtime,
  store: TenantStore,
  { row, decided }: LoadedConfirmation,
): Promise<Result<Uint8Array>> {
  if (decided === undefined || decided.index === null || row.decidedSeq === null)
    return refuse("not_found", "there is no receipt before the decision is sealed");
  const tenant = await store.own();
  const rows = [...(await directoryRecordsBefore(store, row.decidedSeq)), decided];
  const sources = await recordSourcesOf(store, rows);
  const commitments = await readCommitments(store, rows);
  const built = sources.map((source) => ({ source, ...buildRecord(tenant, source, commitments) }));
  const created = built.shift();
  const decision = built.pop();
  if (created === undefined || decision === undefined)
    return refuse("not_found", "the tenant's stream has no first record");
  const changes = built.map((each) => ({ ...each, record: each.record as ChangeRecord }));
  const proven = peopleToProve(
    created.record as CreatedRecord,
    changes.map(({ record }) => record),
    decision.record as Receipt["decision"]["record"],
    decision.source.votes.map(({ personId }) => personId),
  );
  const links = linksOf(
    changes.map((change) => ({
      ...opened(change),
      evidence: proven.has(change.record.body.change?.person ?? "") ? evidenceOf(change.source) : null,
    })),
  );
  if (links === undefined) return tooLarge();
  const [proof = ""] = await runtime.log.proofs([decided.index]);
  const receipt = {
    v: 2,
    kind: "countersign/receipt",
    created: opened(created),
    directory: links,
    decision: {
      ...opened(decision),
      evidence: evidenceOf(decision.source),
      label: toHex(decision.label),
      proof,
    },
    anchor: null,
  };
  const file = encodeReceipt(receipt as unknown as Receipt);
  return file.length > RECEIPT_LIMITS.maxBytes ? tooLarge() : accept(file);
}

/** No verifier would accept such a file. */
const tooLarge = () =>
  refuse(
    "receipt_too_large",
    `the receipt would prove more than ${RECEIPT_MAX_CHANGES} changes of passkeys and roles, or have more than ${RECEIPT_LIMITS.maxBytes} bytes; the export of the whole history proves this decision, too`,
  );

function opened<Built extends { readonly record: unknown; readonly source: RecordSource }>({
  record,
  source,
}: Built): { readonly record: Built["record"]; readonly entrySalt: string } {
  return { record, entrySalt: source.row.entrySalt };
}

/** What people signed. */
export function evidenceOf({ row, confirmation, votes }: RecordSource) {
  const payload = expectOk(parseJsonText(confirmation?.payload ?? ""));
  const policy = confirmation?.policy
    ? expectOk(parsePolicy(expectOk(parseJsonText(confirmation.policy))))
    : null;
  return {
    signers: votes.map((vote) => {
      const { statement, assertion } = signedVoteOf(vote);
      return { statement, assertion };
    }),
    policy,
    payloadHash: confirmation?.payloadHash ?? "",
    payloadSalt: row.payloadSalt,
    payload: isJsonObject(payload) ? payload : null,
  };
}

/**
 * The changes that a receipt holds: all of them, or, of more than it can hold, those with evidence and the newest of
 * the others. Undefined if it can't hold all evidence.
 */
function linksOf<Link extends { readonly evidence: unknown }>(
  changes: readonly Link[],
): readonly Link[] | undefined {
  const others = changes.filter(({ evidence }) => evidence === null);
  const room = RECEIPT_MAX_CHANGES - (changes.length - others.length);
  if (room < 0) return undefined;
  const omitted = new Set(others.slice(0, Math.max(0, others.length - room)));
  return changes.filter((change) => !omitted.has(change));
}
