import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CreateQueue } from "../../../src/desk/create-queue.ts";
import type { NewConfirmation } from "../../../src/store/confirmation/new-confirmations.ts";
import type { ConfirmationRow } from "../../../src/store/rows.ts";

// How long new confirmations gather until they are written: not at all for one who asks alone; until the next look
// for as many as usual; and as long as may be for a few behind a crowd.

let looks = 0;
let groups: number[] = [];
beforeEach(() => {
  looks = 0;
  groups = [];
  vi.spyOn(scheduler, "wait").mockImplementation(async () => {
    looks++;
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

/** Arrive in one turn; all of them were made before the next do. */
async function arrive(queue: CreateQueue, many: number): Promise<void> {
  const made = await Promise.all(
    Array.from({ length: many }, (_unused, place) => queue.add(draft(`${place}`))),
  );
  expect(made).toEqual(made.map(() => true));
}

it.each([
  ["one after the other", [1, 1, 1, 1], 0],
  ["a crowd and again a crowd", [16, 16, 16], 2],
  ["most of a crowd after it", [16, 12], 1],
  ["a few behind a crowd", [16, 11], 4],
  ["one behind a crowd", [16, 1], 4],
  ["some, until they are the usual again", [16, 11, 10, 10], 4 + 4 + 1],
  [
    "one behind a crowd of the largest size, until it is forgotten",
    [32, ...Array<number>(40).fill(1)],
    22 * 4,
  ],
])("%s", async (_name, arrivals, expected) => {
  const queue = queueOf();
  for (const many of arrivals) await arrive(queue, many);
  expect([groups, looks]).toEqual([arrivals, expected]);
});

it("gives those time that arrive just behind a group", async () => {
  await arrive(queueOf(), 40);
  expect([groups, looks]).toEqual([[32, 8], 1 + 4]);
});
