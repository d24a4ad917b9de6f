import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { destroyDeleted } from "../../../src/app/organisation/destroy-deleted.ts";
import { restoreLog } from "../../../src/app/sealing/restore-log.ts";
import { deskOf } from "../../../src/http/desk/desk-of.ts";
import type { IndexedEntry } from "../../../src/log/log-restore.ts";
import { tenantsWithWork } from "../../../src/store/tenant-lookup.ts";
import { BrowserClient, backend } from "../../support/browser-client.ts";
import { changedBy, everything, rows } from "../support/database-rows.ts";
import { failingRuntime, Fault } from "../support/failing-writes.ts";
import { asExported, audited, auditOf, failing, receiptVerdict } from "../support/http-audit.ts";
import { audit, hexOf } from "../support/log-audit.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// An organisation from the request for its deletion to the last row of it.

const NAME = "Umbrella 4711";
const SECRET = "acct-8821-secret";

let company: Company;
let other: Company;
let quentin: BrowserClient;
let invitation: string;
let decided: string;
let theirs: string;
let exported: Uint8Array;
/** What must not be left in any table. */
let traces: readonly string[];
afterAll(() => reset());
beforeAll(async () => {
  const platform = await freshPlatform();
  company = await newCompany(platform, NAME);
  other = await newCompany(platform, "Other");
  quentin = await company.enrolled("quentin", "admin");
  invitation = (await company.people("POST", "/api/invites", { username: "waiting", role: "approver" })).body
    .enrolUrl;
  const payload = { to: SECRET };
  decided = await company.asked("alex", { payload, action: `Pay ${SECRET}` });
  await company.alex.decide(decided, { reason: SECRET });
  await company.asked("quentin", { payload });
  theirs = await other.asked();
  await other.alex.decide(theirs);
  exported = new Uint8Array(await (await asExported(company.auditKey)).arrayBuffer());
  const { streamKey, stream, genesisSalt } = await company.store.own();
  const keys = await rows("SELECT hash FROM api_keys WHERE tenant_id = ?1", company.store.tenantId);
  traces = [
    NAME,
    SECRET,
    "quentin",
    streamKey,
    stream ?? "",
    genesisSalt,
    quentin.passkey.credential.id,
    company.alex.passkey.credential.id,
    ...keys.map(({ hash }) => String(hash)),
  ];
}, 60_000);

const ask = async (typedName: string) => company.alex.submit("/console/settings/delete", { typedName });
const left = async () => {
  const all = JSON.stringify(await everything());
  return traces.filter((trace) => all.includes(trace));
};
const answer = async (response: Promise<Response>) => {
  const { status, headers } = await response;
  return [status, headers.get("content-type")];
};

describe("the request for it", () => {
  it("takes a touch of the passkey and the typed name, and is asked once", async () => {
    expect((await ask(NAME)).status).toBe(403);
    await company.alex.elevate();
    const wrong = await ask("Umbrella");
    expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining("is not the name")]);
    const [first, again] = [await ask(NAME), await ask(NAME)];
    expect([first.status, first.headers.get("location")]).toEqual([
      303,
      expect.stringMatching(/^\/approve\/c_/),
    ]);
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
  });

  it("is for owners", async () => {
    await quentin.elevate();
    expect((await quentin.submit("/console/settings/delete", { typedName: NAME })).status).toBe(403);
    expect((await (await quentin.get("/console/settings")).text()).includes("Ask for the deletion")).toBe(
      false,
    );
    const request = idOf((await ask(NAME)).headers.get("location") ?? "");
    expect((await quentin.get(`/approve/${request}`)).status).toBe(404);
  });
});

describe("once an owner has signed", () => {
  let signed: unknown;
  beforeAll(async () => {
    const request = idOf((await ask(NAME)).headers.get("location") ?? "");
    signed = await company.alex.decide(request);
  });

  it("the page of the request says so", () => {
    expect(signed).toMatchObject({ status: 200, body: { status: "approved", sealed: true } });
  });

  it("keys, sessions, links and passkeys are as unknown ones at once", async () => {
    const unknownKey = backend(fetchWorker, ORIGIN, company.apiKey.slice(0, -1) + "0");
    for (const call of [company.api, company.people, unknownKey])
      expect(await call("GET", "/api/confirmations")).toMatchObject({
        status: 401,
        body: { code: "unauthorized" },
      });
    const stranger = await BrowserClient.create(fetchWorker, ORIGIN);
    for (const path of ["/inbox", "/console", `/approve/${decided}`, `/inbox/items`])
      expect(await answer(quentin.get(path))).toEqual(await answer(stranger.get(path)));
    const unknownLink = `${invitation.slice(0, -4)}0000`;
    const [link, unknown] = [await stranger.enrol(invitation), await stranger.enrol(unknownLink)];
    expect([link.status, link.body.code]).toEqual([unknown.status, unknown.body.code]);
    expect((await company.alex.signIn()).body.code).toBe("unknown_credential");
    expect((await stranger.get(`/public/log/entries/${decided}/verification`)).status).toBe(404);
  });

  it("no other organisation can end, whatever statement asks for it", async () => {
    await expect(
      rows("UPDATE tenants SET deleted_at = 1 WHERE id = ?1", other.store.tenantId),
    ).rejects.toThrow("nobody has signed for the deletion");
  });

  it("no record can follow", async () => {
    await expect(
      rows(
        `INSERT INTO outbox (tenant_id, seq, type, at, directory_seq, entry_salt, payload_salt)
         VALUES (?1, 99, 'decision', 1, 0, '', '')`,
        company.store.tenantId,
      ),
    ).rejects.toThrow("no record follows the deletion");
  });

  it("nothing is destroyed while another Desk may still write", async () => {
    expect(await left()).toEqual(traces);
    expect(await destroyDeleted(createPlatform(bindings), company.store.tenantId)).toBeGreaterThan(
      Date.now(),
    );
  });
});

describe("then", () => {
  beforeAll(async () => {
    await rows("UPDATE tenants SET deleted_at = deleted_at - 60000 WHERE id = ?1", company.store.tenantId);
    // Whatever fails, the next alarm goes on.
    for (const [call, moment] of [
      [0, "before"],
      [0, "after"],
      [1, "before"],
      [2, "after"],
      [3, "after"],
    ] as const) {
      const runtime = failingRuntime(
        company.store,
        createPlatform(bindings),
        bindings,
        new Fault(call, moment),
      );
      await destroyDeleted(runtime, company.store.tenantId).catch(() => undefined);
    }
    await deskOf(bindings, company.store.tenantId).wake();
    await runDurableObjectAlarm(bindings.DESK.getByName(company.store.tenantId));
  });

  it("nothing is left but what the log needs, and the ref", async () => {
    expect(await left()).toEqual([]);
    const counts = await Promise.all(
      Object.keys(await everything()).map(async (table) => {
        const column = table === "tenants" ? "id" : "tenant_id";
        const [row] = ["moved_tenants", "webauthn_challenges"].includes(table)
          ? []
          : await rows(`SELECT count(*) AS count FROM ${table} WHERE ${column} = ?1`, company.store.tenantId);
        return [table, row?.["count"] ?? 0] as const;
      }),
    );
    expect(counts.filter(([, count]) => count !== 0)).toEqual([
      // The first passkey, an endorsement, a decision, the deletion.
      ["outbox", 4],
      ["tenants", 1],
    ]);
    const platform = createPlatform(bindings);
    expect(await tenantsWithWork(platform.databases.first, platform.now())).not.toContain(
      company.store.tenantId,
    );
    expect(
      await changedBy(async () => void (await destroyDeleted(platform, company.store.tenantId))),
    ).toEqual([]);
  });

  it("the public log is as it was, and a lost log can be made again from the rows", async () => {
    const reading = await audit();
    const restored: IndexedEntry[] = [];
    const lost = {
      restore: async (entries: readonly IndexedEntry[]) => {
        restored.push(...entries);
        return restored.length;
      },
    };
    await restoreLog(createPlatform(bindings).databases, lost);
    expect(hexOf(restored)).toEqual(reading.entries);
  });

  it("an export from before is still accepted, and shows that one more record follows", async () => {
    const report = await audited(exported, traces[4] ?? "");
    expect([failing(report), report.summary?.newer]).toEqual(["", 1]);
  });

  it("another organisation is as it was", async () => {
    expect(await auditOf(other)).toBe("");
    expect(await receiptVerdict(other, theirs)).toEqual(["", true]);
    expect((await other.alex.get("/inbox")).status).toBe(200);
  });
});
