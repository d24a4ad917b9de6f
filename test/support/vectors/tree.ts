import { toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { encodeCheckpoint } from "../../../src/core/tlog/checkpoint.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { leafHash, treeRoot, verifyConsistency, verifyInclusion } from "../../../src/core/tlog/merkle.ts";
import { encodeNote, encodeVkey } from "../../../src/core/tlog/signed-note.ts";
import { encodeEntries, entriesPath, tilePath } from "../../../src/core/tlog/tile.ts";
import { consistencyPath, inclusionPath } from "../../../src/core/tlog/tile-proof.ts";
import { encodeTrustPolicy, judgeCheckpoint, parseTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import type { TestLog } from "../log/memory-log.ts";
import { noteSigner, signedNote } from "../log/note-signer.ts";
import { flipped, sampleTree } from "../log/sample-tree.ts";
import type { Example } from "./example-tenant.ts";

// The log: its tree, the proofs in it, its paths, and who signed its state.

export function treeVectors({ tenant: { log } }: Example): JsonObject {
  const { entries, leaves } = log;
  const size = leaves.length;
  const tree = sampleTree(size, (index) => leafHash(entries[index] ?? new Uint8Array()));
  const hex = (hashes: readonly Uint8Array[]) => hashes.map(toHex);
  const inclusion = [
    ...leaves.map((_leaf, index) => [index, size] as const),
    [0, 1] as const,
    [6, 7] as const,
    [4, 9] as const,
  ].map(([index, at]) => {
    const path = inclusionPath(index, at, sampleTree(at, (place) => tree.leaf(place)).read);
    const proof = { leaf: tree.leaf(index), index, size: at, path, root: tree.rootAt(at) };
    if (!verifyInclusion(proof).ok) throw new Error("a proof of the vectors does not hold");
    return { leaf: toHex(proof.leaf), index, size: at, path: hex(path), root: toHex(proof.root) };
  });
  const consistency = [0, 1, 2, 3, 4, 7, 8, 11, size].map((oldSize) => {
    const path = consistencyPath(oldSize, size, tree.read);
    const [oldRoot, newRoot] = [tree.rootAt(oldSize), tree.rootAt(size)];
    if (!verifyConsistency({ oldSize, oldRoot, newSize: size, newRoot, path }).ok)
      throw new Error("a proof of the vectors does not hold");
    return { oldSize, oldRoot: toHex(oldRoot), newSize: size, newRoot: toHex(newRoot), path: hex(path) };
  });
  const [good] = inclusion;
  if (good === undefined) throw new RangeError("the log is empty");
  return {
    entries: hex(entries),
    leaves: hex(leaves),
    roots: Array.from({ length: size + 1 }, (_none, at) => toHex(tree.rootAt(at))),
    inclusion,
    refusedInclusion: [
      { name: "another leaf", ...good, leaf: toHex(flipped(leaves[0] ?? new Uint8Array())) },
      { name: "another index", ...good, index: 1 },
      { name: "an index outside the tree", ...good, index: size },
      { name: "another size", ...good, size: size * 4 },
      { name: "a hash too few", ...good, path: good.path.slice(0, -1) },
      { name: "a hash too many", ...good, path: [...good.path, good.leaf] },
      { name: "the hashes from the root down", ...good, path: good.path.toReversed() },
    ],
    consistency,
    tiles: TILES.map(([level, index, width]) => ({
      level,
      index,
      width,
      path: tilePath({ level, index, width }),
    })),
    bundles: [
      { index: 0, width: size, path: entriesPath(0, size), bytes: toHex(encodeEntries(entries)) },
      { index: 1_234_067, width: 256, path: entriesPath(1_234_067, 256) },
    ],
  };
}

const TILES = [
  [0, 0, 256],
  [0, 273, 112],
  [1, 0, 256],
  [2, 0, 1],
  [0, 999, 256],
  [0, 1_000, 1],
  [0, 1_234_067, 256],
] as const;

export async function noteVectors({ tenant: { log } }: Example): Promise<JsonObject> {
  const root = treeRoot(log.leaves);
  const text = encodeCheckpoint({ origin: log.origin, size: log.leaves.length, root });
  const signers = [log.signer, ...log.witnesses];
  const full = await log.checkpoint();
  const unwitnessed = encodeNote({ text, signatures: [await log.signer.sign(text)] });
  const [first] = log.witnesses;
  const once = encodeNote({
    text,
    signatures: [await log.signer.sign(text), ...(first ? [await first.sign(text, 1_800_000_000)] : [])],
  });
  const stranger = await noteSigner("elsewhere.example/log", "ed25519", 9);
  const two = encodeTrustPolicy(log.trust(2));
  const nobody = encodeTrustPolicy(log.trust(0));
  const rows: readonly (readonly [string, string, string])[] = [
    ["signed by the log and three witnesses", full, two],
    ["signed by the log and one witness", once, two],
    ["signed by the log alone", unwitnessed, two],
    ["signed by the log alone, where no witness is asked for", unwitnessed, nobody],
    ["without the log's signature", full.replace(/\n\u2014 log[^\n]*\n/, "\n"), two],
    ["with another size", full.replace(`\n${log.leaves.length}\n`, `\n${log.leaves.length + 1}\n`), two],
    ["with a changed cosignature", full.replace(/(\u2014 beta\.example .{20})./, "$1A"), two],
    ["by another log", await signedNote(text, stranger), two],
    ["with a line of an unknown key", `${full}\u2014 nobody.example AAAAAAAAAAA=\n`, two],
    ["without a newline at the end", full.slice(0, -1), two],
    ["with an extension line", await extended(log, text), two],
  ];
  const judged = [];
  for (const [name, note, trust] of rows) judged.push({ name, note, trust, ...(await verdict(note, trust)) });
  return {
    keys: signers.map(({ key: { name, id, type, publicKey } }, place) => ({
      vkey: encodeVkey(signers[place]?.key ?? log.signer.key),
      name,
      id,
      type,
      publicKey: toHex(publicKey),
    })),
    checkpoint: { text, origin: log.origin, size: log.leaves.length, root: toHex(root) },
    signedText: { bytes: toHex(utf8(text)), cosigned: `cosignature/v1\ntime 1800000000\n${text}` },
    judged,
    refusedTrustPolicies: REFUSED_TRUST.map(([name, change]) => ({ name, text: change(two) })),
  };
}

const REFUSED_TRUST: readonly (readonly [string, (honest: string) => string])[] = [
  ["no newline at the end", (text) => text.slice(0, -1)],
  ["no quorum", (text) => text.replace(/quorum .*\n/, "")],
  ["two quorums", (text) => `${text}quorum enough\n`],
  ["a quorum that is not defined", (text) => text.replace("quorum enough", "quorum nobody")],
  ["a group of more than it has", (text) => text.replace("enough 2", "enough 4")],
  ["a witness in two groups", (text) => `${text}group more any w0\n`],
  [
    "a log's key for a witness",
    (text) => text.replace(/witness w0 \S+/, `witness w0 ${/log (\S+)/.exec(text)?.[1]}`),
  ],
  ["the same log twice", (text) => `${/log .*\n/.exec(text)?.[0]}${text}`],
  ["an unknown word", (text) => `note hello\n${text}`],
  ["a key with another id", (text) => text.replace(/(log [^+]+\+)......../, "$100000000")],
];

async function extended(log: TestLog, text: string): Promise<string> {
  const longer = `${text}extension\n`;
  return encodeNote({ text: longer, signatures: [await log.signer.sign(longer)] });
}

async function verdict(note: string, trust: string) {
  const policy = parseTrustPolicy(trust);
  if (!policy.ok) throw new Error(policy.refusal.detail);
  const judged = await judgeCheckpoint(note, policy.value);
  return judged.ok
    ? { witnesses: judged.value.witnesses, quorumMet: judged.value.quorumMet }
    : { code: judged.refusal.code };
}
