import { concat, equalBytes, utf8, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { canonicalBytes } from "../encoding/jcs.ts";
import { parseJson, type JsonLimits, type JsonValue } from "../encoding/strict-json.ts";
import { evidenceFields, sealingFields } from "./receipt.ts";
import {
  changeRecord,
  consumedRecord,
  createdRecord,
  decisionRecord,
  erasedRecord,
  type ChangeRecord,
  type StreamRecord,
} from "../stream/record.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import * as shape from "../encoding/shape.ts";
import { ORIGIN_MAX_CHARACTERS } from "../confirmation/statement.ts";

// A tenant's complete history as a file: lines of canonical JSON, a header and then every record in its
// order. One content has one file, and it is read a line at a time, since it grows without bound.

export const EXPORT_MEDIA_TYPE = "application/x-ndjson";
/**
 * A payload of 64 KiB, of which `1e15` takes four times the room in canonical form: 256 KiB. 64 signatures, each
 * with a statement of some 15 KiB at most, an assertion of 9 and a line in the record: 1,664 KiB. A policy of
 * 10 x 64 people with ids of 128 characters, six bytes each at most: 512 KiB. 2,432 KiB, and room.
 */
export const EXPORT_LINE_MAX_BYTES = 3 * 1024 * 1024;

const EXPORT_LINE_LIMITS: JsonLimits = {
  maxBytes: EXPORT_LINE_MAX_BYTES,
  // A payload's 32 levels stand two levels down.
  maxDepth: 40,
  // A payload of 10,000, 64 signatures of some 40, a policy of some 3,000.
  maxNodes: 20_000,
};

const headerShape = shape.object({
  v: shape.literal(1),
  kind: shape.literal("countersign/export"),
  stream: shape.hex(HASH_BYTES),
  streamKey: shape.hex(HASH_BYTES),
  logOrigin: shape.text(ORIGIN_MAX_CHARACTERS, 1),
  /**
   * A state of the log: the export holds every record of the tenant that stands in it. It needs no signature,
   * since an auditor proves that the log grew out of it.
   */
  logSize: shape.integer(1),
  logRoot: shape.hex(HASH_BYTES),
  /** How many records follow. */
  count: shape.integer(1),
});

/** The operator's own word, which nobody signed. */
const unsigned = shape.variant("type", { consumed: consumedRecord, erased: erasedRecord });

const rowShape = shape.variant("kind", {
  created: shape.object({
    kind: shape.literal("created"),
    sealed: shape.object({ record: createdRecord, ...sealingFields }),
  }),
  change: shape.object({
    kind: shape.literal("change"),
    sealed: shape.object({ record: changeRecord, ...evidenceFields, ...sealingFields }),
  }),
  decision: shape.object({
    kind: shape.literal("decision"),
    sealed: shape.object({ record: decisionRecord, ...evidenceFields, ...sealingFields }),
  }),
  record: shape.object({
    kind: shape.literal("record"),
    sealed: shape.object({ record: unsigned, ...sealingFields }),
  }),
  /** What it said is gone; that it stood here is not. */
  erased: shape.object({
    kind: shape.literal("erased"),
    erased: shape.literal(true),
    seq: shape.integer(),
    label: shape.hex(HASH_BYTES),
    commit: shape.hex(HASH_BYTES),
  }),
});

export type ExportHeader = shape.ShapeOf<typeof headerShape>;
export type ExportRow = shape.ShapeOf<typeof rowShape>;

/** Which kind of row a record stands in. */
export function rowKind(record: StreamRecord): Exclude<ExportRow["kind"], "erased"> {
  switch (record.type) {
    case "stream.created":
      return "created";
    case "decision":
      return "decision";
    case "consumed":
    case "erased":
      return "record";
    default:
      // A new type of record that people do not sign does not compile here.
      record satisfies ChangeRecord;
      return "change";
  }
}

function seqOfRow(row: ExportRow): number {
  return row.kind === "erased" ? row.seq : row.sealed.record.seq;
}

export function encodeHeader(header: ExportHeader): Bytes {
  return encodeLine(header);
}

export function encodeRow(row: ExportRow): Bytes {
  return encodeLine(row);
}

function encodeLine(value: JsonValue): Bytes {
  return concat(canonicalBytes(value), utf8("\n"));
}

/** A line without its newline. */
export function parseHeader(line: Uint8Array): Result<ExportHeader> {
  return parseLine(line, headerShape);
}

export function parseRow(line: Uint8Array): Result<ExportRow> {
  return parseLine(line, rowShape);
}

function parseLine<Value>(line: Uint8Array, wanted: shape.Shape<Value>): Result<Value> {
  const value = parseJson(line, EXPORT_LINE_LIMITS);
  if (!value.ok) return malformed(value.refusal.detail, value.refusal.at);
  if (!equalBytes(canonicalBytes(value.value), line)) {
    return malformed("not in canonical form; it was changed after it was issued");
  }
  const matched = shape.matchShape(wanted, value.value);
  return matched.ok ? matched : malformed(matched.refusal.detail, matched.refusal.at);
}

function malformed(detail: string, at?: string): ReturnType<typeof refuse> {
  return refuse("export_malformed", detail, at);
}

export interface ExportFile {
  readonly header: ExportHeader;
  /** To be read once, to its end: a refusal is the last of it, and without one the file was whole. */
  readonly rows: AsyncIterable<Result<ExportRow>>;
}

/** Reads the header; the rows are read as they are asked for. */
export async function openExport(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Result<ExportFile>> {
  const lines = linesOf(chunks);
  const { value: first } = await lines.next();
  if (first === undefined) return malformed("the file is empty");
  if (!first.ok) return first;
  const header = parseHeader(first.value);
  if (!header.ok) return ofLine(1, header);
  return accept({ header: header.value, rows: rowsOf(lines, header.value.count) });
}

async function* rowsOf(
  lines: AsyncIterable<Result<Bytes>>,
  count: number,
): AsyncGenerator<Result<ExportRow>, void> {
  let seq = 0;
  for await (const line of lines) {
    const row = line.ok ? parseRow(line.value) : line;
    const wrong = row.ok ? misplaced(seqOfRow(row.value), seq, count) : row;
    yield wrong === undefined ? row : ofLine(seq + 2, wrong);
    if (wrong !== undefined) return;
    seq++;
  }
  if (seq < count) yield malformed(`the file ends after ${seq} of ${count} records`);
}

function misplaced(found: number, wanted: number, count: number): ReturnType<typeof refuse> | undefined {
  if (wanted === count) return malformed(`more than the ${count} records that the header tells`);
  return found === wanted ? undefined : malformed(`record ${found} stands where record ${wanted} belongs`);
}

function ofLine(
  line: number,
  { refusal }: { readonly refusal: { readonly detail: string; readonly at?: string } },
): ReturnType<typeof refuse> {
  return malformed(`line ${line}: ${refusal.detail}`, refusal.at);
}

/** Cut at the newlines, which are dropped. Never more than one line is held. */
async function* linesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Result<Bytes>, void> {
  const newline = 0x0a;
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(newline, start);
      const part = chunk.subarray(start, end < 0 ? chunk.length : end);
      length += part.length;
      if (length > EXPORT_LINE_MAX_BYTES) {
        yield malformed(`a line of more than ${EXPORT_LINE_MAX_BYTES} bytes`);
        return;
      }
      // Copied: who gave the chunk may write the next one into the same memory.
      held.push(part.slice());
      start += part.length + 1;
      if (end < 0) break;
      yield accept(concat(...held));
      held = [];
      length = 0;
    }
  }
  if (length > 0) yield malformed("the file ends in the middle of a line");
}
