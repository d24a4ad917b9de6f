import { toHex, utf8Text, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { parseEntry } from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { entriesPath, TILE_WIDTH, tilePath } from "../../../src/core/tlog/tile.ts";
import { tilesOfSize } from "./tiles-of-size.ts";
import { authenticateEntries, authenticateTiles } from "../../../src/core/tlog/tile-client.ts";
import type { ReadTile } from "../../../src/core/tlog/tile-proof.ts";
import { judgeCheckpoint, type TrustPolicy } from "../../../src/core/tlog/trust-policy.ts";

// A reader of the log who has only its public files.

/** The file at a path below the log's address; undefined if there is none. */
export type BytesAt = (path: string) => Promise<Bytes | undefined>;

export interface LogReading {
  readonly size: number;
  readonly root: Bytes;
  readonly note: string;
  /** Verified tiles, of any size up to this one. */
  readonly readTile: ReadTile;
  /** Verified entries in hex, from index `from` on. */
  readonly entries: readonly string[];
  readonly from: number;
}

/**
 * Reads all tiles and entries, or only the bundles after the first `knownSize` entries. Throws if anything is not
 * covered by the signed checkpoint.
 */
export async function readLog(policy: TrustPolicy, bytesAt: BytesAt, knownSize = 0): Promise<LogReading> {
  const note = utf8Text((await bytesAt("checkpoint")) ?? new Uint8Array()) ?? "";
  const judged = expectOk(await judgeCheckpoint(note, policy));
  if (!judged.quorumMet) throw new Error("the policy asks for more than the log's own signature");
  const { size, root } = judged.checkpoint;
  const first = Math.floor(knownSize / TILE_WIDTH);
  const tiles = [...tilesOfSize(size)].filter(
    ({ level, index }) => knownSize === 0 || (level === 0 && index >= first),
  );
  const readTile = expectOk(await authenticateTiles(size, root, tiles, (tile) => bytesAt(tilePath(tile))));
  const entries: string[] = [];
  for (const { index, width } of tiles.filter(({ level }) => level === 0)) {
    const bundle = (await bytesAt(entriesPath(index, width))) ?? new Uint8Array();
    const authentic = expectOk(authenticateEntries({ index, width }, bundle, readTile));
    for (const entry of authentic) expectOk(parseEntry(entry));
    entries.push(...authentic.map(toHex));
  }
  return { size, root, note, readTile, entries, from: first * TILE_WIDTH };
}
