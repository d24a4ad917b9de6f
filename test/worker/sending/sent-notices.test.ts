import { reset } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { applyUnsigned, tickDue } from "../../../src/app/confirmation/apply-unsigned.ts";
import { resume } from "../../../src/app/channels/notice-times.ts";
import { claimJobs } from "../../../src/app/sending/claim-jobs.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import type { OutboundAnswer } from "../../../src/send/guarded-fetch.ts";
import { projects } from "../../../src/store/schema.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { insertRow, rows, type Row } from "../support/database-rows.ts";
import { decryptPush, newPushKeys } from "../../support/receivers/push-message.ts";
import { End, failingRuntime, Fault, noFault, storeIn } from "../support/failing-writes.ts";
import { copyRequest } from "./support/copy-request.ts";
import { personNamed, presign, submit, type Signer } from "../support/signed-decisions.ts";
import { requestUnder, staged } from "../policies/support/frozen-policies.ts";
import { bindings, freshPlatform, newCompany } from "../support/worker-fixture.ts";

// Notices from their rows to the message that a person reads. The clock is the test's, and nothing leaves.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const LEASE = MINUTE;

let platform: Platform;
let store: TenantStore;
let alex: Signer;
let project: string;
let now: number;

interface Message {
  readonly at: number;
  readonly to: string;
  readonly title: string;
  readonly text: string;
}
let sent: Message[] = [];
/** What the receivers answer; 200 if nothing is said. */
let answers: (to: string) => Partial<Extract<OutboundAnswer, { ok: true }>> = () => ({});

const BROWSER = newPushKeys();
const KEYS = JSON.stringify({
  p256dh: BROWSER.publicKey.toString("base64url"),
  auth: BROWSER.auth.toString("base64url"),
});
const PEOPLE = { alex: "", maria: "p_maria", bo: "p_bo" };
type Name = keyof typeof PEOPLE;

beforeAll(async () => {
  platform = await freshPlatform();
  const company = await newCompany(platform);
  ({ store } = company);
  project = (await store.first(projects))?.id ?? "";
  alex = { person: await personNamed(store, "alex"), passkey: company.alex.passkey };
  PEOPLE.alex = alex.person.id;
  for (const id of [PEOPLE.maria, PEOPLE.bo])
    await insert("people", {
      id,
      username: id.slice("p_".length),
      role: "approver",
      user_handle: id,
      created_at: 0,
    });
}, 60_000);
afterAll(() => reset());

/** Later than the clock of the tenant's Desk, which therefore sends nothing of this. */
let start = Date.now() + 24 * HOUR;
beforeEach(async () => {
  start += 24 * HOUR;
  now = start;
  sent = [];
  answers = () => ({});
  for (const table of ["notices", "channels", "notice_settings"])
    await rows(`DELETE FROM ${table} WHERE tenant_id = ?1`, store.tenantId);
  await rows("UPDATE people SET role = 'approver', removed_at = NULL WHERE id IN ('p_maria', 'p_bo')");
  await rows("UPDATE projects SET hides_content = 0, notice_kinds = 'push email slack teams chat'");
});

const insert = async (table: string, row: Row) => insertRow(store.tenantId, table, row);
const channel = (person: Name | null, more: Row = {}) => {
  const id = `n_${person ?? "room"}${String(more["kind"] ?? "")}`;
  const owner = person === null ? { project_id: project } : { person_id: PEOPLE[person] };
  const row = { id, ...owner, kind: "chat", name: "", address: `https://${id.slice(2)}.example/` };
  return insert("channels", { ...row, created_at: 0, verified_at: 0, ...more });
};
const settings = (person: Name, row: Row) =>
  insert("notice_settings", { person_id: PEOPLE[person], time_zone: "UTC", ...row });

/** The use cases with the test's clock and receivers, without the tenant's Desk. */
function runtimeWith(fault: Fault): Runtime {
  const receive = async (to: string, title: string, text: string) => {
    const answer = {
      status: 200,
      retryAfterSeconds: null,
      milliseconds: 1,
      ok: true as const,
      ...answers(to),
    };
    if (answer.status === 200) sent.push({ at: now - start, to, title, text });
    return answer;
  };
  const send: Platform["send"] = {
    ...platform.send,
    post: ({ url, body }) =>
      fault.intercept("post", async () => {
        const shown = typeof body === "string" ? body : decryptPush(Buffer.from(body), BROWSER);
        const { title, waiting, text = `${title}, ${waiting} waiting` } = JSON.parse(shown);
        return receive(new URL(url).hostname.split(".")[0] ?? "", text.split("\n")[0] ?? "", text);
      }),
  };
  const failing = failingRuntime(store, { ...platform, send, now: () => now }, bindings, fault);
  return { ...failing, send, now: () => now };
}
const runtime = () => runtimeWith(noFault());

/** Sends everything that is due at this time. Returns when to look again. */
async function sendDue(at: number, using = runtime()): Promise<number | undefined> {
  now = at;
  for (;;) {
    const { jobs, nextAt } = await claimJobs(using, storeIn(using, store), [], 6);
    if (jobs.length === 0) return nextAt;
    for (const { run } of jobs) await run();
  }
}
/** Sends what is due until this time, each at its time. */
async function sendUntil(end: number): Promise<void> {
  let next = await sendDue(now);
  while (next !== undefined && next <= end) next = await sendDue(Math.max(next, now));
  now = end;
}

interface Asked {
  readonly of?: readonly Name[];
  readonly threshold?: number;
  readonly later?: readonly Name[];
  readonly minutes?: number;
  readonly action?: string;
  readonly quietHours?: "kept" | "overridden";
}
const ESCALATION_SECONDS = 300;

/** A request that people may decide, and others five minutes later. */
async function asked({
  of = ["maria"],
  threshold = 1,
  later,
  minutes = 20,
  action = "Deploy",
  quietHours = "kept",
}: Asked = {}) {
  const needs = (names: readonly Name[]) => [
    { name: "", count: threshold, of: names.map((name) => PEOPLE[name]) },
  ];
  const escalations =
    later === undefined
      ? []
      : [{ afterSeconds: ESCALATION_SECONDS, stage: 1, needs: needs([...of, ...later]) }];
  const policy = staged([needs(of)], { escalations, breakGlass: [PEOPLE.alex], quietHours });
  return requestUnder(runtime(), store, policy, {
    project: { id: project, name: "Default", mode: "live" },
    requester: { kind: "service", id: "k_asks", name: "Agent", person: null },
    action,
    payload: expectOk(canonicalPayload({ secret: "content" })),
    expiresInMilliseconds: minutes * MINUTE,
  });
}
const decide = async (id: string, vote: "approve" | "reject" | "break-glass") => {
  const using = runtime();
  expectOk(await submit(using, store, await presign(using, store, id, alex, vote, "A reason")));
  await using.desk.seal();
};
const cancel = async (id: string) => {
  expectOk(await applyUnsigned(runtime(), store, id, { kind: "cancel" }));
  await runtime().desk.seal();
};
const tick = async () => {
  await tickDue(runtime(), store);
  await runtime().desk.seal();
};
const titles = () => sent.map(({ to, title }) => `${to}: ${title}`);
const states = async () => {
  const found = await rows(
    "SELECT kind, state FROM notices WHERE tenant_id = ?1 ORDER BY channel_id, kind, confirmation_id",
    store.tenantId,
  );
  return found.map(({ kind, state }) => `${kind} ${state}`);
};

describe("a notice", () => {
  it("says who asks for what, and nothing of the content", async () => {
    await channel("maria");
    const id = await asked();
    await sendDue(now);
    expect(titles()).toEqual(["maria: Please decide: Deploy"]);
    expect(sent[0]?.text).toContain("Requester: Agent");
    expect(sent[0]?.text).toContain(`/approve/${id}`);
    expect(sent[0]?.text).not.toMatch(/secret|content/);
    await sendDue(now);
    expect(sent).toHaveLength(1);
  });

  it("says neither requester nor action if the project hides them", async () => {
    await channel(null);
    await rows("UPDATE projects SET hides_content = 1");
    await asked();
    await sendDue(now);
    expect(titles()).toEqual(["room: A request waits for a decision"]);
    expect(sent[0]?.text).not.toMatch(/Agent|Deploy/);
  });

  const useless: readonly [string, (id: string) => Promise<unknown>][] = [
    ["cancelled", cancel],
    ["expired", async () => (now += 21 * MINUTE)],
    ["signed by the person", (id) => decide(id, "approve")],
    ["of a removed person", async () => rows("UPDATE people SET removed_at = 1 WHERE id = ?1", PEOPLE.alex)],
    [
      "of a person who only reads",
      async () => rows("UPDATE people SET role = 'auditor' WHERE id = ?1", PEOPLE.alex),
    ],
    [
      "for a channel that has ended",
      async () => rows("UPDATE channels SET ended_at = 1, ended_because = 'removed'"),
    ],
    ["for a channel that is switched off", async () => rows("UPDATE channels SET use = 'never'")],
    ["of a project without this kind", async () => rows("UPDATE projects SET notice_kinds = 'push'")],
  ];
  it.each(useless)("is not sent of a request that is %s", async (_what, happens) => {
    await channel("alex");
    const id = await asked({ of: ["alex", "maria"], threshold: 2 });
    await happens(id);
    await sendUntil(now + HOUR);
    await rows("UPDATE people SET role = 'owner', removed_at = NULL WHERE id = ?1", PEOPLE.alex);
    expect(titles()).toEqual([]);
    expect(new Set(await states())).toEqual(new Set(["asked skipped", "reminder skipped"]));
  });
});

describe("a person hears", () => {
  it("a reminder at half of the time, unless there is a decision", async () => {
    await channel("maria");
    await asked({ action: "Waits" });
    await cancel(await asked({ action: "Ends" }));
    await sendUntil(start + 19 * MINUTE);
    expect(sent.map(({ at, title }) => [at, title])).toEqual([
      [0, "Please decide: Waits"],
      [10 * MINUTE, "Still waits for a decision: Waits"],
    ]);
  });

  it("of an escalation, and so does the project's room", async () => {
    await channel("bo");
    await channel(null);
    await rows("UPDATE projects SET reminder_percent = 0");
    await asked({ later: ["bo"] });
    await sendDue(now);
    await sendDue((now += 5 * MINUTE + SECOND));
    await tick();
    await sendDue(now);
    await rows("UPDATE projects SET reminder_percent = 50");
    expect(titles().toSorted()).toEqual([
      "bo: Escalated to you: Deploy",
      "room: Escalated: Deploy",
      "room: Waits for a decision: Deploy",
    ]);
  });

  const ends: readonly [string, (id: string) => Promise<unknown>, readonly string[]][] = [
    ["who approved", (id) => decide(id, "approve"), ["Approved: Deploy", "Decided by: alex"]],
    ["who rejected", (id) => decide(id, "reject"), ["Rejected: Deploy", "Decided by: alex"]],
    ["a cancellation", cancel, ["Cancelled: Deploy", "no decision any more"]],
    ["an emergency", (id) => decide(id, "break-glass"), ["Emergency approval: Deploy", ": alex"]],
  ];
  it.each(ends)("%s, if the person has heard of the request", async (_what, end, [title = "", line = ""]) => {
    await channel("maria");
    const of = end === ends[3]?.[1] ? (["maria", "bo"] as const) : (["maria", "alex"] as const);
    const id = await asked({ of });
    await sendDue(now);
    await end(id);
    await sendDue(now);
    expect(titles().slice(1)).toEqual([`maria: ${title}`]);
    expect(sent[1]?.text).toContain(line);
    await sendUntil(now + HOUR);
    expect(sent).toHaveLength(2);
  });

  it("nothing of the end of a request that was not sent, and of an expiry only by push", async () => {
    await channel("maria");
    await channel("maria", { kind: "push", keys: KEYS });
    await cancel(await asked());
    await asked({ minutes: 1 });
    await sendDue(now);
    now += 2 * MINUTE;
    await tick();
    await sendUntil(now + HOUR);
    expect(sent.map(({ to, text }) => `${to}: ${text.split("\n")[0]}`).toSorted()).toEqual([
      "maria: Please decide: Deploy",
      "mariapush: Expired: Deploy, 0 waiting",
      "mariapush: Please decide: Deploy, 1 waiting",
    ]);
  });
});

describe("quiet hours", () => {
  const minuteOfDay = () => Math.floor((start % (24 * HOUR)) / MINUTE);
  const quiet = async (name: Name) =>
    settings(name, {
      quiet_from: (minuteOfDay() + 1_440 - 60) % 1_440,
      quiet_until: (minuteOfDay() + 60) % 1_440,
    });

  it("put off what asks and what has ended, and let an escalation and an emergency pass", async () => {
    for (const name of ["maria", "bo"] as const) {
      await channel(name);
      await quiet(name);
    }
    await rows("UPDATE projects SET reminder_percent = 0");
    await asked({ minutes: 240, action: "Put off" });
    await asked({ of: ["maria"], later: ["bo"], minutes: 30, action: "Escalates" });
    await decide(await asked({ action: "Emergency" }), "break-glass");
    await sendDue((now += ESCALATION_SECONDS * SECOND));
    await tick();
    await sendUntil(start + 3 * HOUR);
    await rows("UPDATE projects SET reminder_percent = 50");
    const end = start - (start % MINUTE) + HOUR - start;
    expect(sent.map(({ at, to, title }) => [at, to, title])).toEqual([
      [5 * MINUTE, "maria", "Emergency approval: Emergency"],
      [5 * MINUTE, "bo", "Escalated to you: Escalates"],
      [end, "maria", "Please decide: Put off"],
    ]);
  });

  it("are overridden by a policy that says so, while others of that moment wait", async () => {
    await channel("maria");
    await quiet("maria");
    await asked({ minutes: 240, action: "Put off" });
    await asked({ minutes: 240, action: "At once", quietHours: "overridden" });
    await sendUntil(start + HOUR);
    const times = [0, HOUR - (start % MINUTE)];
    expect(sent.map(({ at }) => at)).toEqual(times);
    expect(titles()).toEqual(["maria: Please decide: At once", "maria: Please decide: Put off"]);
  });

  it("as well as a pause, which no policy overrides, hold many notices together", async () => {
    await channel("maria");
    await settings("maria", { paused_until: start + HOUR });
    for (let count = 0; count < 7; count++) await asked({ minutes: 240, quietHours: "overridden" });
    await asked({ minutes: 30 });
    await sendUntil(start + HOUR);
    expect(sent.map(({ at, title }) => [at, title])).toEqual([[HOUR, "7 requests wait for you"]]);
  });

  it("that end earlier than planned release what waits for them", async () => {
    await channel("maria");
    await settings("maria", { paused_until: start + HOUR });
    await asked({ minutes: 240 });
    await sendDue(now);
    now += MINUTE;
    const actor = { kind: "person", person: await personNamed(store, "maria"), place: "" } as const;
    expectOk(await resume({ runtime: runtime(), store, actor, session: null }, null));
    await sendUntil(start + 5 * MINUTE);
    expect(sent.map(({ at, title }) => [at, title])).toEqual([[MINUTE, "Please decide: Deploy"]]);
  });
});

describe("a receiver that", () => {
  const tries = async () => {
    const at: number[] = [];
    const answer = answers;
    answers = (to) => {
      at.push((now - start) / SECOND);
      return answer(to);
    };
    await sendUntil(start + HOUR);
    return at;
  };

  it("fails gets the notice again after a while, a few times", async () => {
    await channel("maria");
    answers = () => ({ status: 500 });
    await asked({ minutes: 240 });
    expect(await tries()).toEqual([0, 5, 35, 155, 755]);
    expect(await states()).toEqual(["asked failed", "reminder waiting"]);
  });

  it("fails gets it no longer than the request waits", async () => {
    await channel("maria");
    answers = () => ({ status: 500 });
    await asked({ minutes: 1 });
    expect(await tries()).toEqual([0, 5, 35]);
  });

  it("asks for time gets nothing else until then", async () => {
    await channel("maria");
    answers = () => (now - start < MINUTE ? { status: 429, retryAfterSeconds: 90 } : {});
    await asked({ minutes: 240 });
    await asked({ minutes: 240 });
    expect(await tries()).toEqual([0, 90, 90]);
  });

  it("is gone gets nothing any more", async () => {
    await channel("maria");
    answers = () => ({ status: 410 });
    await asked();
    await asked();
    expect(await tries()).toEqual([0]);
    expect(new Set(await states())).toEqual(new Set(["asked failed", "asked skipped", "reminder skipped"]));
    const [found] = await rows("SELECT ended_because FROM channels WHERE id = 'n_maria'");
    expect(found?.["ended_because"]).toBe("gone");
  });
});

describe("many notices at the same time", () => {
  it("are one message after the fifth, when the minute is over", async () => {
    await channel("maria");
    await channel("bo");
    for (let count = 0; count < 12; count++) await asked({ of: ["maria"], minutes: 240 });
    await asked({ of: ["bo"], minutes: 240 });
    await sendUntil(start + 5 * MINUTE);
    const ofMaria = sent.filter(({ to }) => to === "maria");
    expect(ofMaria.map(({ at, title }) => [at, title])).toEqual([
      ...Array.from({ length: 5 }, () => [0, "Please decide: Deploy"]),
      [MINUTE, "7 more requests wait for you"],
    ]);
    expect(ofMaria[5]?.text).toContain("/inbox");
    expect(sent.filter(({ to }) => to === "bo")).toHaveLength(1);
  });

  it("are no digest if only one is left", async () => {
    await channel("maria");
    for (let count = 0; count < 6; count++) await asked({ minutes: 240, action: `Deploy ${count}` });
    await sendUntil(start + 5 * MINUTE);
    expect(new Set(titles()).size).toBe(6);
  });

  it("do not make a digest of requests that are decided", async () => {
    await channel("maria");
    for (let count = 0; count < 5; count++) await asked({ minutes: 240 });
    const others = [await asked(), await asked(), await asked(), await asked()];
    await sendDue(now);
    for (const id of others.slice(1)) await cancel(id);
    await sendUntil(start + 5 * MINUTE);
    expect(sent.slice(5).map(({ title }) => title)).toEqual(["Please decide: Deploy"]);
  });

  it("are few messages, however many they are, by statements of bounded size", async () => {
    await channel("maria");
    await copyRequest(await asked({ minutes: 240 }), 1_200);
    await sendUntil(start + 5 * MINUTE);
    expect(sent.map(({ at, title }) => [at, title])).toEqual([
      ...Array.from({ length: 5 }, () => [0, "Please decide: Deploy"]),
      [MINUTE, "1,196 more requests wait for you"],
    ]);
    const [digested] = await rows("SELECT count(*) AS count FROM notices WHERE state = 'digested'");
    expect(digested?.["count"]).toBe(1_196);
  });
});

describe("a Worker that ends between two steps", () => {
  const cases = [
    ["a notice", async () => void (await asked({ minutes: 240 })), "asked sent"],
    ["a digest", aDigest, "asked digested"],
    ["a receiver that is gone", gone, "asked failed"],
  ] as const;
  async function aDigest(): Promise<void> {
    for (let count = 0; count < 7; count++) await asked({ minutes: 240 });
    await rows("UPDATE notices SET state = 'held' WHERE kind = 'asked'");
  }
  async function gone(): Promise<void> {
    answers = () => ({ status: 410 });
    await asked({ minutes: 240 });
  }

  it.each(cases)("loses nothing, and repeats at most one message: %s", async (_what, prepare, end) => {
    const ended: (string | undefined)[] = [];
    for (const moment of ["before", "after"] as const)
      for (let call = 0, failed: string | undefined = ""; failed !== undefined; call++) {
        start += 5 * HOUR;
        now = start;
        sent = [];
        await rows("DELETE FROM notices");
        await rows("DELETE FROM channels");
        await channel("maria");
        await prepare();
        const fault = new End(call, moment);
        await sendDue(now, runtimeWith(fault)).catch(() => undefined);
        failed = fault.failedWrite;
        ended.push(failed);
        await sendUntil(now + LEASE);
        const messages = new Set(sent.map(({ text }) => text));
        expect(messages.size).toBe(end === "asked failed" ? 0 : 1);
        expect(sent.length).toBeLessThanOrEqual(2);
        const asks = (await states()).filter((state) => state.startsWith("asked"));
        expect({ failed, asks: [...new Set(asks)] }).toEqual({ failed, asks: [end] });
      }
    expect(ended.filter((write) => write === "post")).toHaveLength(2);
  });
});
