import { describe, expect, it, vi } from "vitest";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { canonicalText, hashOfJson } from "../../../src/core/encoding/jcs.ts";
import { PAYLOAD } from "../support/rest-calls.ts";
import {
  CASE_MAX_MILLISECONDS,
  collectFindings,
  EXPORT_ABORTED,
  NO_FINDINGS,
  takeBaseline,
  type Findings,
} from "./support/attack-findings.ts";
import { resealFrom, SEQ, type AttackedTenant, setUpAttackedTenant } from "./support/attack-fixture.ts";
import { dropTriggers, forge, editStatement, shiftRecords } from "./support/forged-rows.ts";
import { rows } from "../support/database-rows.ts";

// The operator edits history. First only in the tables, which then contradict the log. Then also in the log, which is
// rewritten and signed again to agree. After that, only people's signatures and earlier observers show the edit.

let tenant: AttackedTenant;
setUpAttackedTenant((created) => {
  tenant = created;
});

interface Edit {
  readonly name: string;
  readonly goal: string;
  readonly of: () => string;
  readonly from: number;
  readonly edit: () => Promise<unknown>;
  /** The findings when only the tables are edited. */
  readonly tables: Findings;
  /** The findings when the log is also rewritten and signed again. */
  readonly log: Findings;
}

const EDITS: readonly Edit[] = [
  {
    name: "a rejection relabelled",
    goal: "it looks like an approval",
    of: () => tenant.rejected,
    from: SEQ.rejected,
    edit: async () => {
      await dropTriggers();
      await rows("UPDATE outbox SET outcome = 'approved' WHERE confirmation_id = ?1", tenant.rejected);
      await rows("UPDATE confirmations SET status = 'approved' WHERE id = ?1", tenant.rejected);
    },
    tables: { receipt: "outcome inclusion", audit: "chain decisions places", oldReceipt: "history" },
    log: { receipt: "outcome", audit: "decisions", monitor: "split-view", oldReceipt: "history" },
  },
  {
    name: "a rejection relabelled, together with the signed statement",
    goal: "it looks like an approval in every detail",
    of: () => tenant.rejected,
    from: SEQ.rejected,
    edit: async () => {
      await dropTriggers();
      await rows("UPDATE outbox SET outcome = 'approved' WHERE confirmation_id = ?1", tenant.rejected);
      await rows("UPDATE confirmations SET status = 'approved' WHERE id = ?1", tenant.rejected);
      await rows("UPDATE votes SET vote = 'approve' WHERE confirmation_id = ?1", tenant.rejected);
      await editStatement(tenant.rejected, { vote: "approve" });
    },
    tables: { receipt: "signature inclusion", audit: "chain decisions places", oldReceipt: "history" },
    log: { receipt: "signature", audit: "decisions", monitor: "split-view", oldReceipt: "history" },
  },
  {
    name: "an expiry relabelled",
    goal: "a request that nobody decided looks approved",
    of: () => tenant.expired,
    from: SEQ.expired,
    edit: async () => {
      await dropTriggers();
      await rows("UPDATE outbox SET outcome = 'approved' WHERE confirmation_id = ?1", tenant.expired);
      await rows("UPDATE confirmations SET status = 'approved' WHERE id = ?1", tenant.expired);
    },
    tables: { receipt: "outcome inclusion", audit: "chain decisions places", oldReceipt: "history" },
    log: { receipt: "outcome", audit: "decisions", monitor: "split-view", oldReceipt: "" },
  },
  {
    name: "another action",
    goal: "something else looks approved",
    of: () => tenant.approved,
    from: SEQ.approved,
    edit: () => editStatement(tenant.approved, { action: "Delete production" }),
    tables: { receipt: "signature inclusion", audit: "chain decisions places", oldReceipt: "history" },
    log: { receipt: "signature", audit: "decisions", monitor: "split-view", oldReceipt: "history" },
  },
  {
    name: "a longer time for using the approval",
    goal: "a late use looks allowed",
    of: () => tenant.approved,
    from: SEQ.approved,
    edit: () => editStatement(tenant.approved, { executeWithinSeconds: 3_600 }),
    tables: { receipt: "signature inclusion", audit: "chain decisions places", oldReceipt: "history" },
    log: { receipt: "signature", audit: "decisions", monitor: "split-view", oldReceipt: "history" },
  },
  {
    name: "another reason",
    goal: "the approver seems to have said something else",
    of: () => tenant.approved,
    from: SEQ.approved,
    edit: () => editStatement(tenant.approved, { reason: "whatever it takes" }),
    tables: { receipt: "signature inclusion", audit: "chain decisions places", oldReceipt: "history" },
    log: { receipt: "signature", audit: "decisions", monitor: "split-view", oldReceipt: "history" },
  },
  {
    name: "another payload",
    goal: "something else looks approved",
    of: () => tenant.approved,
    from: SEQ.approved,
    edit: () =>
      rows(
        "UPDATE confirmations SET payload = ?1 WHERE id = ?2",
        canonicalText({ sha: "evil" }),
        tenant.approved,
      ),
    tables: { receipt: "payload", audit: "decisions" },
    log: { receipt: "payload", audit: "decisions" },
  },
  {
    name: "another payload and its hash",
    goal: "something else looks approved",
    of: () => tenant.approved,
    from: SEQ.approved,
    edit: () =>
      rows(
        "UPDATE confirmations SET payload = ?1, payload_hash = ?2 WHERE id = ?3",
        canonicalText({ ...PAYLOAD, sha: "evil" }),
        toHex(hashOfJson({ ...PAYLOAD, sha: "evil" })),
        tenant.approved,
      ),
    tables: { receipt: "signature inclusion", audit: "chain decisions places", oldReceipt: "history" },
    log: { receipt: "signature", audit: "decisions", monitor: "split-view", oldReceipt: "history" },
  },
  {
    name: "a decision dropped",
    goal: "the rejection disappears",
    of: () => tenant.approved,
    from: SEQ.rejected,
    edit: () => rows("DELETE FROM outbox WHERE confirmation_id = ?1", tenant.rejected),
    tables: { receipt: "the service answers 500", audit: EXPORT_ABORTED, oldReceipt: "history" },
    log: { receipt: "the service answers 404", monitor: "split-view", oldReceipt: "history" },
  },
  {
    name: "a decision dropped, and the rest moved up",
    goal: "the rejection disappears",
    of: () => tenant.approved,
    from: SEQ.rejected,
    edit: async () => {
      await rows("DELETE FROM outbox WHERE confirmation_id = ?1", tenant.rejected);
      await shiftRecords(tenant, SEQ.rejected + 1, -1);
    },
    tables: { receipt: "inclusion", audit: "chain places hidden", oldReceipt: "history" },
    log: { receipt: "", audit: "", monitor: "split-view", oldReceipt: "history" },
  },
  {
    name: "two decisions in another order",
    goal: "the approval seems to come before the rejection",
    of: () => tenant.approved,
    from: SEQ.rejected,
    edit: async () => {
      const { tenantId } = tenant.store;
      const move = (from: number, to: number) =>
        rows("UPDATE outbox SET seq = ?1 WHERE tenant_id = ?2 AND seq = ?3", to, tenantId, from);
      await move(SEQ.rejected, 99);
      await move(SEQ.approved, SEQ.rejected);
      await move(99, SEQ.approved);
      for (const [id, seq] of [
        [tenant.approved, SEQ.rejected],
        [tenant.rejected, SEQ.approved],
      ] as const)
        await rows("UPDATE confirmations SET decided_seq = ?1 WHERE id = ?2", seq, id);
    },
    tables: { receipt: "inclusion", audit: "chain places", oldReceipt: "history" },
    log: { receipt: "", audit: "", monitor: "split-view", oldReceipt: "history" },
  },
  {
    name: "a record inserted between others",
    goal: "it looks as if it was always there",
    of: () => tenant.approved,
    from: SEQ.rejected,
    edit: async () => {
      await shiftRecords(tenant, SEQ.rejected, 1);
      const [before] = await rows(
        "SELECT at FROM outbox WHERE seq = ?1 AND tenant_id = ?2",
        SEQ.use,
        tenant.store.tenantId,
      );
      await forge(tenant, { outcome: "cancelled", votes: [], seq: SEQ.rejected, at: Number(before?.["at"]) });
    },
    tables: { receipt: "inclusion", audit: EXPORT_ABORTED, oldReceipt: "history" },
    log: { monitor: "split-view", oldReceipt: "history" },
  },
];

describe("the operator edits history", { timeout: CASE_MAX_MILLISECONDS }, () => {
  const named = EDITS.map((edit) => [edit.name, edit.goal, edit] as const);
  it.each(named)("%s (aim: %s)", async (_name, _goal, { edit, of, from, tables, log }) => {
    const baseline = await takeBaseline(tenant);
    expect(await collectFindings(tenant, baseline, of())).toEqual(NO_FINDINGS);
    await edit();
    // The service logs why it cannot build a receipt.
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const first = await collectFindings(tenant, baseline, of());
    expect(logged).toHaveBeenCalledTimes(first.receipt === "the service answers 500" ? 1 : 0);
    logged.mockRestore();
    await resealFrom(tenant, from);
    expect({ tables: first, log: await collectFindings(tenant, baseline, of()) }).toEqual({
      tables: { ...NO_FINDINGS, ...tables },
      log: { ...NO_FINDINGS, ...log },
    });
  });
});
