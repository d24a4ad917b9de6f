import { describe, expect, it } from "vitest";
import { API_KEY_RANDOM_BYTES, makeApiKey } from "../../../src/core/confirmation/api-key.ts";
import {
  digitsSoFar,
  groupedOrganisationId,
  parseOrganisationId,
} from "../../../src/core/report/organisation-id.ts";
import { expectOk } from "../../../src/core/refusal.ts";

const ID = "592b9d9c8f1e4a7733d0c2b1b0288edd592b9d9c8f1e4a7733d0c2b1b0288edd";
const apiKey = makeApiKey("live", "0a1B2c3D", new Uint8Array(API_KEY_RANDOM_BYTES).fill(7));

describe("an organisation id is accepted", () => {
  const grouped = (separator: string, size = 4) =>
    ID.match(new RegExp(`.{${size}}`, "g"))?.join(separator) ?? "";
  it.each([
    ["as it is", ID],
    ["in groups of four", grouped(" ")],
    ["in groups of eight", groupedOrganisationId(ID)],
    ["with hyphens", grouped("-", 8)],
    ["with dashes of a word processor", grouped("–", 8)],
    ["with colons", grouped(":", 2)],
    ["in upper case", ID.toUpperCase()],
    [
      "on several lines, with a tab and hard spaces",
      ` ${grouped("\u00a0", 8).replace(/\u00a0/, "\r\n\t")}\n`,
    ],
  ])("%s", (_name, text) => expect(expectOk(parseOrganisationId(text))).toBe(ID));
});

describe("anything else is refused with the likely mistake", () => {
  const HINT = " An organisation id has 64 digits, 0-9 and a-f.";
  it.each([
    ["", "Nothing was entered."],
    [`c_${"0".repeat(35)}1`, "This looks like the id of a request."],
    ["c_1", "This looks like the id of a request."],
    [`p_${"0".repeat(35)}`, "This looks like the id of a person, a project or a key."],
    [apiKey, "This looks like an API key. Keep it secret."],
    ["cs_test_0a1B2c3D_broken", "This looks like an API key. Keep it secret."],
    ["log.example/countersign", "This looks like the name of a log."],
    ["localhost:8787/log", "This looks like the name of a log."],
    ["log.example/foo+530d903a+AekyeRrm56hApGFkyQR4Zg", "This looks like the key of a log."],
    ["https://sign.example/verify?id=c_1", "This looks like a link."],
    ["alex@example.com", "This looks like an e-mail address."],
    ["alex", "This looks like a name."],
    ["Northwind Ltd.", "This looks like a name."],
    ["60ec 4767", "This looks like a comparison code."],
    ["60ec 4767 60ec 4767", "This looks like the fingerprint of a passkey."],
    ['{"v":2}', "This looks like the content of a file."],
    [ID.slice(0, 40), "This has 40 digits: some are missing."],
    [`${ID}0`, "This has 65 digits: some are too many."],
    [ID.replace("5", "g"), "Some of these characters are not digits."],
    [ID.replace("5", "５"), "Some of these characters are not digits."],
  ])("%s", (text, mistake) =>
    expect(parseOrganisationId(text)).toMatchObject({ ok: false, refusal: { detail: mistake + HINT } }),
  );
});

it("counts the digits while a person types", () => {
  expect(["", "59 2B", ID, "alex"].map(digitsSoFar)).toEqual([0, 4, undefined, undefined]);
});
