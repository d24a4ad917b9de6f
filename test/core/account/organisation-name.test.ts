import { describe, expect, it } from "vitest";
import {
  ORGANISATION_NAME_MAX_CHARACTERS,
  readOrganisationName,
} from "../../../src/core/account/organisation-name.ts";

describe("an organisation may be called", () => {
  it.each([
    ["Acme", "Acme"],
    ["  Acme GmbH & Co. KG \n", "Acme GmbH & Co. KG"],
    ["Müller’s Café", "Müller’s Café"],
    ["Cafe\u0301", "Café"],
    ["株式会社　青木", "株式会社 青木"],
    ["Acme\u00a0\u2003 Inc.", "Acme Inc."],
    ["شركة الأمل", "شركة الأمل"],
    ["The 👨‍👩‍👧 Shop", "The 👨‍👩‍👧 Shop"],
    ["x".repeat(ORGANISATION_NAME_MAX_CHARACTERS), "x".repeat(ORGANISATION_NAME_MAX_CHARACTERS)],
  ])("%j, which is stored as %j", (text, name) => {
    expect(readOrganisationName(text)).toEqual({ ok: true, value: name });
  });
});

describe("an organisation can't be called", () => {
  it.each([
    ["", "must not be empty"],
    [" \t\u3000 ", "must not be empty"],
    ["x".repeat(81), "has 81 characters; at most 80 are allowed, so shorten it"],
    ["😀".repeat(41), "has 82 characters; at most 80 are allowed, so shorten it"],
    ["Ac\u0000me", "contains U+0000 (null)"],
    ["Ac\nme", "contains U+000A (line feed)"],
    ["Ac\tme", "contains U+0009 (tab)"],
    ["Acme\u202egro.knab", "contains U+202E (right-to-left override)"],
    ["Acme \u2066x\u2069", "contains U+2066 (left-to-right isolate)"],
    ["Ac\u200bme", "contains U+200B (zero width space)"],
    ["Ac\u200dme", "contains U+200D (zero width joiner)"],
    ["\ufeffAcme\u2060", "contains U+2060 (word joiner)"],
    ["Acme\u{e0041}", "contains U+E0041 (tag character)"],
    ["\u3164", "contains U+3164 (Hangul filler)"],
    ["A\u0336c\u0336me", "contains U+0336"],
    ["Acme \ud83d", "contains half of a surrogate pair"],
  ])("%j", (text, why) => {
    const name = readOrganisationName(text);
    expect(name.ok ? name.value : name.refusal.detail).toContain(why);
  });
});
