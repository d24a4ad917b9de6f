import { concat, equalBytes, utf8, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { canonicalBytes } from "../encoding/jcs.ts";
import { parseJson, type JsonLimits, type JsonValue } from "../encoding/strict-json.ts";
import { evidenceField, labelField, opened } from "./receipt.ts";
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

// A tenant's complete history as a file: lines of canonical JSON, a header and then every record in order.
// One content has one file. It is read line by line, because its size has no limit.

export const EXPORT_MEDIA_TYPE = "application/x-ndjson";
/**
 * A payload of 64 KiB. 64 signatures, each with a statement of at most 15 KiB, an assertion of 9 KiB and a line in the
 * record: 1,664 KiB. A policy of 640 ids of 128 characters and 96 names of 200, of at most six bytes each: 640 KiB.
 * Together 2,368 KiB, and a margin.
 */
export const EXPORT_LINE_MAX_BYTES = 3 * 1024 * 1024;

/** At first; most lines are a decision with one signature and a small payload. */
const LINE_BUFFER_BYTES = 16 * 1024;

const EXPORT_LINE_LIMITS: JsonLimits = {
  maxBytes: EXPORT_LINE_MAX_BYTES,
  // A payload has 32 levels, three levels down in a row.
  maxDepth: 40,
  // A payload of 10,000, 64 signatures of some 40 each, a policy of some 1,200.
  maxNodes: 20_000,
};

export const headerShape = shape.object({
  v: shape.literal(3),
  kind: shape.literal("countersign/export"),
  stream: shape.hex(HASH_BYTES),
  streamKey: shape.hex(HASH_BYTES),
  logOrigin: shape.text(ORIGIN_MAX_CHARACTERS, 1),
  /**
   * A state of the log: the export holds every record of the tenant up to it. It needs no signature, because an
   * auditor proves that the log's newest state extends it.
   */
  logSize: shape.integer(1),
  logRoot: shape.hex(HASH_BYTES),
  /** How many records follow. */
  count: shape.integer(1),
});

/** Records that the service writes itself, without a person's signature. */
const unsigned = shape.variant("type", { consumed: consumedRecord, erased: erasedRecord });

export const rowShape = shape.variant("kind", {
  created: shape.object({
    kind: shape.literal("created"),
    sealed: shape.object({ ...opened(createdRecord), ...labelField }),
  }),
  change: shape.object({
    kind: shape.literal("change"),
    sealed: shape.object({ ...opened(changeRecord), ...evidenceField, ...labelField }),
  }),
  decision: shape.object({
    kind: shape.literal("decision"),
    sealed: shape.object({ ...opened(decisionRecord), ...evidenceField, ...labelField }),
  }),
  record: shape.object({
    kind: shape.literal("record"),
    sealed: shape.object({ ...opened(unsigned), ...labelField }),
  }),
  /** The content is erased; the commitment stays, so that the chain can still be checked. */
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

/** The kind of row that holds this record. */
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
      // A new record type without signatures fails to compile here.
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

/** Takes a line without its newline, like `parseRow`. */
export function parseHeader(line: Uint8Array): Result<ExportHeader> {
  return parseLine(line, headerShape);
}

export function parseRow(line: Uint8Array): Result<ExportRow> {
  return parseLine(line, rowShape);
}

function parseLine<Value>(line: Uint8Array, expected: shape.Shape<Value>): Result<Value> {
  const value = parseJson(line, EXPORT_LINE_LIMITS);
  if (!value.ok) return malformed(value.refusal.detail, value.refusal.at);
  if (!equalBytes(canonicalBytes(value.value), line)) {
    return malformed("not in canonical form, so it was changed after it was issued");
  }
  const matched = shape.matchShape(expected, value.value);
  return matched.ok ? matched : malformed(matched.refusal.detail, matched.refusal.at);
}

function malformed(detail: string, at?: string): ReturnType<typeof refuse> {
  return refuse("export_malformed", detail, at);
}

export interface ExportFile {
  readonly header: ExportHeader;
  /** Can be read once. A refusal is always the last item; if there is none, the file was complete. */
  readonly rows: AsyncIterable<Result<ExportRow>>;
}

/** Reads the header now, and each row when the caller asks for it. */
export async function openExport(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Result<ExportFile>> {
  const lines = linesOf(chunks);
  const { value: first } = await lines.next();
  if (first === undefined) return malformed("the file is empty");
  if (!first.ok) return first;
  const header = parseHeader(first.value);
  if (!header.ok) return refuseLine(1, header);
  return accept({ header: header.value, rows: rowsOf(lines, header.value.count) });
}

async function* rowsOf(
  lines: AsyncIterable<Result<Bytes>>,
  count: number,
): AsyncGenerator<Result<ExportRow>, void> {
  let seq = 0;
  for await (const line of lines) {
    const row = line.ok ? parseRow(line.value) : line;
    const wrong = row.ok ? seqRefusal(seqOfRow(row.value), seq, count) : row;
    yield wrong === undefined ? row : refuseLine(seq + 2, wrong);
    if (wrong !== undefined) return;
    seq++;
  }
  if (seq < count) yield malformed(`the file ends after ${seq} of ${count} records`);
}

function seqRefusal(seq: number, expected: number, count: number): ReturnType<typeof refuse> | undefined {
  if (expected === count) return malformed(`more than the ${count} records that the header announces`);
  return seq === expected ? undefined : malformed(`record ${seq} where record ${expected} was expected`);
}

function refuseLine(
  line: number,
  { refusal }: { readonly refusal: { readonly detail: string; readonly at?: string } },
): ReturnType<typeof refuse> {
  return malformed(`line ${line}: ${refusal.detail}`, refusal.at);
}

/** The lines without their newlines; holds at most one line and one chunk. */
async function* linesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Result<Bytes>, void> {
  const newline = 0x0a;
  // One buffer, because a slow source can send a line in a million pieces.
  let line = new Uint8Array(LINE_BUFFER_BYTES);
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(newline, start);
      const part = chunk.subarray(start, end < 0 ? chunk.length : end);
      if (length + part.length > EXPORT_LINE_MAX_BYTES) {
        yield malformed(`a line of more than ${EXPORT_LINE_MAX_BYTES} bytes`);
        return;
      }
      if (length + part.length > line.length) line = enlarged(line, length + part.length);
      // Copied, because the source may reuse the chunk's memory for the next one.
      line.set(part, length);
      length += part.length;
      start += part.length + 1;
      if (end < 0) break;
      yield accept(line.slice(0, length));
      length = 0;
    }
  }
  if (length > 0) yield malformed("the file ends in the middle of a line");
}

function enlarged(buffer: Bytes, length: number): Bytes {
  const larger = new Uint8Array(Math.max(length, 2 * buffer.length));
  larger.set(buffer);
  return larger;
}
