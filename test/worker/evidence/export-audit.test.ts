import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTenant } from "../../../src/app/account/create-tenant.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import type { AuditReport } from "../../../src/core/evidence/audit.ts";
import { concat, fromHex, toHex, utf8, utf8Text, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { EXPORT_MEDIA_TYPE, openExport, type ExportHeader } from "../../../src/core/evidence/export.ts";
import { canonicalBytes, canonicalText } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { historyRow, type HistoryRow } from "../../../src/core/evidence/history.ts";
import { encodeEntry, recordLabel } from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { editJson } from "../../support/evidence/edit-json.ts";
import { newPasskey } from "../../support/browser-client.ts";
import { asExported, audited as auditedBy, failing as failingOf } from "../support/http-audit.ts";
import { restCalls, letExpire, PAYLOAD } from "../support/rest-calls.ts";
import {
  freshPlatform,
  fetchWorker,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";
import { log, trust } from "../support/log-audit.ts";
import { rows } from "../support/database-rows.ts";

// A tenant with some history, exported over HTTP, and audited against the real log through its public paths only.

let platform: Platform;
let company: Company;
let other: Company;
let stream: string;
let file: Bytes;
let used: string;

beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  const { alex, asked } = company;
  const { approved, consume, cancel, read } = restCalls(company);
  const cy = await company.enrolled("cy");
  other = await newCompany(platform, "Another");

  used = await approved();
  await consume(used);
  await cy.decide(await asked("cy"), { reason: "go" });
  await cy.decide(await asked("cy"), { vote: "reject", reason: "not today" });
  await cancel(await asked());
  const late = await asked();
  await letExpire(late);
  await read(late);
  const second = await newPasskey(ORIGIN);
  await alex.decide(idOf((await alex.addDevice(second)).body.approval));
  await alex.decide(await asked(), { passkey: second });
  await alex.decide(idOf((await alex.post(`/devices/${second.credential.id}/revoke`, {})).body.approval));
  await approved({
    payload: { note: "line\u2028sep \u202e \u0000 é", big: 2 ** 53 - 1, list: [1e15, 0.1, null] },
  });
  stream = (await company.store.own()).stream ?? "";
  file = await exported();
});
afterAll(() => reset());

async function exported(from = company): Promise<Bytes> {
  const response = await asExported(from.auditKey);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

const audited = async (bytes: Uint8Array, tenant = stream) => auditedBy(bytes, tenant);

/** The names of the failed checks. The export is verified exactly if there are none. */
function failing(report: AuditReport): string {
  const names = failingOf(report);
  expect(report.verified).toBe(names === "");
  return names;
}

const lines = (bytes = file) => (utf8Text(bytes) ?? "").split("\n").slice(0, -1);
const joined = (some: readonly string[]) => utf8(some.map((line) => `${line}\n`).join(""));

describe("the export", () => {
  it("is streamed to an audit key, and refused to any other key", async () => {
    const response = await asExported(company.auditKey);
    expect([
      response.status,
      response.headers.get("content-type"),
      response.headers.get("cache-control"),
    ]).toEqual([200, EXPORT_MEDIA_TYPE, "no-store"]);
    await response.body?.cancel();
    for (const key of [company.apiKey, company.peopleKey]) {
      const refused = await asExported(key);
      expect([refused.status, await refused.json()]).toEqual([
        403,
        expect.objectContaining({ code: "forbidden_scope" }),
      ]);
    }
  });

  it("contains every sealed record once, in canonical lines", async () => {
    const sealed = await rows(
      "SELECT count(*) AS n FROM outbox WHERE tenant_id = ?1 AND idx IS NOT NULL",
      company.store.tenantId,
    );
    const [head = "", ...rest] = lines();
    expect(JSON.parse(head)).toMatchObject({
      stream,
      count: sealed[0]?.["n"],
      logOrigin: "localhost:8787/log",
    });
    expect(rest.length).toBe(sealed[0]?.["n"]);
    for (const line of [head, ...rest]) expect(canonicalText(JSON.parse(line) as JsonValue)).toBe(line);
    const kinds = rest.map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(new Set(kinds)).toEqual(new Set(["created", "change", "decision", "record"]));
  });

  it("passes the audit, and sums up what happened", async () => {
    const report = await audited(file);
    expect(failing(report)).toBe("");
    expect(report.summary).toMatchObject({
      stream,
      decisions: { approved: 4, rejected: 1, cancelled: 1, expired: 1 },
      withheld: 0,
      records: {
        "stream.created": 1,
        "credential.endorsed": 2,
        "credential.revoked": 1,
        decision: 7,
        consumed: 1,
      },
      people: 2,
      passkeys: { active: 2, revoked: 1 },
      newer: 0,
    });
  });

  it("covers one tenant, and is not found for a tenant without records", async () => {
    expect(failing(await audited(await exported(other), (await other.store.own()).stream ?? ""))).toBe("");
    expect(failing(await audited(await exported(other)))).toBe("tenant");
    const { auditKey } = await createTenant(platform, "Nobody yet", "zoe");
    const response = await asExported(auditKey);
    expect([response.status, await response.json()]).toEqual([
      404,
      expect.objectContaining({ code: "not_found" }),
    ]);
  });

  it("gives receipts their history", async () => {
    const response = await fetchWorker(`${ORIGIN}/api/confirmations/${used}/receipt`, {
      headers: { "x-api-key": company.apiKey },
    });
    const receipt = new Uint8Array(await response.arrayBuffer());
    const opened = expectOk(await openExport([file]));
    const history: HistoryRow[] = [];
    for await (const row of opened.rows) history.push(historyRow(expectOk(row)));
    const streamKey = expectOk(fromHex(opened.header.streamKey));
    const knowledge = { tenant: stream, trust: await trust(), streamKey };
    const whole = await verifyReceipt(receipt, { ...knowledge, history });
    expect(whole.verified).toBe(true);
    expect(whole.checks.filter(({ status }) => status === "absent").map(({ name }) => name)).toEqual([
      "witnesses",
      "anchor",
    ]);
    const cut = await verifyReceipt(receipt, { ...knowledge, history: history.slice(0, 2) });
    expect(cut.verified).toBe(false);
  });

  it("is complete while others decide, and grows each time", async () => {
    const { approved } = restCalls(company);
    const [, ...files] = await Promise.all([
      approved(),
      ...Array.from({ length: 3 }, async () => exported()),
      approved(),
    ]);
    for (const each of files) {
      if (each instanceof Uint8Array) expect(failing(await audited(each))).toBe("");
    }
    const report = await audited(file);
    expect([failing(report), report.summary?.newer]).toEqual(["", 2]);
    file = await exported();
    expect((await audited(file)).summary?.newer).toBe(0);
  });
});

describe("an export that was changed", () => {
  /** The lines with the one of this kind edited. */
  const editing = (pick: string, pointer: string, to: JsonValue | ((old: JsonValue) => JsonValue)) => () => {
    const at = lines().findIndex((line) => line.includes(pick));
    expect(at).toBeGreaterThan(0);
    const value = JSON.parse(lines()[at] ?? "") as JsonValue;
    const after = editJson(value, pointer, typeof to === "function" ? to : () => to);
    return joined(lines().with(at, canonicalText(after)));
  };
  const heading = (change: Partial<ExportHeader>) => () =>
    joined(lines().with(0, canonicalText({ ...(JSON.parse(lines()[0] ?? "") as JsonObject), ...change })));
  const shorter = (by: number) => () => {
    const { count } = JSON.parse(lines()[0] ?? "") as ExportHeader;
    return joined(lines(heading({ count: count - by })()).slice(0, -by));
  };
  const REJECTION = '"outcome":"rejected"';
  const ENDORSEMENT = '"type":"credential.endorsed"';
  const cases: [string, () => Bytes, string][] = [
    ["cut off in the middle", () => file.slice(0, file.length / 2), "form"],
    ["without its last line", () => joined(lines().slice(0, -1)), "form"],
    ["with a line twice", () => joined(lines().toSpliced(4, 0, lines()[4] ?? "")), "form"],
    [
      "with two lines in another order",
      () => joined(lines().toSpliced(4, 2, lines()[5] ?? "", lines()[4] ?? "")),
      "form",
    ],
    [
      "with an unknown field",
      () => joined(lines().with(3, (lines()[3] ?? "").replace("{", '{"also":1,'))),
      "form",
    ],
    ["with a line of two megabytes", () => concat(file, new Uint8Array(2_000_000).fill(0x20)), "form"],
    ["without its last record", shorter(1), "hidden"],
    ["without its last four records", shorter(4), "hidden"],
    [
      "with another verdict",
      editing(REJECTION, "/sealed/record/body/outcome", "approved"),
      "chain decisions places",
    ],
    [
      "with another reason",
      editing(REJECTION, "/sealed/evidence/signers/0/statement/reason", "do it"),
      "decisions",
    ],
    [
      "with another action",
      editing(REJECTION, "/sealed/evidence/signers/0/statement/action", "Nothing"),
      "decisions",
    ],
    ["with another payload", editing(REJECTION, "/sealed/evidence/payload", { service: "api" }), "decisions"],
    [
      "with another payload and its hash",
      () => {
        const changedPayload = { ...PAYLOAD, sha: "evil" };
        const withPayload = editing(REJECTION, "/sealed/evidence/payload", changedPayload)();
        const hash = toHex(sha256(canonicalBytes(changedPayload)));
        return joined(
          lines(withPayload).map((line) =>
            line.includes(REJECTION)
              ? line.replace(/"payloadHash":"[0-9a-f]{64}"/, `"payloadHash":"${hash}"`)
              : line,
          ),
        );
      },
      "decisions",
    ],
    [
      "with another passkey endorsed",
      editing(ENDORSEMENT, "/sealed/evidence/payload/credential/id", "AAAA"),
      "directory decisions",
    ],
    [
      "with the revocation turned into an erased record",
      () => {
        const at = lines().findIndex((line) => line.includes('"type":"credential.revoked"'));
        const after = JSON.parse(lines()[at + 1] ?? "") as { sealed: { record: { prev: string } } };
        const seq = at - 1;
        const label = toHex(recordLabel(keyOf(), seq));
        return joined(
          lines().with(
            at,
            canonicalText({ kind: "erased", erased: true, seq, label, commit: after.sealed.record.prev }),
          ),
        );
      },
      "decisions erased",
    ],
    [
      "with a use of something else",
      editing('"type":"consumed"', "/sealed/record/body/confirmation", "c_other"),
      "chain uses places",
    ],
    ["with another stream key", heading({ streamKey: "ab".repeat(32) }), "key places"],
    ["with another log's state", heading({ logRoot: "ab".repeat(32) }), "log"],
  ];
  const keyOf = () => expectOk(fromHex((JSON.parse(lines()[0] ?? "") as ExportHeader).streamKey));

  it.each(cases)("%s", async (_name, change, expected) => {
    expect(failing(await audited(change()))).toBe(expected);
    expect(failing(await audited(file))).toBe("");
  });
});

describe("an operator who writes into the database or the log", () => {
  it("changes a decision's content: the export does not match the log", async () => {
    const { tenantId } = company.store;
    const [before] = await rows(
      "SELECT payload, payload_hash FROM confirmations WHERE tenant_id = ?1 AND id = ?2",
      tenantId,
      used,
    );
    const set = async (payload: string, hash: string) =>
      rows(
        "UPDATE confirmations SET payload = ?1, payload_hash = ?2 WHERE tenant_id = ?3 AND id = ?4",
        payload,
        hash,
        tenantId,
        used,
      );
    await set('{"sha":"evil"}', toHex(sha256(utf8('{"sha":"evil"}'))));
    expect(failing(await audited(await exported()))).toContain("places");
    await set(String(before?.["payload"]), String(before?.["payload_hash"]));
    expect(failing(await audited(await exported()))).toBe("");
  });

  it("seals a record that is not in the tables: the audit finds it", async () => {
    const { count, streamKey } = expectOk(await openExport([file])).header;
    const label = recordLabel(expectOk(fromHex(streamKey)), count + 40);
    const entry = encodeEntry({ kind: "sealed", label, commit: sha256(utf8("hidden")) });
    await log().append([{ label: toHex(label), entry }], 0);
    expect(failing(await audited(await exported()))).toBe("hidden");
  });
});
