import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBase64, utf8, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { encodeCheckpoint, parseCheckpoint } from "../../../src/core/tlog/checkpoint.ts";
import { leafHash, verifyInclusion } from "../../../src/core/tlog/merkle.ts";
import { NOTE_MAX_CHARACTERS, parseNote, verifyNote } from "../../../src/core/tlog/signed-note.ts";
import {
  encodeLogProof,
  parseLogProof,
  PROOF_EXTRA_MAX_BYTES,
  PROOF_MAX_CHARACTERS,
} from "../../../src/core/tlog/log-proof.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { inclusionPath } from "../../../src/core/tlog/tile-proof.ts";
import { noteSigner, signatureLine, signedNote } from "../../support/log/note-signer.ts";
import { sampleEntry, sampleTree } from "../../support/log/sample-tree.ts";

const SIZE = 300;
const INDEX = 41;
const tree = sampleTree(SIZE);
const log = await noteSigner("log.example/proofs", "ed25519", 1);
const body = encodeCheckpoint({ origin: log.key.name, size: SIZE, root: tree.rootAt(SIZE) });
const checkpoint = await signedNote(body, log);
const path = inclusionPath(INDEX, SIZE, tree.read);
const hashes = path.map((hash) => `${toBase64(hash)}\n`).join("");
const good = `c2sp.org/tlog-proof@v1\nindex ${INDEX}\n${hashes}\n${checkpoint}`;
const withExtra = good.replace("index", "extra aGVsbG8=\nindex");

describe("a proof", () => {
  it("is the index, the path and the checkpoint", () => {
    expect(parseLogProof(good)).toEqual({ ok: true, value: { index: INDEX, path, checkpoint } });
    expect(encodeLogProof({ index: INDEX, path, checkpoint })).toBe(good);
  });

  it("may hold extra data", () => {
    const extra = utf8("hello");
    expect(parseLogProof(withExtra)).toEqual({ ok: true, value: { extra, index: INDEX, path, checkpoint } });
    expect(encodeLogProof({ extra, index: INDEX, path, checkpoint })).toBe(withExtra);
  });

  it("of a tree of one leaf has an empty path", () => {
    const text = `c2sp.org/tlog-proof@v1\nindex 0\n\n${checkpoint}`;
    expect(parseLogProof(text)).toEqual({ ok: true, value: { index: 0, path: [], checkpoint } });
  });

  it("holds everything that verification needs", async () => {
    const proof = expectOk(parseLogProof(good));
    const note = expectOk(parseNote(proof.checkpoint));
    expect((await verifyNote(note, [log.key])).ok).toBe(true);
    const { size, root } = expectOk(parseCheckpoint(note.text));
    const claim = { leaf: leafHash(sampleEntry(INDEX)), index: proof.index, size, path: proof.path, root };
    expect(verifyInclusion(claim).ok).toBe(true);
    expect(verifyInclusion({ ...claim, leaf: leafHash(utf8("forged")) }).ok).toBe(false);
  });

  const line = `${toBase64(tree.rootAt(1))}\n`;
  const b64 = (length: number): string => toBase64(new Uint8Array(length));
  it.each([
    ["nothing", ""],
    ["another version", good.replace("@v1", "@v2")],
    ["no first line", good.slice(good.indexOf("\n") + 1)],
    ["a space after the first line", good.replace("@v1", "@v1 ")],
    ["a carriage return", good.replaceAll("\n", "\r\n")],
    ["no index", good.replace(`index ${INDEX}\n`, "")],
    ["neither index nor path", good.replace(`index ${INDEX}\n${hashes}`, "")],
    ["only the first line", `c2sp.org/tlog-proof@v1\n\n${checkpoint}`],
    ["an empty index", good.replace(`index ${INDEX}`, "index ")],
    ["a leading zero", good.replace(`index ${INDEX}`, `index 0${INDEX}`)],
    ["a negative index", good.replace("index ", "index -")],
    ["two spaces", good.replace("index ", "index  ")],
    ["an index beyond exact numbers", good.replace(`index ${INDEX}`, "index 9007199254740992")],
    ["two indices", good.replace("index", "index 1\nindex")],
    ["empty extra data", good.replace("index", "extra \nindex")],
    ["extra data that is not base64", withExtra.replace("aGVsbG8=", "aGVsbG8")],
    ["extra data with non-zero padding bits", withExtra.replace("aGVsbG8=", "aGVsbG9=")],
    ["extra data twice", withExtra.replace("extra", "extra aGVsbG8=\nextra")],
    ["extra data after the index", good.replace(`index ${INDEX}\n`, `index ${INDEX}\nextra aGVsbG8=\n`)],
    ["too much extra data", withExtra.replace("aGVsbG8=", b64(PROOF_EXTRA_MAX_BYTES + 1))],
    ["a short hash", good.replace(hashes, `${b64(31)}\n`)],
    ["a long hash", good.replace(hashes, `${b64(33)}\n`)],
    ["a hash without padding", good.replace(hashes, hashes.replace("=\n", "\n"))],
    ["64 hashes", good.replace(hashes, line.repeat(64))],
    ["no blank line", good.replace("\n\n", "\n")],
    ["no checkpoint", `c2sp.org/tlog-proof@v1\nindex 0\n\n`],
    ["two blank lines", good.replace("\n\n", "\n\n\n")],
    ["a checkpoint without signatures", good.slice(0, good.indexOf("\n—"))],
    ["a checkpoint cut off", good.slice(0, -1)],
    ["something behind", `${good}x`],
    ["a note that is not a checkpoint", good.replace(`\n${SIZE}\n`, `\nabout ${SIZE}\n`)],
    ["a very long text", `${good}${"x".repeat(PROOF_MAX_CHARACTERS)}`],
    ["only newlines", "\n".repeat(PROOF_MAX_CHARACTERS)],
    ["only short lines", `c2sp.org/tlog-proof@v1\nindex 0\n${"a\n".repeat(80_000)}`],
  ])("is refused: %s", (_name, text) => {
    expect(parseLogProof(good).ok).toBe(true);
    expect(parseLogProof(withExtra).ok).toBe(true);
    const refused = parseLogProof(text);
    expect(refused.ok).toBe(false);
    if (!refused.ok) expect(refused.refusal.code).toMatch(/^(proof|note|checkpoint)_malformed$/);
  });

  it("accepts 63 hashes and the maximum of extra data", () => {
    const most = withExtra.replace(hashes, line.repeat(63)).replace("aGVsbG8=", b64(PROOF_EXTRA_MAX_BYTES));
    expect(expectOk(parseLogProof(most)).path).toHaveLength(63);
  });

  it("may have as many characters as its longest parts together, and no more", () => {
    const longest = encodeLogProof({
      extra: new Uint8Array(PROOF_EXTRA_MAX_BYTES),
      index: 2 ** 53 - 1,
      path: Array.from({ length: 63 }, () => tree.rootAt(1)),
      checkpoint: checkpoint + signatureLine(NOTE_MAX_CHARACTERS - checkpoint.length),
    });
    expect([PROOF_EXTRA_MAX_BYTES, PROOF_MAX_CHARACTERS]).toEqual([16_384, 188_577]);
    expect(longest.length).toBe(PROOF_MAX_CHARACTERS);
    expect(parseLogProof(`${longest}x`)).toMatchObject({ ok: false, refusal: { code: "proof_malformed" } });
  });

  it.each<[string, object]>([
    ["half an index", { index: 0.5 }],
    ["a negative index", { index: -1 }],
    ["a short hash", { path: [new Uint8Array(31)] }],
    ["64 hashes", { path: Array.from({ length: 64 }, () => new Uint8Array(32)) }],
    ["empty extra data", { extra: new Uint8Array() }],
    ["a checkpoint without signatures", { checkpoint: body }],
    ["no checkpoint", { checkpoint: "" }],
  ])("cannot be encoded with %s", (_name, change) => {
    const proof = { index: INDEX, path, checkpoint };
    expect(encodeLogProof(proof)).toBe(good);
    expect(() => encodeLogProof({ ...proof, ...change })).toThrow(/malformed/);
  });

  it("round trips", () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes): Bytes => new Uint8Array(bytes));
    const proof = fc.record(
      {
        extra: fc.uint8Array({ minLength: 1, maxLength: 100 }).map((bytes): Bytes => new Uint8Array(bytes)),
        index: fc.maxSafeNat(),
        path: fc.array(hash, { maxLength: 63 }),
        checkpoint: fc.constant(checkpoint),
      },
      { requiredKeys: ["index", "path", "checkpoint"] },
    );
    fc.assert(
      fc.property(proof, (each) => {
        expect(parseLogProof(encodeLogProof(each))).toEqual({ ok: true, value: each });
      }),
      { numRuns: 60 },
    );
  });

  it("has exactly one text", () => {
    const edit = fc.tuple(
      fc.nat(good.length),
      fc.nat(3),
      fc.constantFrom("", "\n", " ", "=", "A", "0", "extra "),
    );
    fc.assert(
      fc.property(edit, ([at, length, piece]) => {
        const text = withExtra.slice(0, at) + piece + withExtra.slice(at + length);
        const proof = parseLogProof(text);
        if (proof.ok) expect(encodeLogProof(proof.value)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
