import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { list } from "../../../src/app/confirmation/list.ts";
import type { Runtime } from "../../../src/app/runtime.ts";
import {
  APPROVER_MAX_SCANNED,
  listConfirmations,
  type ListFilter,
} from "../../../src/store/confirmation/confirmation-list.ts";
import { rows } from "../support/database-rows.ts";
import { FILLED_APPROVERS, FILLED_PROJECTS, fillTenant } from "../store/support/filled-tenant.ts";
import { freshPlatform, newCompany, type Company, runtimeOf } from "../support/worker-fixture.ts";

// Every filter of the list, page by page, beside one plain statement without pages.

const COUNT = 5_000;
const UNSEALED = 7;

let runtime: Runtime;
let company: Company;
let start: number;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  runtime = runtimeOf(company.store);
  start = runtime.now();
  const { tenantId } = company.store;
  await fillTenant(tenantId, COUNT, start);
  await rows(
    `UPDATE outbox SET idx = NULL WHERE tenant_id = ?1 AND seq IN (
       SELECT seq FROM outbox WHERE tenant_id = ?1 AND seq >= 1000 ORDER BY seq * 7919 % 1009 LIMIT ?2)`,
    tenantId,
    UNSEALED,
  );
});
afterAll(() => reset());

type Filter = Omit<ListFilter, "limit">;

/** Without pages or indexes. */
async function expected({ project, status, approver, createdAfter }: Filter): Promise<readonly unknown[]> {
  const found = await rows(
    `SELECT c.id, CASE WHEN c.status IN ('approved', 'rejected') AND o.idx IS NULL THEN 'pending' ELSE c.status END shown
     FROM confirmations c LEFT JOIN outbox o ON o.tenant_id = c.tenant_id AND o.seq = c.decided_seq
     WHERE c.tenant_id = ?1 AND c.project_id = ?2 AND (?3 IS NULL OR shown = ?3)
       AND (?4 IS NULL OR c.approver_id = ?4) AND (?5 IS NULL OR c.created_at > ?5) ORDER BY c.id DESC`,
    company.store.tenantId,
    project,
    status ?? null,
    approver ?? null,
    createdAfter ?? null,
  );
  return found.map(({ id, shown }) => [id, shown]);
}

/** All pages. */
async function listed(filter: Filter, limit: number): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let after: string | undefined;
  do {
    const { items, next } = await list(runtime, company.store, { ...filter, limit, after });
    expect(items.length).toBeLessThanOrEqual(limit);
    found.push(...items.map(({ row, status }) => [row.id, status]));
    after = next ?? undefined;
  } while (after !== undefined);
  return found;
}

const project = FILLED_PROJECTS[0];
const approver = FILLED_APPROVERS[1];
const STATUSES = [undefined, "pending", "approved", "rejected", "expired", "cancelled"] as const;

describe("the list of a project", () => {
  it.each(
    STATUSES.flatMap((status) => [
      [status ?? "of any status", { project, status }] as const,
      [`${status ?? "of any status"} and of one approver`, { project, status, approver }] as const,
    ]),
  )("has every request that is %s, newest first, once", async (_, filter) => {
    const all = await expected(filter);
    expect(all.length).toBeGreaterThan(3);
    expect(await listed(filter, 100)).toEqual(all);
    if (all.length < 300) expect(await listed(filter, 7)).toEqual(all);
  });

  it.each([
    ["of the newest", 0, 0],
    ["before the newest", 2, 1],
    ["of some before", 600, 200],
  ])("has those that were created after the time %s", async (_, seconds, count) => {
    const filter = { project, createdAfter: start - seconds * 1_000 };
    const all = await expected(filter);
    expect(all.length).toBe(count);
    expect(await listed(filter, 30)).toEqual(all);
  });

  it.each([-1, 8.64e15])("takes a time far away: %i", async (createdAfter) => {
    const { rows: page } = await listConfirmations(company.store, { project, createdAfter, limit: 100 });
    expect(page.length).toBe(createdAfter < 0 ? 100 : 0);
  });

  it("combines a time, a status and an approver", async () => {
    const filter = { project, approver, status: "expired", createdAfter: start - 2_000_000 } as const;
    const all = await expected(filter);
    expect(all.length).toBeGreaterThan(20);
    expect(await listed(filter, 3)).toEqual(all);
  });

  it("looks at a bounded part of an approver's requests for one page, and goes on from there", async () => {
    const person = "p_filled0";
    const filter = { project, approver: person, status: "expired", limit: 100 } as const;
    await rows(
      "UPDATE confirmations SET type = 'policy.changed' WHERE approver_id = ?1 AND status = 'expired' AND decided_seq > 1100",
      person,
    );
    const page = await listConfirmations(company.store, filter);
    const asked = await rows(
      "SELECT confirmation_id AS id FROM audience WHERE person_id = ?1 ORDER BY id DESC",
      person,
    );
    expect(page).toEqual({ rows: [], next: asked[APPROVER_MAX_SCANNED - 1]?.["id"] });
    const rest = await listConfirmations(company.store, { ...filter, after: page.next });
    expect([rest.rows.length > 0, rest.next]).toEqual([true, undefined]);
  });
});

describe("a page with overdue requests", () => {
  const overdue = (count: number) =>
    rows(
      `UPDATE confirmations SET due_at = 1, expires_at = created_at + 1 WHERE tenant_id = ?1 AND id IN (
         SELECT id FROM confirmations WHERE tenant_id = ?1 AND status = 'pending' AND project_id = ?2
         ORDER BY id DESC LIMIT ?3)`,
      company.store.tenantId,
      FILLED_PROJECTS[1],
      count,
    );

  it("shows them expired, and leaves them out where only pending ones are asked for", async () => {
    const filter = { project: FILLED_PROJECTS[1], status: "pending" } as const;
    const before = await listed(filter, 100);
    await overdue(5);
    const page = await list(runtime, company.store, { ...filter, limit: 4 });
    expect([page.items, page.next]).toEqual([[], expect.any(String)]);
    expect(await listed(filter, 4)).toEqual(before.slice(5));
    const ended = before.slice(0, 5).map((one) => (Array.isArray(one) ? [one[0], "expired"] : one));
    expect((await listed({ project: FILLED_PROJECTS[1] }, 100)).filter(isAmong(ended))).toEqual(ended);
  });
});

function isAmong(items: readonly unknown[]): (item: unknown) => boolean {
  const texts = new Set(items.map((item) => JSON.stringify(item)));
  return (item) => texts.has(JSON.stringify(item));
}
