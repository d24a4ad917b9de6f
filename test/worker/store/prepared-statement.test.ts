import { inspect } from "node:util";
import { reset } from "cloudflare:test";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import { openDatabases } from "../../../src/store/database.ts";
import { credentials, people, projects } from "../../../src/store/schema.ts";
import { ownTenant, prepared, TenantStore } from "../../../src/store/tenant-store.ts";
import { bindings, freshPlatform, observedDatabase, newCompany } from "../support/worker-fixture.ts";

// Prepared statements: what they return, which tenant's rows they see, and that they are composed once.

let platform: Platform;
let acme: TenantStore;
let other: TenantStore;
afterAll(() => reset());
beforeAll(async () => {
  platform = await freshPlatform();
  acme = (await newCompany(platform)).store;
  other = (await newCompany(platform, "Other")).store;
}, 30_000);

let composed = 0;
const PERSON = prepared(people, (scope) => {
  composed++;
  return scope.select(people, eq(people.username, sql.placeholder("username")));
});
const PASSKEYS = prepared(credentials, (scope) => scope.select(credentials));
const RENAME = prepared<typeof projects, "name">(projects, (scope) =>
  scope
    .update(projects, { name: sql`${sql.placeholder("name")}` }, eq(projects.id, sql.placeholder("id")))
    .returning({ name: projects.name }),
);

const TWICE = prepared<typeof people, "username", { readonly what: string }>(people, (scope) =>
  scope
    .update(
      people,
      { role: sql`role` },
      sql`${sql.placeholder("name")} = username AND username = ${sql.placeholder("name")}
        AND role = ${"owner"} AND role <> ${"auditor"}`,
    )
    .returning({ username: people.username, what: sql<string>`${sql.placeholder("what")} AS "what"` }),
);

const UPPER_CASE = prepared<typeof people, "role", { readonly upper: string }>(people, (scope) =>
  scope
    .update(people, { role: sql`role` }, eq(people.username, sql.placeholder("username")))
    .returning({ role: people.role, upper: sql<string>`upper(username) AS "upper"` }),
);

describe("a prepared statement", () => {
  it("returns the same as the statement composed without preparing", async () => {
    const alex = await acme.select(people, eq(people.username, "alex"));
    expect(alex).toHaveLength(1);
    expect(await acme.run([PERSON.with({ username: "alex" }), PASSKEYS.with({}), ...ownTenant.runs])).toEqual(
      [alex, await acme.select(credentials), [await acme.own()]],
    );
    // Booleans are booleans, and missing values are null.
    expect((await acme.run([PASSKEYS.with({})]))[0]).toMatchObject([{ backedUp: true, revokedAt: null }]);
  });

  it("sees only the rows of the store that runs it", async () => {
    const [own] = await acme.select(projects);
    const id = own?.id ?? "";
    for (const [store, found] of [
      [other, []],
      [acme, [{ name: "Renamed" }]],
    ] as const) {
      expect((await store.run([RENAME.with({ id, name: "Renamed" })]))[0]).toEqual(found);
    }
    const [mine] = await acme.run([PERSON.with({ username: "alex" })]);
    const [theirs] = await other.run([PERSON.with({ username: "alex" })]);
    expect([mine[0]?.tenantId, theirs[0]?.tenantId]).toEqual([acme.tenantId, other.tenantId]);
    // The tenant is the store's, also if the caller passes another one.
    const values = { username: "alex", tenant: other.tenantId };
    expect((await acme.run([PERSON.with(values)]))[0]).toEqual(mine);
  });

  it("returns a computed value under its alias", async () => {
    const [found] = await acme.run([UPPER_CASE.with({ username: "alex" })]);
    expect(found).toEqual([{ role: "owner", upper: "ALEX" }]);
  });

  it("binds a repeated name once, and its own constants in their places", async () => {
    const texts: string[] = [];
    const observed = observedDatabase({ prepare: (text) => texts.push(text) });
    const store = new TenantStore(openDatabases({ ...bindings, DB: observed }).first, acme.tenantId);
    const [found] = await store.run([TWICE.with({ name: "alex", what: "a ? mark" })]);
    expect(found).toEqual([{ username: "alex", what: "a ? mark" }]);
    expect(texts[0]?.match(/\?\d+/g)).toEqual(["?1", "?2", "?2", "?3", "?4", "?5"]);
  });

  it("is refused if its text contains a literal question mark", async () => {
    const marked = prepared(people, (scope) => scope.select(people, sql`username <> '?'`));
    await expect(acme.run([marked.with({})])).rejects.toThrow(/2 marks for 1 parameters/);
  });

  it("is composed once", async () => {
    await acme.run([PERSON.with({ username: "alex" })]);
    const before = composed;
    for (const username of ["alex", "nobody", "alex"]) await acme.run([PERSON.with({ username })]);
    expect([before, composed]).toEqual([1, 1]);
  });

  it.each([
    ["any of its values", {}],
    ["the values of its own names", { name: "alex" }],
  ])("is not run without %s", async (_what, values) => {
    await expect(acme.run([PERSON.with(values)])).rejects.toThrow(/username/);
  });

  it("that is undefined returns no rows in its place", async () => {
    const [none, some, last] = await acme.run([undefined, PASSKEYS.with({}), undefined]);
    expect([none, some.length, last]).toEqual([[], 1, []]);
  });

  it("fails together with the others of its batch", async () => {
    const [own] = await acme.select(projects);
    const twice = acme.insert(projects, { id: own?.id ?? "", name: "Twice", createdAt: 0 });
    const rename = RENAME.with({ id: own?.id ?? "", name: "Not kept" });
    await expect(acme.batch([rename, twice])).rejects.toThrow(/UNIQUE/);
    expect((await acme.select(projects))[0]?.name).toBe(own?.name);
  });
});

describe("a statement that fails", () => {
  const secret = "what nobody may read in the platform's log";

  it.each([
    ["an insert", async () => acme.insert(projects, { id: secret, name: secret, createdAt: null as never })],
    ["a selection", async () => acme.first(projects, sql`no_such_function(${secret})`)],
    [
      "a batch",
      async () => acme.batch([acme.update(projects, { name: secret }, sql`no_such_function(${secret})`)]),
    ],
  ])("names none of its values: %s", async (_what, run) => {
    const problem: unknown = await run().catch((reason: unknown) => reason);
    expect(problem).toBeInstanceOf(Error);
    expect(inspect(problem)).toMatch(/NOT NULL|no such function/);
    expect(inspect(problem)).not.toContain(secret);
  });
});
