import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { requestSealing } from "../../../src/app/sealing/request-sealing.ts";
import { fromHex, toHex, utf8, utf8Text, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { proveConsistency } from "../../../src/core/tlog/log-entries.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import { encodeReceipt, parseReceipt, type Receipt } from "../../../src/core/evidence/receipt.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { commitOf } from "../../../src/core/evidence/directory-replay.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { parseCheckpoint } from "../../../src/core/tlog/checkpoint.ts";
import { leafHash, treeRoot } from "../../../src/core/tlog/merkle.ts";
import { verifyPublicRecord } from "../../../src/core/evidence/public-record.ts";
import { parseNote } from "../../../src/core/tlog/signed-note.ts";
import { encodeLogProof, parseLogProof } from "../../../src/core/tlog/log-proof.ts";
import { NO_QUORUM } from "../../../src/core/tlog/trust-policy.ts";
import { logSigner } from "../../../src/log/log-signer.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { asking, PAYLOAD } from "../support/rest-calls.ts";
import { fetchWorker, idOf, newCompany, ORIGIN } from "../support/worker-fixture.ts";
import { log } from "../support/log-audit.ts";
import {
  auditOf,
  bringBack,
  CASE_MAX_MILLISECONDS,
  entriesNow,
  exportOf,
  historyIn,
  honestTenant,
  judge,
  judgeExport,
  judgeReceipt,
  lookNow,
  OTHERS_BEFORE,
  receiptOf,
  reader,
  relayLog,
  SEQ,
  takePast,
  UNSEEN,
  witness,
  type Memory,
  type Past,
  type Victim,
} from "../support/operator.ts";
import { forge } from "../support/operator-rows.ts";
import { rows } from "../support/database-rows.ts";

// Evidence that the operator writes by hand, or gives to one and not to the other: what each piece cannot know by
// itself passes, and fails with whoever holds it against another piece.

let own: Victim;
let past: Past;
beforeAll(async () => {
  own = await honestTenant();
  past = await takePast(own);
});
beforeEach(() => bringBack(past));
afterAll(() => reset());

const opened = (file: Bytes | string): Receipt =>
  expectOk(parseReceipt(typeof file === "string" ? utf8(file) : file));

describe("a receipt by itself", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it("doesn't know of a revocation that was left out of it; the export does", async () => {
    await rows("UPDATE credentials SET revoked_at = NULL, revoked_seq = NULL");
    const votes = [{ by: "rae", passkey: own.rae.passkey }];
    const id = await forge(own, { votes, directorySeq: SEQ.revoked - 1 });
    const whole = opened(await receiptOf(own, id));
    const changes = whole.changes.filter(({ record }) => record.type !== "credential.revoked");
    expect(changes.length).toBe(whole.changes.length - 1);
    const cut = encodeReceipt({ ...whole, changes });
    const file = await exportOf(own);
    const history = await historyIn(file);
    expect(await judgeReceipt(own, encodeReceipt(whole))).toBe("credential");
    expect(await judgeReceipt(own, cut)).toBe("");
    expect(await judgeReceipt(own, cut, { history })).toBe("history");
    expect(await judgeExport(own, file)).toBe("decisions");
    expect(await judgeReceipt(own, await receiptOf(own, own.approved), { history })).toBe("");
  });

  it("doesn't know of what came later: a revocation, a use", async () => {
    const held = await receiptOf(own, own.approved);
    const { body } = await own.maria.post(`/devices/${own.maria.passkey.credential.id}/revoke`, {});
    await own.maria.decide(idOf(body.approval));
    await asking(own).consume(own.approved);
    const history = await historyIn(await exportOf(own));
    expect(history.length).toBe(SEQ.both + 3);
    expect(await judgeReceipt(own, held)).toBe("");
    expect(await judgeReceipt(own, held, { history })).toBe("");
  });

  it("doesn't know where in the stream it belongs: one that is in no history, under any label", async () => {
    const before = await lookNow(own);
    const id = await forge(own, { votes: [{ by: "cy", passkey: own.cy.passkey }] });
    const honest = await receiptOf(own, id);
    const receipt = opened(honest);
    const label = own.runtime.random(32);
    const commit = expectOk(fromHex(commitOf(receipt.decision)));
    await relayLog((await entriesNow()).slice(0, -1));
    await rows("DELETE FROM outbox WHERE confirmation_id = ?1", id);
    const entry = encodeEntry({ kind: "sealed", label, commit });
    const [index] = await log().append([{ label: toHex(label), entry }]);
    const seqs = [receipt.created, ...receipt.changes].map(({ record }) => record.seq + OTHERS_BEFORE);
    const proofs = await log().proofs([...seqs, index ?? 0]);
    const forged = encodeReceipt({
      ...receipt,
      created: { ...receipt.created, proof: proofs[0] ?? "" },
      changes: receipt.changes.map((change, place) => ({ ...change, proof: proofs[place + 1] ?? "" })),
      decision: { ...receipt.decision, label: toHex(label), proof: proofs.at(-1) ?? "" },
    });
    const file = await exportOf(own);
    const streamKey = expectOk(fromHex((await own.store.own()).streamKey));
    expect(await judgeReceipt(own, forged)).toBe("");
    expect(await judgeExport(own, file)).toBe("");
    expect(await lookNow(own, before as Memory)).toHaveProperty("checkpoint");
    // Against the receipt, by whoever has more than the receipt.
    expect(await judgeReceipt(own, forged, { streamKey })).toBe("label");
    expect(await judgeReceipt(own, forged, { history: await historyIn(file) })).toBe("history");
    // And the same decision in its place passes all of them, as far as the log was that then.
    expect(await judgeReceipt(own, honest, { streamKey })).toBe("");
  });

  it("doesn't know which tenant is meant: a look-alike passes with whoever pins none", async () => {
    const alike = await newCompany(own.runtime);
    const id = await alike.asked();
    await alike.alex.decide(id);
    const file = await receiptOf(alike, id);
    const honest = await receiptOf(own, own.approved);
    expect(opened(file).created.record.body.tenant).toBe(opened(honest).created.record.body.tenant);
    expect(await judgeReceipt(own, file, { tenant: ANY_TENANT })).toBe("");
    expect(await judgeExport(own, await exportOf(alike), ANY_TENANT)).toBe("");
    expect(await judgeReceipt(own, file)).toBe("tenant");
    expect(await judgeExport(own, await exportOf(alike))).toBe("tenant");
    expect(await judgeReceipt(own, honest)).toBe("");
    expect(await judgeExport(own, await exportOf(own))).toBe("");
  });
});

/** An entry that could be anybody's. */
const stranger = () =>
  encodeEntry({ kind: "sealed", label: own.runtime.random(32), commit: own.runtime.random(32) });

describe("a link by itself", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it("doesn't know whether anybody signed; the receipt does", async () => {
    const failed = async (id: string) => {
      const answer = await fetchWorker(`${ORIGIN}/public/log/entries/${id}/verification`);
      const known = { tenant: own.stream, trust: own.trust };
      const { checks, verification } = await verifyPublicRecord(
        new Uint8Array(await answer.arrayBuffer()),
        id,
        known,
      );
      expect(verification?.outcome).toBe("approved");
      return checks.filter(({ status }) => status === "failed").map(({ name }) => name);
    };
    const id = await forge(own, { votes: [] });
    expect([await failed(own.approved), await failed(id)]).toEqual([[], []]);
    expect(await judgeReceipt(own, await receiptOf(own, id))).toBe("outcome");
    expect(await judgeReceipt(own, await receiptOf(own, own.approved))).toBe("");
  });
});

describe("a log of his own under the same name", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it("passes with whoever takes its key from him, with each receipt anew", async () => {
    const honest = opened(await receiptOf(own, own.approved));
    const signer = logSigner(env.LOG_ORIGIN, "07".repeat(32));
    const again = (proof: string) => {
      const { index, path, checkpoint } = expectOk(parseLogProof(proof));
      const { size, root } = expectOk(parseCheckpoint(expectOk(parseNote(checkpoint)).text));
      return encodeLogProof({ index, path, checkpoint: signer.checkpoint(size, root) });
    };
    const placed = <Sealed extends { readonly proof: string }>(sealed: Sealed) => ({
      ...sealed,
      proof: again(sealed.proof),
    });
    const file = encodeReceipt({
      ...honest,
      created: placed(honest.created),
      changes: honest.changes.map(placed),
      decision: placed(honest.decision),
    });
    const his = { logs: [{ key: signer.keys[0] }], witnesses: [], groups: [], quorum: NO_QUORUM } as const;
    expect(await judgeReceipt(own, file, { trust: his })).toBe("");
    expect(await judgeReceipt(own, file)).toBe("log");
    expect(await judgeReceipt(own, encodeReceipt(honest))).toBe("");
  });
});

describe("two views of the log", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it("pass with two monitors of whom each sees one; the two checkpoints together prove it", async () => {
    const first = (await lookNow(own)) as Memory;
    const honest = await entriesNow();
    const another = [...honest.slice(0, -1), stranger()];
    await relayLog(another);
    const second = (await lookNow(own)) as Memory;
    await relayLog([...another, stranger()]);
    expect(await lookNow(own, second)).toHaveProperty("checkpoint");
    await relayLog(honest);
    expect(await lookNow(own, first)).toHaveProperty("checkpoint");
    // As soon as one of them sees what the other saw, or they compare.
    expect(await lookNow(own, second)).toBe("split-view");
    await relayLog(another);
    expect(await lookNow(own, first)).toBe("split-view");
    const compared = await proveConsistency(first.checkpoint, second.checkpoint, reader.fetchTile);
    expect(compared).toMatchObject({ ok: false, refusal: { code: "consistency_mismatch" } });
  });
});

describe("an export that he writes by hand", { timeout: CASE_MAX_MILLISECONDS }, () => {
  const lines = (file: Bytes | string) =>
    (typeof file === "string" ? file : (utf8Text(file) ?? "")).split("\n").slice(0, -1);
  const joined = (some: readonly string[]) => utf8(some.map((line) => `${line}\n`).join(""));
  const counting = (line: string, count: number) => line.replace(/"count":\d+/, `"count":${count}`);
  const at = (seq: number) => seq + 1;

  /** The line of a record of which only its place is left. */
  const erasedLine = async (seq: number): Promise<string> => {
    const [row] = await rows(
      "SELECT commitment FROM outbox WHERE tenant_id = ?1 AND seq = ?2",
      own.store.tenantId,
      seq,
    );
    const receipt = opened(await receiptOf(own, own.rejected));
    return canonicalText({
      kind: "erased",
      erased: true,
      seq,
      label: receipt.decision.label,
      commit: String(row?.["commitment"]),
    });
  };

  const EXPORTS: readonly [string, (all: readonly string[]) => Promise<readonly string[]>, string][] = [
    ["a decision left out", async (all) => all.toSpliced(at(SEQ.rejected), 1), "form"],
    [
      "a decision left out, and one record less told",
      async (all) => all.toSpliced(at(SEQ.rejected), 1).with(0, counting(all[0] ?? "", all.length - 2)),
      "form",
    ],
    [
      "a decision left out, and the rest numbered anew",
      async (all) =>
        all
          .toSpliced(at(SEQ.rejected), 1)
          .with(0, counting(all[0] ?? "", all.length - 2))
          .map((line, place) =>
            place <= SEQ.rejected
              ? line
              : line.replace(`"seq":${place},"stream"`, `"seq":${place - 1},"stream"`),
          ),
      "chain places hidden",
    ],
    [
      "the last decision left out",
      async (all) => all.slice(0, -1).with(0, counting(all[0] ?? "", all.length - 2)),
      "hidden",
    ],
    [
      "a rejection erased without a record that says so",
      async (all) => all.with(at(SEQ.rejected), await erasedLine(SEQ.rejected)),
      "erased",
    ],
  ];
  it.each(EXPORTS)("%s", async (_name, change, expected) => {
    const file = await exportOf(own);
    expect(await judgeExport(own, file)).toBe("");
    expect(await judgeExport(own, joined(await change(lines(file))))).toBe(expected);
  });

  it("with a content withheld: its hash is what was signed, and what it was is not told", async () => {
    const file = await exportOf(own);
    const payload = `"payload":${canonicalText(PAYLOAD)},`;
    const withheld = lines(file).map((line) => line.replace(payload, '"payload":null,'));
    expect(withheld).not.toEqual(lines(file));
    expect(await judgeExport(own, file)).toBe("");
    expect(await judgeExport(own, joined(withheld))).toBe("");
  });

  it("of an earlier state of the log: what was sealed since is counted, not shown", async () => {
    const [head = "", ...records] = lines(await exportOf(own));
    const earlier = (await entriesNow()).slice(0, -1);
    const header: JsonObject = JSON.parse(head);
    const older = canonicalText({
      ...header,
      count: records.length - 1,
      logSize: earlier.length,
      logRoot: toHex(treeRoot(earlier.map(leafHash))),
    });
    const file = joined([older, ...records.slice(0, -1)]);
    expect(await judgeExport(own, file)).toBe("");
    expect((await auditOf(own, file)).summary?.newer).toBe(1);
    expect((await auditOf(own, joined([head, ...records]))).summary?.newer).toBe(0);
  });

  it("a rejection erased with a record that says so: the reason is his word, that something is gone is not", async () => {
    const known = await witness(own);
    await rows(
      `INSERT INTO outbox (tenant_id, seq, type, at, directory_seq, entry_salt, payload_salt, body)
       SELECT tenant_id, 11, 'erased', at, directory_seq, entry_salt, payload_salt, ?1 FROM outbox
       WHERE tenant_id = ?2 AND seq = 10`,
      canonicalText({ rule: "after 90 days", spans: [{ from: SEQ.rejected, to: SEQ.rejected }] }),
      own.store.tenantId,
    );
    await requestSealing(own.runtime, own.store.tenantId);
    const file = await exportOf(own);
    expect(await judgeExport(own, file)).toBe("");
    const erased = lines(file).with(at(SEQ.rejected), await erasedLine(SEQ.rejected));
    expect(await judgeExport(own, joined(erased))).toBe("");
    expect(await judge(own, known, own.rejected)).toEqual(UNSEEN);
  });
});
