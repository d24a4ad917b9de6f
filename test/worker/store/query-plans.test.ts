import { reset } from "cloudflare:test";
import { desc, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabases } from "../../../src/store/database.ts";
import { confirmations } from "../../../src/store/schema.ts";
import { EVERY_PREPARED, TenantStore } from "../../../src/store/tenant-store.ts";
import { rows } from "../support/database-rows.ts";
import { bindings, freshPlatform, newCompany } from "../support/worker-fixture.ts";
import { fillDetails, fillTenant } from "./support/filled-tenant.ts";
import { asDatabase, MeasuredDatabase } from "./support/measured-database.ts";
import { fillSending } from "./support/sending-calls.ts";
import { CALLS, type Filled } from "./support/store-calls.ts";

// The cost of a call must not grow with the tenant's history. Every function of the store runs in a tenant with 200,000
// requests: no statement reads many rows, and no plan reads or sorts a growing table. As in production, the planner
// has no statistics.

const CONFIRMATIONS = 200_000;
/** As many have votes, steps, ceremonies and idempotency keys. */
const DETAILED = 20_000;
/** 949 are pending. */
const PENDING_EVERY = 211;
/** A few lookups for each pending request, or for each row of a page. */
const ROWS_MAX = 2_500;
/** These read small columns of so many requests, along an index. */
const MORE_ROWS: Readonly<Record<string, number>> = { figureRows: 10_001, firstTimes: 30_010 };

type Callable = (...values: readonly unknown[]) => unknown;
const modules = import.meta.glob<Readonly<Record<string, unknown>>>("../../../src/store/**/*.ts", {
  eager: true,
});
const functions = new Map(
  Object.values(modules)
    .flatMap((module) => Object.entries(module))
    .filter((entry): entry is [string, Callable] => typeof entry[1] === "function"),
);

/** These compose conditions or rows, make objects, or run what they are given. A move counts the tenant's rows once. */
const WITHOUT_STATEMENTS = [
  "isActive isActiveKey isOutcomeSealed isSignedUnsealed isUsableLinkOf isWaiting newestExpired recordSource seqOfStep setTemplate stepExists",
  "activePasskeys ceremonyById confirmationRows personById lookUp makeLookUp effectOf prepared runOnce value watched",
  "insertTrail insertTrailIfChanged insertFirstRows",
  "firstDue isInserted isUnsealed nextSequence",
  "isOf",
  "hasRules setDocument",
  "directorySeq lastSeq lastTime",
  "countedMonth hasRoomForMember hasRoomForProject isMonthFull limitByPlan",
  "databaseOf inEachShard openDatabases",
  "isMovingError isNotMoving isWritable countRows Budget",
  "Change Memory Prepared Remembered Scope TenantStore",
].flatMap((names) => names.split(" "));

const measured = new MeasuredDatabase();
let filled: Filled;
afterAll(() => reset());
beforeAll(async () => {
  const platform = await freshPlatform();
  const { store } = await newCompany(platform);
  const now = platform.now();
  await fillTenant(store.tenantId, CONFIRMATIONS, now, PENDING_EVERY);
  const [key] = await rows("SELECT id FROM api_keys WHERE tenant_id = ?1", store.tenantId);
  await fillDetails(store.tenantId, String(key?.["id"]), DETAILED);
  await fillSending(store.tenantId, DETAILED);
  const databases = openDatabases({ ...bindings, DB: asDatabase(measured) });
  const newest = (where = eq(confirmations.lockHash, "lock"), count = 100) =>
    store.select(confirmations, where).orderBy(desc(confirmations.id)).limit(count);
  filled = {
    store: new TenantStore(databases.first, store.tenantId),
    database: databases.first,
    databases,
    now,
    key: String(key?.["id"]),
    newest: await newest(),
    pending: await newest(eq(confirmations.status, "pending"), 10),
  };
}, 120_000);

describe("a function of the store", () => {
  it("has a call here", () => {
    const called = new Set([...Object.keys(CALLS), ...WITHOUT_STATEMENTS]);
    expect([...functions.keys()].filter((name) => !called.has(name))).toEqual([]);
    expect([...called].filter((name) => !functions.has(name))).toEqual([]);
  });

  it.each(Object.entries(CALLS))("reads few rows: %s", async (name, callsFor) => {
    for (const values of callsFor(filled)) {
      measured.takeRowsRead();
      const result = await functions.get(name)?.(...values);
      // What it only composes runs in a batch of another function.
      const composed = [result].flat().filter(isComposed);
      if (composed.length > 0) await filled.store.batch(composed);
      const rowsRead = measured.takeRowsRead();
      expect(rowsRead.size).toBeGreaterThan(0);
      expect([...rowsRead].filter(([, count]) => count > (MORE_ROWS[name] ?? ROWS_MAX))).toEqual([]);
    }
  });
});

function isComposed(value: unknown): value is Parameters<Filled["store"]["batch"]>[0][number] {
  return typeof value === "object" && value !== null && ("toSQL" in value || "prepared" in value);
}

describe("the plan of every statement", () => {
  const texts = (): readonly string[] => {
    const database = new MeasuredDatabase();
    const values = new Proxy({}, { get: () => null });
    for (const one of EVERY_PREPARED) one.bind(asDatabase(database), values);
    return [...new Set([...measured.statements, ...database.statements])];
  };

  it("reads no growing table by its tenant alone", async () => {
    const all = texts();
    expect(all.length).toBeGreaterThan(150);
    expect(await found(all, isUnbounded)).toEqual([]);
  });

  it("sorts only few rows", async () => {
    expect(await found(texts(), (detail, text) => SORTS.test(detail) && !sortsFew(text))).toEqual([]);
  });
});

type Finds = (detail: string, text: string) => boolean;

/** The steps of the plans that match, with their statements. */
async function found(statements: readonly string[], matches: Finds): Promise<readonly string[]> {
  const all: string[] = [];
  for (const text of statements) {
    const { results } = await bindings.DB.prepare(`EXPLAIN QUERY PLAN ${text}`)
      .bind(...Array.from({ length: countParameters(text) }, () => null))
      .all<{ detail: string }>();
    const steps = results.map(({ detail }) => detail).filter((detail) => matches(detail, text));
    all.push(...steps.map((detail) => `${detail} <- ${text.slice(0, 60)} ... ${text.slice(-300)}`));
  }
  return all;
}

/** A numbered parameter can occur more than once. */
function countParameters(text: string): number {
  const marks = Array.from(text.matchAll(/\?\d*/g), ([mark], at) => (mark === "?" ? at : mark));
  return new Set(marks).size;
}

/** Tables that grow with the history, and the aliases of tables in joins. */
const GROWS =
  "audience|confirmations|documents|outbox|votes|steps|ceremonies|idempotency|notices|webhook_deliveries|channels|sessions|enrolments|events|trail|webauthn_challenges|[a-z]";
const SCANS = new RegExp(`^SCAN (?:${GROWS})\\b(?!.*VIRTUAL TABLE)`);
const TENANT_ONLY = new RegExp(`^SEARCH (?:${GROWS}) .*\\(tenant_id=\\?\\)$`);
/** These read by the tenant alone, along an index, and stop after one row or one page. */
const BOUNDED = [
  /^SELECT max\(seq\) FROM "outbox" WHERE tenant_id = \?$/,
  /^SELECT 1 \+ coalesce\(\(SELECT max\(seq\) FROM outbox /,
  /order by "outbox"\."seq" desc limit \?$/,
  /order by "trail"\."id" desc limit \?$/,
  // The first rows, the last one, and some to delete, when a tenant is moved.
  /^SELECT \* FROM \w+ WHERE tenant_id = \?1 (?:AND TRUE )?ORDER BY [\w, ]+ LIMIT \d+$/,
  /^DELETE FROM \w+ WHERE \([\w,]+\) IN \(SELECT [\w,]+ FROM \w+ WHERE (?:tenant_)?id = \?1 LIMIT \d+\)$/,
  // Of a deleted tenant: all but a few.
  /^DELETE FROM webhook_deliveries .* AND NOT \(type = 'organisation\.deleted' AND due_at IS NOT NULL\) LIMIT \d+\)$/,
  // A sign-up without a passkey has a handful of rows.
  /^DELETE FROM \w+ WHERE (?:tenant_)?id IN \(select "id" from "tenants" where \("tenants"\."signup_until" <= \? and \+"tenants"\."stream" IS NULL /,
];
/** Partial indexes with few rows: unsealed records, pending confirmations, changes of the directory, documents in force. */
const FEW =
  /outbox_unsealed|outbox_directory|outbox_recoveries|confirmations_pending|confirmations_open|confirmations_changes|documents_in_force/;
/** The last seq is at the end of this index. */
const LAST = /COVERING INDEX sqlite_autoindex_outbox_1/;
/** Lookups that SQLite plans for a violated foreign key, and does not run otherwise. */
const ORPHANS: Readonly<Record<string, RegExp>> = {
  confirmations: /^SEARCH (?:ceremonies|idempotency|audience|outbox|steps|reveals|events) /,
  steps: /^SEARCH votes /,
  projects: /^SEARCH (?:confirmations|channels) /,
  people: /^SEARCH (?:ceremonies|events|channels) /,
  channels: /^SEARCH notices /,
};
const NOTHING = /^$/;

function isUnbounded(detail: string, text: string): boolean {
  if (!SCANS.test(detail) && !TENANT_ONLY.test(detail)) return false;
  if (BOUNDED.some((known) => known.test(text)) || FEW.test(detail) || LAST.test(detail)) return false;
  const target = /^insert into "([a-z_]+)"/.exec(text)?.[1] ?? "";
  return !(ORPHANS[target] ?? NOTHING).test(detail);
}

const SORTS = /TEMP B-TREE/;
/** Passkeys of a person, votes of a request, pending changes, the last 500 requests of a person, recent recoveries. */
const SORTED = [
  // Candidates of a claim, at most 50.
  /row_number\(\) OVER .* ORDER BY due_at LIMIT 50\)/s,
  /from "credentials" where .*"person_id" = \?\) order by "credentials"\."created_at" asc$/,
  /from "votes" where .*"confirmation_id" = \?2\) order by "votes"\."at"$/,
  /"confirmations"\."status" = 'pending' .* order by "confirmations"\."expires_at", "confirmations"\."id" limit \?$/s,
  /DESC LIMIT \?\d*\).* order by "confirmations"\."decided_at" desc, "confirmations"\."id" desc limit \?\d*$/s,
  /"outbox"\."type" = 'recovered' .* "outbox"\."at" > \?\)\) order by "outbox"\."seq" desc$/,
  // Of the last hour, at most 60 minutes of 4 kinds with 33 bounds.
  /from "call_figures" where .*"minute" >= \? group by /,
];

function sortsFew(text: string): boolean {
  return SORTED.some((known) => known.test(text));
}
