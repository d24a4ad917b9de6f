import { reset } from "cloudflare:test";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { MEMORY_SECONDS } from "../../../../src/store/memory/remembered.ts";
import { DeskPair, NAMES, newTenant, type Name, type Tenant } from "./desk-pair.ts";
import { EDITS, Trial, type Operation } from "./desk-trial.ts";

// The platform may run a second instance of a Desk while the first one does not know it yet. The rows decide, whatever
// either of them remembers.

const RUNS = 10;
const OPERATIONS = 25;
let tenant: Tenant;
const clock = { now: Date.now() };
afterAll(() => reset());
beforeAll(async () => {
  tenant = await newTenant();
}, 60_000);
beforeEach(() => void vi.spyOn(Date, "now").mockImplementation(() => clock.now));
afterEach(() => void vi.restoreAllMocks());

const desk = fc.constantFrom(0, 1);
const kind = <Kind extends string>(...kinds: Kind[]) => fc.constantFrom(...kinds);

/** Mostly of the person who is asked, and twice as often undone as done: otherwise little succeeds. */
function operations(asked: Name): fc.Arbitrary<Operation[]> {
  const name = fc.constantFrom(...NAMES, asked, asked, asked);
  const seconds = fc.constantFrom(1, MEMORY_SECONDS - 1, MEMORY_SECONDS);
  const calls = fc.integer({ min: 0, max: 3 });
  const fault = fc.constantFrom("fails" as const, "loses its answer" as const);
  const edit = fc.constantFrom(...EDITS);
  const isUndone = fc.constantFrom(true, true, false);
  const operation: fc.Arbitrary<Operation> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: kind("read"), desk }) },
    { weight: 4, arbitrary: fc.record({ kind: kind("consume", "consume", "ask", "cancel"), desk }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: kind("decide"), desk, page: desk, name, edit: fc.option(edit) }),
    },
    { weight: 5, arbitrary: fc.record({ kind: kind("edit"), edit, name, isUndone }) },
    { weight: 1, arbitrary: fc.record({ kind: kind("unmark") }) },
    { weight: 2, arbitrary: fc.record({ kind: kind("fault"), desk, calls, fault }) },
    { weight: 4, arbitrary: fc.record({ kind: kind("pass"), seconds }) },
  );
  return fc.array(operation, { minLength: OPERATIONS, maxLength: OPERATIONS, size: "max" });
}

describe("two Desks of one tenant", () => {
  it("show no more than the rows of the last ten seconds, and write nothing that the rows forbid", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...NAMES).chain((asked) => fc.tuple(fc.constant(asked), operations(asked))),
        async ([asked, sequence]) => {
          const pair = await DeskPair.open(tenant.ref);
          const trial = new Trial(tenant, pair, clock);
          await trial.start(asked);
          for (const one of sequence) await trial.run(one);
          expect(trial.wrong).toEqual([]);
        },
      ),
      { numRuns: RUNS },
    );
  }, 120_000);
});
