import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  webhookAnswer,
  webhookKeysAnswer,
  deliveriesAnswer,
} from "../../../src/http/rest/account/webhook-schemas.ts";
import { backend } from "../../support/browser-client.ts";
import { WebhookReceiver } from "../../support/receivers/webhook-receiver.ts";
import { changedBy, rows } from "../support/database-rows.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { keyOf } from "../support/mcp-agent.ts";
import { fetchWorker, freshPlatform, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import { receiveFrom } from "./support/desk-receiver.ts";

// Webhooks over REST, by a key with the scope `manage`.

type Call = ReturnType<typeof backend>;

let company: Company;
let manage: Call;
let others: Call;
let id: string;
beforeAll(async () => {
  const platform = await freshPlatform();
  company = await newCompany(platform);
  const caller = async (of: Company) => backend(fetchWorker, ORIGIN, await keyOf(of, ["manage"]));
  manage = await caller(company);
  others = await caller(await newCompany(platform, "Other"));
  await receiveFrom(company.store, new WebhookReceiver());
  id = (await create()).body.webhook.id;
  await rows("UPDATE webhooks SET disabled_at = 1, disabled_because = 'person' WHERE id = ?1", id);
  await rows(
    `INSERT INTO webhook_deliveries (tenant_id, webhook_id, sequence, event_id, type, at, subject_id, data, state, tries)
     VALUES (?1, ?2, 1, 'e_1', 'confirmation.approved', 1, 'c_1', '{}', 'held',
       '[{"at":1,"status":500,"milliseconds":2,"error":null}]')`,
    company.store.tenantId,
    id,
  );
}, 60_000);
afterAll(() => reset());

const HOOK = { name: "Payouts", url: "https://hook.example.com/in" };
const create = async (more: object = {}) => manage("POST", "/api/webhooks", { ...HOOK, ...more });

it("create, read, change, rotate and remove a webhook", async () => {
  const created = await create({ events: ["confirmation.approved"], format: "ocsf" });
  expect(created.status).toBe(201);
  const { webhook, secret } = webhookKeysAnswer.parse(created.body);
  expect(webhook).toMatchObject({
    ...HOOK,
    events: ["confirmation.approved"],
    format: "ocsf",
    project: null,
  });
  const path = `/api/webhooks/${webhook.id}`;
  expect((await manage("GET", path)).body).toEqual(webhook);
  const changed = await manage("POST", `${path}/change`, { url: "https://hook.example.com/other" });
  expect([changed.status, changed.body]).toEqual([
    200,
    { ...webhook, url: "https://hook.example.com/other" },
  ]);
  const rotated = await manage("POST", `${path}/rotate`);
  expect(rotated.status).toBe(200);
  expect(webhookKeysAnswer.parse(rotated.body).secret).not.toBe(secret);
  expect(rotated.body.webhook.rotatesUntil).toEqual(expect.any(String));
  expect((await manage("POST", `${path}/disable`)).body).toMatchObject({ disabledBecause: "person" });
  expect((await manage("POST", `${path}/enable`)).body).toMatchObject({ state: "enabled", disabledAt: null });
  expect((await manage("POST", `${path}/remove`)).status).toBe(200);
  expect((await manage("GET", path)).status).toBe(404);
  const { body } = await manage("GET", "/api/webhooks");
  expect(body.data.map((one: { id: string }) => one.id)).toEqual([id]);
  expect(webhookAnswer.parse(body.data[0])).toMatchObject({ id, disabledBecause: "person" });
  const acts = await rows("SELECT act, actor_kind FROM trail WHERE subject_id = ?1 ORDER BY id", webhook.id);
  expect(acts.map(({ act, actor_kind: by }) => [act, by])).toEqual(
    ["created", "changed", "rotated", "disabled", "enabled", "removed"].map((verb) => [
      `webhook.${verb}`,
      "key",
    ]),
  );
});

it("list deliveries with their attempts", async () => {
  const { status, body } = await manage(
    "GET",
    `/api/webhooks/${id}/deliveries?state=held&type=confirmation.approved`,
  );
  expect([status, deliveriesAnswer.parse(body)]).toEqual([
    200,
    {
      data: [
        {
          sequence: 1,
          eventId: "e_1",
          type: "confirmation.approved",
          at: "1970-01-01T00:00:00.001Z",
          subject: "c_1",
          state: "held",
          dueAt: null,
          attempts: [{ at: "1970-01-01T00:00:00.001Z", status: 500, milliseconds: 2, error: null }],
        },
      ],
      next: null,
    },
  ]);
  expect((await manage("GET", `/api/webhooks/${id}/deliveries?state=failed`)).body.data).toEqual([]);
});

it("replay one delivery, and all since a time", async () => {
  const own = (await create()).body.webhook.id as string;
  const test = await manage("POST", `/api/webhooks/${own}/test`);
  expect([test.status, test.body]).toMatchObject([201, { sequence: 1, type: "webhook.test", subject: own }]);
  const replay = async (body: object) => (await manage("POST", `/api/webhooks/${own}/replay`, body)).body;
  expect(await replay({ sequence: 1 })).toEqual({ count: 1, hasMore: false });
  expect(await replay({ since: new Date(Date.now() + 60_000).toISOString() })).toEqual({
    count: 0,
    hasMore: false,
  });
  await rows("UPDATE webhook_deliveries SET state = 'failed', due_at = NULL WHERE webhook_id = ?1", own);
  expect(await replay({ since: "2026-01-31T12:00:00Z" })).toEqual({ count: 1, hasMore: false });
  await manage("POST", `/api/webhooks/${own}/remove`);
});

describe("a call that is refused changes nothing", () => {
  it.each<[name: string, path: string, body: object | undefined, status: number, code: string]>([
    ["an address inside", "", { ...HOOK, url: "https://10.0.0.1/" }, 422, "address_refused"],
    [
      "an address without encryption",
      "",
      { ...HOOK, url: "http://hook.example.com/" },
      422,
      "address_refused",
    ],
    ["no address", "", { name: "Payouts" }, 422, "validation_failed"],
    ["no event", "", { ...HOOK, events: [] }, 422, "validation_failed"],
    ["an unknown event", "", { ...HOOK, events: ["confirmation.seen"] }, 422, "validation_failed"],
    ["an unknown project", "", { ...HOOK, project: "j_absent" }, 422, "validation_failed"],
    ["an unknown field", "", { ...HOOK, secret: "mine" }, 422, "validation_failed"],
    ["a change to an address inside", "/ID/change", { url: "https://a.internal/" }, 422, "address_refused"],
    ["a change of the format", "/ID/change", { format: "ocsf" }, 422, "validation_failed"],
    ["a test of a disabled webhook", "/ID/test", undefined, 409, "webhook_disabled"],
    ["a replay to a disabled webhook", "/ID/replay", { sequence: 1 }, 409, "webhook_disabled"],
    ["a replay since a time to it", "/ID/replay", { since: "2026-01-31T12:00:00Z" }, 409, "webhook_disabled"],
    [
      "a replay of both",
      "/ID/replay",
      { sequence: 1, since: "2026-01-31T12:00:00Z" },
      422,
      "validation_failed",
    ],
    ["a replay of nothing", "/ID/replay", {}, 422, "validation_failed"],
    ["a replay of states only", "/ID/replay", { states: ["failed"] }, 422, "validation_failed"],
    ["a replay since no time", "/ID/replay", { since: "yesterday" }, 422, "validation_failed"],
  ])("%s", async (_name, path, body, status, code) => {
    let answer: Awaited<ReturnType<Call>> | undefined;
    const differs = await changedBy(async () => {
      answer = await manage("POST", `/api/webhooks${path.replace("ID", id)}`, body);
    });
    expect([answer && statusAndCode(answer), differs]).toEqual([[status, code], []]);
  });

  it.each(["state=sent", "type=x", "before=0", "before=x", "page=2"])("the query %s", async (query) => {
    const answer = await manage("GET", `/api/webhooks/${id}/deliveries?${query}`);
    expect(statusAndCode(answer)).toEqual([422, "validation_failed"]);
  });

  it.each([
    ["GET", "", undefined],
    ["GET", "/deliveries", undefined],
    ["POST", "/change", { name: "Mine" }],
    ["POST", "/rotate", undefined],
    ["POST", "/disable", undefined],
    ["POST", "/enable", undefined],
    ["POST", "/remove", undefined],
    ["POST", "/test", undefined],
    ["POST", "/replay", { sequence: 1 }],
    ["POST", "/replay", { since: "2026-01-31T12:00:00Z" }],
  ] as const)("%s %s of another organisation, which looks absent", async (method, path, body) => {
    const differs = await changedBy(async () => {
      for (const one of [id, "w_absent"]) {
        const answer = await others(method, `/api/webhooks/${one}${path}`, body);
        expect([one, ...statusAndCode(answer)]).toEqual([one, 404, "not_found"]);
      }
    });
    expect(differs).toEqual([]);
  });

  it("a change to events that no project's webhook gets", async () => {
    const [project] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", company.store.tenantId);
    const { body } = await create({ project: project?.["id"] });
    const path = `/api/webhooks/${body.webhook.id}`;
    const answer = await manage("POST", `${path}/change`, { events: ["quota.warning"] });
    expect(statusAndCode(answer)).toEqual([422, "validation_failed"]);
    await manage("POST", `${path}/remove`);
  });

  it("a creation beyond 20", async () => {
    await rows(
      `INSERT INTO webhooks (tenant_id, id, name, url, format, events, created_at)
       WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 19)
       SELECT ?1, 'w_full' || n, 'Full', 'https://hook.example.com/', 'standard', '[]', 1 FROM numbers`,
      company.store.tenantId,
    );
    expect(statusAndCode(await create())).toEqual([429, "quota_exceeded"]);
    await rows("DELETE FROM webhooks WHERE id LIKE 'w_full%'");
  });
});
