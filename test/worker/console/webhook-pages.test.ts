import { reset } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { newId } from "../../../src/app/runtime.ts";
import type { BrowserClient } from "../../support/browser-client.ts";
import { WebhookReceiver, type ReceivedEvent } from "../../support/receivers/webhook-receiver.ts";
import { rows } from "../support/database-rows.ts";
import { bindings, freshPlatform, idOf, newCompany, type Company } from "../support/worker-fixture.ts";
import { receiveFrom } from "../webhooks/support/desk-receiver.ts";

// Webhooks in the console, with a backend that takes only what is signed with the secret that the console shows.

let company: Company;
let other: Company;
let dora: BrowserClient;
const receiver = new WebhookReceiver();
beforeAll(async () => {
  const platform = await freshPlatform();
  company = await newCompany(platform);
  other = await newCompany(platform, "Other");
  dora = await company.enrolled("dora", "developer");
  for (const client of [company.alex, other.alex, dora]) await client.elevate();
  await receiveFrom(company.store, receiver);
}, 60_000);
afterAll(() => reset());
beforeEach(() => {
  receiver.answer = () => 204;
});

const ALL = ["confirmation.created", "confirmation.approved", "quota.warning"];
type Fields = Readonly<Record<string, string | readonly string[]>>;
/** Several values of a name are several check boxes. */
const fieldsOf = (fields: Fields) =>
  Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, one] as [string, string]),
  );
const freshId = () => newId(createPlatform(bindings), "w");
const form = (more: Fields = {}): Fields => ({
  id: freshId(),
  name: "Payouts",
  url: "https://hook.example.com/in",
  events: ALL,
  project: "",
  format: "standard",
  ...more,
});
const send = async (path: string, fields: Fields = {}, by = company.alex) =>
  by.submit(path, fieldsOf(fields));
const page = async (path: string, by = company.alex) => (await by.get(path)).text();
const secretIn = (text: string) => /whsec_[\w+/=]+/.exec(text)?.[0] ?? "";
const publicKeyIn = (text: string) => /whpk_[\w+/=]+/.exec(text)?.[0] ?? "";
const trailOf = async (id: string) =>
  (await rows("SELECT act FROM trail WHERE subject_id = ?1 ORDER BY id", id)).map(({ act }) => act);

/** Its path. The receiver knows its keys from then on. */
async function newHook(more: Fields = {}): Promise<string> {
  const id = freshId();
  const fields = form({ id, url: `https://hook.example.com/${id}`, ...more });
  const sent = await send("/console/webhooks", fields);
  const text = await sent.text();
  expect([sent.status, text]).toEqual([200, expect.stringContaining("whsec_")]);
  receiver.keys = { secrets: [secretIn(text)], publicKeys: [publicKeyIn(text)] };
  return `/console/webhooks/${id}`;
}
async function arrived(matches: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent> {
  await expect.poll(() => receiver.events.some(matches)).toBe(true);
  return receiver.events.findLast(matches) as ReceivedEvent;
}
/** Sends a test event and waits until it has arrived. Its path and what arrived. */
async function tested(hook: string) {
  const sent = await send(`${hook}/test`);
  expect(sent.status).toBe(303);
  const path = sent.headers.get("location") ?? "";
  const event = await arrived(
    ({ event: { type, data, sequence } }) =>
      type === "webhook.test" && data.id === idOf(hook) && sequence === Number(idOf(path)),
  );
  return { path, event };
}
const stateOf = async (path: string) =>
  (
    await rows(
      "SELECT state FROM webhook_deliveries WHERE webhook_id = ?1 AND sequence = ?2",
      ...placeIn(path),
    )
  )[0]?.["state"];
const placeIn = (path: string): [string, number] => {
  const [, , , id = "", , sequence] = path.split("/");
  return [id, Number(sequence)];
};
async function until(path: string, state: string): Promise<void> {
  await expect.poll(() => stateOf(path)).toBe(state);
}
/** Deliveries of old requests, the last one the newest. */
async function fill(hook: string, count: number, state: string, at = Date.now()): Promise<void> {
  await rows(
    `INSERT INTO webhook_deliveries (tenant_id, webhook_id, sequence, event_id, type, at, subject_id, data, state)
     WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?3)
     SELECT ?1, ?2, n, 'e_' || n, 'confirmation.created', ?5, 'c_' || n, '{}', ?4 FROM numbers`,
    company.store.tenantId,
    idOf(hook),
    count,
    state,
    at,
  );
}
const setState = async (hook: string, state: string, ...sequences: readonly number[]) =>
  rows(
    `UPDATE webhook_deliveries SET state = ?2 WHERE webhook_id = ?1 AND sequence IN (SELECT value FROM json_each(?3))`,
    idOf(hook),
    state,
    JSON.stringify(sequences),
  );

describe("a webhook", () => {
  it("is created once, with its secret, however often its form is sent", async () => {
    const fields = form({ name: "Once" });
    const sent = await send("/console/webhooks", fields);
    expect([sent.status, await sent.text()]).toEqual([200, expect.stringMatching(/whsec_[\w+/=]{44}/)]);
    const again = await send("/console/webhooks", fields);
    expect([again.status, await again.text()]).toEqual([
      409,
      expect.stringContaining("has already created the webhook"),
    ]);
    expect((await page("/console/webhooks")).match(/>Once</g)).toHaveLength(1);
    expect(await trailOf(String(fields["id"]))).toEqual(["webhook.created"]);
  });

  it.each<[string, Fields, string]>([
    ["no name", { name: " " }, "must not be empty"],
    ["a name with an invisible character", { name: "Pay\u200Bouts" }, "U+200B"],
    ["no address", { url: "" }, "must not be empty"],
    ["text instead of an address", { url: "hook" }, "this is no address"],
    ["an address without encryption", { url: "http://hook.example.com/" }, "must begin with https://"],
    ["another port", { url: "https://hook.example.com:8443/" }, "only port 443"],
    ["an address in numbers", { url: "https://10.0.0.1/" }, "not an address in numbers"],
    ["an address in one number", { url: "https://2130706433/" }, "not an address in numbers"],
    ["an address of IPv6", { url: "https://[::1]/" }, "not an address in numbers"],
    ["a name of the network inside", { url: "https://metadata.internal/" }, "the host must be public"],
    ["the machine itself", { url: "https://localhost/" }, "the host must be public"],
    ["a password in the address", { url: "https://a:b@hook.example.com/" }, "leave out the user name"],
    ["a long address", { url: `https://hook.example.com/${"a".repeat(2_000)}` }, "more than 2000 characters"],
    ["no event", { events: [] }, "has no event; choose at least one"],
    ["an unknown event", { events: "confirmation.seen" }, "has an event that does not exist"],
    ["the test event", { events: "webhook.test" }, "has an event that does not exist"],
    ["an unknown project", { project: "j_1" }, "there is no such project"],
    ["another format", { format: "xml" }, "must be one of"],
    ["an id that no page has drawn", { id: "w_1" }, "is not what this page sent"],
    ["an unknown field", { secret: "mine" }, "is not a field of this request"],
  ])("is not created with %s", async (_name, wrong, text) => {
    const before = await rows("SELECT count(*) AS n FROM webhooks");
    const sent = await send("/console/webhooks", form(wrong));
    expect([sent.status, await sent.text()]).toEqual([422, expect.stringContaining(text)]);
    expect(await rows("SELECT count(*) AS n FROM webhooks")).toEqual(before);
  });

  it("of one project needs an event that the project can have, and a project in use", async () => {
    const [project] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", company.store.tenantId);
    const of = { project: String(project?.["id"]) };
    const none = await send("/console/webhooks", form({ ...of, events: "quota.warning" }));
    expect([none.status, await none.text()]).toEqual([
      422,
      expect.stringContaining("gets none of them; choose all projects"),
    ]);
    const [foreign] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", other.store.tenantId);
    const sent = await send("/console/webhooks", form({ project: String(foreign?.["id"]) }));
    expect([sent.status, await sent.text()]).toEqual([422, expect.stringContaining("no such project")]);
    const archived = freshId().replace("w_", "j_");
    await rows(
      "INSERT INTO projects (tenant_id, id, name, created_at, mode, archived_at) VALUES (?1, ?2, 'Old', 1, 'live', 2)",
      company.store.tenantId,
      archived,
    );
    const late = await send("/console/webhooks", form({ project: archived }));
    expect([late.status, await late.text()]).toEqual([409, expect.stringContaining("is archived")]);
  });

  it("shows its secret only on a page of its own, and the audit trail says who looked", async () => {
    const hook = await newHook({ name: "Quiet" });
    for (const path of ["/console/webhooks", hook]) expect(await page(path)).not.toMatch(/whsec_\w/);
    const shown = await send(`${hook}/secret`, {}, dora);
    expect(secretIn(await shown.text())).toBe(receiver.keys.secrets?.[0]);
    expect(await trailOf(idOf(hook))).toEqual(["webhook.created", "webhook.secret_shown"]);
    const waits = await send(`${hook}/secret`, {}, await company.enrolled("dave", "developer"));
    expect([waits.status, await waits.text()]).toEqual([403, expect.not.stringMatching(/whsec_\w/)]);
  });

  it("changes only if it still is as the person saw it", async () => {
    const hook = await newHook({ name: "Before", url: "https://hook.example.com/in" });
    const seen = { name: "Before", url: "https://hook.example.com/in", events: ALL, project: null };
    const change = async (more: Fields, was: object = seen) =>
      send(`${hook}/change`, {
        name: "After",
        url: "https://hook.example.com/other",
        events: ALL,
        project: "",
        was: JSON.stringify(was),
        ...more,
      });
    expect((await change({})).status).toBe(303);
    expect(await page(hook)).toContain("https://hook.example.com/other");
    const late = await change({ name: "Later" });
    expect([late.status, await late.text()]).toEqual([
      409,
      expect.stringContaining("has changed this webhook meanwhile (name, url)"),
    ]);
    const wrong = await change({ url: "https://10.0.0.1/" }, { ...seen, name: "After" });
    expect([wrong.status, await wrong.text()]).toEqual([
      422,
      expect.stringContaining("not an address in numbers"),
    ]);
    expect(await page(hook)).toContain("<h1>After</h1>");
  });

  it("is refused beyond 20, and a removed one makes room", async () => {
    await rows(
      `INSERT INTO webhooks (tenant_id, id, name, url, format, events, created_at)
       WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20)
       SELECT ?1, 'w_full' || n, 'Full', 'https://hook.example.com/', 'standard', '[]', 1 FROM numbers`,
      other.store.tenantId,
    );
    const full = await send("/console/webhooks", form(), other.alex);
    expect([full.status, await full.text()]).toEqual([429, expect.stringContaining("at most 20 webhooks")]);
    expect(await page("/console/webhooks", other.alex)).toContain("There can&#39;t be more webhooks");
    const unsure = await send("/console/webhooks/w_full1/remove", {}, other.alex);
    expect(unsure.status).toBe(422);
    await send("/console/webhooks/w_full1/remove", { confirm: "yes" }, other.alex);
    expect((await other.alex.get("/console/webhooks/w_full1")).status).toBe(404);
    expect((await send("/console/webhooks", form(), other.alex)).status).toBe(200);
  });

  it("of another organisation is not found, whatever is asked", async () => {
    const hook = await newHook({ name: "Ours" });
    const { path } = await tested(hook);
    for (const one of [hook, `${hook}/deliveries`, path])
      expect([one, (await other.alex.get(one)).status]).toEqual([one, 404]);
    const forms: readonly [string, Fields][] = [
      ...["secret", "rotate", "disable", "enable", "test"].map((verb): [string, Fields] => [
        `${hook}/${verb}`,
        {},
      ]),
      [`${hook}/remove`, { confirm: "yes" }],
      [`${hook}/replay`, { since: "24", which: "all" }],
      [`${path}/replay`, {}],
    ];
    for (const [one, fields] of forms)
      expect([one, (await send(one, fields, other.alex)).status]).toEqual([one, 404]);
    expect(await trailOf(idOf(hook))).toEqual(["webhook.created", "webhook.tested"]);
  });
});

describe("a test event", () => {
  it("arrives with the signature of the secret that was shown, and its page has exactly what was sent", async () => {
    const hook = await newHook({ name: "Tested" });
    const { path, event } = await tested(hook);
    await until(path, "delivered");
    const shown = (await page(path)).replaceAll("&quot;", '"');
    expect(shown).toContain(event.text);
    for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature", "content-type"])
      expect(shown).toContain(`${name}: ${event.headers[name] ?? ""}`);
    expect(shown).toContain("Answered 204");
    expect(event.event.data).toEqual({
      id: idOf(hook),
      name: "Tested",
      url: expect.stringMatching(/\/console\/webhooks\/w_/),
    });
  });

  it("goes to one webhook only, and to none that is disabled", async () => {
    const hook = await newHook({ name: "One" });
    await send(`${hook}/disable`);
    const sent = await send(`${hook}/test`);
    expect([sent.status, await sent.text()]).toEqual([
      409,
      expect.stringContaining("is disabled, so nothing is sent"),
    ]);
  });
});

describe("a rotation", () => {
  it("lets both secrets sign, and the page of an earlier attempt keeps its signature", async () => {
    const hook = await newHook({ name: "Rotating" });
    const before = await tested(hook);
    const earlier = receiver.keys;
    const rotated = await (await send(`${hook}/rotate`)).text();
    const later = { secrets: [secretIn(rotated)], publicKeys: [publicKeyIn(rotated)] };
    expect(later.secrets).not.toEqual(earlier.secrets);
    receiver.keys = {
      secrets: [...(earlier.secrets ?? []), ...later.secrets],
      publicKeys: [...(earlier.publicKeys ?? []), ...later.publicKeys],
    };
    expect((await tested(hook)).event.keys).toHaveLength(4);
    await until(before.path, "delivered");
    expect(await page(before.path)).toContain(before.event.headers["webhook-signature"]);
    expect(await page(hook)).toContain("The earlier one signs as well until");
  });
});

describe("a disabled webhook", () => {
  it("holds what happens until somebody enables it and sends it again", async () => {
    const hook = await newHook({ name: "Sleeping", events: "confirmation.created" });
    await send(`${hook}/disable`);
    expect(await page(hook)).toContain("Somebody has disabled it");
    const asked = await company.asked();
    const path = `${hook}/deliveries/1`;
    expect(await stateOf(path)).toBe("held");
    const early = await send(`${path}/replay`);
    expect(early.status).toBe(409);
    await send(`${hook}/enable`);
    expect(await stateOf(path)).toBe("held");
    const sent = await send(`${hook}/replay`, { since: "1", which: "missed" });
    expect([sent.status, await sent.text()]).toEqual([
      200,
      expect.stringContaining("1 delivery is sent again now"),
    ]);
    await arrived(({ event }) => event.type === "confirmation.created" && event.data.id === asked);
    await until(path, "delivered");
    expect(await trailOf(idOf(hook))).toEqual([
      "webhook.created",
      "webhook.disabled",
      "webhook.enabled",
      "webhook.replayed",
    ]);
  });
});

it("that the service has disabled is announced to people who can change it, on every page", async () => {
  const hook = await newHook({ name: "Gone" });
  receiver.answer = () => 410;
  await send(`${hook}/test`);
  const text = "The webhook &quot;Gone&quot; is disabled, because it answered that it is gone.";
  await expect.poll(() => page("/console/usage", dora)).toContain(text);
  const auditor = await company.enrolled("ada", "auditor");
  expect(await page("/console/usage", auditor)).not.toContain(text);
  expect(await page(hook, auditor)).toContain("It answered 410");
  await send(`${hook}/enable`);
  expect(await page("/console/usage", dora)).not.toContain(text);
});

describe("a replay", () => {
  it("of one delivery has the same id and the same bytes", async () => {
    const hook = await newHook({ name: "Again" });
    const { path, event } = await tested(hook);
    await until(path, "delivered");
    const count = () => receiver.events.filter(({ id }) => id === event.id).length;
    expect((await send(`${path}/replay`)).status).toBe(303);
    await expect.poll(count).toBe(2);
    const [first, second] = receiver.events.filter(({ id }) => id === event.id);
    expect(second?.text).toBe(first?.text);
    await until(path, "delivered");
    expect((await page(path)).match(/Answered 204/g)).toHaveLength(2);
  });

  it.each([
    ["what did not arrive", 2_500, "missed", "24", 4],
    ["everything", 9, "all", "24", 9],
    ["nothing that is older than the time", 9, "all", "1", 0],
  ])("of all since a time sends %s", async (_name, kept, which, since, count) => {
    const hook = await newHook({ name: `All ${which} ${since}` });
    await fill(hook, kept, "delivered", Date.now() - 2 * 3_600_000);
    await setState(hook, "failed", 1, kept);
    await setState(hook, "held", 2, kept - 1);
    const text = await (await send(`${hook}/replay`, { since, which })).text();
    expect(text).toContain(
      count === 0 ? "Nothing has to be sent again" : `${count} deliveries are sent again now`,
    );
    const received = () =>
      new Set(receiver.events.filter(({ path }) => path === `/${idOf(hook)}`).map(({ id }) => id)).size;
    await expect.poll(received).toBe(count);
  });

  it.each([
    ["a time that no form offers", { since: "2", which: "all" }],
    ["another choice", { since: "1", which: "some" }],
  ])("is refused with %s", async (_name, fields) => {
    const hook = await newHook({ name: `Wrong ${fields.since}` });
    expect((await send(`${hook}/replay`, fields)).status).toBe(422);
  });
});

describe("the deliveries of a webhook", () => {
  it("are on pages, newest first, with filters that look back in steps", async () => {
    const hook = await newHook({ name: "Long" });
    await fill(hook, 2_100, "delivered");
    await setState(hook, "failed", 7);
    const sequences = (text: string) =>
      [...text.matchAll(/deliveries\/(\d+)"/g)].map(([, sequence]) => Number(sequence));
    const first = await page(`${hook}/deliveries`);
    expect([sequences(first).length, sequences(first)[0]]).toEqual([50, 2_100]);
    expect(sequences(await page(`${hook}/deliveries?before=2051`))[0]).toBe(2_050);
    const near = await page(`${hook}/deliveries?state=failed`);
    expect([sequences(near), near]).toEqual([[], expect.stringContaining("Look further back")]);
    const further = /href="([^"]*before=\d+)"/.exec(near)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect(sequences(await page(further))).toEqual([7]);
    expect(await page(`${hook}/deliveries?type=quota.warning&before=50`)).toContain(
      "No delivery is like this",
    );
    for (const nonsense of ["before=x", "before=-1", "state=sent", "type=x", "before=99999999999999999999"])
      expect((await company.alex.get(`${hook}/deliveries?${nonsense}`)).status).toBe(200);
    for (const absent of ["0", "2101", "x", "-1", "1e3"])
      expect((await company.alex.get(`${hook}/deliveries/${absent}`)).status).toBe(404);
  });
});
