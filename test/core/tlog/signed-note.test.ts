import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, toHex, u64be, utf8 } from "../../../src/core/encoding/bytes.ts";
import {
  encodeNote,
  encodeSignatures,
  encodeVkey,
  NOTE_MAX_CHARACTERS,
  NOTE_MAX_SIGNATURES,
  noteKey,
  noteSignature,
  parseNote,
  parseSignatures,
  parseVkey,
  signedBytes,
  signNote,
  verifyNote,
  type NoteSignature,
} from "../../../src/core/tlog/signed-note.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { noteSigner, signatureLine } from "../../support/log/note-signer.ts";
import { flipped } from "../../support/log/sample-tree.ts";

const KEY_32 = new Uint8Array(32).fill(5);

// The example in the specification.
const VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;

describe("verifier keys", () => {
  it.each([
    [VKEY, "example.com/foo", "530d903a", "ed25519"],
    [
      "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
      "sum.golang.org",
      "033de0ae",
      "ed25519",
    ],
    [
      "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
      "remora.n621.de",
      "da77ade7",
      "cosignature",
    ],
  ])("%s", (vkey, name, id, type) => {
    const key = expectOk(parseVkey(vkey));
    expect(key).toMatchObject({ name, id, type });
    expect(encodeVkey(key)).toBe(vkey);
    expect(noteKey(key.name, key.type, key.publicKey)).toEqual(key);
  });

  it.each([
    ["nothing", ""],
    ["a name", "example.com/foo"],
    ["no key", "example.com/foo+530d903a"],
    ["another key id", VKEY.replace("530d903a", "530d903b")],
    ["an upper-case key id", VKEY.replace("530d903a", "530D903A")],
    ["a short key id", VKEY.replace("530d903a", "530d903")],
    ["another name", VKEY.replace("foo", "fop")],
    ["a space", VKEY.replace("foo", "f o")],
    ["no name", VKEY.replace("example.com/foo", "")],
    ["another key", VKEY.replace("AekyeR", "AekyeS")],
    ["another type under the same id", VKEY.replace("AekyeR", "BekyeR")],
    ["padding", `${VKEY}=`],
    ["a space at the end", `${VKEY} `],
    ["a short key", VKEY.slice(0, -4)],
    ["a long key", `${VKEY}AAAA`],
    ["a very long one", "a+".repeat(100_000)],
    ["a type that is not Ed25519", "sigstore+c0d23d6a+Atk="],
  ])("refused: %s", (_name, vkey) => {
    expect(parseVkey(VKEY).ok).toBe(true);
    expect(parseVkey(vkey)).toMatchObject({ ok: false, refusal: { code: "key_malformed" } });
  });

  it("cannot have bad names or short keys", () => {
    for (const name of ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\u2028b", "a\u0085b", "a\u0007b", "\ud800"]) {
      expect(() => noteKey(name, "ed25519", KEY_32)).toThrow(RangeError);
    }
    expect(() => noteKey("a", "ed25519", KEY_32.slice(1))).toThrow(RangeError);
  });

  it("have names of up to 255 characters", () => {
    const longest = noteKey("n".repeat(255), "ed25519", KEY_32);
    expect(parseVkey(encodeVkey(longest))).toEqual({ ok: true, value: longest });
    expect(() => noteKey("n".repeat(256), "ed25519", KEY_32)).toThrow(RangeError);
  });

  it("have a different id for each type", () => {
    expect(noteKey("a", "ed25519", KEY_32).id).not.toBe(noteKey("a", "cosignature", KEY_32).id);
  });
});

describe("the form of a note", () => {
  it("is a text and its signatures", () => {
    const note = expectOk(parseNote(NOTE));
    expect(note.text).toBe("This is an example message.\n");
    expect(note.signatures).toMatchObject([{ name: "example.com/foo", id: "530d903a" }]);
    expect(note.signatures[0]?.signature).toHaveLength(64);
    expect(encodeNote(note)).toBe(NOTE);
  });

  it("splits at the last blank line", () => {
    const line = "— a AAAAAAA=\n";
    expect(parseNote(`one\n\n\ntwo\n\n${line}`)).toMatchObject({ value: { text: "one\n\n\ntwo\n" } });
    expect(parseNote(`one\n\n\n${line}`)).toMatchObject({ value: { text: "one\n\n" } });
    expect(parseNote(`\n\n${line}`)).toMatchObject({ value: { text: "\n" } });
    expect(parseNote(`one\n\n${line}\n${line}`)).toMatchObject({ value: { text: `one\n\n${line}` } });
  });

  const line = "— a AAAAAAA=\n";
  it.each([
    ["nothing", ""],
    ["no signature", "text\n\n"],
    ["no blank line", `text\n${line}`],
    ["no text", `\n${line}`],
    ["no newline at the end", `text\n\n${line.trimEnd()}`],
    ["a carriage return", `text\r\n\n${line}`],
    ["a tab", `te\txt\n\n${line}`],
    ["a zero byte", `te\0xt\n\n${line}`],
    ["half a surrogate pair", `te\ud800xt\n\n${line}`],
    ["a hyphen for the dash", `text\n\n- a AAAAAAA=\n`],
    ["two spaces", `text\n\n—  a AAAAAAA=\n`],
    ["a space at the end", `text\n\n— a AAAAAAA= \n`],
    ["a space in the name", `text\n\n— a b AAAAAAA=\n`],
    ["a wide space in the name", `text\n\n— a\u3000b AAAAAAA=\n`],
    ["a plus in the name", `text\n\n— a+b AAAAAAA=\n`],
    ["no name", `text\n\n—  AAAAAAA=\n`],
    ["a name only", `text\n\n— a\n`],
    ["no signature behind the name", `text\n\n— a \n`],
    ["a key id only", `text\n\n— a AAAAAA==\n`],
    ["base64 without padding", `text\n\n— a AAAAAAA\n`],
    ["base64url", `text\n\n— a AAAAAA_=\n`],
    ["base64 with non-zero padding bits", `text\n\n— a AAAAAAB=\n`],
    ["a line of something else", `text\n\n${line}more\n`],
    ["too many signatures", `text\n\n${line.repeat(NOTE_MAX_SIGNATURES + 1)}`],
    ["too long a text", `${"x".repeat(NOTE_MAX_CHARACTERS)}\n\n${line}`],
  ])("refuses %s", (_name, note) => {
    expect(parseNote(`text\n\n${line}`).ok).toBe(true);
    expect(parseNote(note)).toMatchObject({ ok: false, refusal: { code: "note_malformed" } });
  });

  it("may have 128 signatures and 160 KiB", () => {
    expect([NOTE_MAX_SIGNATURES, NOTE_MAX_CHARACTERS]).toEqual([128, 163_840]);
  });

  it("has a limit on its characters, and so have its signatures alone", () => {
    const longest = `text\n\n${signatureLine(NOTE_MAX_CHARACTERS - 6)}`;
    expect(parseNote(longest).ok).toBe(true);
    expect(parseNote(`x${longest}`).ok).toBe(false);
    expect(parseSignatures(signatureLine(NOTE_MAX_CHARACTERS)).ok).toBe(true);
    expect(parseSignatures(signatureLine(NOTE_MAX_CHARACTERS + 1)).ok).toBe(false);
  });

  it("accepts the maximum number of signatures", () => {
    const note = parseNote(`text\n\n${line.repeat(NOTE_MAX_SIGNATURES)}`);
    expect(note).toMatchObject({ ok: true });
    expect(expectOk(note).signatures).toHaveLength(NOTE_MAX_SIGNATURES);
  });

  const name = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter((text) => /^[^\s+\0-\x1f\x85]+$/u.test(text));
  const signature = fc
    .tuple(
      name,
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 1, maxLength: 90 }),
    )
    .map(([signer, id, bytes]): NoteSignature => {
      return { name: signer, id: toHex(id), signature: bytes };
    });
  const text = fc
    .array(
      fc.string({ unit: "grapheme" }).map((each) => each.replaceAll(/[\0-\x1f]/g, "")),
      { minLength: 1 },
    )
    .map((lines) => `${lines.join("\n")}\n`);

  it("round trips", () => {
    fc.assert(
      fc.property(text, fc.array(signature, { minLength: 1, maxLength: 5 }), (body, signatures) => {
        const note = { text: body, signatures };
        expect(parseNote(encodeNote(note))).toEqual({ ok: true, value: note });
        expect(parseSignatures(encodeSignatures(signatures))).toEqual({ ok: true, value: signatures });
      }),
    );
  });

  it("has exactly one text", () => {
    const pieces = fc.constantFrom(
      "\n",
      "\n\n",
      "— ",
      "a",
      " ",
      "AAAAAAA=",
      "Uw2QOkn8srU=",
      line,
      "+",
      "=",
      "é",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const note = parseNote(parts.join(""));
        if (note.ok) expect(encodeNote(note.value)).toBe(parts.join(""));
      }),
      { numRuns: 1000 },
    );
  });

  it("cannot be encoded if it could not be parsed", () => {
    const good = { name: "a", id: "00000000", signature: KEY_32 };
    expect(encodeNote({ text: "x\n", signatures: [good] })).toContain("— a ");
    const badNames = [{ name: "a AAAAAAA=\n— b" }, { name: "" }];
    for (const bad of [...badNames, { id: "00" }]) {
      expect(() => encodeNote({ text: "x\n", signatures: [{ ...good, ...bad }] })).toThrow(RangeError);
    }
    expect(() => encodeNote({ text: "x\n", signatures: [{ ...good, id: "0000000G" }] })).toThrow(
      /hexadecimal/,
    );
    const empty = { ...good, signature: new Uint8Array() };
    expect(() => encodeNote({ text: "x\n", signatures: [empty] })).toThrow(/note_malformed/);
    expect(() => encodeNote({ text: "x\n", signatures: [] })).toThrow(/note_malformed/);
    for (const body of ["", "x", "x\n\n— a AAAAAAA=", "x\r\n", "\ud800\n"]) {
      expect(() => encodeNote({ text: body, signatures: [good] })).toThrow(/newline|surrogate/);
    }
  });
});

describe("verifying", async () => {
  const log = await noteSigner("log.example/a", "ed25519", 1);
  const witness = await noteSigner("witness.example/w", "cosignature", 2);
  const stranger = await noteSigner("log.example/b", "ed25519", 3);
  const text = "log.example/a\n1\nx\n";
  const signature = await log.sign(text);
  const time = 1_700_000_000;
  const cosignature = await witness.sign(text, time);
  const foreign = await stranger.sign(text);
  const other = await log.sign("something else\n");
  const keys = [log.key, witness.key];

  it("accepts the example of the specification", async () => {
    const key = expectOk(parseVkey(VKEY));
    const note = expectOk(parseNote(NOTE));
    expect(await verifyNote(note, [key])).toEqual({ ok: true, value: [{ key }] });
    expect((await verifyNote({ ...note, text: "This is another message.\n" }, [key])).ok).toBe(false);
  });

  it("returns who signed, and when the witness did", async () => {
    const note = { text, signatures: [foreign, signature, cosignature] };
    const both = [{ key: log.key }, { key: witness.key, time }];
    expect(await verifyNote(note, keys)).toEqual({ ok: true, value: both });
    expect(await verifyNote(note, [witness.key])).toEqual({ ok: true, value: [{ key: witness.key, time }] });
  });

  const renamed = { ...signature, name: "log.example/b" };
  const shape = { code: "note_signature_invalid" };
  it.each<[string, readonly NoteSignature[], string]>([
    ["no known key", [foreign], "no signature is by a trusted key"],
    ["the right id with another name", [renamed], "no signature is by a trusted key"],
    [
      "the right name with another id",
      [{ ...signature, id: foreign.id }],
      "no signature is by a trusted key",
    ],
    ["a known key that fails", [other], "does not verify"],
    ["a known key that fails, next to one that verifies", [other, cosignature], "does not verify"],
    ["a second line that fails", [signature, other], "does not verify"],
    [
      "a cosignature that fails",
      [signature, { ...cosignature, signature: flipped(cosignature.signature, 100) }],
      "does not verify",
    ],
    ["a signature cut off", [{ ...signature, signature: signature.signature.slice(1) }], "wrong length"],
    [
      "a cosignature without its time",
      [{ ...cosignature, signature: cosignature.signature.slice(8) }],
      "wrong length",
    ],
    [
      "an impossible time",
      [{ ...cosignature, signature: concat(Uint8Array.of(0, 32), cosignature.signature.slice(2)) }],
      "impossible time",
    ],
    [
      "another time",
      [{ ...cosignature, signature: concat(u64be(time + 1), cosignature.signature.slice(8)) }],
      "does not verify",
    ],
  ])("refuses %s", async (_name, signatures, detail) => {
    expect((await verifyNote({ text, signatures: [signature, cosignature] }, keys)).ok).toBe(true);
    const refused = await verifyNote({ text, signatures }, keys);
    expect(refused).toMatchObject({ ok: false, refusal: shape });
    expect(refused).toHaveProperty("refusal.detail", expect.stringContaining(detail));
  });

  it("refuses a signature with any flipped bit", async () => {
    expect((await verifyNote({ text, signatures: [signature] }, keys)).ok).toBe(true);
    for (let bit = 0; bit < 512; bit += 7) {
      const forged = { ...signature, signature: flipped(signature.signature, bit) };
      expect((await verifyNote({ text, signatures: [forged] }, keys)).ok).toBe(false);
    }
  });

  it("counts a key that signed twice, and a key that is listed twice, once", async () => {
    const later = await witness.sign(text, time + 60);
    const note = { text, signatures: [cosignature, signature, later, signature] };
    const expected = [{ key: witness.key, time }, { key: log.key }];
    expect(await verifyNote(note, [...keys, ...keys])).toEqual({ ok: true, value: expected });
  });

  it("refuses two keys of one name and id", async () => {
    const twin = { ...log.key, publicKey: stranger.key.publicKey };
    expect(await verifyNote({ text, signatures: [signature] }, [log.key, twin])).toMatchObject({
      refusal: shape,
    });
    expect((await verifyNote({ text, signatures: [signature] }, [log.key])).ok).toBe(true);
  });

  it("refuses bytes that are not a key", async () => {
    // 2 is not the y of any point of the curve.
    const key = noteKey("log.example/a", "ed25519", Uint8Array.of(2, ...new Uint8Array(31)));
    const forged = noteSignature(key, signature.signature);
    expect(await verifyNote({ text, signatures: [forged] }, [key])).toMatchObject({
      ok: false,
      refusal: shape,
    });
  });

  it("keeps a log's signature and a cosignature apart", async () => {
    const both = await noteSigner("both.example", "ed25519", 4);
    const asWitness = noteKey("both.example", "cosignature", both.key.publicKey);
    const plain = await both.sign(text);
    const timed = noteSignature(asWitness, plain.signature, time);
    expect((await verifyNote({ text, signatures: [plain] }, [both.key, asWitness])).ok).toBe(true);
    expect((await verifyNote({ text, signatures: [timed] }, [both.key, asWitness])).ok).toBe(false);
  });
});

describe("signing", () => {
  const key = noteKey("log.example/a", "ed25519", KEY_32);
  const witness = noteKey("witness.example/w", "cosignature", KEY_32);
  const raw = new Uint8Array(64).fill(9);

  it("signs the text, or the text with a time", () => {
    expect(signedBytes("a\n1\nb\n")).toEqual(utf8("a\n1\nb\n"));
    expect(signedBytes("a\n1\nb\n", 1_679_315_147)).toEqual(
      utf8("cosignature/v1\ntime 1679315147\na\n1\nb\n"),
    );
    const asked: Uint8Array[] = [];
    const sign = (message: Uint8Array): Uint8Array => {
      asked.push(message);
      return raw;
    };
    expect(signNote("a\n", key, sign)).toEqual({ name: key.name, id: key.id, signature: raw });
    expect(noteSignature(witness, sign(signedBytes("a\n", 258)), 258)).toEqual({
      name: witness.name,
      id: witness.id,
      signature: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2, ...raw),
    });
    expect(asked).toEqual([signedBytes("a\n"), signedBytes("a\n", 258)]);
  });

  it("refuses the wrong type of key, a bad time or a short signature", () => {
    expect(noteSignature(witness, raw, 0).signature).toHaveLength(72);
    expect(() => noteSignature(witness, raw)).toThrow(RangeError);
    expect(() => noteSignature(key, raw, 1)).toThrow(RangeError);
    expect(() => noteSignature(key, raw.slice(1))).toThrow(RangeError);
    for (const time of [-1, 1.5, Number.NaN, 2 ** 53]) {
      expect(() => noteSignature(witness, raw, time)).toThrow(RangeError);
    }
  });
});
