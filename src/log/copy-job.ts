import { utf8, type Bytes } from "../core/encoding/bytes.ts";
import { encodeEntries, entriesPath, TILE_WIDTH, tilePath, tileWidth } from "../core/tlog/tile.ts";
import { checkpointName, type LogCopy } from "./bucket-copy.ts";
import type { LogRows, StoredCheckpoint } from "./log-rows.ts";
import { tileReader, type LogTree } from "./log-tree.ts";

// One round of copying: everything that a newer checkpoint covers and the last copied one did not, the tiles
// at the right edge too, and the checkpoint last. So every checkpoint in the copy has its whole tree there.

/**
 * From a new checkpoint to the next round: what a lost log can lack in its copy. 2,880 rounds a day, of a
 * log that grows all day, each write 1 checkpoint, at most 4 tiles and 1 bundle of the right edge up to
 * 2^32 entries: 17,280 writes, some 520,000 a month, beside two for every 256 entries.
 */
export const COPY_SECONDS = 30;
/** 256 full bundles and as many tiles, each written and read: about a thousand operations a round. */
export const ROUND_MAX_ENTRIES = 65_536;
/** So many connections a Worker has open at once. */
const PARALLEL_WRITES = 6;

interface CopyObject {
  readonly name: string;
  readonly bytes: () => Bytes;
}

/** A crash at any line is made good by the next round: what is there is found to be the same and left. */
export async function copyRound(copy: LogCopy, rows: LogRows, tree: LogTree): Promise<void> {
  const checkpoint = nextToCopy(rows);
  if (checkpoint === undefined) return;
  const objects = objectsBetween(rows.copiedSize(), checkpoint.size, rows, tree);
  const writers = Array.from({ length: PARALLEL_WRITES }, async () => {
    for (const { name, bytes } of objects) await copy.write(name, bytes());
  });
  await Promise.all(writers);
  await copy.write(checkpointName(checkpoint.size), utf8(checkpoint.note));
  rows.insertCopied(checkpoint.size);
}

/** The newest checkpoint, or one on the way to it if that is far; undefined if it is copied. */
function nextToCopy(rows: LogRows): StoredCheckpoint | undefined {
  const copied = rows.copiedSize();
  const near = rows.newestCheckpointUpTo(copied + ROUND_MAX_ENTRIES);
  return near !== undefined && near.size > copied ? near : rows.oldestCheckpointAfter(copied);
}

/** The tiles and bundles of a tree that an earlier tree did not have, by their names. */
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
