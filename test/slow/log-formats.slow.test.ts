import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, toBase64, utf8, type Bytes } from "../../src/core/encoding/bytes.ts";
import { encodeCheckpoint, parseCheckpoint } from "../../src/core/tlog/checkpoint.ts";
import { leafHash, treeRoot, verifyConsistency, verifyInclusion } from "../../src/core/tlog/merkle.ts";
import { encodeNote, encodeVkey, parseNote, parseVkey, verifyNote } from "../../src/core/tlog/signed-note.ts";
import { encodeLogProof, parseLogProof } from "../../src/core/tlog/log-proof.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { parseEntriesPath, parseTilePath, tilePath, tileWidth, type Tile } from "../../src/core/tlog/tile.ts";
import { authenticateTiles } from "../../src/core/tlog/tile-client.ts";
import {
  consistencyPlaces,
  hashesAt,
  inclusionPath,
  inclusionPlaces,
  nodesFromTiles,
  tilesForInclusion,
  type ReadNode,
} from "../../src/core/tlog/tile-proof.ts";
import { encodeTrustPolicy, judgeCheckpoint, parseTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { noteSigner, signedNote } from "../support/log/note-signer.ts";
import { flipped, sampleEntry, sampleTree } from "../support/log/sample-tree.ts";

// Hundreds of thousands of damaged files. Each is refused or parses to the same content and text; nothing throws.

const SIZE = 70_000;
const INDEX = 12_345;
const MINUTES = 60_000;
const tree = sampleTree(SIZE);
const log = await noteSigner("log.example/slow", "ed25519", 1);
const w1 = await noteSigner("witness.example/w1", "cosignature", 2);
const w2 = await noteSigner("witness.example/w2", "cosignature", 3);
const body = encodeCheckpoint({ origin: log.key.name, size: SIZE, root: tree.rootAt(SIZE) });
const note = await signedNote(body, log, [w1, w2]);
const proof = encodeLogProof({
  extra: utf8("extra"),
  index: INDEX,
  path: inclusionPath(INDEX, SIZE, tree.read),
  checkpoint: note,
});
const policyText = `# trusted
log ${encodeVkey(log.key)} https://log.example/
witness one ${encodeVkey(w1.key)}
witness two ${encodeVkey(w2.key)}
group both all one two
quorum both
`;
const policy = expectOk(parseTrustPolicy(policyText));

/** Up to three edits of a text: characters removed, inserted, changed, repeated or moved. */
function damaged(text: string): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      "",
      "\n",
      "\n\n",
      " ",
      "  ",
      "=",
      "+",
      "/",
      "0",
      "1",
      "A",
      "é",
      "\0",
      "\r",
      "\t",
      "\u2014",
      "\ud800",
    ),
    fc.string({ unit: "binary", maxLength: 3 }),
    fc.tuple(fc.nat(text.length), fc.nat(80)).map(([at, length]) => text.slice(at, at + length)),
  );
  const edit = fc.tuple(fc.nat(text.length), fc.oneof(fc.nat(3), fc.nat(100)), piece);
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) => {
    return edits.reduce((now, [at, length, put]) => now.slice(0, at) + put + now.slice(at + length), text);
  });
}

describe("damaged texts", () => {
  it(
    "of notes",
    () => {
      expect(encodeNote(expectOk(parseNote(note)))).toBe(note);
      fc.assert(
        fc.property(damaged(note), (text) => {
          const parsed = parseNote(text);
          if (parsed.ok) expect(encodeNote(parsed.value)).toBe(text);
        }),
        { numRuns: 100_000 },
      );
    },
    5 * MINUTES,
  );

  it(
    "of checkpoints",
    () => {
      expect(encodeCheckpoint(expectOk(parseCheckpoint(body)))).toBe(body);
      fc.assert(
        fc.property(damaged(body), (text) => {
          const parsed = parseCheckpoint(text);
          if (parsed.ok) expect(encodeCheckpoint(parsed.value)).toBe(text);
        }),
        { numRuns: 100_000 },
      );
    },
    5 * MINUTES,
  );

  it(
    "of proofs",
    () => {
      expect(encodeLogProof(expectOk(parseLogProof(proof)))).toBe(proof);
      fc.assert(
        fc.property(damaged(proof), (text) => {
          const parsed = parseLogProof(text);
          if (parsed.ok) expect(encodeLogProof(parsed.value)).toBe(text);
        }),
        { numRuns: 100_000 },
      );
    },
    5 * MINUTES,
  );

  it(
    "of verifier keys and paths",
    () => {
      const vkey = encodeVkey(w1.key);
      expect(encodeVkey(expectOk(parseVkey(vkey)))).toBe(vkey);
      const path = "tile/2/x001/x234/067.p/89";
      fc.assert(
        fc.property(damaged(vkey), damaged(path), (text, place) => {
          const parsed = parseVkey(text);
          if (parsed.ok) expect(encodeVkey(parsed.value)).toBe(text);
          const tile = parseTilePath(place);
          if (tile.ok) expect(tilePath(tile.value)).toBe(place);
          parseEntriesPath(place);
        }),
        { numRuns: 100_000 },
      );
    },
    5 * MINUTES,
  );

  it(
    "of policy files",
    () => {
      fc.assert(
        fc.property(damaged(policyText), (text) => {
          const parsed = parseTrustPolicy(text);
          if (parsed.ok) expect(parseTrustPolicy(encodeTrustPolicy(parsed.value))).toEqual(parsed);
        }),
        { numRuns: 30_000 },
      );
    },
    5 * MINUTES,
  );

  it(
    "of arbitrary characters",
    () => {
      fc.assert(
        fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
          expect(parseNote(text).ok || parseCheckpoint(text).ok || parseLogProof(text).ok).toBe(false);
          expect(parseVkey(text).ok || parseTilePath(text).ok || parseTrustPolicy(text).ok).toBe(false);
        }),
        { numRuns: 50_000 },
      );
    },
    5 * MINUTES,
  );
});

describe("signatures", () => {
  it(
    "cover every character of the checkpoint, and no damage adds a signer",
    async () => {
      const judged = expectOk(await judgeCheckpoint(note, policy));
      expect(judged).toMatchObject({ witnesses: ["one", "two"], quorumMet: true });
      await fc.assert(
        fc.asyncProperty(damaged(note), async (text) => {
          const result = await judgeCheckpoint(text, policy);
          if (!result.ok) return;
          expect(result.value.checkpoint).toEqual(judged.checkpoint);
          if (result.value.quorumMet) expect(result.value.witnesses).toEqual(judged.witnesses);
        }),
        { numRuns: 20_000 },
      );
    },
    5 * MINUTES,
  );

  it(
    "fail after any flipped bit",
    async () => {
      const parsed = expectOk(parseNote(note));
      const keys = [log.key, w1.key, w2.key];
      expect((await verifyNote(parsed, keys)).ok).toBe(true);
      for (const [place, line] of parsed.signatures.entries()) {
        for (let bit = 0; bit < line.signature.length * 8; bit++) {
          const changed = { ...line, signature: flipped(line.signature, bit) };
          const forged = { ...parsed, signatures: parsed.signatures.with(place, changed) };
          expect((await verifyNote(forged, keys)).ok).toBe(false);
        }
      }
    },
    5 * MINUTES,
  );
});

describe("trees", () => {
  it("of 70,000 leaves have the root of the definition", () => {
    expect(treeRoot(Array.from({ length: SIZE }, (_, index) => tree.leaf(index)))).toEqual(tree.rootAt(SIZE));
  });

  it(
    "prove every leaf and every older tree up to 400, and nothing else",
    () => {
      const remembered = new Map<string, Bytes>();
      const readNode =
        (size: number): ReadNode =>
        (place) => {
          const key = `${place.level}/${place.index}`;
          const node = remembered.get(key) ?? nodesFromTiles(size, tree.read)(place);
          remembered.set(key, node);
          return node;
        };
      let wrong = 0;
      for (let size = 1; size <= 400; size++) {
        const root = tree.rootAt(size);
        for (let index = 0; index < size; index++) {
          const path = hashesAt(inclusionPlaces(index, size), readNode(size));
          const claim = { leaf: tree.leaf(index), index, size, path, root };
          if (!verifyInclusion(claim).ok) wrong++;
          const oldSize = index + 1;
          const proofPath = hashesAt(consistencyPlaces(oldSize, size), readNode(size));
          const oldRoot = tree.rootAt(oldSize);
          const growth = { oldSize, oldRoot, newSize: size, newRoot: root, path: proofPath };
          if (!verifyConsistency(growth).ok) wrong++;
          if (size < 2) continue;
          const place = (size * 7 + index) % path.length;
          const changed = path.map((hash, at) => (at === place ? flipped(hash, size + index) : hash));
          if (verifyInclusion({ ...claim, path: changed }).ok) wrong++;
          if (verifyInclusion({ ...claim, index: (index + 1 + (place % (size - 1))) % size }).ok) wrong++;
          if (oldSize < size && verifyConsistency({ ...growth, oldRoot: tree.rootAt(oldSize + 1) }).ok)
            wrong++;
        }
      }
      expect(wrong).toBe(0);
    },
    10 * MINUTES,
  );

  it(
    "reveal every forged tile, at any place and with any matching forgeries",
    async () => {
      const tile = fc.record({ level: fc.nat(2), index: fc.nat(273) }).map(({ level, index }): Tile => {
        const at = Math.floor(index / 256 ** level);
        return { level, index: at, width: tileWidth(level, at, SIZE) };
      });
      const forge = fc.constantFrom("turn a bit", "cut", "add", "swap two hashes", "be another tile");
      const root = tree.rootAt(SIZE);
      let forged = 0;
      await fc.assert(
        fc.asyncProperty(tile, forge, fc.nat(), fc.nat(), async (target, how, one, two) => {
          const honest = tree.read(target);
          const bytes = forgedBytes(honest, how, one, two);
          if (toBase64(bytes) === toBase64(honest)) return;
          forged++;
          const path = tilePath(target);
          const fetch = async (requested: Tile): Promise<Bytes> =>
            tilePath(requested) === path ? bytes : tree.read(requested);
          expect(
            (await authenticateTiles(SIZE, root, [target], async (requested) => tree.read(requested))).ok,
          ).toBe(true);
          expect((await authenticateTiles(SIZE, root, [target], fetch)).ok).toBe(false);
        }),
        { numRuns: 3000 },
      );
      expect(forged).toBeGreaterThan(2000);
    },
    10 * MINUTES,
  );

  it(
    "never prove an entry that is not in them, even if every tile between it and the root is rebuilt",
    async () => {
      const tiles = tilesForInclusion(INDEX, SIZE);
      const root = tree.rootAt(SIZE);
      const liar = sampleTreeWith(INDEX, utf8("forged"));
      const mixes = 2 ** tiles.length;
      for (let mix = 0; mix < mixes; mix++) {
        const lies = new Set(
          tiles.filter((_, place) => Math.floor(mix / 2 ** place) % 2 === 1).map(tilePath),
        );
        const result = await authenticateTiles(SIZE, root, tiles, async (each) =>
          lies.has(tilePath(each)) ? liar.read(each) : tree.read(each),
        );
        const forged = tiles.some((each) => lies.has(tilePath(each)) && liar.changes(each));
        expect(result.ok).toBe(!forged);
      }
    },
    10 * MINUTES,
  );
});

function forgedBytes(honest: Bytes, how: string, one: number, two: number): Bytes {
  const count = honest.length / 32;
  if (how === "turn a bit") return flipped(honest, one % (honest.length * 8));
  if (how === "cut") return honest.slice(0, one % honest.length);
  if (how === "add") return concat(honest, tree.leaf(one % SIZE));
  if (how === "be another tile")
    return concat(...Array.from({ length: count }, (_, at) => tree.leaf((one + at) % SIZE)));
  const copy = honest.slice();
  const [left, right] = [(one % count) * 32, (two % count) * 32];
  copy.set(honest.subarray(right, right + 32), left);
  copy.set(honest.subarray(left, left + 32), right);
  return copy;
}

/** The tiles of a consistent log with another entry at one index. */
function sampleTreeWith(
  index: number,
  entry: Bytes,
): { read: (tile: Tile) => Bytes; changes: (tile: Tile) => boolean } {
  const other = sampleTree(SIZE, (at) => leafHash(at === index ? entry : sampleEntry(at)));
  const changes = (tile: Tile): boolean => toBase64(other.read(tile)) !== toBase64(tree.read(tile));
  return { read: other.read, changes };
}
