import { describe, expect, it } from "vitest";
import { POLICY_MAX_PEOPLE } from "../../../src/core/policy/policy.ts";
import { PAYLOAD_MAX_BYTES } from "../../../src/core/encoding/strict-json.ts";
import { Memory } from "../../../src/store/memory/desk-memory.ts";
import type { ConfirmationRows, PersonRow } from "../../../src/store/rows.ts";

// How much a Desk remembers of its confirmations: some 16 MB at most, whatever they consist of.

const person = { role: "approver" } as PersonRow;
const rows = (payload: string, people: number, text = ""): ConfirmationRows => ({
  row: { payload, metadata: null, policy: null } as ConfirmationRows["row"],
  votes: text === "" ? [] : [{ statement: text, assertion: text } as ConfirmationRows["votes"][number]],
  audience: Array.from({ length: people }, () => person),
  records: [],
});

describe("a memory of many confirmations", () => {
  it.each<[string, ConfirmationRows, number]>([
    ["2,000 small ones", rows("{}", 1), 2_000],
    ["91 with the largest payload", rows("x".repeat(PAYLOAD_MAX_BYTES), 1), 91],
    ["374 that ask the most people", rows("{}", POLICY_MAX_PEOPLE), 374],
    ["296 with long votes", rows("{}", 0, "x".repeat(10_000)), 296],
  ])("holds %s", async (_what, value, expected) => {
    const memory = new Memory(() => 0);
    for (let count = 0; count < 2_100; count++)
      await memory.confirmations.load(`c_${count}`, Promise.resolve(value));
    const held = Array.from({ length: 2_100 }, (_none, count) => memory.confirmations.get(`c_${count}`));
    expect(held.filter((one) => one !== undefined)).toHaveLength(expected);
    expect(held.at(-1)).toBe(value);
  });
});
