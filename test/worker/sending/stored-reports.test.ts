import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reset } from "cloudflare:test";
import { applyUnsigned, tickDue } from "../../../src/app/confirmation/apply-unsigned.ts";
import type { Runtime } from "../../../src/app/runtime.ts";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { projects } from "../../../src/store/schema.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { insertRow, rows, type Row } from "../support/database-rows.ts";
import { personNamed, presign, submit, type Signer } from "../support/signed-decisions.ts";
import { needOf, requestUnder, staged } from "../policies/support/frozen-policies.ts";
import { freshPlatform, newCompany, runtimeOf, type Company } from "../support/worker-fixture.ts";

// What is stored to be sent, in the transaction that it reports.

const MINUTE_MILLISECONDS = 60_000;
const ESCALATION_SECONDS = 300;

let company: Company;
let runtime: Runtime;
let store: TenantStore;
let project: string;
const signers: Record<"alex" | "maria" | "bo", Signer> = {} as never;

const insert = async (table: string, row: Row) => insertRow(store.tenantId, table, row);
const ALL = ["created", "escalated", "approved", "rejected", "cancelled", "expired", "consumed"];
const webhook = async (id: string, more: Row = {}) =>
  insert("webhooks", {
    id,
    name: "",
    // No such host: nothing is sent.
    url: "https://hook.invalid/",
    format: "standard",
    events: JSON.stringify(ALL.map((name) => `confirmation.${name}`)),
    created_at: 0,
    ...more,
  });
const channel = async (id: string, more: Row) =>
  insert("channels", { id, kind: "chat", name: "", address: id, created_at: 0, verified_at: 0, ...more });

beforeAll(async () => {
  const platform = await freshPlatform();
  company = await newCompany(platform);
  ({ store } = company);
  runtime = runtimeOf(store);
  project = (await store.first(projects))?.id ?? "";
  const maria = await company.enrolled("maria");
  const bo = await company.enrolled("bo");
  for (const [name, { passkey }] of [
    ["alex", company.alex],
    ["maria", maria],
    ["bo", bo],
  ] as const)
    signers[name] = { person: await personNamed(store, name), passkey };
  await insert("projects", { id: "j_other", name: "Other", created_at: 0 });
  await webhook("w_all");
  await webhook("w_outcomes", { events: '["confirmation.approved","confirmation.rejected"]' });
  await webhook("w_project", { project_id: project });
  await webhook("w_other", { project_id: "j_other" });
  await webhook("w_disabled", { disabled_at: 1, disabled_because: "person" });
  await webhook("w_removed", { removed_at: 1 });
  for (const [name, { person }] of Object.entries(signers))
    await channel(`n_${name}`, { person_id: person.id });
  const ofAlex = { person_id: signers.alex.person.id };
  await channel("n_unverified", { ...ofAlex, kind: "email", verified_at: null });
  await channel("n_ended", { ...ofAlex, ended_at: 1, ended_because: "gone" });
  await channel("n_never", { ...ofAlex, use: "never" });
  await channel("n_off", { ...ofAlex, kind: "teams" });
  await channel("n_always", { ...ofAlex, kind: "teams", use: "always", address: "always" });
  await channel("n_room", { project_id: project });
  await channel("n_other_room", { project_id: "j_other" });
  await rows("UPDATE projects SET notice_kinds = 'push email chat' WHERE tenant_id = ?1", store.tenantId);
}, 60_000);
afterAll(() => reset());

/** Any of alex and maria; five minutes later bo as well. Bo may decide alone in an emergency. */
async function asked(): Promise<string> {
  const { alex, maria, bo } = signers;
  const policy = staged([[needOf(1, [alex, maria])]], {
    escalations: [{ afterSeconds: ESCALATION_SECONDS, stage: 1, needs: [needOf(1, [alex, maria, bo])] }],
    breakGlass: [bo.person.id],
  });
  return requestUnder(runtime, store, policy, {
    project: { id: project, name: "Default", mode: "live" },
    requester: { kind: "service", id: "k_asks", name: "Agent", person: null },
    payload: expectOk(canonicalPayload({ service: "api" })),
    expiresInMilliseconds: 20 * MINUTE_MILLISECONDS,
  });
}
const decide = async (id: string, name: keyof typeof signers, vote: "approve" | "reject" | "break-glass") =>
  submit(runtime, store, await presign(runtime, store, id, signers[name], vote, "A reason"));
const later = (seconds: number): Runtime => ({ ...runtime, now: () => Date.now() + seconds * 1_000 });

/** The events of this request that a webhook gets, in order. */
const eventsOf = async (id: string, hook: string) => {
  const found = await rows(
    "SELECT * FROM webhook_deliveries WHERE subject_id = ?1 AND webhook_id = ?2 ORDER BY sequence",
    id,
    hook,
  );
  return found.map(({ type }) => String(type).replace("confirmation.", ""));
};
const noticesOf = async (id: string, kind: string) => {
  const found = await rows(
    "SELECT * FROM notices WHERE confirmation_id = ?1 AND kind = ?2 ORDER BY channel_id",
    id,
    kind,
  );
  return found.map(({ channel_id: of }) => String(of).slice("n_".length));
};

describe("what webhooks get of", () => {
  const ends: readonly [string, (id: string) => Promise<unknown>, readonly string[]][] = [
    ["an approval", (id) => decide(id, "alex", "approve"), ["created", "approved"]],
    ["a rejection", (id) => decide(id, "alex", "reject"), ["created", "rejected"]],
    ["an emergency approval", (id) => decide(id, "bo", "break-glass"), ["created", "approved"]],
    [
      "a cancellation",
      (id) => applyUnsigned(runtime, store, id, { kind: "cancel" }),
      ["created", "cancelled"],
    ],
    ["an escalation", (id) => escalate(id), ["created", "escalated"]],
    ["an expiry", (id) => applyUnsigned(later(1_201), store, id, { kind: "tick" }), ["created", "expired"]],
    ["a use", approveAndUse, ["created", "approved", "consumed"]],
  ];
  it.each(ends)("%s", async (_what, end, expected) => {
    const id = await asked();
    await end(id);
    await runtime.desk.seal();
    const outcomes = expected.filter((name) => name === "approved" || name === "rejected");
    const all = ["w_all", "w_project", "w_disabled", "w_outcomes", "w_other", "w_removed"];
    expect(await Promise.all(all.map((hook) => eventsOf(id, hook)))).toEqual([
      expected,
      expected,
      expected,
      outcomes,
      [],
      [],
    ]);
  });

  const escalate = (id: string) => applyUnsigned(later(ESCALATION_SECONDS + 1), store, id, { kind: "tick" });
  async function approveAndUse(id: string): Promise<void> {
    await decide(id, "maria", "approve");
    const payloadHash = expectOk(canonicalPayload({ service: "api" })).hash;
    expectOk(await applyUnsigned(runtime, store, id, { kind: "consume", payloadHash }));
  }

  it("a request: who asked, and who completed the outcome, by ids only", async () => {
    const id = await asked();
    await decide(id, "maria", "approve");
    await runtime.desk.seal();
    const stored = await rows(
      "SELECT data FROM webhook_deliveries WHERE subject_id = ?1 AND webhook_id = 'w_all' ORDER BY sequence",
      id,
    );
    const requester = { kind: "service", id: "k_asks" };
    const [created, approved] = stored.map(({ data }) => JSON.parse(String(data)));
    expect(created).toMatchObject({ id, status: "pending", requester });
    expect(created).not.toHaveProperty("decidedBy");
    expect(approved).toMatchObject({ id, status: "approved", requester, decidedBy: signers.maria.person.id });
    expect(JSON.stringify(stored)).not.toMatch(/Deploy|maria|Agent/);
  });

  it("a change: whom and which passkey it concerns", async () => {
    await webhook("w_changes", { events: '["credential.endorsed","credential.revoked"]' });
    const { passkey } = await company.enrolled("kim");
    const kim = (await personNamed(store, "kim")).id;
    const stored = await rows("SELECT data FROM webhook_deliveries WHERE webhook_id = 'w_changes'");
    expect(stored.map(({ data }) => JSON.parse(String(data)))).toMatchObject([
      {
        status: "approved",
        person: kim,
        credential: passkey.credential.id,
        decidedBy: signers.alex.person.id,
      },
    ]);
  });

  it("an outcome, not before it is in the log, and once however often it is sealed", async () => {
    const id = await asked();
    const lost: Runtime = { ...runtime, desk: { ...runtime.desk, seal: async () => undefined } };
    expectOk(await submit(lost, store, await presign(lost, store, id, signers.alex)));
    expect(await eventsOf(id, "w_all")).toEqual(["created"]);
    expect(await noticesOf(id, "closed")).toEqual([]);
    await runtime.desk.seal();
    await rows("UPDATE outbox SET idx = NULL WHERE confirmation_id = ?1", id);
    await runtime.desk.seal();
    expect(await eventsOf(id, "w_all")).toEqual(["created", "approved"]);
  });

  it("numbers them without a gap, holds those of a disabled webhook, and gives one event one id", async () => {
    const of = async (hook: string) =>
      rows("SELECT * FROM webhook_deliveries WHERE webhook_id = ?1 ORDER BY sequence", hook);
    const [all, disabled] = await Promise.all([of("w_all"), of("w_disabled")]);
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_row, place) => place + 1));
    expect(new Set(disabled.map(({ state }) => state))).toEqual(new Set(["held"]));
    expect(disabled.map(({ event_id: id }) => id)).toEqual(all.map(({ event_id: id }) => id));
    expect(JSON.parse(String(all[0]?.["data"]))).toMatchObject({
      status: "pending",
      project: { id: project, mode: "live" },
    });
  });
});

describe("who hears of", () => {
  it("a new request: those who may sign at once, on the channels that they and the project want", async () => {
    const id = await asked();
    const heard = ["alex", "always", "maria", "room"];
    expect([await noticesOf(id, "asked"), await noticesOf(id, "reminder")]).toEqual([heard, heard]);
    const [reminder] = await rows(
      "SELECT n.due_at - n.at AS wait FROM notices n WHERE confirmation_id = ?1 AND kind = 'reminder'",
      id,
    );
    expect(reminder?.["wait"]).toBe(10 * MINUTE_MILLISECONDS);
  });

  it("a request of a project without reminders: nobody is reminded", async () => {
    const set = async (percent: number) =>
      rows("UPDATE projects SET reminder_percent = ?1 WHERE id = ?2", percent, project);
    await set(0);
    const id = await asked();
    await set(50);
    expect([(await noticesOf(id, "asked")).length, await noticesOf(id, "reminder")]).toEqual([4, []]);
  });

  it("an escalation: those who may sign since then", async () => {
    const id = await asked();
    await tickDue(later(ESCALATION_SECONDS + 1), store);
    expect(await noticesOf(id, "escalated")).toEqual(["bo", "room"]);
  });

  it("an outcome: those who heard of the request and did not sign", async () => {
    const id = await asked();
    const heard = "kind = 'asked' AND channel_id IN ('n_alex', 'n_maria', 'n_room')";
    await rows(
      `UPDATE notices SET state = 'sent', due_at = NULL WHERE confirmation_id = ?1 AND ${heard}`,
      id,
    );
    await decide(id, "alex", "approve");
    await runtime.desk.seal();
    expect(await noticesOf(id, "closed")).toEqual(["maria", "room"]);
  });

  it("an emergency approval: everybody who could have signed, and no second time", async () => {
    const id = await asked();
    await decide(id, "bo", "break-glass");
    await runtime.desk.seal();
    expect([await noticesOf(id, "break-glass"), await noticesOf(id, "closed")]).toEqual([
      ["alex", "always", "bo", "maria", "room"],
      [],
    ]);
  });

  it("an emergency approval that is not in the log: nobody", async () => {
    const id = await asked();
    const unsealed = { ...runtime, desk: { ...runtime.desk, seal: async () => undefined } };
    const signed = await presign(runtime, store, id, signers.bo, "break-glass", "A reason");
    await submit(unsealed, store, signed);
    expect(await noticesOf(id, "break-glass")).toEqual([]);
    await runtime.desk.seal();
    expect(await noticesOf(id, "break-glass")).toHaveLength(5);
  });

  it("the same request, asked again: nobody hears twice", async () => {
    const call = { "idempotency-key": "again" };
    const request = { username: "maria", action: "Deploy", payload: {} };
    const [first, second] = [
      await company.api("POST", "/api/confirmations", request, call),
      await company.api("POST", "/api/confirmations", request, call),
    ];
    expect(second.body.id).toBe(first.body.id);
    expect(await noticesOf(first.body.id, "asked")).toEqual(["maria", "room"]);
    expect(await eventsOf(first.body.id, "w_all")).toEqual(["created"]);
  });
});
