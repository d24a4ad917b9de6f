import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { secretHash } from "../../../src/app/account/secret-hash.ts";
import { createTenant } from "../../../src/app/account/create-tenant.ts";
import { findKeyByHash } from "../../../src/store/account/api-keys.ts";
import { findEnrolmentByHash } from "../../../src/store/account/enrolments.ts";
import { findSessionByHash } from "../../../src/store/account/sessions.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { rows } from "../support/database-rows.ts";
import { freshPlatform, newCompany, sessionOf, type Company } from "../support/worker-fixture.ts";

// A secret is looked up in one tenant, by its hash. What ended or expired is not found.

const LATER = 40 * 24 * 3_600_000;
let company: Company;
let other: TenantStore;
let hashes: Readonly<Record<"key" | "session" | "link", string>>;
beforeAll(async () => {
  const runtime = await freshPlatform();
  company = await newCompany(runtime);
  const stranger = await createTenant(runtime, "Other", "sam");
  other = stranger.store;
  const [passkey] = await rows("SELECT id FROM credentials");
  const session = await sessionOf(company, String(passkey?.["id"]));
  const [link] = await rows(
    "SELECT secret_hash FROM enrolments WHERE tenant_id = ?1",
    company.store.tenantId,
  );
  hashes = {
    key: secretHash(company.apiKey),
    session: secretHash(session),
    link: String(link?.["secret_hash"]),
  };
}, 60_000);
afterAll(() => reset());

const find = {
  key: (store: TenantStore, now: number) => findKeyByHash(store, hashes.key, now),
  session: (store: TenantStore, now: number) => findSessionByHash(store, hashes.session, now),
  link: (store: TenantStore, _now: number) => findEnrolmentByHash(store, hashes.link),
};

describe("a hash", () => {
  it("finds a key with its project", async () => {
    expect(await find.key(company.store, Date.now())).toMatchObject({
      key: { hash: hashes.key, revokedAt: null },
      project: { tenantId: company.store.tenantId },
    });
  });

  it("finds a session with its passkey and person", async () => {
    const found = await find.session(company.store, Date.now());
    expect(found).toMatchObject({ session: { hash: hashes.session }, person: { username: "alex" } });
    expect(found?.passkey.id).toBe(found?.session.credentialId);
    expect(found?.passkey.personId).toBe(found?.person.id);
  });

  it("finds a link that was used", async () => {
    expect(await find.link(company.store, Date.now())).toMatchObject({ usedAt: expect.any(Number) });
  });

  it.each(["key", "session", "link"] as const)("finds no %s of another tenant", async (what) => {
    expect(await find[what](other, Date.now())).toBeUndefined();
  });

  it.each([
    ["a revoked key", "key", "api_keys", "revoked_at", 1],
    ["an expired key", "key", "api_keys", "expires_at", 1],
    ["an ended session", "session", "sessions", "revoked_at", 1],
    ["a session of a revoked passkey", "session", "credentials", "revoked_at", 1],
  ] as const)("does not find %s", async (_name, what, table, column, value) => {
    expect(await find[what](company.store, Date.now())).toBeDefined();
    const before = await rows(`SELECT ${column} AS old FROM ${table}`);
    await rows(`UPDATE ${table} SET ${column} = ?1`, value);
    expect(await find[what](company.store, Date.now())).toBeUndefined();
    await rows(`UPDATE ${table} SET ${column} = ?1`, before[0]?.["old"] ?? null);
  });

  it("does not find a session after its time", async () => {
    expect(await find.session(company.store, Date.now() + LATER)).toBeUndefined();
  });
});
