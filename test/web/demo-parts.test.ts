import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import { parseReceipt } from "../../src/core/evidence/receipt.ts";
import { verifyReceipt } from "../../src/core/evidence/verify.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { parseTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { challengePartsOf } from "../../web/demo/proof/challenge-parts.ts";
import { changeOneByte, type ChangedPart } from "../../web/demo/proof/change-byte.ts";
import { createCall, jsonText } from "../../web/demo/demo-answers.ts";
import { parseState } from "../../web/demo/demo-state.ts";

// What the live demo of the landing page computes, on its own recording.

const file = readFileSync("web/demo/proof/recorded-receipt.json");
const { policy } = JSON.parse(readFileSync("web/demo/proof/recorded-trust.json", "utf8"));
const receipt = expectOk(parseReceipt(file));
const options = { tenant: receipt.created.record.stream, trust: expectOk(parseTrustPolicy(policy)) };

describe("the recording", () => {
  it("is an approval of the demo's content that verifies, with nothing absent but what no receipt has", async () => {
    const { verified, outcome, mode, checks } = await verifyReceipt(file, options);
    expect({ verified, outcome, mode }).toEqual({ verified: true, outcome: "approved", mode: "test" });
    const absent = checks.filter(({ status }) => status === "absent").map(({ name }) => name);
    expect(absent).toEqual(["witnesses", "anchor", "label", "history"]);
    expect(receipt.decision.evidence.payload).toEqual({ action: "demo", amount: "$0" });
  });

  const changes: [ChangedPart, failed: readonly string[]][] = [
    ["content", ["payload"]],
    ["signature", ["signature"]],
    ["proof", ["inclusion"]],
  ];
  it.each(changes)("with one other byte of the %s fails %j", async (part, failed) => {
    const { receipt: changed, before, after } = changeOneByte(receipt, part);
    const { checks } = await verifyReceipt(canonicalBytes(changed), options);
    expect(checks.filter(({ status }) => status === "failed").map(({ name }) => name)).toEqual(failed);
    expect(after).toHaveLength(before.length);
    expect(Array.from(after).filter((character, at) => character !== before[at])).toHaveLength(1);
  });

  it("has a challenge of two halves, each of which is the hash of its text", () => {
    const parts = challengePartsOf(receipt);
    expect(parts).toMatchObject({
      nonce: { isRight: true },
      content: { isRight: true, of: '{"action":"demo","amount":"$0"}' },
    });
    const { clientData, nonce, content } = parts ?? expect.fail();
    const signed = Buffer.from(clientData[1], "base64url").toString("hex");
    expect(signed).toBe(nonce.signed + content.signed);
  });

  it("of another content has a challenge whose second half is wrong", () => {
    const parts = challengePartsOf(changeOneByte(receipt, "content").receipt);
    expect(parts).toMatchObject({ nonce: { isRight: true }, content: { isRight: false } });
  });
});

describe("the calls as they are shown", () => {
  it("have the beginning of the key only", () => {
    const shown = createCall("https://sign.example", "sam", "cs_test_Vb3kQ9zR_secret");
    expect(shown).toContain('-H "X-Api-Key: cs_test_Vb3k…"');
    expect(shown).toContain('"amount": "$0"');
  });
  it("have both ends of a long value", () =>
    expect(jsonText({ hash: "ab".repeat(32), id: "c_1" })).toBe(
      `{\n  "hash": "${"ab".repeat(6)}…ababab",\n  "id": "c_1"\n}`,
    ));
});

describe("a stored state", () => {
  const now = Date.parse("2026-11-28T12:00:00.000Z");
  const genesis = { rp: "https://sign.example", logOrigin: "log", streamKeyHash: "00", salt: "AA" };
  const state = {
    username: "sam",
    apiKey: "cs_test_1",
    deletedAt: "2026-11-28T12:00:01.000Z",
    secret: null,
    rpId: "sign.example",
    genesis,
    passkey: { credentialId: "AA", publicKey: "BB" },
    request: "c_1",
  };
  const rows: [name: string, text: string, isUsed: boolean][] = [
    ["of an organisation that is still there", JSON.stringify(state), true],
    ["before the passkey", JSON.stringify({ ...state, secret: "s", passkey: null, request: null }), true],
    ["of a passkey that this page never learned of", JSON.stringify({ ...state, passkey: null }), true],
    ["of a deleted organisation", JSON.stringify({ ...state, deletedAt: "2026-11-28T12:00:00.000Z" }), false],
    ["without a date", JSON.stringify({ ...state, deletedAt: "soon" }), false],
    ["without a key", JSON.stringify({ ...state, apiKey: undefined }), false],
    ["with half a passkey", JSON.stringify({ ...state, passkey: { credentialId: "AA" } }), false],
    ["with a number for a request", JSON.stringify({ ...state, request: 1 }), false],
    ["with half a genesis", JSON.stringify({ ...state, genesis: { rp: "https://sign.example" } }), false],
    ["that is no JSON", "demo", false],
    ["that is no object", "[]", false],
  ];
  it.each(rows)("%s", (_name, text, isUsed) => expect(parseState(text, now) !== undefined).toBe(isUsed));
});
