import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Runtime } from "../../../src/app/runtime.ts";
import type { Out } from "../../../src/send/guarded-fetch.ts";
import { tenantsWithWork } from "../../../src/store/tenant-lookup.ts";
import { rows } from "../support/database-rows.ts";
import {
  bindings,
  freshPlatform,
  idOf,
  newCompany,
  runtimeOf,
  type Company,
} from "../support/worker-fixture.ts";
import { HookFixture } from "./support/hook-fixture.ts";

// Webhooks hear of the deletion of their organisation, while everything else of it is destroyed.

const NAME = "Umbrella";
const DAY_MILLISECONDS = 24 * 3_600_000;

let company: Company;
let quick: HookFixture;
let broken: HookFixture;
let never: HookFixture;
let ofProject: HookFixture;
let stream: string | null;
afterAll(() => reset());
beforeAll(async () => {
  const platform = await freshPlatform();
  company = await newCompany(platform, NAME);
  const { store } = company;
  ({ stream } = await store.own());
  const runtime = runtimeOf(store, platform);
  const events = '["organisation.deleted","confirmation.created"]';
  const [project] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", store.tenantId);
  const hook = async (id: string, more: object = {}) => {
    const made = await HookFixture.create(runtime, store, id, { events, ...more });
    made.now = Date.now();
    return made;
  };
  quick = await hook("w_quick", { format: "ocsf" });
  broken = await hook("w_broken");
  never = await hook("w_never");
  ofProject = await hook("w_project", { projectId: String(project?.["id"]) });
  const hooks = [quick, broken, never, ofProject];
  broken.receiver.answer = () => 500;
  never.receiver.answer = () => 500;
  const post: Out = async (request) => {
    const target = hooks.find(({ id }) => request.url.endsWith(`/${id}`));
    if (target === undefined) throw new Error(`nobody listens at ${request.url}`);
    target.now = Date.now();
    return target.runtime.send.post(request);
  };
  await runInDurableObject(desk(), (instance) => {
    Object.assign((instance as unknown as { runtime: Runtime }).runtime.send, { post });
  });
  await company.alex.elevate();
  const asked = await company.alex.submit("/console/settings/delete", { typedName: NAME });
  await company.alex.decide(idOf(asked.headers.get("location") ?? ""));
}, 60_000);

const desk = () => bindings.DESK.getByName(company.store.tenantId);
const left = async (table: string) =>
  (await rows(`SELECT * FROM ${table} WHERE tenant_id = ?1`, company.store.tenantId)).length;
/** The deletion was so long ago, and what failed is due. */
async function pass(milliseconds: number): Promise<void> {
  await rows(
    "UPDATE tenants SET deleted_at = deleted_at - ?2 WHERE id = ?1",
    company.store.tenantId,
    milliseconds,
  );
  await rows("UPDATE webhook_deliveries SET due_at = 1 WHERE due_at IS NOT NULL");
  await runInDurableObject(desk(), (_instance, { storage }) =>
    storage.setAlarm(Date.now() + DAY_MILLISECONDS),
  );
  await runDurableObjectAlarm(desk());
}

describe("the deletion of an organisation", () => {
  it("is reported at once, with the organisation's id", async () => {
    const { event } = await quick.receiver.received(({ event: one }) => one.activity_name === "Delete");
    expect(event).toMatchObject({
      metadata: { event_code: "organisation.deleted", tenant_uid: stream },
      unmapped: { organisation: stream, status: "approved" },
    });
    expect(ofProject.arrived).toEqual([]);
  });

  it("is reported again to a webhook that failed, when everything else of it is destroyed", async () => {
    await broken.receiver.received(() => true);
    await pass(60_000);
    expect([await left("people"), await left("confirmations"), await left("projects")]).toEqual([0, 0, 0]);
    const waiting = await rows("SELECT webhook_id FROM webhook_deliveries ORDER BY webhook_id");
    expect(waiting.map(({ webhook_id: id }) => id)).toEqual(["w_broken", "w_never"]);
    expect(await left("webhooks")).toBe(2);
    const [tenant] = await rows("SELECT * FROM tenants WHERE id = ?1", company.store.tenantId);
    expect([tenant?.["stream"], tenant?.["stream_key"], tenant?.["name"]]).toEqual([null, "", ""]);
    broken.receiver.answer = () => 204;
    const before = broken.receiver.events.length;
    await pass(0);
    await expect.poll(() => broken.receiver.events.length).toBe(before + 1);
    const [first, ...others] = broken.receiver.events.map(({ id, text }) => `${id} ${text}`);
    expect(new Set(others)).toEqual(new Set([first]));
    expect(broken.receiver.events[0]?.event).toMatchObject({
      type: "organisation.deleted",
      data: { organisation: stream },
    });
  });

  it("is not reported any more after a day, and then nothing is left", async () => {
    await expect.poll(() => left("webhook_deliveries")).toBe(2);
    await pass(DAY_MILLISECONDS);
    expect([await left("webhooks"), await left("webhook_deliveries"), await left("trail")]).toEqual([
      0, 0, 0,
    ]);
    const { databases } = never.runtime;
    expect(await tenantsWithWork(databases.first, Date.now())).not.toContain(company.store.tenantId);
  });
});
