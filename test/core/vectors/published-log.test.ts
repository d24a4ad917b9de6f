import { describe, expect, it } from "vitest";
import { checkBitcoinHeader } from "../../../src/core/timestamp/bitcoin.ts";
import { fromBase64url, fromHex, toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { encodeCheckpoint, parseCheckpoint } from "../../../src/core/tlog/checkpoint.ts";
import { hashOfJson } from "../../../src/core/encoding/jcs.ts";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { leafHash, treeRoot, verifyConsistency, verifyInclusion } from "../../../src/core/tlog/merkle.ts";
import { encodeVkey, parseVkey, signedBytes } from "../../../src/core/tlog/signed-note.ts";
import { attestationsOf, parseTimestampFile } from "../../../src/core/timestamp/ots.ts";
import {
  encodeEntry,
  parseEntry,
  recordCommit,
  recordLabel,
  recordShape,
} from "../../../src/core/stream/record.ts";
import { expectOk, type Result } from "../../../src/core/refusal.ts";
import { matchShape } from "../../../src/core/encoding/shape.ts";
import { encodeEntries, entriesPath, tilePath } from "../../../src/core/tlog/tile.ts";
import { judgeCheckpoint, parseTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import notes from "../../../web/docs/vectors/notes.json" with { type: "json" };
import records from "../../../web/docs/vectors/records.json" with { type: "json" };
import timestamps from "../../../web/docs/vectors/timestamps.json" with { type: "json" };
import tree from "../../../web/docs/vectors/tree.json" with { type: "json" };

// The vectors that are published for those who write a verifier of their own: records and the log.

const bytes = (hex: string) => expectOk(fromHex(hex));
const codeOf = (result: Result<unknown>) => (result.ok ? undefined : result.refusal.code);
const named = <Vector extends { readonly name: string }>(vectors: readonly Vector[]) =>
  vectors.map((vector) => [vector.name, vector] as const);

describe("records", () => {
  it.each(records.sealed.map((each) => [each.record.seq, each.record.type, each] as const))(
    "%i, %s",
    (seq, _type, vector) => {
      const record = expectOk(matchShape(recordShape, vector.record as unknown as JsonValue));
      const commit = recordCommit(record, expectOk(fromBase64url(vector.entrySalt)));
      const label = recordLabel(bytes(records.streamKey), seq);
      const entry = encodeEntry({ kind: "sealed", label, commit });
      expect({
        canonicalHash: toHex(hashOfJson(record)),
        commit: toHex(commit),
        label: toHex(label),
        entry: toHex(entry),
        leafHash: toHex(leafHash(entry)),
        index: tree.entries.indexOf(toHex(entry)),
      }).toEqual({
        canonicalHash: vector.canonicalHash,
        commit: vector.commit,
        label: vector.label,
        entry: vector.entry,
        leafHash: vector.leafHash,
        index: vector.index,
      });
      expect(parseEntry(entry)).toEqual({ ok: true, value: { kind: "sealed", label, commit } });
      expect(record.prev).toBe(records.sealed[seq - 1]?.commit ?? "0".repeat(64));
    },
  );

  it.each(records.publicEntries)("the public entry $entry", ({ entry, record }) => {
    expect(parseEntry(bytes(entry))).toEqual({ ok: true, value: { kind: "public", record } });
    expect(toHex(encodeEntry({ kind: "public", record }))).toBe(entry);
  });

  it.each(named(records.refusedEntries))("refused: %s", (_name, { entry }) => {
    expect(codeOf(parseEntry(bytes(entry)))).toBe("entry_malformed");
  });
});

describe("the tree", () => {
  it("has the published leaves and roots", () => {
    const leaves = tree.entries.map((entry) => leafHash(bytes(entry)));
    expect(leaves.map(toHex)).toEqual(tree.leaves);
    expect(tree.roots.map((_root, size) => toHex(treeRoot(leaves.slice(0, size))))).toEqual(tree.roots);
  });

  const inclusion = ({ leaf, index, size, path, root }: (typeof tree.inclusion)[number]) =>
    verifyInclusion({ leaf: bytes(leaf), index, size, path: path.map(bytes), root: bytes(root) });

  it.each(tree.inclusion)("holds leaf $index of $size", (proof) => {
    expect(inclusion(proof).ok).toBe(true);
  });

  it.each(named(tree.refusedInclusion))("refuses an inclusion proof with %s", (_name, proof) => {
    expect(codeOf(inclusion(proof))).toBe("inclusion_mismatch");
  });

  it.each(tree.consistency)("of size $newSize grew out of size $oldSize", (proof) => {
    const { oldSize, newSize } = proof;
    const claim = { oldSize, oldRoot: bytes(proof.oldRoot), newSize, newRoot: bytes(proof.newRoot) };
    const path = proof.path.map(bytes);
    expect(verifyConsistency({ ...claim, path }).ok).toBe(true);
    const oldRoot = claim.oldRoot.with(0, (claim.oldRoot[0] ?? 0) ^ 1);
    expect(codeOf(verifyConsistency({ ...claim, oldRoot, path }))).toBe("consistency_mismatch");
  });

  it.each(tree.tiles)("has its tile at $path", ({ level, index, width, path }) => {
    expect(tilePath({ level, index, width })).toBe(path);
  });

  it.each(tree.bundles)("has its entries at $path", ({ index, width, path, bytes: content }) => {
    expect(entriesPath(index, width)).toBe(path);
    if (content !== undefined) expect(toHex(encodeEntries(tree.entries.map(bytes)))).toBe(content);
  });
});

describe("signed notes", () => {
  it.each(notes.keys)("$vkey", ({ vkey, ...fields }) => {
    const { publicKey, ...key } = expectOk(parseVkey(vkey));
    expect({ ...key, publicKey: toHex(publicKey) }).toEqual(fields);
    expect(encodeVkey({ ...key, publicKey })).toBe(vkey);
  });

  it("have the published text", () => {
    const { text, root, ...checkpoint } = notes.checkpoint;
    expect(parseCheckpoint(text)).toEqual({ ok: true, value: { ...checkpoint, root: bytes(root) } });
    expect(encodeCheckpoint({ ...checkpoint, root: bytes(root) })).toBe(text);
    expect(toHex(signedBytes(text))).toBe(notes.signedText.bytes);
    expect(signedBytes(text, 1_800_000_000)).toEqual(utf8(notes.signedText.cosigned));
  });

  it.each(named(notes.judged))("%s", async (_name, { note, trust, code, witnesses, quorumMet }) => {
    const judged = await judgeCheckpoint(note, expectOk(parseTrustPolicy(trust)));
    expect(
      judged.ok
        ? { witnesses: judged.value.witnesses, quorumMet: judged.value.quorumMet }
        : { code: judged.refusal.code },
    ).toEqual(code === undefined ? { witnesses, quorumMet } : { code });
  });

  it.each(named(notes.refusedTrustPolicies))("a trust policy with %s is refused", (_name, { text }) => {
    expect(codeOf(parseTrustPolicy(text))).toBe("trust_policy_malformed");
  });
});

describe("timestamps", () => {
  it.each(named(timestamps.files))("%s", (_name, { file, digest, attestations }) => {
    const parsed = expectOk(parseTimestampFile(bytes(file)));
    const attested = attestationsOf(parsed).map(({ attestation, message }) => ({
      ...attestation,
      message: toHex(message),
    }));
    expect([toHex(parsed.digest), attested]).toEqual([digest, attestations]);
  });

  it.each(named(timestamps.refused))("refused with %s", (_name, { file }) => {
    expect(codeOf(parseTimestampFile(bytes(file)))).toBe("timestamp_malformed");
  });

  it.each(timestamps.headers)(
    "a block header: $name, at $height",
    ({ message, header, height, time, code }) => {
      const checked = checkBitcoinHeader(bytes(message), bytes(header), height);
      expect(checked.ok ? { time: checked.value.time } : { code: checked.refusal.code }).toEqual(
        code === undefined ? { time } : { code },
      );
    },
  );
});
