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
import { sharesSignature, type Head } from "./log-head.ts";
import type { LogRows } from "./log-rows.ts";
import type { LogSigner } from "./log-signer.ts";
import { growTree } from "./log-tree.ts";

// Restores a log that lost its newest entries: first from its copy, up to a checkpoint that the log itself signed,
// then from the tenants' rows, which have the index of each entry. Everything is checked against what was signed
// before a row is inserted, so the result is exactly the same tree, or an error.

/** 65,536 entries of about 200 bytes in a call: 13 MB of the 32 MiB between Workers. */
export const RESTORE_MAX_ENTRIES = 65_536;
/** 16 bundles of sealed records and their tiles are 0.4 MB; with entries of maximum length it would be 268 MB. */
const BATCH_BUNDLES = 16;

export interface IndexedEntry extends LabelledEntry {
  readonly index: number;
}

/** What a restoration works on. */
interface RestoreContext {
  readonly copy: LogCopy;
  readonly rows: LogRows;
  readonly signer: LogSigner;
  /** The newest checkpoint known to anyone. The log signs nothing new until it has this size and root. */
  readonly target: Checkpoint;
  readonly head: () => Head;
  /** Appends entries with their tiles and a checkpoint. */
  readonly extend: (entries: readonly LabelledEntry[]) => void;
}

/** Parses a checkpoint. Throws unless this log signed it. */
export function parseOwnCheckpoint(noteText: string, signer: LogSigner): Checkpoint {
  const note = expectOk(parseNote(noteText));
  const checkpoint = expectOk(parseCheckpoint(note.text));
  // Ed25519 is deterministic: signing again gives the same signature.
  if (!sharesSignature(noteText, signer.checkpoint(checkpoint.size, checkpoint.root))) {
    throw new Error("the checkpoint is not signed under this log's name and key");
  }
  return checkpoint;
}

/** Returns the size of the log afterwards. If nothing is lost, it changes nothing. */
export async function restore(context: RestoreContext, entries: readonly IndexedEntry[]): Promise<number> {
  if (entries.length > RESTORE_MAX_ENTRIES) {
    throw new RangeError(`one call restores at most ${RESTORE_MAX_ENTRIES} entries`);
  }
  await restoreFromCopy(context);
  restoreFromRows(context, entries);
  return context.head().tree.frontier.size;
}

async function restoreFromCopy(context: RestoreContext): Promise<void> {
  const { copy, target, head, extend } = context;
  const newest = await newestCopied(context);
  if (newest === undefined) return;
  const read = (tile: Tile): Promise<Bytes | undefined> => copy.read(tilePath(tile));
  const { size, hashes } = head().tree.frontier;
  // The copy must extend our tree, and must lead to the target or contain it.
  await checkConsistency({ size, root: frontierRoot({ size, hashes }) }, newest, read);
  if (target.size <= newest.size) await checkConsistency(target, newest, read);
  for (let from = size; from < newest.size;) {
    const batch = await readBatch(copy, from, newest, read);
    if (head().tree.frontier.size !== from) throw new Error("the log grew during the restoration");
    // The checkpoint after each batch is of a tree that the copied checkpoint already covers.
    extend(batch);
    from += batch.length;
  }
  const restored = head().tree.frontier;
  if (!equalBytes(frontierRoot(restored), newest.root)) {
    throw new Error("the restored entries do not match the root of the copied checkpoint");
  }
  context.rows.insertCopied(newest.size);
}

/** The copy's largest checkpoint, if it is larger than our tree. */
async function newestCopied({ copy, signer, head }: RestoreContext): Promise<Checkpoint | undefined> {
  let newest: number | undefined;
  for await (const size of copy.checkpointsFrom(head().tree.frontier.size + 1)) newest = size;
  if (newest === undefined) return undefined;
  const bytes = await copy.read(checkpointName(newest));
  return parseOwnCheckpoint(utf8Text(bytes ?? new Uint8Array()) ?? "", signer);
}

type ReadCopy = (tile: Tile) => Promise<Bytes | undefined>;

/** Throws unless the newer tree extends the older one. */
async function checkConsistency(
  older: Pick<Checkpoint, "size" | "root">,
  newer: Checkpoint,
  read: ReadCopy,
): Promise<void> {
  const tiles = tilesForConsistency(older.size, newer.size);
  const readTile = expectOk(await authenticateTiles(newer.size, newer.root, tiles, read));
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

/** The next entries of the copy, each proved to be in the signed tree. */
async function readBatch(
  copy: LogCopy,
  from: number,
  { size, root }: Checkpoint,
  read: ReadCopy,
): Promise<readonly LabelledEntry[]> {
  const first = Math.floor(from / TILE_WIDTH);
  const count = Math.min(BATCH_BUNDLES, Math.ceil(size / TILE_WIDTH) - first);
  const tiles = Array.from({ length: count }, (_unused, offset): Tile => {
    const index = first + offset;
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

/** Synchronous, so that no other call runs between the checks and the inserts. */
function restoreFromRows(context: RestoreContext, entries: readonly IndexedEntry[]): void {
  const { target, rows, extend } = context;
  const { tree } = context.head();
  const { size } = tree.frontier;
  const added = entries.filter(({ index }) => index >= size);
  for (const entry of entries) checkEntry(entry);
  for (const { index, label, entry } of entries.filter((each) => each.index < size)) {
    const [stored] = rows.entries(index, 1);
    if (stored === undefined || !equalBytes(stored, entry)) {
      throw new Error(`entry ${index} of the log is not the one with the label ${label}`);
    }
  }
  const gap = added.findIndex(({ index }, offset) => index !== size + offset);
  if (gap >= 0) throw new Error(`entry ${size + gap} is lost: it is neither in the copy nor in the rows`);

  if (size >= target.size) {
    if (!equalBytes(rootAt(target.size, rows, context.head()), target.root)) {
      throw new Error(`the log and LOG_RESTORE have different roots at size ${target.size}: a fork`);
    }
    if (added.length > 0) extend(added);
    return;
  }
  if (added.length === 0) return;
  const missing = target.size - size;
  if (added.length < missing) {
    throw new Error(
      `the rows have only ${size + added.length} entries, and the checkpoint in LOG_RESTORE has ${target.size}`,
    );
  }
  const restored = growTree(
    tree,
    added.slice(0, missing).map(({ entry }) => entry),
  ).tree;
  if (!equalBytes(frontierRoot(restored.frontier), target.root)) {
    throw new Error(`the rows do not match the root of the checkpoint of ${target.size} entries`);
  }
  extend(added);
}
