import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CreateQueue } from "../../../src/desk/create-queue.ts";
import type { NewConfirmation } from "../../../src/store/confirmation/new-confirmations.ts";
import type { ConfirmationRow } from "../../../src/store/rows.ts";

// New confirmations that arrive at the same time, or while others are inserted, are inserted together.

let waited: (number | undefined)[] = [];
let groups: string[] = [];
beforeEach(() => {
  waited = [];
  groups = [];
  vi.spyOn(scheduler, "wait").mockImplementation(async (milliseconds) => void waited.push(milliseconds));
});
afterEach(() => vi.restoreAllMocks());

const draft = (id: string, payload = "{}"): NewConfirmation => ({
  row: { id, payload, dedupeKey: null } as ConfirmationRow,
  audience: [],
  asked: [],
  signer: null,
  key: null,
  idempotency: null,
  directory: null,
  isWithoutRules: false,
});

/** Each name is one draft. */
const queueOf = (insert: (group: string) => Promise<void> = async () => undefined) =>
  new CreateQueue(async (drafts) => {
    const group = drafts.map(({ row }) => row.id).join("");
    groups.push(group);
    await insert(group);
    return new Set(drafts.map(({ row }) => row.id));
  });

const addAll = (queue: CreateQueue, names: string) =>
  Promise.allSettled(Array.from(names, (name) => queue.add(draft(name))));

it("inserts the first at once, and pauses for a millisecond after each batch", async () => {
  const queue = queueOf();
  await addAll(queue, "abc");
  await addAll(queue, "d");
  expect([groups, waited]).toEqual([
    ["a", "bc", "d"],
    [1, 1, 1],
  ]);
});

it("inserts those together that arrive while others are inserted, one batch after the other", async () => {
  let running = 0;
  let others: Promise<unknown> | undefined;
  const queue = queueOf(async () => {
    expect(++running).toBe(1);
    others ??= addAll(queue, "bc");
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
  });
  await addAll(queue, "a");
  await others;
  expect(groups).toEqual(["a", "bc"]);
});

it("inserts at most 32 together, and at most the characters of four of the largest payloads", async () => {
  await addAll(queueOf(), "a".repeat(41));
  expect(groups.map(({ length }) => length)).toEqual([1, 32, 8]);
  groups = [];
  const queue = queueOf();
  const large = "x".repeat(64 * 1_024);
  await Promise.all(Array.from("abcdefg", (name) => queue.add(draft(name, large))));
  expect(groups).toEqual(["a", "bcde", "fg"]);
});

it("inserts one after the other if their batch fails, so that only the cause fails", async () => {
  const queue = queueOf(async (group) => {
    if (group.includes("b")) throw new Error("b is broken");
  });
  const done = await addAll(queue, "acbd");
  expect(done.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  expect(groups).toEqual(["a", "cbd", "c", "b", "d"]);
});
