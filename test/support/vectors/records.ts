import { fromBase64url, fromHex, toBase64url, toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { challengeOf, comparisonCode } from "../../../src/core/confirmation/challenge.ts";
import { fingerprintOf } from "../../../src/core/webauthn/fingerprint.ts";
import { canonicalText, hashOfJson } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { leafHash } from "../../../src/core/tlog/merkle.ts";
import type { Evidence } from "../../../src/core/evidence/receipt.ts";
import { encodeEntry, recordCommit, streamKeyHash } from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { statementNonce } from "../../../src/core/confirmation/statement.ts";
import { editJson } from "../evidence/edit-json.ts";
import { makeApiKey, parseApiKey } from "../../../src/core/confirmation/api-key.ts";
import { makeRef, REF_RANDOM_BYTES } from "../../../src/core/confirmation/tenant-ref.ts";
import { fixedDraw } from "./keys.ts";
import { confirmationAt, type Example } from "./example-tenant.ts";

// The stream of the example, step by step: statement, nonce, challenge, record, commitment, label, entry.

function evidenceOf(example: Example, name: string): Evidence {
  const evidence = example.tenant.records[example.decisions[name] ?? -1]?.sealed.evidence;
  if (evidence === undefined) throw new RangeError(`the example has no signed record "${name}"`);
  return evidence;
}

export function statementVectors(example: Example): JsonObject {
  const accepted = ["approved", "quorum", "rejected", "break-glass"].flatMap((name) => {
    const { signers, payloadHash } = evidenceOf(example, name);
    return signers.map(({ statement }) => {
      const nonce = statementNonce(statement);
      const challenge = challengeOf(nonce, expectOk(fromHex(payloadHash)));
      const made = { canonical: canonicalText(statement), nonce: toHex(nonce) };
      const spelled = { challenge: toHex(challenge), challengeBase64url: toBase64url(challenge) };
      return { name, statement, payloadHash, ...made, ...spelled };
    });
  });
  const [good] = evidenceOf(example, "approved").signers;
  const statement = good?.statement as unknown as JsonObject;
  const refused = REFUSED_FIELDS.map(([name, at, value]) => {
    const last = at.lastIndexOf("/");
    const added = (parent: JsonValue) => ({ ...(parent as JsonObject), [at.slice(last + 1)]: value });
    return { name, statement: editJson(statement, at.slice(0, last), added), at };
  });
  return { accepted, refused };
}

const REFUSED_FIELDS: readonly (readonly [string, string, JsonValue])[] = [
  ["another version", "/v", 2],
  ["another kind", "/kind", "countersign/receipt"],
  ["a time without milliseconds", "/created", "2026-11-01T12:00:00Z"],
  ["a day that does not exist", "/issued", "2026-02-29T12:00:00.000Z"],
  ["a salt of 31 bytes", "/salt", "A".repeat(42)],
  ["a salt with padding", "/salt", `${"A".repeat(43)}=`],
  ["a salt with bits beyond its last byte", "/salt", `${"A".repeat(42)}B`],
  ["a policy hash in capitals", "/policyHash", "AB".repeat(32)],
  ["an unknown vote", "/vote", "approved"],
  ["an action of 201 UTF-16 units", "/action", `${"x".repeat(199)}😀`],
  ["no action", "/action", ""],
  ["65 positions", "/display/order", Array.from({ length: 65 }, (_, position) => position)],
  ["one position for an order", "/display/order", 3],
  ["a template hash of 31 bytes", "/display/template", "ab".repeat(31)],
  ["no display", "/display", null],
  ["an unknown field", "/comment", ""],
  ["an unknown field further in", "/approver/role", "admin"],
];

export function recordVectors({ tenant }: Example): JsonObject {
  const sealed = tenant.records.map(({ sealed: { record, entrySalt, label }, index }) => {
    const commit = recordCommit(record, expectOk(fromBase64url(entrySalt)));
    const entry = encodeEntry({ kind: "sealed", label: expectOk(fromHex(label)), commit });
    return {
      record,
      entrySalt,
      canonicalHash: toHex(hashOfJson(record)),
      commit: toHex(commit),
      label,
      entry: toHex(entry),
      leafHash: toHex(leafHash(entry)),
      index,
    };
  });
  const entry = toHex(tenant.log.entries[0] ?? new Uint8Array());
  const open = (text: string) => `02${toHex(utf8(text))}`;
  return {
    streamKey: toHex(tenant.streamKey),
    sealed,
    publicEntries: [{ entry: open('{"a":[],"b":1}'), record: { a: [], b: 1 } }],
    refusedEntries: [
      { name: "no bytes", entry: "" },
      { name: "an unknown first byte", entry: `03${entry.slice(2)}` },
      { name: "a byte too few", entry: entry.slice(0, -2) },
      { name: "a byte too many", entry: `${entry}00` },
      { name: "a public record out of order", entry: open('{"b":1,"a":[]}') },
      { name: "a public record with a space", entry: open('{"a": 1}') },
      { name: "a public record that is no object", entry: open("[]") },
    ],
  };
}

export function idVectors(example: Example): JsonObject {
  const { tenant, payload } = example;
  const genesis = tenant.genesis as unknown as JsonObject;
  const hash = hashOfJson(payload);
  const codes = [
    [confirmationAt(tenant, example.decisions["approved"] ?? -1), "Pay invoice 4711"],
    [confirmationAt(tenant, example.decisions["rejected"] ?? -1), "Pay invoice 4711"],
    ["c_1", "Überweisung freigeben"],
  ].map(([confirmation = "", action = ""]) => ({
    confirmation,
    action,
    payloadHash: toHex(hash),
    code: comparisonCode(confirmation, hash, action),
  }));
  const { publicKey } = tenant.owner.passkey.credential;
  const ref = makeRef("0", fixedDraw("ref")(REF_RANDOM_BYTES));
  const key = (mode: "live" | "test") => makeApiKey(mode, ref, wide(`API key, ${mode}`));
  const apiKeys = (["live", "test"] as const).map((mode) => {
    const text = key(mode);
    return { text, mode, ref, hash: expectOk(parseApiKey(text)).hash };
  });
  const good = key("live");
  return {
    streams: [{ genesis, canonical: canonicalText(genesis), id: tenant.stream }],
    streamKeys: [{ key: toHex(tenant.streamKey), hash: streamKeyHash(tenant.streamKey) }],
    codes,
    fingerprints: [{ publicKey: toBase64url(publicKey), fingerprint: fingerprintOf(publicKey) }],
    apiKeys,
    refusedApiKeys: [
      good.slice(0, -1),
      `${good}0`,
      good.replace("cs_live_", "cs_test_"),
      good.replace("cs_live_", "CS_LIVE_"),
      good.replace(ref, ref.slice(1)),
      good.replace(ref, ref.replace("0", "1")),
      good.replace(`_${ref}`, ""),
      `${good.slice(0, 20)}${good[20] === "0" ? "1" : "0"}${good.slice(21)}`,
    ],
  };
}

function wide(name: string): Uint8Array {
  const draw = fixedDraw(name);
  return Uint8Array.from([...draw(32), ...draw(32)]);
}
