import { beforeAll, describe, expect, it } from "vitest";
import { concat, toHex, utf8, utf8Text, type Bytes } from "../../../src/core/encoding/bytes.ts";
import {
  encodeHeader,
  encodeRow,
  EXPORT_LINE_MAX_BYTES,
  openExport,
  type ExportHeader,
  type ExportRow,
} from "../../../src/core/evidence/export.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import { labelText, labelTexts } from "../../../src/core/stream/labels.ts";
import { recordLabel } from "../../../src/core/stream/record.ts";
import { fileOf, headerOf, rowsOf } from "../../support/evidence/export-file.ts";
import { createStaff } from "../../support/evidence/sample-company.ts";
import { randomBytes } from "../../support/evidence/sample-tenant.ts";

let header: ExportHeader;
let rows: readonly ExportRow[];
let file: Bytes;

beforeAll(async () => {
  const staff = await createStaff();
  const tenant = await staff.tenant();
  const votes = [{ by: staff.cy, reason: "fine\u2028é" }, { by: staff.dan }];
  const decided = await tenant.decide({ policy: staff.twoOfThree(), votes });
  await tenant.decide({ outcome: "expired", votes: [] });
  tenant.sealUnsigned("consumed", { confirmation: "c_1", decided });
  const erasedSeq = await tenant.decide({ votes: [{ by: staff.cy }] });
  tenant.sealUnsigned("erased", { rule: "After a year", spans: [{ from: erasedSeq, to: erasedSeq }] });
  header = headerOf(tenant);
  const { label } = tenant.records[erasedSeq]?.sealed ?? { label: "" };
  const erased = {
    kind: "erased",
    erased: true,
    seq: erasedSeq,
    label,
    commit: tenant.commitAt(erasedSeq),
  } as const;
  rows = rowsOf(tenant).map((row, seq) => (seq === erasedSeq ? erased : row));
  file = fileOf(header, rows);
});

interface Read {
  readonly header: ExportHeader | undefined;
  readonly rows: readonly ExportRow[];
  readonly refused: string;
}

/** Everything before the refusal, if there is one. */
async function read(chunks: Iterable<Uint8Array>): Promise<Read> {
  const opened = await openExport(chunks);
  if (!opened.ok) return { header: undefined, rows: [], refused: opened.refusal.detail };
  const before: ExportRow[] = [];
  for await (const row of opened.value.rows) {
    if (!row.ok) {
      expect(row.refusal.code).toBe("export_malformed");
      return { header: opened.value.header, rows: before, refused: row.refusal.detail };
    }
    before.push(row.value);
  }
  return { header: opened.value.header, rows: before, refused: "" };
}

function* cut(bytes: Bytes, length: number): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}

describe("an export", () => {
  it("holds every kind of row, and parses to the encoded rows", async () => {
    expect([...new Set(rows.map(({ kind }) => kind))].toSorted()).toEqual([
      "change",
      "created",
      "decision",
      "erased",
      "record",
    ]);
    expect(await read([file])).toEqual({ header, rows, refused: "" });
  });

  it.each([1, 7, 4_096, 65_536])("parses to the same rows in chunks of %i bytes", async (length) => {
    expect(await read(cut(file, length))).toEqual({ header, rows, refused: "" });
  });

  it("may arrive byte by byte, also in long lines", async () => {
    const long = utf8(`${"x".repeat(300_000)}\n`);
    expect((await read(cut(concat(encodeHeader(header), long), 1))).refused).toContain(
      "line 2: expected a value",
    );
  });

  it("does not depend on a chunk that its source overwrites later", async () => {
    const chunks = (function* () {
      const same = new Uint8Array(500);
      for (const chunk of cut(file, same.length)) {
        same.set(chunk);
        yield same.subarray(0, chunk.length);
        same.fill(0);
      }
    })();
    expect(await read(chunks)).toEqual({ header, rows, refused: "" });
  });

  it("has canonical lines, and encodes to the same bytes again", async () => {
    const lines = (utf8Text(file) ?? "").split("\n");
    expect(lines.pop()).toBe("");
    for (const line of lines) expect(canonicalText(JSON.parse(line))).toBe(line);
    const again = await read([file]);
    expect(toHex(concat(encodeHeader(header), ...again.rows.map(encodeRow)))).toBe(toHex(file));
  });

  it("does not read ahead of its consumer", async () => {
    let consumed = 0;
    const chunks = (function* () {
      for (const chunk of cut(file, 1_000)) {
        consumed += chunk.length;
        yield chunk;
      }
    })();
    const opened = await openExport(chunks);
    expect(opened.ok).toBe(true);
    expect(consumed).toBeLessThan(3_000);
  });
});

describe("a file that is not an export", () => {
  const lines = () => (utf8Text(file) ?? "").split("\n").slice(0, -1);
  const joined = (some: readonly string[]) => utf8(some.map((line) => `${line}\n`).join(""));
  const edit = (line: number, from: string | RegExp, to: string) => () =>
    joined(lines().map((text, at) => (at === line ? text.replace(from, to) : text)));
  const cases: [string, () => Bytes, string][] = [
    ["nothing", () => new Uint8Array(), "the file is empty"],
    ["truncated within a line", () => file.slice(0, -20), "ends in the middle of a line"],
    ["truncated before the last newline", () => file.slice(0, -1), "ends in the middle of a line"],
    ["without its last line", () => joined(lines().slice(0, -1)), "ends after 10 of 11 records"],
    ["the header alone", () => joined(lines().slice(0, 1)), "ends after 0 of 11 records"],
    ["without its header", () => joined(lines().slice(1)), "line 1: unknown field"],
    ["an extra line", () => joined([...lines(), lines()[3] ?? ""]), "more than the 11 records"],
    ["a line twice", () => joined(lines().toSpliced(4, 0, lines()[3] ?? "")), "record 2 where record 3"],
    ["a missing line", () => joined(lines().toSpliced(4, 1)), "record 4 where record 3"],
    [
      "two lines in another order",
      () => joined(lines().toSpliced(4, 2, lines()[5] ?? "", lines()[4] ?? "")),
      "record 4 where",
    ],
    ["an empty line", () => joined(lines().toSpliced(4, 0, "")), "line 5"],
    [
      "Windows line ends",
      () => utf8((utf8Text(file) ?? "").replaceAll("\n", "\r\n")),
      "line 1: not in canonical form",
    ],
    ["a byte order mark", () => concat(Uint8Array.of(0xef, 0xbb, 0xbf), file), "line 1"],
    [
      "bytes that are not text",
      () => concat(file.slice(0, 900), Uint8Array.of(0xff), file.slice(900)),
      "line 2",
    ],
    [
      "a line that is too long",
      () => concat(file, new Uint8Array(EXPORT_LINE_MAX_BYTES + 1).fill(0x20)),
      "more than",
    ],
    ["a space in a line", edit(3, "{", "{ "), "line 4: not in canonical form"],
    ["an unknown field in the header", edit(0, "{", '{"also":1,'), "line 1: unknown field"],
    ["an unknown field in a row", edit(3, '"kind"', '"also":1,"kind"'), "line 4: "],
    ["an unknown kind of row", edit(3, '"kind":"change"', '"kind":"chance"'), "line 4: expected one of"],
    ["another version", edit(0, '"v":3}', '"v":2}'), "line 1: expected 3"],
    ["a receipt's name", edit(0, "countersign/export", "countersign/receipt"), "line 1: expected"],
    ["a count of nothing", edit(0, /"count":\d+/, '"count":0'), "line 1: expected a whole number"],
    [
      "a decision in the row of an unsigned record",
      edit(7, '"kind":"decision"', '"kind":"record"'),
      "line 8: ",
    ],
    [
      "a decision without its signatures",
      edit(7, /,"signers":\[[^]*?\],"template":null(?=\},"label")/, ""),
      "line 8: missing field",
    ],
    [
      "an erased row that says it is not erased",
      edit(10, '"erased":true', '"erased":false'),
      "line 11: expected true",
    ],
    ["a key twice", edit(3, '"kind":"change"', '"kind":"change","kind":"change"'), "line 4: "],
  ];
  it.each(cases)("%s", async (_name, make, detail) => {
    const { refused } = await read([make()]);
    expect(refused).toContain(detail);
    expect((await read(cut(make(), 1_000))).refused).toBe(refused);
    expect((await read([file])).refused).toBe("");
  });
});

it("labels computed in bulk are those of single records", () => {
  const streamKey = randomBytes(32);
  const label = labelTexts(streamKey);
  const seqs = [0, 1, 255, 256, 65_535, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
  // In any order, because no state may stay between two labels.
  for (const seq of [...seqs, ...seqs.toReversed()]) {
    expect(label(seq)).toBe(labelText(recordLabel(streamKey, seq)));
  }
});
