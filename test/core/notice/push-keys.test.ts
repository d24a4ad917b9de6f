import { describe, expect, it } from "vitest";
import { toBase64url } from "../../../src/core/encoding/bytes.ts";
import { arePushKeys } from "../../../src/core/notice/push-keys.ts";
import { dayMinutesText, readDayMinutes } from "../../../src/core/notice/day-minutes.ts";

const { publicKey } = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, [
  "deriveBits",
]);
const POINT = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
const AUTH = toBase64url(new Uint8Array(16));

describe("the keys of a subscription", () => {
  it.each<[string, string, string, boolean]>([
    ["of a browser", toBase64url(POINT), AUTH, true],
    ["off the curve", toBase64url(POINT.with(64, (POINT[64] ?? 0) ^ 1)), AUTH, false],
    ["beyond the field", toBase64url(new Uint8Array(65).fill(0xff).with(0, 4)), AUTH, false],
    ["at the origin", toBase64url(new Uint8Array(65).with(0, 4)), AUTH, false],
    ["compressed", toBase64url(POINT.slice(0, 33).with(0, 2)), AUTH, false],
    ["of another form", toBase64url(POINT.with(0, 6)), AUTH, false],
    ["too short", toBase64url(POINT.slice(0, 64)), AUTH, false],
    ["with a secret of 15 bytes", toBase64url(POINT), toBase64url(new Uint8Array(15)), false],
    ["in other letters", `${toBase64url(POINT)}=`, AUTH, false],
    ["empty", "", "", false],
  ])("%s", (_name, point, auth, expected) => expect(arePushKeys(point, auth)).toBe(expected));
});

describe("the minutes of a day", () => {
  it.each([
    ["00:00", 0],
    ["07:05", 425],
    ["23:59", 1_439],
  ])("%s", (text, minutes) => {
    expect(readDayMinutes(text)).toBe(minutes);
    expect(dayMinutesText(minutes)).toBe(text);
  });

  it.each(["", "7:05", "24:00", "12:60", "12:00:00", "noon"])("are not %j", (text) =>
    expect(readDayMinutes(text)).toBeUndefined(),
  );
});
