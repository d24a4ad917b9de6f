import { describe, expect, it } from "vitest";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { encodeCheckpoint } from "../../../src/core/tlog/checkpoint.ts";
import { encodeLogProof } from "../../../src/core/tlog/log-proof.ts";
import { leafHash, nodeHash } from "../../../src/core/tlog/merkle.ts";
import { proofPathOf } from "../../../src/core/tlog/proof-path.ts";
import { inclusionPath } from "../../../src/core/tlog/tile-proof.ts";
import { noteSigner, signedNote } from "../../support/log/note-signer.ts";
import { sampleEntry, sampleTree } from "../../support/log/sample-tree.ts";

// The values on the way from an entry to the root, as they are shown.

const SIZE = 40;
const tree = sampleTree(SIZE);
const log = await noteSigner("log.example/paths", "ed25519", 1);

async function pathIn(size: number, index: number) {
  const root = tree.rootAt(size);
  const checkpoint = await signedNote(encodeCheckpoint({ origin: log.key.name, size, root }), log);
  const proof = encodeLogProof({ index, path: inclusionPath(index, size, tree.read), checkpoint });
  return { root, checkpoint, path: proofPathOf(sampleEntry(index), proof) };
}

describe("the path of an entry", () => {
  it("leads to the root, for every entry of every small tree", async () => {
    const wrong: string[] = [];
    for (let size = 1; size <= SIZE; size++) {
      for (let index = 0; index < size; index++) {
        const { root, path } = await pathIn(size, index);
        const last = path?.steps.at(-1)?.hash ?? path?.leaf;
        if (last !== toHex(root)) wrong.push(`${index} of ${size}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  // The tree of five entries: ((0 1) (2 3)) 4.
  const leaf = (index: number) => leafHash(sampleEntry(index));
  const pair = (index: number) => nodeHash(leaf(index), leaf(index + 1));
  const four = nodeHash(pair(0), pair(2));
  const whole = nodeHash(four, leaf(4));
  const step = (sibling: Uint8Array, side: "left" | "right", hash: Uint8Array) => ({
    sibling: toHex(sibling),
    side,
    hash: toHex(hash),
  });
  it.each([
    [0, [step(leaf(1), "right", pair(0)), step(pair(2), "right", four), step(leaf(4), "right", whole)]],
    [3, [step(leaf(2), "left", pair(2)), step(pair(0), "left", four), step(leaf(4), "right", whole)]],
    [4, [step(four, "left", whole)]],
  ])("%i of five has each sibling on its side", async (index, steps) => {
    const { root, checkpoint, path } = await pathIn(5, index);
    expect(path).toEqual({
      entry: toHex(sampleEntry(index)),
      leaf: toHex(leaf(index)),
      index,
      steps,
      checkpoint: { origin: log.key.name, size: 5, root },
      note: checkpoint,
    });
  });

  it("is not known if the proof can't be read", () => {
    expect(proofPathOf(sampleEntry(0), "no proof")).toBe(undefined);
  });
});
