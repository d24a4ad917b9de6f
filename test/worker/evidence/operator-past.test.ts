import { reset } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { canonicalText, hashOfJson } from "../../../src/core/encoding/jcs.ts";
import { PAYLOAD } from "../support/rest-calls.ts";
import {
  BREAKS_OFF,
  bringBack,
  CASE_MAX_MILLISECONDS,
  honestTenant,
  judge,
  sealAnew,
  SEQ,
  takePast,
  UNSEEN,
  witness,
  type Caught,
  type Past,
  type Victim,
} from "../support/operator.ts";
import { dropTriggers, forge, reword, shift } from "../support/operator-rows.ts";
import { rows } from "../support/database-rows.ts";

// The operator edits what has happened. First in the tables alone, where the log goes on to say otherwise; then
// he writes and signs the log anew, to agree, and only what people signed, and whoever looked before, is left
// against him.

let own: Victim;
let past: Past;
beforeAll(async () => {
  own = await honestTenant();
  past = await takePast(own);
});
beforeEach(() => bringBack(past));
afterAll(() => reset());

interface Edit {
  readonly name: string;
  readonly hopes: string;
  readonly of: () => string;
  readonly from: number;
  readonly does: () => Promise<unknown>;
  /** The tables say so; the log does not. */
  readonly rows: Caught;
  /** The log is written and signed anew, to agree. */
  readonly sealed: Caught;
}

const PAST: readonly Edit[] = [
  {
    name: "a rejection relabelled",
    hopes: "it is an approval",
    of: () => own.rejected,
    from: SEQ.rejected,
    does: async () => {
      await dropTriggers();
      await rows("UPDATE outbox SET outcome = 'approved' WHERE confirmation_id = ?1", own.rejected);
      await rows("UPDATE confirmations SET status = 'approved' WHERE id = ?1", own.rejected);
    },
    rows: { receipt: "outcome inclusion", audit: "chain decisions places", held: "history" },
    sealed: { receipt: "outcome", audit: "decisions", monitor: "split-view", held: "history" },
  },
  {
    name: "a rejection relabelled, and what was signed with it",
    hopes: "it is an approval through and through",
    of: () => own.rejected,
    from: SEQ.rejected,
    does: async () => {
      await dropTriggers();
      await rows("UPDATE outbox SET outcome = 'approved' WHERE confirmation_id = ?1", own.rejected);
      await rows("UPDATE confirmations SET status = 'approved' WHERE id = ?1", own.rejected);
      await rows("UPDATE votes SET decision = 'approve' WHERE confirmation_id = ?1", own.rejected);
      await reword(own.rejected, { decision: "approve" });
    },
    rows: { receipt: "signature inclusion", audit: "chain decisions places", held: "history" },
    sealed: { receipt: "signature", audit: "decisions", monitor: "split-view", held: "history" },
  },
  {
    name: "an expiry relabelled",
    hopes: "what nobody decided was approved",
    of: () => own.expired,
    from: SEQ.expired,
    does: async () => {
      await dropTriggers();
      await rows("UPDATE outbox SET outcome = 'approved' WHERE confirmation_id = ?1", own.expired);
      await rows("UPDATE confirmations SET status = 'approved' WHERE id = ?1", own.expired);
    },
    rows: { receipt: "outcome inclusion", audit: "chain decisions places", held: "history" },
    sealed: { receipt: "outcome", audit: "decisions", monitor: "split-view", held: "" },
  },
  {
    name: "another action",
    hopes: "something else was approved",
    of: () => own.approved,
    from: SEQ.approved,
    does: () => reword(own.approved, { action: "Delete production" }),
    rows: { receipt: "signature inclusion", audit: "chain decisions places", held: "history" },
    sealed: { receipt: "signature", audit: "decisions", monitor: "split-view", held: "history" },
  },
  {
    name: "another reason",
    hopes: "the approver said something else",
    of: () => own.approved,
    from: SEQ.approved,
    does: () => reword(own.approved, { reason: "whatever it takes" }),
    rows: { receipt: "signature inclusion", audit: "chain decisions places", held: "history" },
    sealed: { receipt: "signature", audit: "decisions", monitor: "split-view", held: "history" },
  },
  {
    name: "another payload",
    hopes: "something else was approved",
    of: () => own.approved,
    from: SEQ.approved,
    does: () =>
      rows(
        "UPDATE confirmations SET payload = ?1 WHERE id = ?2",
        canonicalText({ sha: "evil" }),
        own.approved,
      ),
    rows: { receipt: "payload", audit: "decisions" },
    sealed: { receipt: "payload", audit: "decisions" },
  },
  {
    name: "another payload and its hash",
    hopes: "something else was approved",
    of: () => own.approved,
    from: SEQ.approved,
    does: () =>
      rows(
        "UPDATE confirmations SET payload = ?1, payload_hash = ?2 WHERE id = ?3",
        canonicalText({ ...PAYLOAD, sha: "evil" }),
        toHex(hashOfJson({ ...PAYLOAD, sha: "evil" })),
        own.approved,
      ),
    rows: { receipt: "signature inclusion", audit: "chain decisions places", held: "history" },
    sealed: { receipt: "signature", audit: "decisions", monitor: "split-view", held: "history" },
  },
  {
    name: "a decision dropped",
    hopes: "nobody knows that it was rejected",
    of: () => own.approved,
    from: SEQ.rejected,
    does: () => rows("DELETE FROM outbox WHERE confirmation_id = ?1", own.rejected),
    rows: { receipt: "the service answers 500", audit: BREAKS_OFF, held: "history" },
    sealed: { receipt: "the service answers 404", monitor: "split-view", held: "history" },
  },
  {
    name: "a decision dropped, and the rest moved up",
    hopes: "nobody knows that it was rejected",
    of: () => own.approved,
    from: SEQ.rejected,
    does: async () => {
      await rows("DELETE FROM outbox WHERE confirmation_id = ?1", own.rejected);
      await shift(own, SEQ.rejected + 1, -1);
    },
    rows: { receipt: "inclusion", audit: "chain places hidden", held: "history" },
    sealed: { receipt: "", audit: "", monitor: "split-view", held: "history" },
  },
  {
    name: "two decisions in another order",
    hopes: "the approval came before the rejection",
    of: () => own.approved,
    from: SEQ.rejected,
    does: async () => {
      const { tenantId } = own.store;
      const move = (from: number, to: number) =>
        rows("UPDATE outbox SET seq = ?1 WHERE tenant_id = ?2 AND seq = ?3", to, tenantId, from);
      await move(SEQ.rejected, 99);
      await move(SEQ.approved, SEQ.rejected);
      await move(99, SEQ.approved);
      for (const [id, seq] of [
        [own.approved, SEQ.rejected],
        [own.rejected, SEQ.approved],
      ] as const)
        await rows("UPDATE confirmations SET decided_seq = ?1 WHERE id = ?2", seq, id);
    },
    rows: { receipt: "inclusion", audit: "chain places", held: "history" },
    sealed: { receipt: "", audit: "", monitor: "split-view", held: "history" },
  },
  {
    name: "a record inserted between others",
    hopes: "it was there all the time",
    of: () => own.approved,
    from: SEQ.rejected,
    does: async () => {
      await shift(own, SEQ.rejected, 1);
      const [before] = await rows(
        "SELECT at FROM outbox WHERE seq = ?1 AND tenant_id = ?2",
        SEQ.use,
        own.store.tenantId,
      );
      await forge(own, { outcome: "cancelled", votes: [], seq: SEQ.rejected, at: Number(before?.["at"]) });
    },
    rows: { receipt: "inclusion", audit: BREAKS_OFF, held: "history" },
    sealed: { monitor: "split-view", held: "history" },
  },
];

describe("he changes the past", { timeout: CASE_MAX_MILLISECONDS }, () => {
  const named = PAST.map((edit) => [edit.name, edit.hopes, edit] as const);
  it.each(named)("%s, so that %s", async (_name, _hopes, { does, of, from, rows: tables, sealed }) => {
    const known = await witness(own);
    expect(await judge(own, known, of())).toEqual(UNSEEN);
    await does();
    // The service logs why it cannot build a receipt.
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const first = await judge(own, known, of());
    expect(logged).toHaveBeenCalledTimes(first.receipt === "the service answers 500" ? 1 : 0);
    logged.mockRestore();
    await sealAnew(own, from);
    expect({ rows: first, sealed: await judge(own, known, of()) }).toEqual({
      rows: { ...UNSEEN, ...tables },
      sealed: { ...UNSEEN, ...sealed },
    });
  });
});
