import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import { parseApiKey } from "../../../src/core/confirmation/api-key.ts";
import { shardOfId } from "../../../src/core/confirmation/confirmation-id.ts";
import { refOfSecret } from "../../../src/core/confirmation/tenant-secret.ts";
import { refOfUserHandle } from "../../../src/core/confirmation/user-handle.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { tableNames } from "../support/database-rows.ts";
import { PAYLOAD } from "../support/rest-calls.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  inShard,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// Tenants in two databases.

let runtime: Platform;
let companies: readonly (readonly [shard: string, company: Company])[];
beforeAll(async () => {
  runtime = await freshPlatform();
  companies = [
    ["0", await newCompany(inShard(runtime, "0"), "Zero")],
    ["1", await newCompany(inShard(runtime, "1"), "One")],
  ];
});
afterAll(() => reset());

/** The tables in which this database has rows of the tenant. */
async function tablesWith(database: D1Database, tenant: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await tableNames()) {
    const { results } = await database.prepare(`SELECT * FROM ${name}`).all();
    if (JSON.stringify(results).includes(tenant)) found.push(name);
  }
  return found;
}

describe("a tenant", { timeout: 30_000 }, () => {
  it("is created in one of the open shards", async () => {
    const refs = new Set<string>();
    for (let byte = 0; byte < 4; byte++) {
      const random = (count: number) =>
        count === 1 ? Uint8Array.of(byte) : crypto.getRandomValues(new Uint8Array(count));
      const databases = { ...runtime.databases, open: ["0", "1"] };
      const { store } = await newCompany({ ...runtime, databases, random }, `Open ${byte}`);
      refs.add(store.tenantId.charAt(0));
    }
    expect([...refs].toSorted()).toEqual(["0", "1"]);
  });

  it("has its ref in its keys, links, cookies and user handles, and its shard in its requests' ids", async () => {
    for (const [shard, company] of companies) {
      const { tenantId } = company.store;
      expect(tenantId.charAt(0)).toBe(shard);
      expect(expectOk(parseApiKey(company.apiKey)).ref).toBe(tenantId);
      expect(refOfSecret(new URL(company.enrolUrl).hash.slice(1))).toBe(tenantId);
      expect(refOfSecret(company.alex.cookie.split("=")[1] ?? "")).toBe(tenantId);
      expect(refOfUserHandle(company.alex.userHandle)).toBe(tenantId);
      expect(shardOfId(await company.asked())).toBe(shard);
    }
  });

  it("has rows in its own shard only", async () => {
    const [[, zero], [, one]] = companies as [(typeof companies)[0], (typeof companies)[0]];
    expect(await tablesWith(bindings.DB, zero.store.tenantId)).toContain("outbox");
    expect(await tablesWith(bindings.DB_1, one.store.tenantId)).toContain("outbox");
    expect(await tablesWith(bindings.DB_1, zero.store.tenantId)).toEqual([]);
    expect(await tablesWith(bindings.DB, one.store.tenantId)).toEqual([]);
  });

  it("invites, asks, decides, signs in, uses and proves in every shard", async () => {
    for (const [shard, company] of companies) {
      const maria = await company.enrolled("maria");
      const id = await company.asked("maria", { payload: PAYLOAD });
      expect((await maria.decide(id)).body).toMatchObject({ status: "approved", sealed: true });
      const used = await company.api("POST", `/api/confirmations/${id}/consume`, { payload: PAYLOAD });
      expect([shard, used.status]).toEqual([shard, 200]);
      const receipt = await company.api("GET", `/api/confirmations/${id}/receipt`);
      expect([shard, receipt.status]).toEqual([shard, 200]);
      const link = await fetchWorker(`${ORIGIN}/public/log/entries/${id}/verification`);
      expect([shard, link.status]).toEqual([shard, 200]);
      expect([shard, (await maria.signIn()).status]).toEqual([shard, 200]);
    }
  });
});
