import { utf8, type Bytes } from "../core/encoding/bytes.ts";
import { encodeEntries, entriesPath, TILE_WIDTH, tilePath, tileWidth } from "../core/tlog/tile.ts";
import { checkpointName, type LogCopy } from "./bucket-copy.ts";
import type { LogRows, StoredCheckpoint } from "./log-rows.ts";
import { tileReader, type LogTree } from "./log-tree.ts";

// One copy round writes everything that a newer checkpoint covers and the last copied one did not, including the
// partial tiles at the right edge. The checkpoint comes last, so every checkpoint in the copy has its whole tree.

/**
 * The delay from a new checkpoint to its copy round: a lost log can lack this much in its copy. A log that grows
 * all day has 2,880 rounds. Each writes 1 checkpoint, and of the right edge at most 4 tiles and 1 bundle up to
 * 2^32 entries: 17,280 writes a day, about 520,000 a month, plus two for every 256 entries.
 */
export const COPY_SECONDS = 30;
/** 256 full bundles and 256 tiles, each written and read back: about 1,000 operations per round. */
export const ROUND_MAX_ENTRIES = 65_536;
/** A Worker may have this many connections open at once. */
const PARALLEL_WRITES = 6;

interface CopyObject {
  readonly name: string;
  readonly bytes: () => Bytes;
}

/** A crash at any line is safe: the next round finds the objects already written, and leaves them. */
export async function copyRound(copy: LogCopy, rows: LogRows, tree: LogTree): Promise<void> {
  const checkpoint = checkpointToCopy(rows);
  if (checkpoint === undefined) return;
  const objects = objectsBetween(rows.copiedSize(), checkpoint.size, rows, tree);
  const writers = Array.from({ length: PARALLEL_WRITES }, async () => {
    for (const { name, bytes } of objects) await copy.write(name, bytes());
  });
  await Promise.all(writers);
  await copy.write(checkpointName(checkpoint.size), utf8(checkpoint.note));
  rows.insertCopied(checkpoint.size);
}

/** The newest checkpoint, or an earlier one if that is too far for one round; undefined if all is copied. */
function checkpointToCopy(rows: LogRows): StoredCheckpoint | undefined {
  const copied = rows.copiedSize();
  const near = rows.newestCheckpointUpTo(copied + ROUND_MAX_ENTRIES);
  return near !== undefined && near.size > copied ? near : rows.oldestCheckpointAfter(copied);
}

/** The tiles and bundles that a tree has and an earlier tree did not have. */
function* objectsBetween(
  from: number,
  to: number,
  rows: LogRows,
  tree: LogTree,
): Generator<CopyObject, undefined> {
  const readTile = tileReader(tree, (level, index) => rows.fullTile(level, index));
  for (let level = 0; tileWidth(level, 0, to) > 0; level++) {
    const first = Math.floor(from / TILE_WIDTH ** (level + 1));
    for (let index = first; ; index++) {
      const width = tileWidth(level, index, to);
      if (width === 0) break;
      if (width === tileWidth(level, index, from)) continue;
      yield {
        name: tilePath({ level, index, width }),
        bytes: () => readTile({ level, index, width }).slice(),
      };
      if (level > 0) continue;
      yield {
        name: entriesPath(index, width),
        bytes: () => encodeEntries(rows.entries(index * TILE_WIDTH, width)),
      };
    }
  }
}
