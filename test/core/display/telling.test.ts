import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { textWarnings } from "../../../src/core/display/show.ts";
import { TELLING_MAX_CHARACTERS, tellingOf, tellingValues } from "../../../src/core/display/telling.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { hostilePayload } from "../../support/display-reader.ts";

const summaryOf = (payload: JsonObject) =>
  tellingValues(payload)
    .map(
      ({ name, value, cut, more }) => `${name} ${value}${cut ? "…" : ""}${more ? ` and ${more} more` : ""}`,
    )
    .join(", ");
const risksOf = (payload: JsonObject, action = "Pay") =>
  tellingOf(action, expectOk(canonicalPayload(payload))).risks;

describe("the values that tell a request apart", () => {
  it.each<[string, JsonObject, string]>([
    [
      "amounts and recipients come before notes",
      { memo: "INV-2025-118", to: "acct_8821", amount_usd: 4200 },
      "amount usd 4200, to acct_8821, memo INV-2025-118",
    ],
    [
      "one of each kind comes before a second one of a kind",
      { amount: 1, fee: 2, limit: 3, order: "A-1", to: "bob" },
      "amount 1, to bob, order A-1",
    ],
    [
      "a deployment has its environment and its target",
      { force: true, replicas: 3, service: "api", environment: "production" },
      "environment production, service api, replicas 3",
    ],
    [
      "fields of an object are found, one level down",
      {
        amount: { value: "4200.00", currency: "EUR" },
        creditor: { iban: "DE89 3704", bank: { city: "Bonn" } },
      },
      "amount value 4200.00, creditor iban DE89 3704, amount currency EUR",
    ],
    ["a short field of the outermost object wins", { a: { amount: 1 }, amount: 2 }, "amount 2, a amount 1"],
    [
      "a list has its first item",
      { to: ["bob@example.com", "eve@example.com"] },
      "to bob@example.com and 1 more",
    ],
    [
      "a command is cut at the end of its first line",
      { sql: "DELETE FROM users\nWHERE id = 7", database: "prod", timeout: 30 },
      "database prod, sql DELETE FROM users…, timeout 30",
    ],
    ["a long text comes only where little else is", { body: "x".repeat(90) }, `body ${"x".repeat(40)}…`],
    ["and not where enough is", { body: "x".repeat(90), to: "bob", amount: 1 }, "amount 1, to bob"],
    ["what says nothing is left out", { amount: null, to: "", list: [], object: {}, note: " " }, ""],
    ["a name that every object has", { toString: "x" }, "to string x"],
  ])("%s", (_rule, payload, expected) => expect(summaryOf(payload)).toBe(expected));

  it("are few, short, exact unless marked, and the same in any order of the members", () => {
    fc.assert(
      fc.property(hostilePayload, (payload) => {
        const values = tellingValues(payload);
        expect(values.length).toBeLessThanOrEqual(3);
        for (const { name, value } of values)
          for (const text of [name, String(value)])
            expect(Array.from(text).length).toBeLessThanOrEqual(TELLING_MAX_CHARACTERS);
        expect(tellingValues(Object.fromEntries(Object.entries(payload).toReversed()))).toEqual(values);
      }),
    );
  });
});

describe("the marks of a risky request", () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ["none for ordinary content", { to: "acct_8821", path: "/srv/app", url: "https://example.com/x" }, []],
    ["a hidden character, deep inside", { a: [{ b: "x\u202ey" }] }, ["hidden-characters"]],
    ["a hidden character in a name", { "a\u200bb": 1 }, ["hidden-characters"]],
    ["letters of another script", { to: "p\u0430ypal" }, ["look-alikes"]],
    ["an address that leads elsewhere", { url: "https://bank.example@evil.example/" }, ["host-names"]],
    ["a long content", { body: "x".repeat(4_000) }, ["long"]],
  ])("%s", (_what, payload, expected) => expect(risksOf(payload)).toEqual(expected));

  it("include those of the action", () => expect(risksOf({}, "P\u0430y")).toEqual(["look-alikes"]));

  it("are not looked for in plain ASCII, which raises no warning", () => {
    const characters = Array.from({ length: 95 }, (_, place) => String.fromCharCode(place + 32));
    const plain = characters.filter((one) => one !== "/" && one !== "\\");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...plain) }), (text) => {
        expect(textWarnings(text)).toEqual([]);
      }),
    );
  });
});
