import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../../src/app/runtime.ts";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { backend, type BrowserClient } from "../../support/browser-client.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { rows } from "../support/database-rows.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// Projects and API keys in the console.

let company: Company;
let dora: BrowserClient;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  dora = await company.enrolled("dora", "developer");
  await company.alex.elevate();
  await dora.elevate();
}, 60_000);
afterAll(() => reset());

const freshId = (prefix: "j" | "k") => newId(createPlatform(bindings), prefix);
/** The id at the end of the address to which the form leads. */
const ledTo = (sent: Response) => idOf(sent.headers.get("location") ?? "");
async function newProject(name: string, mode = "live"): Promise<string> {
  const sent = await company.alex.submit("/console/projects", { id: freshId("j"), name, mode });
  expect([name, sent.status]).toEqual([name, 303]);
  return ledTo(sent);
}
const keyForm = (more: Record<string, string> = {}) => ({
  id: freshId("k"),
  label: "Deploy agent",
  scopes: "confirmations:read",
  expiry: "none",
  ...more,
});
const secretOf = (page: string) => /cs_(?:live|test)_\w+/.exec(page)?.[0] ?? "";
interface Key {
  readonly id: string;
  readonly secret: string;
  readonly call: ReturnType<typeof backend>;
}
async function newKey(project: string, more: Record<string, string> = {}, by = company.alex): Promise<Key> {
  const form = keyForm(more);
  const sent = await by.submit(`/console/projects/${project}/keys`, form);
  return keyOn(await sent.text(), form.id);
}
function keyOn(page: string, id: string): Key {
  const secret = secretOf(page);
  return { id, secret, call: backend(fetchWorker, ORIGIN, secret) };
}
const works = async ({ call }: Key) => (await call("GET", "/api/confirmations")).status;
const page = async (path: string, by = company.alex) => (await by.get(path)).text();

describe("a project", () => {
  it("is created once, however often its form is sent", async () => {
    const form = { id: freshId("j"), name: "Payments", mode: "test" };
    const sent = await company.alex.submit("/console/projects", form);
    expect([sent.status, ledTo(sent)]).toEqual([303, form.id]);
    const again = await company.alex.submit("/console/projects", form);
    expect(again.status).toBe(409);
    expect(await again.text()).toContain("has already created the project");
    expect((await page("/console/projects")).match(/>Payments</g)).toHaveLength(1);
  });

  it.each([
    [
      "the name of another one in use, in other letters",
      { name: "PAYMENTS" },
      409,
      "already a project called",
    ],
    ["no name", { name: " " }, 422, "must not be empty"],
    ["a name that runs backwards", { name: "Pay\u202Estnem" }, 422, "U+202E"],
    ["a name with an invisible character", { name: "Pay\u200Bments" }, 422, "U+200B"],
    ["a name of 81 characters", { name: "a".repeat(81) }, 422, "at most 80"],
    ["an id that no page has drawn", { id: "j_1" }, 422, "is not what this page sent"],
    ["another mode", { mode: "sandbox" }, 422, "must be one of"],
  ] as const)("is not created with %s", async (_name, wrong, status, text) => {
    const form = { id: freshId("j"), name: "Other", mode: "live", ...wrong };
    const sent = await company.alex.submit("/console/projects", form);
    expect(sent.status).toBe(status);
    expect(await sent.text()).toContain(text);
  });

  it("shows a name as text, whatever it is", async () => {
    const id = await newProject("<img src=x onerror=alert(1)>");
    expect(await page(`/console/projects/${id}`)).toContain("&lt;img src=x onerror=alert(1)&gt;");
  });

  it("is renamed only if it still has the name that the person saw", async () => {
    const id = await newProject("Before");
    const rename = (was: string, name: string) =>
      company.alex.submit(`/console/projects/${id}/rename`, { was, name });
    expect((await rename("Before", "After")).status).toBe(303);
    const late = await rename("Before", "Later");
    expect(late.status).toBe(409);
    expect(await late.text()).toContain("called this project &quot;After&quot; meanwhile");
    const taken = await rename("After", "payments");
    expect(await taken.text()).toContain("there is already a project called &quot;payments&quot;");
    expect(await page(`/console/projects/${id}`)).toContain("<h1>After</h1>");
  });

  it("ends with all its keys at once, and its pending requests can still be decided", async () => {
    const id = await newProject("Short");
    const key = await newKey(id, { scopes: "confirmations:create" });
    const waiting = await newKey(id, { scopes: "people" });
    const asked = await key.call("POST", "/api/confirmations", {
      username: "alex",
      action: "Deploy",
      payload: { a: 1 },
    });
    expect(asked.status).toBe(201);
    const unsure = await company.alex.submit(`/console/projects/${id}/archive`, {});
    expect(unsure.status).toBe(422);
    const sent = await company.alex.submit(`/console/projects/${id}/archive`, { confirm: "yes" });
    expect(sent.status).toBe(303);
    expect(statusAndCode(await key.call("GET", "/api/confirmations"))).toEqual([401, "unauthorized"]);
    expect((await company.alex.decide(asked.body.id)).body.status).toBe("approved");
    expect(await page("/console/projects")).not.toContain(">Short<");
    expect(await page("/console/projects?archived=yes")).toContain(">Short<");
    expect(await page(`/console/keys/${waiting.id}`)).toContain("Revoked");
    const [change] = await rows("SELECT status FROM confirmations WHERE type = 'key.changed'");
    expect(change).toEqual({ status: "cancelled" });
    const late = await company.alex.submit(`/console/projects/${id}/keys`, keyForm());
    expect([late.status, await late.text()]).toEqual([409, expect.stringContaining("is archived")]);
    // Its name is free again.
    await newProject("Short");
  });

  it("does not exceed the plan, in which test projects and archived ones are free", async () => {
    const tenant = company.store.tenantId;
    await rows("UPDATE tenants SET plan = 'free' WHERE id = ?1", tenant);
    const form = { id: freshId("j"), name: "Too many", mode: "live" };
    const sent = await company.alex.submit("/console/projects", form);
    expect([sent.status, await sent.text()]).toEqual([409, expect.stringContaining("has 1 project and")]);
    await newProject("Free of charge", "test");
    await rows("UPDATE tenants SET plan = 'enterprise' WHERE id = ?1", tenant);
  });
});

describe("an API key", () => {
  it("is created once, and its secret is shown once", async () => {
    const project = await newProject("Once");
    const form = keyForm();
    const path = `/console/projects/${project}/keys`;
    const first = await company.alex.submit(path, form);
    const shown = await first.text();
    expect([first.status, first.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const key = keyOn(shown, form.id);
    expect(key.secret).toMatch(/^cs_live_/);
    expect(await works(key)).toBe(200);
    const again = await company.alex.submit(path, form);
    const text = await again.text();
    expect([again.status, secretOf(text.replaceAll(/<code>cs_\w+…<\/code>/g, ""))]).toEqual([409, ""]);
    expect(text).toContain("has already created the key");
    for (const later of [`/console/projects/${project}`, `/console/keys/${form.id}`])
      expect(await page(later)).not.toContain(key.secret);
  });

  it("is created once by two forms at the same moment", async () => {
    const project = await newProject("Twice");
    const form = keyForm();
    const send = () => company.alex.submit(`/console/projects/${project}/keys`, form);
    const sent = await Promise.all([send(), send()]);
    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  it("is refused beyond 100 keys that have not ended", async () => {
    const project = await newProject("Full");
    const fill = (count: number, revokedAt: number | null) =>
      rows(
        `INSERT INTO api_keys (tenant_id, id, hash, redacted, name, project_id, scopes, created_at, revoked_at)
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?3)
         SELECT ?1, 'k_' || ?2 || n || ?4, ?2 || n || ?4, '', 'Filler', ?2, '', 1, ?5 FROM numbers`,
        company.store.tenantId,
        project,
        count,
        revokedAt === null ? "current" : "ended",
        revokedAt,
      );
    await fill(99, null);
    await fill(10, 1);
    expect(await works(await newKey(project))).toBe(200);
    const sent = await company.alex.submit(`/console/projects/${project}/keys`, keyForm());
    expect([sent.status, await sent.text()]).toEqual([429, expect.stringContaining("has 100 keys")]);
  });

  it("is of the mode of its project, and brings the lines to use it", async () => {
    const project = await newProject("Trial", "test");
    const sent = await company.alex.submit(
      `/console/projects/${project}/keys`,
      keyForm({ scopes: "confirmations:create" }),
    );
    const text = await sent.text();
    expect(secretOf(text)).toMatch(/^cs_test_/);
    expect(text).toContain(`curl -X POST ${ORIGIN}/api/confirmations`);
    expect(text).toContain(`claude mcp add --transport http countersign ${ORIGIN}/mcp`);
  });

  it("of a test project reaches no further than its requests", async () => {
    const project = await newProject("Sandbox", "test");
    expect(await (await company.alex.get(`/console/projects/${project}`)).text()).not.toContain(
      'value="manage"',
    );
    const sent = await company.alex.submit(
      `/console/projects/${project}/keys`,
      keyForm({ scopes: "manage" }),
    );
    expect(sent.status).toBe(422);
    expect(await sent.text()).toContain("create this key in a live project");
  });

  it.each([
    ["no scope", { scopes: "" }, "must be one of"],
    ["an unknown scope", { scopes: "everything" }, "must be one of"],
    ["no label", { label: "" }, "must not be empty"],
    ["an end that no form offers", { expiry: "7" }, "must be one of"],
  ] as const)("is not created with %s", async (_name, wrong, text) => {
    const project = await newProject(`Wrong ${text} ${_name}`);
    const sent = await company.alex.submit(`/console/projects/${project}/keys`, keyForm(wrong));
    expect([sent.status, await sent.text()]).toEqual([422, expect.stringContaining(text)]);
  });

  it("stops at the very next call when it is revoked", async () => {
    const key = await newKey(await newProject("Revoking"));
    expect(await works(key)).toBe(200);
    const sent = await company.alex.submit(`/console/keys/${key.id}/revoke`, {});
    expect([sent.status, ledTo(sent)]).toEqual([303, key.id]);
    expect(await works(key)).toBe(401);
    const again = await company.alex.submit(`/console/keys/${key.id}/revoke`, {});
    expect(again.status).toBe(303);
    expect((await page(`/console/keys/${key.id}`)).match(/Revoked the API key/g)).toHaveLength(1);
  });

  it("is rotated with two live keys, never with three", async () => {
    const key = await newKey(await newProject("Rotating"));
    const rotate = async (id: string, stops: string) => {
      const form = { id: freshId("k"), stops };
      const sent = await company.alex.submit(`/console/keys/${id}/rotate`, form);
      return { status: sent.status, text: await sent.text(), id: form.id };
    };
    const first = await rotate(key.id, "24");
    const next = keyOn(first.text, first.id);
    expect([await works(key), await works(next)]).toEqual([200, 200]);
    const refused = await rotate(key.id, "0");
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining("already takes over")]);
    expect((await rotate(next.id, "0")).text).toContain("still works; revoke that one first");
    await company.alex.submit(`/console/keys/${key.id}/revoke`, {});
    const last = await rotate(next.id, "0");
    expect([await works(next), await works(keyOn(last.text, last.id))]).toEqual([401, 200]);
  });

  it("with a special scope works only after somebody has signed for it", async () => {
    const project = await newProject("Special");
    const form = keyForm({ scopes: "people" });
    const sent = await company.alex.submit(`/console/projects/${project}/keys`, form);
    const text = await sent.text();
    expect(text).toContain("One signature is needed before this key works");
    const request = /\/approve\/(c_\w+)/.exec(text)?.[1] ?? "";
    expect(await page(`/console/keys/${form.id}`)).toContain(`/approve/${request}`);
    const { call } = keyOn(text, form.id);
    expect((await call("GET", "/api/people")).status).toBe(401);
    expect((await company.alex.decide(request)).body.status).toBe("approved");
    expect((await call("GET", "/api/people")).status).toBe(200);
  });

  it.each(["manage", "people", "audit:read"])(
    "gets the scope %s from no developer, who may not do it either",
    async (scope) => {
      const project = await newProject(`Of a developer: ${scope}`);
      expect(await page(`/console/projects/${project}`, dora)).not.toContain(`value="${scope}"`);
      const sent = await dora.submit(`/console/projects/${project}/keys`, keyForm({ scopes: scope }));
      expect([sent.status, await sent.text()]).toEqual([403, expect.stringContaining("ask an owner")]);
      const { id } = await newKey(project, { scopes: scope });
      const rotated = await dora.submit(`/console/keys/${id}/rotate`, { id: freshId("k"), stops: "24" });
      expect(rotated.status).toBe(403);
      expect(await works(await newKey(project, {}, dora))).toBe(200);
    },
  );
});

describe("a key with the scope manage", () => {
  it("manages projects and keys over REST", async () => {
    const { call } = await newKey(await newProject("Managing"), { scopes: "manage" });
    const project = (await call("POST", "/api/projects", { name: "By program", mode: "test" })).body;
    expect(project).toMatchObject({ name: "By program", mode: "test", archivedAt: null });
    const renamed = await call("POST", `/api/projects/${project.id}/rename`, { name: "By a program" });
    expect(renamed.body.name).toBe("By a program");
    expect(
      statusAndCode(
        await call("POST", `/api/projects/${project.id}/rename`, { name: "X", was: "By program" }),
      ),
    ).toEqual([409, "changed_meanwhile"]);
    const created = await call("POST", "/api/keys", { project: project.id, label: "CI", expiresInDays: 1 });
    expect(created).toMatchObject({ status: 201, body: { signUrl: null, key: { state: "active" } } });
    const other = backend(fetchWorker, ORIGIN, created.body.secret);
    expect((await other("GET", "/api/confirmations")).status).toBe(200);
    const rotated = await call("POST", `/api/keys/${created.body.key.id}/rotate`, { stopsInHours: 0 });
    expect(rotated.body.key).toMatchObject({ label: "CI", replaces: created.body.key.id });
    expect((await other("GET", "/api/confirmations")).status).toBe(401);
    const revoked = await call("POST", `/api/keys/${rotated.body.key.id}/revoke`);
    expect(revoked.body.state).toBe("revoked");
    const listed = await call("GET", `/api/keys?project=${project.id}`);
    expect(listed.body.data.map(({ state }: { state: string }) => state).toSorted()).toEqual([
      "expired",
      "revoked",
    ]);
    expect((await call("POST", `/api/projects/${project.id}/archive`)).body.archivedAt).not.toBeNull();
    const archived = await call("GET", "/api/projects?archived=true");
    expect(archived.body.data).toContainEqual(expect.objectContaining({ id: project.id }));
  });

  it("does what the person who created it may still do, and no more", async () => {
    const project = await newProject("Of an admin");
    const mia = await company.enrolled("mia", "admin");
    await mia.elevate();
    const { call } = await newKey(project, { scopes: "manage" }, mia);
    const archive = () => call("POST", `/api/projects/${project}/archive`);
    await rows("UPDATE people SET role = 'developer' WHERE username = 'mia'");
    expect(statusAndCode(await archive())).toEqual([403, "not_allowed"]);
    const created = await call("POST", "/api/keys", { project, label: "CI" });
    expect(created.status).toBe(201);
    await rows("UPDATE people SET role = 'approver' WHERE username = 'mia'");
    expect(statusAndCode(await call("GET", "/api/projects"))).toEqual([403, "not_allowed"]);
    const other = await call("POST", `/api/keys/${created.body.key.id}/rotate`, { stopsInHours: 0 });
    expect([statusAndCode(other), other.body.detail]).toEqual([
      [403, "not_allowed"],
      expect.stringContaining("the person who created this key is approver now"),
    ]);
  });

  it("makes no other key with that scope, and one with a special scope waits", async () => {
    const project = await newProject("Limits of a key");
    const { id, call } = await newKey(project, { scopes: "manage" });
    const ask = (scope: string) => call("POST", "/api/keys", { project, label: scope, scopes: [scope] });
    expect(statusAndCode(await ask("manage"))).toEqual([403, "not_allowed"]);
    expect(statusAndCode(await call("POST", `/api/keys/${id}/rotate`, {}))).toEqual([403, "not_allowed"]);
    const special = await ask("audit:read");
    expect(special.body).toMatchObject({ key: { state: "waiting" }, signUrl: expect.any(String) });
    const waits = backend(fetchWorker, ORIGIN, special.body.secret);
    expect((await waits("GET", "/api/audit/export")).status).toBe(401);
    await call("POST", `/api/keys/${special.body.key.id}/revoke`);
    expect((await company.alex.decide(idOf(special.body.signUrl))).status).toBe(409);
  });

  it("gives nothing more once its person has another role", async () => {
    const project = await newProject("Demoted");
    const carla = await company.enrolled("carla", "admin");
    await carla.elevate();
    const { call } = await newKey(project, { scopes: "manage" }, carla);
    await rows("UPDATE people SET role = 'approver' WHERE username = 'carla'");
    const sent = await call("POST", "/api/keys", { project, label: "More" });
    expect(statusAndCode(sent)).toEqual([403, "not_allowed"]);
  });

  it("is named in the audit trail with what it did", async () => {
    expect(await page("/console/trail")).toMatch(/Revoked the API key|Created the API key/);
    const acts = await rows(
      "SELECT DISTINCT act, actor_kind FROM trail WHERE act LIKE 'key.%' ORDER BY 1, 2",
    );
    expect(acts).toContainEqual({ act: "key.rotated", actor_kind: "key" });
  });
});
