import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { beforeAll, describe, expect, it } from "vitest";
import * as schema from "../../../src/store/schema.ts";
import { bindings, freshPlatform, newCompany, type Company } from "../support/worker-fixture.ts";
import { rows, tableNames } from "../support/database-rows.ts";

// The database compared with schema.ts, and what the database itself refuses.

let company: Company;
let other: Company;
beforeAll(async () => {
  const runtime = await freshPlatform();
  company = await newCompany(runtime);
  other = await newCompany(runtime, "Other");
  await company.asked();
  await other.asked();
});

const tables = Object.values(schema as Record<string, unknown>).filter(
  (value): value is SQLiteTable => value instanceof SQLiteTable,
);
const configs = tables.map((table) => getTableConfig(table));
/**
 * Tables without a tenant: the tenants themselves, those that were moved away, challenges from before a sign-in, and how
 * long calls took.
 */
const UNSCOPED = ["call_figures", "moved_tenants", "tenants", "webauthn_challenges"];

describe("schema.ts", () => {
  it("has every table of the database, and no other", async () => {
    expect(configs.map(({ name }) => name).toSorted()).toEqual(await tableNames());
  });

  it.each(configs.map((config) => [config.name, config] as const))("mirrors %s", async (name, config) => {
    const found = await rows(`PRAGMA table_info(${name})`);
    const listed = config.primaryKeys[0]?.columns.map((column) => column.name);
    const key = listed ?? config.columns.filter((column) => column.primary).map((column) => column.name);
    expect(found.map((column) => [column["name"], column["type"], column["notnull"], column["pk"]])).toEqual(
      config.columns.map((column) => [
        column.name,
        column.getSQLType().toUpperCase(),
        column.notNull ? 1 : 0,
        key.indexOf(column.name) + 1,
      ]),
    );
  });

  it("has the same values in its types as the checks of the database", async () => {
    const found = await rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'");
    const texts = new Map(found.map((table) => [table["name"], String(table["sql"])]));
    const checked = configs.flatMap(({ name, columns }) =>
      columns.flatMap((column) => {
        const check = new RegExp(`CHECK \\(${column.name} IN \\(([^)]*)\\)`).exec(texts.get(name) ?? "")?.[1];
        if (check === undefined || column.dataType !== "string") return [];
        const taken = check.split(", ").map((value) => value.slice(1, -1));
        return [{ column: `${name}.${column.name}`, taken, listed: column.enumValues }];
      }),
    );
    expect(checked.map(({ column }) => column)).toEqual([
      "tenants.plan",
      "moved_tenants.state",
      "projects.mode",
      "people.role",
      "enrolments.sender_kind",
      "call_figures.kind",
      "confirmations.requester_kind",
      "confirmations.status",
      "confirmations.project_mode",
      "steps.type",
      "votes.vote",
      "documents.kind",
      "events.type",
      "trail.actor_kind",
      "webhooks.format",
      "webhooks.disabled_because",
      "webhook_deliveries.state",
      "channels.kind",
      "channels.use",
      "channels.ended_because",
      "notices.kind",
      "notices.state",
    ]);
    for (const { taken, listed } of checked) expect(taken).toEqual(listed);
  });
});

describe("every table", () => {
  it("is strict", async () => {
    const found = await rows("PRAGMA table_list");
    const strict = new Set(found.filter((table) => table["strict"] === 1).map((table) => table["name"]));
    for (const name of await tableNames()) expect([name, strict.has(name)]).toEqual([name, true]);
  });

  it("has the tenant first in its primary key, except those without a tenant", async () => {
    const unscoped: string[] = [];
    for (const name of await tableNames()) {
      const columns = await rows(`PRAGMA table_info(${name})`);
      if (columns.find((column) => column["pk"] === 1)?.["name"] !== "tenant_id") unscoped.push(name);
    }
    expect(unscoped.toSorted()).toEqual(UNSCOPED.toSorted());
  });

  it("has the tenant in every foreign key", async () => {
    for (const name of await tableNames()) {
      const columns = await rows(`PRAGMA foreign_key_list(${name})`);
      const keys = new Map<unknown, string[]>();
      for (const { id, from, to } of columns) keys.set(id, [...(keys.get(id) ?? []), `${from}>${to}`]);
      for (const links of keys.values()) {
        expect([name, links.some((link) => /^tenant_id>(?:tenant_id|id)$/.test(link))]).toEqual([name, true]);
      }
      if (!UNSCOPED.includes(name)) expect([name, keys.size > 0]).toEqual([name, true]);
    }
  });
});

const refused = async (sql: string, ...values: (string | number | null)[]): Promise<string> =>
  rows(sql, ...values).then(
    () => "accepted",
    (problem: unknown) => String(problem),
  );

describe("a decided confirmation", () => {
  const ended = ["approved", "rejected", "expired", "cancelled"] as const;
  const statuses = ["pending", ...ended] as const;
  const moves = ended.flatMap((from) =>
    statuses.filter((to) => to !== from).map((to) => [from, to] as const),
  );

  it.each(moves)("does not go from %s to %s", async (from, to) => {
    const id = await company.asked();
    const move = "UPDATE confirmations SET status = ?1 WHERE id = ?2";
    expect(await refused(move, from, id)).toBe("accepted");
    expect(await refused(move, from, id)).toBe("accepted");
    expect(await refused(move, to, id)).toContain("a decided confirmation never changes its status");
    expect(await rows("SELECT status FROM confirmations WHERE id = ?1", id)).toEqual([{ status: from }]);
  });

  it.each([
    ["at the same time", 1],
    ["later", 2],
    ["never", null],
  ] as const)("is not used again %s", async (_name, at) => {
    const id = await company.asked();
    const use = "UPDATE confirmations SET consumed_at = ?1 WHERE id = ?2";
    expect(await refused(use, 1, id)).toBe("accepted");
    expect(await refused(use, at, id)).toContain("an approval is used once");
    expect(await rows("SELECT consumed_at FROM confirmations WHERE id = ?1", id)).toEqual([
      { consumed_at: 1 },
    ]);
  });
});

describe("a link", () => {
  /** One row for each composite key: a statement with the tenant, and one id of that tenant or of the other. */
  const only = (table: string, column = "id", more = "1") =>
    `(SELECT ${column} FROM ${table} WHERE tenant_id = ?2 AND ${more} LIMIT 1)`;
  const own = (table: string, column = "id") =>
    `(SELECT ${column} FROM ${table} WHERE tenant_id = ?1 LIMIT 1)`;
  const request = only("confirmations", "id", "type = 'decision'");
  const links: readonly (readonly [name: string, sql: string])[] = [
    [
      "credential to person",
      `credentials SELECT ?1, ?3, ${only("people")}, '', '', -7, 0, 0, 0, '', 1, NULL, NULL, NULL, NULL`,
    ],
    [
      "key to project",
      `api_keys SELECT ?1, ?3, ?3, '', '', ${only("projects")}, '', NULL, 0, 1, NULL, NULL, NULL, 0, NULL, NULL`,
    ],
    [
      "key to person",
      `api_keys SELECT ?1, ?3, ?3, '', '', ${own("projects")}, '', ${only("people")}, 0, 1, NULL, NULL, NULL, 0, NULL, NULL`,
    ],
    [
      "enrolment to person",
      `enrolments SELECT ?1, ?3, ?3, ${only("people")}, 1, 1, NULL, NULL, 0, NULL, NULL, 'person', ''`,
    ],
    ["session to passkey", `sessions SELECT ?1, ?3, ?3, ${only("credentials")}, 1, 1, NULL, NULL`],
    [
      "confirmation to project",
      `confirmations SELECT ?1, ?3, 'decision', ${only("projects")}, '', 'key', '', '', NULL, '', '', NULL, NULL, 'pending', 0, 0, 1, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', '[]', NULL, NULL, 'live', NULL, NULL`,
    ],
    [
      "audience to person",
      `audience SELECT ?1, ${only("people")}, ${own("confirmations")}, NULL, NULL WHERE ?3 = ?3`,
    ],
    [
      "ceremony to confirmation",
      `ceremonies SELECT ?1, ?3, ${request}, ${own("people")}, '', 1, 1, NULL, NULL, 1`,
    ],
    [
      "ceremony to person",
      `ceremonies SELECT ?1, ?3, ${own("confirmations")}, ${only("people")}, '', 1, 1, NULL, NULL, 1`,
    ],
    [
      "idempotency key to API key",
      `idempotency SELECT ?1, ${only("api_keys")}, ?3, 'create', '', ${own("confirmations")}, 1`,
    ],
    [
      "idempotency key to confirmation",
      `idempotency SELECT ?1, ${own("api_keys")}, ?3, 'create', '', ${request}, 1`,
    ],
    ["step to confirmation", `steps SELECT ?1, ${request}, 1, ?3, 'approve', 1, NULL`],
    ["event to person", `events SELECT ?1, ?3, 'verifier_disagreement', 1, ${only("people")}, '', NULL, ''`],
    [
      "event to confirmation",
      `events SELECT ?1, ?3, 'verifier_disagreement', 1, ${own("people")}, '', ${request}, ''`,
    ],
    ["reveal to confirmation", `reveals SELECT ?1, ${request}, 0, NULL WHERE ?3 = ?3`],
    [
      "record to confirmation",
      `outbox SELECT ?1, 1 + (SELECT max(seq) FROM outbox), NULL, ${request}, 'decision', NULL, 1, 0, '', '', NULL, NULL, NULL, NULL, NULL WHERE ?3 = ?3`,
    ],
  ];

  it.each(links)("from %s stays within the tenant", async (_name, link) => {
    const insert = `INSERT INTO ${link}`;
    const [mine, theirs] = [company.store.tenantId, other.store.tenantId];
    const fresh = () => crypto.randomUUID();
    expect(await refused(insert, mine, theirs, fresh())).toContain("FOREIGN KEY constraint failed");
    // The same statement with an id of its own tenant is accepted, or the same row exists.
    expect(await refused(insert, mine, mine, fresh())).toMatch(
      /^accepted$|UNIQUE constraint failed: audience/,
    );
  });

  it("from vote to step and passkey stays within the tenant", async () => {
    const [asked, foreign] = [await company.asked(), await other.asked()];
    await bindings.DB.prepare("INSERT INTO steps VALUES (?1, ?2, 1, 'mine', 'approve', 1, NULL)")
      .bind(company.store.tenantId, asked)
      .run();
    await bindings.DB.prepare("INSERT INTO steps VALUES (?1, ?2, 1, 'theirs', 'approve', 1, NULL)")
      .bind(other.store.tenantId, foreign)
      .run();
    const vote = "INSERT INTO votes VALUES (?1, ?2, 'p', ?3, 'approve', 1, ?4, '', '', '', NULL, 1)";
    const key = (of: Company) => of.alex.passkey.credential.id;
    const { tenantId } = company.store;
    const broken = "FOREIGN KEY constraint failed";
    expect(await refused(vote, tenantId, asked, "theirs", key(company))).toContain(broken);
    expect(await refused(vote, tenantId, asked, "mine", key(other))).toContain(broken);
    expect(await refused(vote, tenantId, asked, "mine", key(company))).toBe("accepted");
  });

  it("of a passkey to two people of a tenant is refused", async () => {
    const copy = `INSERT INTO credentials SELECT ?1, id, (SELECT id FROM people WHERE tenant_id = ?1 LIMIT 1),
      label, 'another', algorithm, sign_count, backup_eligible, backed_up, transports, created_at, NULL, NULL, NULL, NULL
      FROM credentials WHERE id = ?2`;
    const key = company.alex.passkey.credential.id;
    expect(await refused(copy, company.store.tenantId, key)).toContain(
      "UNIQUE constraint failed: credentials.tenant_id, credentials.id",
    );
    expect(await refused(copy, other.store.tenantId, key)).toBe("accepted");
  });

  it("of a public key to two passkeys of a tenant is refused", async () => {
    const copy = `INSERT INTO credentials SELECT ?1, ?3, (SELECT id FROM people WHERE tenant_id = ?1 LIMIT 1),
      label, public_key, algorithm, sign_count, backup_eligible, backed_up, transports, created_at, NULL, NULL, NULL, NULL
      FROM credentials WHERE id = ?2 AND public_key <> 'another'`;
    const key = company.alex.passkey.credential.id;
    expect(await refused(copy, company.store.tenantId, key, "copy")).toContain(
      "UNIQUE constraint failed: credentials.tenant_id, credentials.public_key",
    );
    expect(await refused(copy, other.store.tenantId, key, "copy")).toBe("accepted");
  });
});
