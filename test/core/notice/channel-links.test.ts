import { describe, expect, it } from "vitest";
import {
  provesUnsubscribe,
  provesVerification,
  readUnsubscribeToken,
  readVerificationToken,
  unsubscribeLink,
  verificationLink,
} from "../../../src/core/notice/channel-links.ts";
import { makeId } from "../../../src/core/encoding/identifier.ts";

const ORIGIN = "https://sign.example.com";
const SEED = new Uint8Array(32).fill(7);
const OTHER_SEED = new Uint8Array(32).fill(8);
const REF = "0Ab1Cd2E";
const CHANNEL = makeId("n", 1, new Uint8Array(16));
const OTHER_CHANNEL = makeId("n", 2, new Uint8Array(16));
const changed = (text: string) => text.slice(0, -2) + (text.at(-2) === "A" ? "B" : "A") + text.slice(-1);

describe("the link that ends a channel", () => {
  const link = unsubscribeLink(ORIGIN, SEED, REF, CHANNEL);
  const token = link.slice(`${ORIGIN}/unsubscribe/`.length);
  const ends = (text: string, seed = SEED) => {
    const read = readUnsubscribeToken(text);
    return read !== undefined && provesUnsubscribe(seed, read);
  };

  it.each<[string, string, boolean]>([
    ["as it was sent", token, true],
    ["with another proof", changed(token), false],
    ["of another tenant", token.replace(REF, "0Ab1Cd2F"), false],
    ["of another channel", token.replace(CHANNEL, OTHER_CHANNEL), false],
    ["without the proof", token.slice(0, token.lastIndexOf(".")), false],
    ["with more behind it", `${token}A`, false],
    ["with a channel that is no id", token.replace(CHANNEL, "n_1"), false],
    ["empty", "", false],
  ])("%s", (_name, text, expected) => expect(ends(text)).toBe(expected));

  it("is refused by a deployment with another seed", () => expect(ends(token, OTHER_SEED)).toBe(false));
});

describe("the link that confirms an address", () => {
  const asked = { ref: REF, channel: CHANNEL, address: "ada@example.com", session: "t_1", expiresAt: 1_000 };
  const [page = "", token = ""] = verificationLink(ORIGIN, SEED, asked).split("#");

  it("has its secret where a browser sends it to nobody", () =>
    expect(page).toBe(`${ORIGIN}/notices/verify`));

  it.each<[string, Partial<typeof asked>, boolean]>([
    ["for what was asked", {}, true],
    ["for another address", { address: "eve@example.com" }, false],
    ["in another session", { session: "t_2" }, false],
    ["for another channel", { channel: OTHER_CHANNEL }, false],
    ["in another tenant", { ref: "0Ab1Cd2F" }, false],
    ["with a later end", { expiresAt: 2_000 }, false],
  ])("%s", (_name, other, expected) => {
    const { proof = "" } = readVerificationToken(token) ?? {};
    expect(provesVerification(SEED, { ...asked, ...other }, proof)).toBe(expected);
  });

  it.each(["", token.replace(CHANNEL, "n_1"), token.replace(".1000.", ".soon."), token.slice(0, -1)])(
    "is nothing as %j",
    (text) => expect(readVerificationToken(text)).toBeUndefined(),
  );

  it("says what it confirms", () =>
    expect(readVerificationToken(token)).toMatchObject({ channel: CHANNEL, expiresAt: 1_000 }));
});
