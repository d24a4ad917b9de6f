import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
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
import { restCalls, PAYLOAD } from "../support/rest-calls.ts";
import { fetchWorker, idOf, newCompany, ORIGIN } from "../support/worker-fixture.ts";
import { log } from "../support/log-audit.ts";
import {
  auditReport,
  CASE_MAX_MILLISECONDS,
  collectFindings,
  downloadExport,
  downloadReceipt,
  exportFindings,
  historyFrom,
  logReader,
  NO_FINDINGS,
  receiptFindings,
  runMonitor,
  takeBaseline,
  type MonitorMemory,
} from "./support/attack-findings.ts";
import {
  readLogEntries,
  rewriteLog,
  SEQ,
  type AttackedTenant,
  setUpAttackedTenant,
} from "./support/attack-fixture.ts";
import { forge } from "./support/forged-rows.ts";
import { rows } from "../support/database-rows.ts";

// Evidence that the operator forges, or shows to one verifier and not to another. What one piece of evidence cannot
// show by itself passes. It fails when it is compared with another piece.

let tenant: AttackedTenant;
setUpAttackedTenant((created) => {
  tenant = created;
});

const opened = (file: Bytes | string): Receipt =>
  expectOk(parseReceipt(typeof file === "string" ? utf8(file) : file));

describe("a receipt by itself", { timeout: CASE_MAX_MILLISECONDS }, () => {
  /** The receipt without its revocation, in whole and cut. */
  const withoutRevocation = async (id: string) => {
    const whole = opened(await downloadReceipt(tenant, id));
    const directory = whole.directory.filter(({ record }) => record.type !== "credential.revoked");
    expect(directory.length).toBe(whole.directory.length - 1);
    return { whole: encodeReceipt(whole), cut: encodeReceipt({ ...whole, directory }) };
  };

  it("shows a revocation that was left out of it", async () => {
    await rows("UPDATE credentials SET revoked_at = NULL");
    const id = await forge(tenant, { votes: [{ by: "rae", passkey: tenant.rae.passkey }] });
    const { whole, cut } = await withoutRevocation(id);
    expect(await receiptFindings(tenant, whole)).toBe("revocation");
    expect(await receiptFindings(tenant, cut)).toBe("revocation");
    const honest = await withoutRevocation(tenant.approved);
    expect(await receiptFindings(tenant, honest.whole)).toBe("");
    expect(await receiptFindings(tenant, honest.cut)).toBe("revocation");
  });

  it("does not show a revocation before a record that names an older directory; the export does", async () => {
    await rows("UPDATE credentials SET revoked_at = NULL");
    const votes = [{ by: "rae", passkey: tenant.rae.passkey }];
    const id = await forge(tenant, { votes, directorySeq: SEQ.revoked - 1 });
    const { whole, cut } = await withoutRevocation(id);
    const file = await downloadExport(tenant);
    const history = await historyFrom(file);
    expect(await receiptFindings(tenant, whole)).toBe("revocation");
    expect(await receiptFindings(tenant, cut)).toBe("");
    expect(await receiptFindings(tenant, cut, { history })).toBe("history");
    expect(await exportFindings(tenant, file)).toBe("decisions");
    expect(await receiptFindings(tenant, await downloadReceipt(tenant, tenant.approved), { history })).toBe(
      "",
    );
  });

  it("does not show later events: a revocation, a use", async () => {
    const oldReceipt = await downloadReceipt(tenant, tenant.approved);
    const { body } = await tenant.maria.post(`/devices/${tenant.maria.passkey.credential.id}/revoke`, {});
    await tenant.maria.decide(idOf(body.approval));
    await restCalls(tenant).consume(tenant.approved);
    const history = await historyFrom(await downloadExport(tenant));
    expect(history.length).toBe(SEQ.both + 3);
    expect(await receiptFindings(tenant, oldReceipt)).toBe("");
    expect(await receiptFindings(tenant, oldReceipt, { history })).toBe("");
  });

  it("does not show its position in the stream: it can be in no history, under any label", async () => {
    const before = await runMonitor(tenant);
    const id = await forge(tenant, { votes: [{ by: "cy", passkey: tenant.cy.passkey }] });
    const honest = await downloadReceipt(tenant, id);
    const receipt = opened(honest);
    const label = tenant.runtime.random(32);
    const commit = expectOk(fromHex(commitOf(receipt.decision)));
    await rewriteLog((await readLogEntries()).slice(0, -1));
    await rows("DELETE FROM outbox WHERE confirmation_id = ?1", id);
    const entry = encodeEntry({ kind: "sealed", label, commit });
    const [index] = await log().append([{ label: toHex(label), entry }]);
    const proof = await log().proof(index ?? 0);
    const forged = encodeReceipt({
      ...receipt,
      decision: { ...receipt.decision, label: toHex(label), proof },
    });
    const file = await downloadExport(tenant);
    const streamKey = expectOk(fromHex((await tenant.store.own()).streamKey));
    expect(await receiptFindings(tenant, forged)).toBe("");
    expect(await exportFindings(tenant, file)).toBe("");
    expect(await runMonitor(tenant, before as MonitorMemory)).toHaveProperty("checkpoint");
    // Detected by a verifier who has more than the receipt.
    expect(await receiptFindings(tenant, forged, { streamKey })).toBe("label");
    expect(await receiptFindings(tenant, forged, { history: await historyFrom(file) })).toBe("history");
    // The honest receipt of the same decision passes, with the log as it was then.
    expect(await receiptFindings(tenant, honest, { streamKey })).toBe("");
  });

  it("does not show which tenant is meant: a look-alike tenant passes if the verifier pins none", async () => {
    const alike = await newCompany(tenant.runtime);
    const id = await alike.asked();
    await alike.alex.decide(id);
    const file = await downloadReceipt(alike, id);
    const honest = await downloadReceipt(tenant, tenant.approved);
    expect(opened(file).created.record.body.tenant).toBe(opened(honest).created.record.body.tenant);
    expect(await receiptFindings(tenant, file, { tenant: ANY_TENANT })).toBe("");
    expect(await exportFindings(tenant, await downloadExport(alike), ANY_TENANT)).toBe("");
    expect(await receiptFindings(tenant, file)).toBe("tenant");
    expect(await exportFindings(tenant, await downloadExport(alike))).toBe("tenant");
    expect(await receiptFindings(tenant, honest)).toBe("");
    expect(await exportFindings(tenant, await downloadExport(tenant))).toBe("");
  });
});

/** An entry of no known tenant. */
const foreignEntry = () =>
  encodeEntry({ kind: "sealed", label: tenant.runtime.random(32), commit: tenant.runtime.random(32) });

describe("a link by itself", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it("does not show whether anyone signed; the receipt does", async () => {
    const failed = async (id: string) => {
      const answer = await fetchWorker(`${ORIGIN}/public/log/entries/${id}/verification`);
      const options = { tenant: tenant.stream, trust: tenant.trust };
      const { checks, verification } = await verifyPublicRecord(
        new Uint8Array(await answer.arrayBuffer()),
        id,
        options,
      );
      expect(verification?.outcome).toBe("approved");
      return checks.filter(({ status }) => status === "failed").map(({ name }) => name);
    };
    const id = await forge(tenant, { votes: [] });
    expect([await failed(tenant.approved), await failed(id)]).toEqual([[], []]);
    expect(await receiptFindings(tenant, await downloadReceipt(tenant, id))).toBe("outcome");
    expect(await receiptFindings(tenant, await downloadReceipt(tenant, tenant.approved))).toBe("");
  });
});

describe("another log of the operator under the same name", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it("passes if the verifier takes the key from the operator with each receipt", async () => {
    const honest = opened(await downloadReceipt(tenant, tenant.approved));
    const signer = logSigner(env.LOG_ORIGIN, "07".repeat(32));
    const { index, path, checkpoint } = expectOk(parseLogProof(honest.decision.proof));
    const { size, root } = expectOk(parseCheckpoint(expectOk(parseNote(checkpoint)).text));
    const proof = encodeLogProof({ index, path, checkpoint: signer.checkpoint(size, root) });
    const file = encodeReceipt({ ...honest, decision: { ...honest.decision, proof } });
    const trust = { logs: [{ key: signer.keys[0] }], witnesses: [], groups: [], quorum: NO_QUORUM } as const;
    expect(await receiptFindings(tenant, file, { trust })).toBe("");
    expect(await receiptFindings(tenant, file)).toBe("log");
    expect(await receiptFindings(tenant, encodeReceipt(honest))).toBe("");
  });
});

describe("two views of the log", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it("pass with two monitors that each see one; the two checkpoints together prove the split", async () => {
    const first = (await runMonitor(tenant)) as MonitorMemory;
    const honest = await readLogEntries();
    const another = [...honest.slice(0, -1), foreignEntry()];
    await rewriteLog(another);
    const second = (await runMonitor(tenant)) as MonitorMemory;
    await rewriteLog([...another, foreignEntry()]);
    expect(await runMonitor(tenant, second)).toHaveProperty("checkpoint");
    await rewriteLog(honest);
    expect(await runMonitor(tenant, first)).toHaveProperty("checkpoint");
    // Detected as soon as one monitor sees the other view, or the two compare.
    expect(await runMonitor(tenant, second)).toBe("split-view");
    await rewriteLog(another);
    expect(await runMonitor(tenant, first)).toBe("split-view");
    const compared = await proveConsistency(first.checkpoint, second.checkpoint, logReader.fetchTile);
    expect(compared).toMatchObject({ ok: false, refusal: { code: "consistency_mismatch" } });
  });
});

describe("a forged export", { timeout: CASE_MAX_MILLISECONDS }, () => {
  const lines = (file: Bytes | string) =>
    (typeof file === "string" ? file : (utf8Text(file) ?? "")).split("\n").slice(0, -1);
  const joined = (some: readonly string[]) => utf8(some.map((line) => `${line}\n`).join(""));
  const counting = (line: string, count: number) => line.replace(/"count":\d+/, `"count":${count}`);
  const at = (seq: number) => seq + 1;

  /** The line of an erased record. */
  const erasedLine = async (seq: number): Promise<string> => {
    const [row] = await rows(
      "SELECT commitment FROM outbox WHERE tenant_id = ?1 AND seq = ?2",
      tenant.store.tenantId,
      seq,
    );
    const receipt = opened(await downloadReceipt(tenant, tenant.rejected));
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
      "a decision left out, and the count reduced by one",
      async (all) => all.toSpliced(at(SEQ.rejected), 1).with(0, counting(all[0] ?? "", all.length - 2)),
      "form",
    ],
    [
      "a decision left out, and the rest renumbered",
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
    const file = await downloadExport(tenant);
    expect(await exportFindings(tenant, file)).toBe("");
    expect(await exportFindings(tenant, joined(await change(lines(file))))).toBe(expected);
  });

  it("with a withheld payload passes: the hash was signed, and the content is not shown", async () => {
    const file = await downloadExport(tenant);
    const payload = `"payload":${canonicalText(PAYLOAD)},`;
    const withheld = lines(file).map((line) => line.replace(payload, '"payload":null,'));
    expect(withheld).not.toEqual(lines(file));
    expect(await exportFindings(tenant, file)).toBe("");
    expect(await exportFindings(tenant, joined(withheld))).toBe("");
  });

  it("of an earlier state of the log passes: newer records are counted, not shown", async () => {
    const [head = "", ...records] = lines(await downloadExport(tenant));
    const earlier = (await readLogEntries()).slice(0, -1);
    const header: JsonObject = JSON.parse(head);
    const older = canonicalText({
      ...header,
      count: records.length - 1,
      logSize: earlier.length,
      logRoot: toHex(treeRoot(earlier.map(leafHash))),
    });
    const file = joined([older, ...records.slice(0, -1)]);
    expect(await exportFindings(tenant, file)).toBe("");
    expect((await auditReport(tenant, file)).summary?.newer).toBe(1);
    expect((await auditReport(tenant, joined([head, ...records]))).summary?.newer).toBe(0);
  });

  it("with a rejection erased by a record passes: the erasure is proved, its reason is only claimed", async () => {
    const baseline = await takeBaseline(tenant);
    await rows(
      `INSERT INTO outbox (tenant_id, seq, type, at, directory_seq, entry_salt, payload_salt, body)
       SELECT tenant_id, seq + 1, 'erased', at, directory_seq, entry_salt, payload_salt, ?1 FROM outbox
       WHERE tenant_id = ?2 AND seq = ?3`,
      canonicalText({ rule: "after 90 days", spans: [{ from: SEQ.rejected, to: SEQ.rejected }] }),
      tenant.store.tenantId,
      SEQ.both,
    );
    await requestSealing(tenant.runtime);
    const file = await downloadExport(tenant);
    expect(await exportFindings(tenant, file)).toBe("");
    const erased = lines(file).with(at(SEQ.rejected), await erasedLine(SEQ.rejected));
    expect(await exportFindings(tenant, joined(erased))).toBe("");
    expect(await collectFindings(tenant, baseline, tenant.rejected)).toEqual(NO_FINDINGS);
  });
});
