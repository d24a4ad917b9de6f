import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CreateQueue } from "../../../src/desk/create-queue.ts";
import type { NewConfirmation } from "../../../src/store/confirmation/new-confirmations.ts";
import type { ConfirmationRow } from "../../../src/store/rows.ts";

// How long new confirmations wait for a group: a single client's not at all, a group of the usual size until the next
// check, and fewer than usual as long as possible.

let checks = 0;
let groups: number[] = [];
beforeEach(() => {
  checks = 0;
  groups = [];
  vi.spyOn(scheduler, "wait").mockImplementation(async () => {
    checks++;
  });
});
afterEach(() => vi.restoreAllMocks());

const draft = (id: string): NewConfirmation => ({
  row: { id, payload: "{}", dedupeKey: null } as ConfirmationRow,
  audience: { people: [] },
  key: null,
  idempotency: null,
});

const queueOf = () =>
  new CreateQueue(async (drafts) => {
    groups.push(drafts.length);
    return new Set(drafts.map(({ row }) => row.id));
  });

/** Drafts that arrive in one turn. All are inserted when this returns. */
async function arrive(queue: CreateQueue, many: number): Promise<void> {
  const inserted = await Promise.all(
    Array.from({ length: many }, (_unused, place) => queue.add(draft(`${place}`))),
  );
  expect(inserted).toEqual(inserted.map(() => true));
}

it.each([
  ["one after the other", [1, 1, 1, 1], 0],
  ["many, and as many again", [16, 16, 16], 2],
  ["many, then most of them", [16, 12], 1],
  ["many, then fewer", [16, 11], 4],
  ["many, then one", [16, 1], 4],
  ["many, then fewer until that is usual", [16, 11, 10, 10], 4 + 4 + 1],
  ["the most possible, then single ones until that is usual", [32, ...Array<number>(40).fill(1)], 22 * 4],
])("%s", async (_name, arrivals, expected) => {
  const queue = queueOf();
  for (const many of arrivals) await arrive(queue, many);
  expect([groups, checks]).toEqual([arrivals, expected]);
});

it("waits again for drafts that arrive just after a group", async () => {
  await arrive(queueOf(), 40);
  expect([groups, checks]).toEqual([[32, 8], 1 + 4]);
});
