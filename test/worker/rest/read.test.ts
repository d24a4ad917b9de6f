import { beforeAll, describe, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import type { Answered } from "../../support/browser-client.ts";
import { restCalls, letExpire, times, type RestCalls } from "../support/rest-calls.ts";
import { freshPlatform, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";

// What a backend can read and wait for: one request, the list, a receipt.

let platform: Platform;
let company: Company;
let read: RestCalls["read"];
let cancel: RestCalls["cancel"];
let raw: RestCalls["raw"];
let approved: RestCalls["approved"];
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  ({ read, cancel, raw, approved } = restCalls(company));
});

describe("reading", () => {
  it.each(["", "?wait=0", "?wait=1"])("a pending request%s says when to poll again", async (query) => {
    const id = await company.asked();
    const start = Date.now();
    const answer = await raw(`/api/confirmations/${id}${query}`);
    expect([answer.status, answer.headers.get("retry-after"), answer.headers.get("cache-control")]).toEqual([
      200,
      "2",
      "no-store",
    ]);
    expect(await answer.json()).toMatchObject({ status: "pending" });
    const waited = Date.now() - start;
    expect(query === "?wait=1" ? waited >= 900 && waited < 3_000 : waited < 900).toBe(true);
  });

  it("with the current ETag returns no body, until the request changes", async () => {
    const id = await company.asked();
    const path = `/api/confirmations/${id}`;
    const tag = (await raw(path)).headers.get("etag") ?? "";
    expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
    const same = await raw(path, { "if-none-match": tag });
    expect([same.status, await same.text(), same.headers.get("etag")]).toEqual([304, "", tag]);
    expect((await raw(path, { "if-none-match": '"other"' })).status).toBe(200);
    await company.alex.decide(id);
    const decided = await raw(path, { "if-none-match": tag });
    expect([decided.status, decided.headers.get("retry-after")]).toEqual([200, null]);
    expect(await decided.json()).toMatchObject({ status: "approved" });
  });

  it.concurrent.each(["approve", "reject", "cancel", "expire"] as const)(
    "waits for %s, with several waiters",
    async (event) => {
      const id = await company.asked();
      const start = Date.now();
      const waiting = times(5, () => read(id, "?wait=25"));
      await read(id, "?wait=1");
      if (event === "cancel") await cancel(id);
      else if (event === "expire") {
        await letExpire(id);
        await read(id);
      } else await company.alex.decide(id, { vote: event });
      const expected = { approve: "approved", reject: "rejected", cancel: "cancelled", expire: "expired" }[
        event
      ];
      for (const { status, body } of await waiting) expect([status, body.status]).toEqual([200, expected]);
      expect(Date.now() - start).toBeLessThan(10_000);
      // A request with an outcome is answered at once.
      const again = Date.now();
      expect((await read(id, "?wait=25")).body.status).toBe(expected);
      expect(Date.now() - again).toBeLessThan(2_000);
    },
  );

  it.each(["wait=51", "wait=-1", "wait=1.5", "wait=", "wait=1&wait=2", "wait=1e1", "seconds=1"])(
    "with ?%s is refused",
    async (query) => {
      const answer = await read(await company.asked(), `?${query}`);
      expect([answer.status, answer.body.code]).toEqual([422, "validation_failed"]);
    },
  );

  it("an unsealed decision shows as pending, and after sealing as decided", async () => {
    const id = await approved();
    const [row] = await rows("SELECT decided_seq FROM confirmations WHERE id = ?1", id);
    const sealed = (await read(id)).body;
    expect(sealed).toMatchObject({
      status: "approved",
      receiptUrl: `${ORIGIN}/api/confirmations/${id}/receipt`,
    });
    await rows("UPDATE outbox SET idx = NULL WHERE seq = ?1", Number(row?.["decided_seq"]));
    const { body } = await company.api("GET", "/api/confirmations?limit=1");
    expect(body.data[0]).toMatchObject({ id, status: "pending", decidedAt: null });
    const listed = async (status: string) =>
      (await company.api("GET", `/api/confirmations?limit=1&status=${status}`)).body;
    expect((await listed("pending")).data[0].id).toBe(id);
    expect((await listed("approved")).data[0]?.id).not.toBe(id);
    // A read requests sealing, and finds the entry in the log at the same index.
    expect((await read(id)).body).toEqual(sealed);
    expect((await listed("approved")).data[0].id).toBe(id);
  });
});

describe("the list", () => {
  const list = async (query = "") => (await company.api("GET", `/api/confirmations${query}`)).body;
  /** The ids of the whole list, read page by page. */
  const idsOf = async (query: string): Promise<readonly string[]> => {
    const ids: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Answered["body"] = await list(`?${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
      ids.push(...page.data.map(({ id }: { id: string }) => id));
      expect([page.hasMore, page.nextCursor === null]).toEqual([page.nextCursor !== null, !page.hasMore]);
      cursor = page.nextCursor;
    }
    return ids;
  };
  let ids: readonly string[];
  let own: Company;
  beforeAll(async () => {
    own = company;
    company = await newCompany(platform, "Lists");
    await company.enrolled("maria");
    const asked: string[] = [];
    for (let place = 0; place < 23; place++) {
      asked.push(await company.asked(place % 2 === 0 ? "alex" : "maria", { action: `Number ${place}` }));
    }
    ids = asked;
    await company.alex.decide(asked[0] ?? "");
    await company.alex.decide(asked[2] ?? "", { vote: "reject" });
    await restCalls(company).cancel(asked[1] ?? "");
    await letExpire(asked[3] ?? "");
    return () => {
      company = own;
    };
  });
  /** Removes it from the list, so that each test has the same list. */
  const hide = (id: string) => rows("UPDATE confirmations SET type = 'policy.changed' WHERE id = ?1", id);
  const at = (...places: number[]) => places.map((place) => ids[place]);

  it("pages from the newest to the oldest, each request once", async () => {
    for (const limit of [1, 7, 22, 23, 24, 100]) {
      expect((await idsOf(`limit=${limit}`)).toSorted()).toEqual(ids.toSorted());
    }
    const shown = (await list("?limit=100")).data.map(({ createdAt }: { createdAt: string }) => createdAt);
    expect(shown).toEqual(shown.toSorted().toReversed());
  });

  it("continues at its cursor when new requests arrive", async () => {
    const first = await list("?limit=20");
    const fresh = await company.asked();
    const rest = await list(`?limit=20&cursor=${first.nextCursor}`);
    const seen = [...first.data, ...rest.data].map(({ id }: { id: string }) => id);
    expect(seen.toSorted()).toEqual(ids.toSorted());
    await hide(fresh);
  });

  it("has filters, and counts an overdue request as expired", async () => {
    expect(await idsOf("status=expired")).toEqual(at(3));
    // Also if nobody has read it since.
    const unread = await company.asked();
    await letExpire(unread);
    expect(await idsOf("status=expired")).toEqual([unread, ...at(3)]);
    await hide(unread);
    expect(await idsOf("status=approved")).toEqual(at(0));
    expect(await idsOf("status=rejected")).toEqual(at(2));
    expect(await idsOf("status=cancelled")).toEqual(at(1));
    expect((await idsOf("status=pending&limit=5")).length).toBe(19);
    expect((await idsOf("approver=maria&limit=5")).toSorted()).toEqual(
      ids.filter((_id, place) => place % 2 === 1).toSorted(),
    );
    expect(await idsOf("approver=maria&status=cancelled")).toEqual(at(1));
    expect(await idsOf("approver=nobody")).toEqual([]);
    const [sixth] = await rows("SELECT created_at FROM confirmations WHERE id = ?1", ids[6] ?? "");
    const after = new Date(Number(sixth?.["created_at"])).toISOString();
    const later = await rows(
      "SELECT id FROM confirmations WHERE tenant_id = ?1 AND type = 'decision' AND created_at > ?2",
      company.store.tenantId,
      Number(sixth?.["created_at"]),
    );
    expect((await idsOf(`createdAfter=${after}`)).toSorted()).toEqual(
      later.map(({ id }) => String(id)).toSorted(),
    );
    expect(later.length).toBeGreaterThan(10);
    const [hour, rest] = [new Date(Number(sixth?.["created_at"]) + 3_600_000).toISOString(), "%2B01:00"];
    expect((await idsOf(`createdAfter=${hour.replace("Z", rest)}`)).toSorted()).toEqual(
      later.map(({ id }) => String(id)).toSorted(),
    );
  });

  it("has 20 summaries by default, without the signed data", async () => {
    const { data } = await list();
    expect(data.length).toBe(20);
    expect(Object.keys(data[0]).toSorted()).toEqual([
      "action",
      "code",
      "consumedAt",
      "createdAt",
      "decidedAt",
      "executeWithinSeconds",
      "expiresAt",
      "id",
      "metadata",
      "mode",
      "payloadHash",
      "policy",
      "policyName",
      "status",
      "url",
      "username",
    ]);
  });

  it.each([
    "limit=0",
    "limit=101",
    "limit=x",
    "status=open",
    "status=",
    "cursor=%21",
    "cursor=AAAA",
    "cursor=A",
    "createdAfter=today",
    "approver=A",
    "page=2",
    "limit=1&limit=2",
  ])("with ?%s is refused", async (query) => {
    const answer = await company.api("GET", `/api/confirmations?${query}`);
    expect([answer.status, answer.body.code, answer.body.errors.length]).toEqual([
      422,
      "validation_failed",
      1,
    ]);
  });
});

describe("a receipt", () => {
  it.each<[string, (id: string) => Promise<unknown>, number]>([
    ["pending", async () => undefined, 404],
    ["approved", (id) => company.alex.decide(id), 200],
    ["rejected", (id) => company.alex.decide(id, { vote: "reject" }), 200],
    ["cancelled", (id) => cancel(id), 200],
    ["overdue", (id) => letExpire(id), 200],
  ])("of a request that is %s", async (_name, before, status) => {
    const id = await company.asked();
    await before(id);
    const { body } = await read(id);
    const answer = await raw(`/api/confirmations/${id}/receipt`);
    expect([answer.status, body.receiptUrl === null]).toEqual([status, status === 404]);
    if (status === 200) {
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "content-type": "application/vnd.countersign.receipt+json",
        "cache-control": "no-store",
        "content-disposition": `attachment; filename="receipt-${id}.json"`,
      });
      expect(await answer.json()).toMatchObject({ kind: "countersign/receipt" });
    }
  });
});
