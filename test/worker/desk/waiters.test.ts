import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientCall } from "../../../src/app/runtime.ts";
import { WAIT_MAX_SECONDS, Waiters } from "../../../src/desk/waits/waiters.ts";

// Calls that wait: what ends them, how many there may be, and that none stays in memory.

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

type Ended = { readonly attended: boolean; readonly after: number };
const callOf = (by: ClientCall["by"], key: string, call = crypto.randomUUID()): ClientCall => ({
  by,
  key,
  call,
});
const pending = async () => false;

/** Starts a wait, and says how it ends and after how many milliseconds. */
async function started(
  waiters: Waiters,
  subject: string,
  caller: ClientCall,
  isSettled: () => Promise<boolean> = pending,
  seconds = 20,
): Promise<Ended> {
  const start = Date.now();
  const attended = subject.startsWith("p_")
    ? await waiters.waitForInbox(subject, seconds, caller, isSettled)
    : await waiters.waitFor(subject, seconds, caller, isSettled);
  return { attended, after: Date.now() - start };
}
const turns = () => vi.advanceTimersByTimeAsync(1);

describe("a wait", () => {
  it.each<[string, Ended, (waiters: Waiters) => unknown]>([
    ["the confirmation has an outcome", { attended: true, after: 1 }, (waiters) => waiters.wake(["c_1"])],
    ["another one has an outcome", { attended: true, after: 20_000 }, (waiters) => waiters.wake(["c_2"])],
    ["an inbox changes", { attended: true, after: 20_000 }, (waiters) => waiters.wakeInbox(["c_1", "p_1"])],
    ["nothing happens", { attended: true, after: 20_000 }, () => undefined],
    ["its client goes", { attended: false, after: 1 }, (waiters) => waiters.abandon("k_1", { call: "1" })],
    [
      "its client cancels its message",
      { attended: false, after: 1 },
      (waiters) => waiters.abandon("k_1", { message: "7" }),
    ],
    [
      "another call goes",
      { attended: true, after: 20_000 },
      (waiters) => waiters.abandon("k_1", { call: "7" }),
    ],
    [
      "another key cancels a message of the same id",
      { attended: true, after: 20_000 },
      (waiters) => waiters.abandon("k_2", { message: "7" }),
    ],
  ])("when %s: %o", async (_what, expected, happens) => {
    const waiters = new Waiters();
    const ended = started(waiters, "c_1", { ...callOf("agent", "k_1", "1"), message: "7" });
    await turns();
    happens(waiters);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await ended).toEqual(expected);
    expect(waiters.count).toBe(0);
  });

  it.each([
    ["at once, if it was settled already", async () => true, 0],
    [
      "by its deadline, although the read does not return",
      () => new Promise<boolean>(() => undefined),
      20_000,
    ],
  ])("ends %s", async (_when, isSettled, after) => {
    const waiters = new Waiters();
    const ended = started(waiters, "c_1", callOf("backend", "k_1"), isSettled);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await ended).toEqual({ attended: true, after });
    expect(waiters.count).toBe(0);
  });

  it("ends after the longest time, however long the client wants to wait", async () => {
    const ended = started(new Waiters(), "c_1", callOf("backend", "k_1"), pending, 86_400);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await ended).toEqual({ attended: true, after: WAIT_MAX_SECONDS * 1_000 });
  });

  it("fails with its read, and leaves nothing behind", async () => {
    const waiters = new Waiters();
    const failing = () => Promise.reject(new Error("no database"));
    await expect(started(waiters, "c_1", callOf("backend", "k_1"), failing)).rejects.toThrow("no database");
    expect(waiters.count).toBe(0);
  });

  it("does not miss an outcome that comes while it reads", async () => {
    const waiters = new Waiters();
    const ended = started(waiters, "c_1", callOf("backend", "k_1"), async () => {
      waiters.wake(["c_1"]);
      return false;
    });
    await turns();
    expect(await ended).toEqual({ attended: true, after: 0 });
  });

  it("is given up by an agent's next call for the same confirmation, and by no other call", async () => {
    const waiters = new Waiters();
    const callers: readonly [string, ClientCall, boolean][] = [
      ["c_1", callOf("agent", "k_1"), false],
      ["c_2", callOf("agent", "k_1"), true],
      ["c_1", callOf("agent", "k_2"), true],
      ["c_1", callOf("backend", "k_1"), true],
      ["c_1", callOf("page", "k_1"), true],
      ["c_1", callOf("agent", "k_1"), true],
    ];
    const ended = callers.map(([subject, caller]) => started(waiters, subject, caller));
    await turns();
    expect(waiters.wake(["c_1", "c_2", "c_1"])).toBe(6);
    expect((await Promise.all(ended)).map(({ attended }) => attended)).toEqual(
      callers.map(([, , attended]) => attended),
    );
  });

  it("for the inbox ends when that person's inbox changes", async () => {
    const waiters = new Waiters();
    const ended = ["p_1", "p_2", "p_3"].map((person) => started(waiters, person, callOf("page", person)));
    await turns();
    expect(waiters.wakeInbox(["p_1", "p_3", "p_4"])).toBe(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await Promise.all(ended)).map(({ after }) => after)).toEqual([1, 20_000, 1]);
  });

  it("for the inbox says whether that may have changed", async () => {
    const waiters = new Waiters();
    const wait = (person: string, hasChanged = pending) =>
      waiters.waitForInbox(person, 20, callOf("page", person), hasChanged);
    const ended = [wait("p_1"), wait("p_2"), wait("p_3", async () => true)];
    await turns();
    waiters.wakeInbox(["p_1"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await Promise.all(ended)).toEqual([true, false, true]);
  });

  it("for any inbox ends when all of them may have changed, and no other wait does", async () => {
    const waiters = new Waiters();
    const ended = ["p_1", "c_1", "p_2"].map((subject) => started(waiters, subject, callOf("page", subject)));
    await turns();
    expect(waiters.wakeAllInboxes()).toBe(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await Promise.all(ended)).map(({ after }) => after)).toEqual([1, 20_000, 1]);
  });
});

const CAPS = { perTenant: 200, perKey: 50, perSession: 8 };

describe("of many waits", () => {
  /** How many of so many calls wait, of the kinds and owners in turn. */
  async function waiting(waiters: Waiters, count: number, caller: (index: number) => ClientCall) {
    const before = waiters.count;
    const all = Array.from({ length: count }, (_unused, index) =>
      started(waiters, index % 2 === 0 ? `c_${index}` : `p_${index}`, caller(index)),
    );
    await turns();
    return { all, waiting: waiters.count - before };
  }

  it.each<[string, number, (index: number) => ClientCall]>([
    ["one API key", CAPS.perKey, (index) => callOf(index % 3 === 0 ? "agent" : "backend", "k_1")],
    ["one session", CAPS.perSession, () => callOf("page", "s_1")],
    ["a tenant with 100 sessions", CAPS.perTenant, (index) => callOf("page", `s_${index % 100}`)],
  ])("by %s, %i wait, and the others are answered at once", async (_who, expected, caller) => {
    const waiters = new Waiters(CAPS);
    const { all, waiting: count } = await waiting(waiters, 500, caller);
    expect(count).toBe(expected);
    await vi.advanceTimersByTimeAsync(60_000);
    const atOnce = (await Promise.all(all)).filter(({ attended, after }) => attended && after <= 1);
    expect(atOnce).toHaveLength(500 - expected);
  });

  it("those of a client that has gone end by their deadline, and all places are free again", async () => {
    const waiters = new Waiters(CAPS);
    const caller = () => callOf("backend", "k_1");
    await waiting(waiters, 500, caller);
    await vi.advanceTimersByTimeAsync(WAIT_MAX_SECONDS * 1_000);
    expect(waiters.count).toBe(0);
    expect((await waiting(waiters, 500, caller)).waiting).toBe(CAPS.perKey);
  });

  it("those of one key leave places to another key, and to a session of the same id", async () => {
    const waiters = new Waiters(CAPS);
    await waiting(waiters, 500, () => callOf("backend", "k_1"));
    expect((await waiting(waiters, 500, () => callOf("agent", "k_2"))).waiting).toBe(CAPS.perKey);
    expect((await waiting(waiters, 20, () => callOf("page", "k_1"))).waiting).toBe(CAPS.perSession);
  });

  it("each that is given up makes a place at once", async () => {
    const waiters = new Waiters(CAPS);
    await waiting(waiters, 80, (index) => callOf("backend", "k_1", `${index}`));
    for (let index = 0; index < 10; index++) waiters.abandon("k_1", { call: `${index}` });
    await turns();
    expect(waiters.count).toBe(CAPS.perKey - 10);
    expect((await waiting(waiters, 80, () => callOf("backend", "k_1"))).waiting).toBe(10);
  });
});
