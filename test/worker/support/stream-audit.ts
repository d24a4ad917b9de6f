import { eq } from "drizzle-orm";
import { expect } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import { fromHex, toHex } from "../../../src/core/encoding/bytes.ts";
import { firstDirectory, type Directory } from "../../../src/core/stream/directory.ts";
import { applyChange } from "../../../src/core/stream/directory-change.ts";
import { parseChange } from "../../../src/core/stream/change-format.ts";
import { parseJsonText } from "../../../src/core/encoding/strict-json.ts";
import type { CreatedRecord } from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { ceremonies, confirmations, outbox, steps, votes } from "../../../src/store/schema.ts";
import type { ConfirmationRow, OutboxRow } from "../../../src/store/rows.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import type { LogReading } from "../../support/log/log-reader.ts";
import { expectedRecord } from "../../support/evidence/expected-record.ts";
import { audit } from "./log-audit.ts";

// What must hold for a tenant's rows at any moment, and for its stream and the log when nothing is pending.

const OUTCOMES = {
  approve: "approved",
  // When an escalation makes the given approvals enough.
  escalate: "approved",
  reject: "rejected",
  cancel: "cancelled",
  expire: "expired",
} as const;

/** One confirmation against its steps, votes and records. Returns its row. */
export async function auditConfirmation(store: TenantStore, id: string): Promise<ConfirmationRow> {
  const [[row], stepRows, voteRows, records, ceremonyRows] = await store.read([
    store.select(confirmations, eq(confirmations.id, id)),
    store.select(steps, eq(steps.confirmationId, id)).orderBy(steps.n),
    store.select(votes, eq(votes.confirmationId, id)),
    store.select(outbox, eq(outbox.confirmationId, id)).orderBy(outbox.seq),
    store.select(ceremonies, eq(ceremonies.confirmationId, id)),
  ]);
  if (row === undefined) throw new RangeError("there is no such confirmation");
  expect(stepRows.map(({ n }) => n)).toEqual(stepRows.map((_step, place) => place + 1));
  expect(row.version).toBe(stepRows.length);

  // One vote for each signed step and no other, of its person and of its kind, by a used ceremony.
  const signed = stepRows.filter(({ type }) => ["approve", "reject", "break-glass"].includes(type));
  const byStep = (one: { step: string }, other: { step: string }) => (one.step < other.step ? -1 : 1);
  expect(
    voteRows
      .map(({ personId, vote, stepId, at }) => ({ person: personId, vote, step: stepId, at }))
      .toSorted(byStep),
  ).toEqual(
    signed
      .map((step) => ({ person: step.personId, vote: step.type, step: step.id, at: step.at }))
      .toSorted(byStep),
  );
  for (const { id: step, personId } of signed) {
    expect(ceremonyRows.filter(({ usedBy }) => usedBy === step).map((each) => each.personId)).toEqual([
      personId,
    ]);
  }

  const decisions = records.filter(({ type }) => type !== "consumed");
  const uses = records.filter(({ type }) => type === "consumed");
  expect(uses.length).toBe(row.consumedAt === null ? 0 : 1);
  expect(stepRows.filter(({ type }) => type === "consume").length).toBe(uses.length);
  if (row.status === "pending") {
    expect([decisions, row.decidedSeq, row.decidedAt, row.consumedAt]).toEqual([[], null, null, null]);
    return row;
  }
  const ending = stepRows.filter(({ id: step }) => step === decisions[0]?.stepId);
  expect([decisions.length, ending.length]).toEqual([1, 1]);
  const [last] = ending;
  expect(row).toMatchObject({
    status: OUTCOMES[(last?.type ?? "") as keyof typeof OUTCOMES],
    decidedAt: last?.at,
    decidedSeq: decisions[0]?.seq,
  });
  expect(decisions[0]?.outcome).toBe(row.status);
  // Only a use can follow an outcome.
  expect(stepRows.slice(last?.n ?? 0).map(({ type }) => type)).toEqual(uses.map(() => "consume"));
  if (row.consumedAt !== null) expect(row.status).toBe("approved");
  return row;
}

export interface StreamAudit {
  readonly rows: readonly OutboxRow[];
  readonly log: LogReading;
}

/** The whole stream: no gap, each record chained to the one before it and sealed with its own label. */
export async function auditStream(platform: Platform, store: TenantStore): Promise<StreamAudit> {
  const tenant = await store.own();
  const [rows, about, voteRows] = await store.read([
    store.select(outbox).orderBy(outbox.seq),
    store.select(confirmations),
    store.select(votes),
  ]);
  const log = await audit();
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, place) => place));
  const byId = new Map(about.map((row) => [row.id, row]));
  const key = expectOk(fromHex(tenant.streamKey));
  const commits: string[] = [];
  for (const row of rows) {
    const of = row.confirmationId;
    const signed = voteRows.filter(({ confirmationId }) => confirmationId === of);
    const { commit, label, entry } = expectedRecord(
      { row, confirmation: byId.get(of ?? ""), votes: signed },
      { id: tenant.stream ?? "", key },
      commits,
    );
    commits.push(toHex(commit));
    expect([row.seq, row.commitment]).toEqual([row.seq, toHex(commit)]);
    expect(log.entries[row.index ?? -1]).toBe(toHex(entry));
    // Each label is in the log once.
    expect(log.entries.filter((entry) => entry.slice(2, 66) === toHex(label)).length).toBe(1);
  }
  const indices = rows.map(({ index }) => index);
  expect(new Set(indices).size).toBe(rows.length);
  expect(indices).toEqual(indices.toSorted((one, other) => (one ?? -1) - (other ?? -1)));
  expect(await platform.log.vkey()).toContain(platform.logOrigin);
  return { rows, log };
}

/** The directory as an auditor computes it from the stream. Every record must be valid. */
export async function replayDirectory(store: TenantStore): Promise<Directory> {
  const [[first, ...rows], about, voteRows] = await store.read([
    store.select(outbox).orderBy(outbox.seq),
    store.select(confirmations),
    store.select(votes),
  ]);
  const body = expectOk(parseJsonText(first?.body ?? "")) as unknown as CreatedRecord["body"];
  let directory = firstDirectory({ body, seq: 0 } as CreatedRecord);
  for (const { seq, type, confirmationId } of rows) {
    if (type === "decision" || type === "consumed") continue;
    const row = about.find(({ id }) => id === confirmationId);
    const change = expectOk(parseChange(expectOk(parseJsonText(row?.payload ?? ""))));
    const signers = voteRows.filter(
      (vote) => vote.confirmationId === confirmationId && vote.vote !== "reject",
    );
    directory = expectOk(
      applyChange(
        directory,
        change,
        signers.map(({ personId }) => personId),
        seq,
      ),
    );
  }
  return directory;
}
