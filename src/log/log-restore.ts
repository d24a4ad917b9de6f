import { equalBytes, utf8Text, type Bytes } from "../core/encoding/bytes.ts";
import { parseCheckpoint, type Checkpoint } from "../core/tlog/checkpoint.ts";
import { frontierRoot, verifyConsistency } from "../core/tlog/merkle.ts";
import { parseNote } from "../core/tlog/signed-note.ts";
import { parseEntry } from "../core/stream/record.ts";
import { expectOk } from "../core/refusal.ts";
import { entriesPath, TILE_WIDTH, tilePath, tileWidth, type Tile } from "../core/tlog/tile.ts";
import { authenticateEntries, authenticateTiles } from "../core/tlog/tile-client.ts";
import { consistencyPath, tilesForConsistency } from "../core/tlog/tile-proof.ts";
import { checkpointName, type LogCopy } from "./bucket-copy.ts";
import { checkEntry, labelOf, type LabelledEntry } from "./append-group.ts";
import { rootAt } from "./rollback-guard.ts";
import { isSignedAlike, type Head } from "./log-head.ts";
import type { LogRows } from "./log-rows.ts";
import type { LogSigner } from "./log-signer.ts";
import { growTree } from "./log-tree.ts";

// A log that was set back is made whole again: from its copy as far as a checkpoint that it signed itself
// covers, then from the tenants' rows, which know the index of each of their entries. It comes out as the
// very same tree or not at all: everything is checked against what was signed before a row is inserted.

/** 65,536 entries of some 200 bytes as a call carries them: 13 MB of the 32 MiB between Workers. */
export const RESTORE_MAX_ENTRIES = 65_536;
/** 16 bundles of sealed records and their tiles are 0.4 MB; all of the longest entries, 268 MB, nobody writes. */
const STEP_BUNDLES = 16;

export interface IndexedEntry extends LabelledEntry {
  readonly index: number;
}

/** The log while it is restored. */
export interface Restorable {
  readonly copy: LogCopy;
  readonly rows: LogRows;
  readonly signer: LogSigner;
  /** The newest checkpoint that anybody has. Before this size is reached with this root, nothing is signed. */
  readonly seen: Checkpoint;
  readonly head: () => Head;
  /** Inserts entries at the end, with their tiles and a checkpoint. */
  readonly extend: (entries: readonly LabelledEntry[]) => void;
}

/** The checkpoint of a note that this log itself has signed. */
export function ownCheckpoint(noteText: string, signer: LogSigner): Checkpoint {
  const note = expectOk(parseNote(noteText));
  const checkpoint = expectOk(parseCheckpoint(note.text));
  // Ed25519 is deterministic: what we would sign now is what we have signed then.
  if (!isSignedAlike(noteText, signer.checkpoint(checkpoint.size, checkpoint.root))) {
    throw new Error("the checkpoint is not signed with this log's name and key");
  }
  return checkpoint;
}

/** How many entries the log has after it. With nothing lost it changes nothing. */
export async function restore(log: Restorable, entries: readonly IndexedEntry[]): Promise<number> {
  if (entries.length > RESTORE_MAX_ENTRIES) {
    throw new RangeError(`at most ${RESTORE_MAX_ENTRIES} entries are restored at once`);
  }
  await refillFromCopy(log);
  refillFromRows(log, entries);
  return log.head().tree.frontier.size;
}

async function refillFromCopy(log: Restorable): Promise<void> {
  const { copy, seen } = log;
  const newest = await newestCopied(log);
  if (newest === undefined) return;
  const read = (tile: Tile): Promise<Bytes | undefined> => copy.read(tilePath(tile));
  const { size, hashes } = log.head().tree.frontier;
  // The copy must go on from what we have, and lead to or through what others have.
  await checkGrowth({ size, root: frontierRoot({ size, hashes }) }, newest, read);
  if (seen.size <= newest.size) await checkGrowth(seen, newest, read);
  for (let from = size; from < newest.size;) {
    const step = await readStep(copy, from, newest, read);
    if (log.head().tree.frontier.size !== from) throw new Error("the log has grown while it was restored");
    // Each step's checkpoint is of a tree that the copied checkpoint has signed for already.
    log.extend(step);
    from += step.length;
  }
  const restored = log.head().tree.frontier;
  if (!equalBytes(frontierRoot(restored), newest.root)) {
    throw new Error("the restored entries do not make up the copied checkpoint");
  }
  log.rows.insertCopied(newest.size);
}

/** The largest of the copy's checkpoints, if it is beyond our entries. */
async function newestCopied({ copy, signer, head }: Restorable): Promise<Checkpoint | undefined> {
  let newest: number | undefined;
  for await (const size of copy.checkpointsFrom(head().tree.frontier.size + 1)) newest = size;
  if (newest === undefined) return undefined;
  const bytes = await copy.read(checkpointName(newest));
  return ownCheckpoint(utf8Text(bytes ?? new Uint8Array()) ?? "", signer);
}

type ReadCopy = (tile: Tile) => Promise<Bytes | undefined>;

/** Throws if the smaller tree is not the beginning of the larger one. */
async function checkGrowth(
  older: Pick<Checkpoint, "size" | "root">,
  newer: Checkpoint,
  read: ReadCopy,
): Promise<void> {
  const wanted = tilesForConsistency(older.size, newer.size);
  const readTile = expectOk(await authenticateTiles(newer.size, newer.root, wanted, read));
  const path = consistencyPath(older.size, newer.size, readTile);
  expectOk(
    verifyConsistency({
      oldSize: older.size,
      oldRoot: older.root,
      newSize: newer.size,
      newRoot: newer.root,
      path,
    }),
  );
}

/** The next entries, each proved to stand in the signed tree. */
async function readStep(
  copy: LogCopy,
  from: number,
  { size, root }: Checkpoint,
  read: ReadCopy,
): Promise<readonly LabelledEntry[]> {
  const first = Math.floor(from / TILE_WIDTH);
  const count = Math.min(STEP_BUNDLES, Math.ceil(size / TILE_WIDTH) - first);
  const tiles = Array.from({ length: count }, (_unused, place): Tile => {
    const index = first + place;
    return { level: 0, index, width: tileWidth(0, index, size) };
  });
  const readTile = expectOk(await authenticateTiles(size, root, tiles, read));
  const bundles = await Promise.all(
    tiles.map(async ({ index, width }) => {
      const bytes = await copy.read(entriesPath(index, width));
      return expectOk(authenticateEntries({ index, width }, bytes ?? new Uint8Array(), readTile));
    }),
  );
  return bundles
    .flat()
    .slice(from - first * TILE_WIDTH)
    .map((entry) => ({ label: labelOf(expectOk(parseEntry(entry)), entry), entry }));
}

/** Synchronous, so that nothing comes between the checks and the rows. */
function refillFromRows(log: Restorable, entries: readonly IndexedEntry[]): void {
  const { tree } = log.head();
  const { size } = tree.frontier;
  const { seen } = log;
  const fresh = entries.filter(({ index }) => index >= size);
  for (const entry of entries) checkEntry(entry);
  for (const { index, label, entry } of entries.filter((each) => each.index < size)) {
    const [stored] = log.rows.entries(index, 1);
    if (stored === undefined || !equalBytes(stored, entry)) {
      throw new Error(`entry ${index} of the log is not the one called ${label}`);
    }
  }
  const gap = fresh.findIndex(({ index }, place) => index !== size + place);
  if (gap >= 0) throw new Error(`entry ${size + gap} is lost: neither the copy nor the rows have it`);

  if (size >= seen.size) {
    if (!equalBytes(rootAt(seen.size, log.rows, log.head()), seen.root)) {
      throw new Error(`the log has another root of ${seen.size} entries than the checkpoint given: a fork`);
    }
    if (fresh.length > 0) log.extend(fresh);
    return;
  }
  if (fresh.length === 0) return;
  const missing = seen.size - size;
  if (fresh.length < missing) {
    throw new Error(
      `the rows know ${size + fresh.length} entries, and the checkpoint given has ${seen.size}`,
    );
  }
  const reached = growTree(
    tree,
    fresh.slice(0, missing).map(({ entry }) => entry),
  ).tree;
  if (!equalBytes(frontierRoot(reached.frontier), seen.root)) {
    throw new Error(`the rows do not make up the checkpoint of ${seen.size} entries`);
  }
  log.extend(fresh);
}
