import { reset } from "cloudflare:test";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Runtime } from "../../../src/app/runtime.ts";
import { claimJobs } from "../../../src/app/sending/claim-jobs.ts";
import { dropOldDeliveries } from "../../../src/app/webhooks/drop-old-deliveries.ts";
import { webhookSecrets } from "../../../src/app/webhooks/webhook-secrets.ts";
import { RETRY_DELAYS_SECONDS } from "../../../src/core/webhook/ladder.ts";
import { secretText } from "../../../src/core/webhook/signature.ts";
import { SendingLoop } from "../../../src/desk/sending-loop.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { rows } from "../support/database-rows.ts";
import { failingRuntime, Fault, storeIn, type Moment } from "../support/failing-writes.ts";
import { bindings, freshPlatform, newCompany, runtimeOf } from "../support/worker-fixture.ts";
import { HookFixture } from "./support/hook-fixture.ts";

// Deliveries from their row to the receiver, with a clock that the tests turn.

const DAY_MILLISECONDS = 24 * 3_600_000;

let runtime: Runtime;
let store: TenantStore;
let stream: string;
beforeAll(async () => {
  const platform = await freshPlatform();
  const company = await newCompany(platform);
  ({ store } = company);
  runtime = runtimeOf(store, platform);
  stream = (await store.own()).stream ?? "";
}, 60_000);
afterAll(() => reset());
afterEach(() => rows("DELETE FROM webhook_deliveries"));

let count = 0;
const newHook = async (more: Parameters<typeof HookFixture.create>[3] = {}) =>
  HookFixture.create(runtime, store, `w_${count++}`, more);
const trailOf = async ({ id }: HookFixture) =>
  (await rows("SELECT act FROM trail WHERE subject_id = ?1", id)).map(({ act }) => act);

describe("a delivery", () => {
  it("arrives once, signed with both kinds of keys, and is not sent again", async () => {
    const hook = await newHook({ failingSince: 1 });
    await hook.wait(1);
    expect(await hook.pass()).toBe(undefined);
    const [event] = hook.receiver.events;
    expect(event).toMatchObject({
      id: `e_${hook.id}_1`,
      timestamp: Math.floor(hook.start / 1_000),
      path: `/${hook.id}`,
      headers: { "content-type": "application/json" },
      event: { type: "confirmation.approved", sequence: 1, data: { id: "c_1", status: "approved" } },
    });
    expect(event?.keys).toHaveLength(2);
    const [row] = await hook.deliveries();
    expect(row).toMatchObject({ state: "delivered", dueAt: null, attempts: 1 });
    expect(JSON.parse(row?.tries ?? "")).toEqual([
      { at: hook.start, status: 204, milliseconds: 3, error: null },
    ]);
    expect((await hook.webhook()).failingSince).toBe(null);
  });

  it("is repeated on the whole ladder with the same id and bytes, and has failed in the end", async () => {
    const hook = await newHook();
    hook.receiver.answer = () => ({ status: 500, body: "secret of the receiver" });
    await hook.wait(1);
    const waits: number[] = [];
    for (let due = await hook.pass(); due !== undefined; due = await hook.pass()) {
      waits.push((due - hook.now) / 1_000);
      hook.now = due - 1;
      await hook.pass();
      hook.now = due;
    }
    expect(waits).toEqual(RETRY_DELAYS_SECONDS);
    expect(new Set(hook.receiver.events.map(({ id, text }) => `${id} ${text}`)).size).toBe(1);
    expect([hook.receiver.events.length, hook.receiver.refused.length]).toEqual([10, 0]);
    const [row] = await hook.deliveries();
    expect(row).toMatchObject({ state: "failed", dueAt: null, attempts: 10 });
    expect(JSON.parse(row?.tries ?? "")).toHaveLength(10);
    expect(JSON.stringify(row)).not.toContain("secret of the receiver");
    expect(await hook.webhook()).toMatchObject({ failingSince: hook.start, disabledAt: null });
  });

  it.each<[string, () => "close" | number]>([
    ["there is no answer", () => "close"],
    ["the answer is a redirect", () => 307],
  ])("is repeated if %s", async (_what, answer) => {
    const hook = await newHook();
    hook.receiver.answer = answer;
    await hook.wait(1);
    expect(await hook.pass()).toBe(hook.start + 5_000);
    hook.receiver.answer = () => 204;
    hook.now += 5_000;
    await hook.pass();
    expect(await hook.states()).toEqual(["delivered"]);
  });

  it("that can't be written counts as an attempt that failed", async () => {
    const hook = await newHook();
    await hook.wait(1);
    await rows("UPDATE webhook_deliveries SET data = '{'");
    expect(await hook.pass()).toBe(hook.start + 5_000);
    const [row] = await hook.deliveries();
    expect(JSON.parse(row?.tries ?? "")).toMatchObject([
      { status: null, error: "this event could not be written" },
    ]);
    expect(hook.receiver.events).toEqual([]);
  });

  it("waits as long as the receiver asks for", async () => {
    const hook = await newHook();
    hook.receiver.answer = () => ({ status: 429, headers: { "retry-after": "120" } });
    await hook.wait(1);
    expect(await hook.pass()).toBe(hook.start + 120_000);
  });

  it("of the format for a SIEM is signed in the same way", async () => {
    const hook = await newHook({ format: "ocsf" });
    await hook.wait(1);
    await hook.pass();
    expect(hook.receiver.events[0]?.event).toMatchObject({
      class_uid: 3004,
      metadata: { uid: `e_${hook.id}_1`, event_code: "confirmation.approved", tenant_uid: stream },
    });
  });
});

describe("a rotation", () => {
  it("signs with the old and the new secrets until its end", async () => {
    const hook = await newHook();
    const old = hook.receiver.keys;
    const end = hook.now + DAY_MILLISECONDS;
    await hook.set({ secretNumber: 2, previousUntil: end });
    await hook.wait(1);
    await hook.pass();
    await hook.knowKeys();
    await hook.wait(2);
    await hook.pass();
    expect(hook.arrived).toHaveLength(2);
    hook.now = end;
    hook.receiver.keys = old;
    await hook.wait(3);
    await hook.pass();
    expect([hook.arrived.length, hook.receiver.refused.length]).toEqual([2, 1]);
  });

  it("gives other secrets than any other webhook has, also to one of another tenant with the same id", () => {
    const of = { tenantId: "0aaaaaaa", id: "w_1", secretNumber: 1, previousUntil: null };
    const all = [of, { ...of, tenantId: "0bbbbbbb" }, { ...of, id: "w_2" }, { ...of, secretNumber: 2 }];
    const texts = all.map((one) => secretText(webhookSecrets(runtime.send.seed, one, 0)[0]));
    expect(new Set(texts).size).toBe(all.length);
  });
});

describe("a webhook is disabled", () => {
  it("at once when it answers 410, and holds what waits", async () => {
    const hook = await newHook();
    hook.receiver.answer = () => 410;
    await hook.wait(1, 2, 3, 4);
    expect(await hook.pass()).toBe(undefined);
    expect(await hook.webhook()).toMatchObject({ disabledAt: hook.start, disabledBecause: "gone" });
    expect((await hook.states()).filter((state) => state === "held").length).toBeGreaterThanOrEqual(2);
    expect(await hook.states()).not.toContain("waiting");
    expect(await trailOf(hook)).toEqual(["webhook.gone"]);
  });

  it("after five days without a delivery, not earlier, and not after one that arrived", async () => {
    const hook = await newHook();
    hook.receiver.answer = () => 500;
    await hook.set({ failingSince: hook.start - 5 * DAY_MILLISECONDS + 1 });
    await hook.wait(1, 2);
    await hook.pass();
    expect(await hook.states()).toEqual(["waiting", "waiting"]);
    hook.now += 5_000;
    await hook.pass();
    expect(await hook.states()).toEqual(["held", "held"]);
    expect(await hook.webhook()).toMatchObject({ disabledBecause: "failing", disabledAt: hook.now });
    expect(await trailOf(hook)).toEqual(["webhook.failing"]);
    await hook.set({ disabledAt: null, disabledBecause: null });
    hook.receiver.answer = () => 204;
    await hook.wait(3);
    await hook.pass();
    hook.receiver.answer = () => 500;
    await hook.wait(4);
    await hook.pass();
    expect(await hook.webhook()).toMatchObject({ disabledAt: null, failingSince: hook.now });
  });

  it("by a person after the claim: the delivery is held, and not sent", async () => {
    const hook = await newHook();
    await hook.wait(1);
    const { jobs } = await claimJobs(hook.runtime, store, [], 6);
    await hook.set({ disabledAt: hook.now, disabledBecause: "person" });
    await Promise.all(jobs.map(({ run }) => run()));
    expect([await hook.states(), hook.arrived]).toEqual([["held"], []]);
  });
});

describe("after a crash", () => {
  /** A Desk that crashes at its n-th write or call, and one that goes on when the claim has ended. */
  async function crashed(answer: number, call: number, moment: Moment): Promise<HookFixture | undefined> {
    const hook = await newHook();
    hook.receiver.answer = () => answer;
    await hook.wait(1);
    const fault = new Fault(call, moment);
    const failing = failingRuntime(store, hook.runtime, bindings, fault);
    const { send } = hook.runtime;
    const dying: Runtime = {
      ...failing,
      send: { ...send, post: (request) => fault.intercept("post", () => send.post(request)) },
    };
    await hook.pass(dying, storeIn(dying, store)).catch(() => undefined);
    if (fault.failedWrite === undefined) return undefined;
    hook.receiver.answer = () => 204;
    for (let due = await hook.pass(); due !== undefined; due = await hook.pass()) hook.now = due;
    return hook;
  }

  const moments: readonly (readonly [number, Moment])[] = [
    [204, "before"],
    [204, "after"],
    [500, "before"],
    [500, "after"],
    [410, "before"],
    [410, "after"],
  ];
  it.each(moments)("at any write with the answer %i, %s it: nothing is lost", async (answer, moment) => {
    let calls = 0;
    for (; ; calls++) {
      const hook = await crashed(answer, calls, moment);
      if (hook === undefined) break;
      const isDisabled = (await hook.webhook()).disabledBecause === "gone";
      expect(await hook.states(), `write ${calls}`).toEqual([isDisabled ? "failed" : "delivered"]);
      expect(new Set(hook.arrived)).toEqual(new Set([`e_${hook.id}_1`]));
      expect(hook.arrived.length).toBeLessThanOrEqual(2);
    }
    // The claim, the call, the record of the attempt, and a look for more.
    expect(calls).toBe(4);
  });
});

it("two Desks at once send each delivery once", async () => {
  const hook = await newHook();
  await hook.wait(1, 2, 3, 4, 5, 6);
  await Promise.all([hook.pass(), hook.pass(), hook.pass()]);
  expect(hook.arrived.toSorted()).toEqual([1, 2, 3, 4, 5, 6].map((sequence) => `e_${hook.id}_${sequence}`));
});

it("a failure that is reported after the claim has ended changes nothing any more", async () => {
  const hook = await newHook();
  await hook.wait(1);
  hook.receiver.answer = () => 500;
  const [slow] = (await claimJobs(hook.runtime, store, [], 6)).jobs;
  hook.now += 60_000;
  const [next] = (await claimJobs(hook.runtime, store, [], 6)).jobs;
  await slow?.run();
  expect(await hook.states()).toEqual(["waiting"]);
  hook.receiver.answer = () => 204;
  await next?.run();
  const [row] = await hook.deliveries();
  expect([row?.state, JSON.parse(row?.tries ?? "").length]).toEqual(["delivered", 1]);
});

it("a webhook that does not answer stops no other", async () => {
  const [hanging, other] = [await newHook(), await newHook()];
  await hanging.wait(1, 2, 3, 4);
  await other.wait(1, 2, 3, 4);
  const { promise: never, reject } = Promise.withResolvers<never>();
  const { send } = other.runtime;
  const running: Promise<void>[] = [];
  const loop = new SendingLoop({
    runtime: {
      ...other.runtime,
      send: {
        ...send,
        post: async (request) => (request.url.endsWith(hanging.id) ? never : send.post(request)),
      },
    },
    open: async () => store,
    wakeAt: async () => undefined,
    onSent: () => undefined,
    waitUntil: (job) => running.push(job),
  });
  await loop.send();
  await other.receiver.received(({ event }) => event.sequence === 4);
  expect((await hanging.deliveries()).filter(({ attempts }) => attempts > 0)).toHaveLength(2);
  reject(new Error("the Desk ended"));
  await Promise.all(running);
});

it("deliveries are deleted after 30 days, but for the newest of each webhook and those that wait, and not in a move", async () => {
  const [hook, quiet] = [await newHook(), await newHook()];
  quiet.now = hook.now;
  await quiet.wait(1);
  await hook.wait(1, 2, 3);
  await hook.pass();
  hook.now += 30 * DAY_MILLISECONDS - 1;
  await hook.wait(4);
  expect(await dropOldDeliveries(hook.runtime, store)).toBe(hook.now + 1);
  hook.now += 1;
  // A move compares the numbers of rows.
  await rows(
    "INSERT INTO moved_tenants (ref, shard, state, at) VALUES (?1, '1', 'leaving', 1)",
    store.tenantId,
  );
  await dropOldDeliveries(hook.runtime, store);
  expect(await hook.deliveries()).toHaveLength(4);
  await rows("DELETE FROM moved_tenants");
  const next = await dropOldDeliveries(hook.runtime, store);
  const left = async (of: HookFixture) => (await of.deliveries()).map(({ sequence }) => sequence);
  expect([await left(hook), await left(quiet), next]).toEqual([
    [4],
    [1],
    hook.now - 1 + 30 * DAY_MILLISECONDS,
  ]);
});
