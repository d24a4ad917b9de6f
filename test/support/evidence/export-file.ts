import { concat, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import type { LogReader } from "../../../src/core/tlog/log-entries.ts";
import {
  encodeHeader,
  encodeRow,
  rowKind,
  type ExportHeader,
  type ExportRow,
} from "../../../src/core/evidence/export.ts";
import { treeRoot } from "../../../src/core/tlog/merkle.ts";
import {
  encodeEntries,
  entriesPath,
  parseEntriesPath,
  parseTilePath,
  TILE_WIDTH,
  tilePath,
} from "../../../src/core/tlog/tile.ts";
import type { TestLog } from "../log/memory-log.ts";
import type { TestTenant } from "./sample-tenant.ts";

// A tenant's export and its log's public files, each in a simple implementation of its definition.

export function rowsOf(tenant: TestTenant): readonly ExportRow[] {
  return tenant.records.map(({ sealed }) => ({ kind: rowKind(sealed.record), sealed }) as ExportRow);
}

export function headerOf(tenant: TestTenant): ExportHeader {
  return {
    v: 3,
    kind: "countersign/export",
    stream: tenant.stream,
    streamKey: toHex(tenant.streamKey),
    logOrigin: tenant.log.origin,
    logSize: tenant.log.leaves.length,
    logRoot: toHex(treeRoot(tenant.log.leaves)),
    count: tenant.records.length,
  };
}

export function fileOf(header: ExportHeader, rows: readonly ExportRow[]): Bytes {
  return concat(encodeHeader(header), ...rows.map((row) => encodeRow(row)));
}

export function exportOf(tenant: TestTenant): Bytes {
  return fileOf(headerOf(tenant), rowsOf(tenant));
}

/** The log's file at `path`; the checkpoint is not among them. */
export function publicFile(log: TestLog, path: string): Bytes | undefined {
  const tile = parseTilePath(path);
  if (tile.ok) {
    const { level, index, width } = tile.value;
    const span = TILE_WIDTH ** level;
    const starts = Array.from({ length: width }, (_none, offset) => (index * TILE_WIDTH + offset) * span);
    if (starts.some((start) => start + span > log.leaves.length)) return undefined;
    return concat(...starts.map((start) => treeRoot(log.leaves.slice(start, start + span))));
  }
  const bundle = parseEntriesPath(path);
  if (!bundle.ok) return undefined;
  const first = bundle.value.index * TILE_WIDTH;
  const entries = log.entries.slice(first, first + bundle.value.width);
  return entries.length === bundle.value.width ? encodeEntries(entries) : undefined;
}

export function readerOf(log: TestLog): LogReader {
  return {
    fetchTile: async (tile) => publicFile(log, tilePath(tile)),
    fetchEntries: async ({ index, width }) => publicFile(log, entriesPath(index, width)),
  };
}
