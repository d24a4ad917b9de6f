import { cpus } from "node:os";
import { verifyAuthenticationResponse } from "@simplewebauthn/server";
import { verifyAssertion } from "../../src/core/webauthn/assertion.ts";
import { toBase64url, utf8, utf8Text, type Bytes } from "../../src/core/encoding/bytes.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { canonicalText } from "../../src/core/encoding/jcs.ts";
import { parseJson, type JsonObject, type JsonValue } from "../../src/core/encoding/strict-json.ts";
import { leafHash, nodeHash, verifyInclusion } from "../../src/core/tlog/merkle.ts";
import { checkRules, chooseRule } from "../../src/core/rules/choose-rule.ts";
import { requestFacts } from "../../src/core/rules/request-facts.ts";
import { RULES_MAX } from "../../src/core/rules/rules-document.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { inclusionPath, rootFromTiles } from "../../src/core/tlog/tile-proof.ts";
import { TILE_WIDTH, tileWidth, type Tile } from "../../src/core/tlog/tile.ts";
import { createAuthenticator } from "../support/authenticator.ts";
import { measure, measureAlternately, rate, row } from "./measure/measure.ts";

// The cost of core operations. Prints medians, and ratios to a peer measured in the same run. It has no pass or fail.

const LEAVES = 1_000_000;

async function leaves(): Promise<void> {
  const entry = crypto.getRandomValues(new Uint8Array(65));
  const { perSecond } = await measure(() => leafHash(entry));
  console.log(row("leaf hashes of 65 bytes", rate(perSecond)));
}

async function proofs(): Promise<void> {
  const tiles = tilesOf(LEAVES);
  const read = ({ level, index }: Tile): Bytes => tiles[level]?.[index] as Bytes;
  let index = 0;
  const next = () => (index = (index + 7_919_993) % LEAVES);
  const build = await measure(() => inclusionPath(next(), LEAVES, read));
  const root = rootFromTiles(LEAVES, read);
  const path = inclusionPath(123_456, LEAVES, read);
  const leaf = read({ level: 0, index: Math.floor(123_456 / TILE_WIDTH), width: TILE_WIDTH }).slice(
    (123_456 % TILE_WIDTH) * 32,
    (123_456 % TILE_WIDTH) * 32 + 32,
  );
  const claim = { leaf, index: 123_456, size: LEAVES, path, root };
  expectOk(verifyInclusion(claim));
  const verify = await measure(() => verifyInclusion(claim));
  console.log(row("inclusion proof built at 10^6 leaves", `${build.microseconds.toFixed(1)} µs`));
  console.log(
    row(
      "inclusion proof verified at 10^6 leaves",
      `${verify.microseconds.toFixed(1)} µs`,
      "",
      "aim: under 100 µs",
    ),
  );
}

async function json(kilobytes: number): Promise<void> {
  const text = canonicalText(samplePayload(kilobytes * 1_024));
  const bytes = utf8(text);
  const [own, native] = await measureAlternately([
    () => canonicalText(expectOk(parseJson(bytes))),
    () => JSON.stringify(JSON.parse(utf8Text(bytes) ?? "")),
  ]);
  if (own === undefined || native === undefined) return;
  const ratio = own.microseconds / native.microseconds;
  console.log(
    row(
      `strict parse + JCS, ${kilobytes} KiB`,
      `${own.microseconds.toFixed(1)} µs`,
      `${ratio.toFixed(2)} x JSON.parse + JSON.stringify`,
      "aim: at most 6 x",
    ),
  );
}

async function assertions(): Promise<void> {
  const origin = "https://approve.example";
  const rpId = "approve.example";
  const authenticator = await createAuthenticator({ origin, rpId });
  const challenge = crypto.getRandomValues(new Uint8Array(64));
  const { assertion, response } = await authenticator.assert(challenge);
  const { id, publicKey } = authenticator.credential;
  const [own, peer] = await measureAlternately([
    async () =>
      expectOk(await verifyAssertion(assertion, { challenge, origin, rpId, credential: { id, publicKey } })),
    () =>
      verifyAuthenticationResponse({
        response,
        expectedChallenge: toBase64url(challenge),
        expectedOrigin: origin,
        expectedRPID: rpId,
        credential: { id, publicKey, counter: 0 },
        requireUserVerification: true,
      }),
  ]);
  if (own === undefined || peer === undefined) return;
  const ratio = own.microseconds / peer.microseconds;
  console.log(
    row(
      "assertions verified (ES256)",
      rate(own.perSecond),
      `${ratio.toFixed(2)} x the time of SimpleWebAuthn`,
      "aim: at most 1 x",
    ),
  );
}

/** Of 100 rules the last one matches, so all are judged. One in ten has a loop, which is parsed each time. */
async function ruleChoice(): Promise<void> {
  const document = expectOk(
    checkRules({
      v: 1,
      kind: "countersign/rules",
      rules: Array.from({ length: RULES_MAX }, (_unused, index) => ({
        name: `rule ${index}`,
        when:
          index % 10 === 0
            ? `payload.transfers.exists(one, one.amount_usd > ${99_900 - index}.0)`
            : `action == "Wire transfer" && number(payload.total) > 10000 && payload.kind == "kind ${index}"`,
        policies: ["finance"],
      })),
      otherwise: ["named-person"],
    }),
  );
  const payload = { ...samplePayload(1_024), total: "12500.00", kind: `kind ${RULES_MAX - 1}` };
  const source = {
    action: "Wire transfer",
    project: { id: "prj", name: "Payments", mode: "live" },
    requester: { kind: "key", id: "key", name: "Bookkeeping", person: null },
    created: "2026-11-29T22:05:00.000Z",
  } as const;
  const { microseconds } = await measure(() => chooseRule(document, requestFacts(source, payload)));
  console.log(row("a request's rule among 100", `${microseconds.toFixed(0)} µs`, "", "aim: under 1,000 µs"));
}

/** Full tiles and the right edge, level by level. */
function tilesOf(size: number): Bytes[][] {
  const levels: Bytes[][] = [];
  let hashes: Bytes[] = Array.from({ length: size }, (_unused, index) => sha256(utf8(String(index))));
  for (let level = 0; hashes.length > 0; level++) {
    const tiles: Bytes[] = [];
    const roots: Bytes[] = [];
    for (let index = 0; tileWidth(level, index, size) > 0; index++) {
      const width = tileWidth(level, index, size);
      const members = hashes.slice(index * TILE_WIDTH, index * TILE_WIDTH + width);
      const tile = new Uint8Array(width * 32);
      for (const [place, hash] of members.entries()) tile.set(hash, place * 32);
      tiles.push(tile);
      if (width === TILE_WIDTH) roots.push(treeOf(members));
    }
    levels.push(tiles);
    hashes = roots;
  }
  return levels;
}

/** The root of 256 neighbouring hashes, which is one hash of the next level. */
function treeOf(hashes: readonly Bytes[]): Bytes {
  const [left, right] = [hashes.slice(0, hashes.length / 2), hashes.slice(hashes.length / 2)];
  return hashes.length === 1 ? (hashes[0] as Bytes) : nodeHash(treeOf(left), treeOf(right));
}

function samplePayload(bytes: number): JsonObject {
  const transfers: JsonValue[] = [];
  for (let index = 0; utf8(canonicalText(transfers)).length < bytes - 200; index++) {
    transfers.push({
      to: `acct_${1_000 + index}`,
      amount_usd: 4_200 + index / 4,
      memo: `INV-2025-${index}: für Büro „Süd“`,
      urgent: index % 3 === 0,
      tags: ["vendor", null],
    });
  }
  return { transfers };
}

console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}\n`);
await leaves();
await proofs();
for (const kilobytes of [1, 16, 64]) await json(kilobytes);
await assertions();
await ruleChoice();
