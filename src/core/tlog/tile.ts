import { concat, owned, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// C2SP tlog-tiles: the tree as rows of hashes, cut into tiles of 256. Level l holds the roots of the complete
// subtrees of 256^l leaves. The name of a partial tile includes its width, so the content of a name never changes.

export const TILE_WIDTH = 256;
export const TILE_BYTES = TILE_WIDTH * HASH_BYTES;
/** The format's limit. A tree of 2^53 - 1 leaves has levels 0 to 6, because 256^7 = 2^56. */
const TILE_MAX_LEVEL = 63;
/** Lengths have 16 bits. */
export const ENTRY_MAX_BYTES = 2 ** 16 - 1;
const LENGTH_BYTES = 2;
/** 256 x (2 + 65,535) = 16,777,472. */
export const BUNDLE_MAX_BYTES = TILE_WIDTH * (LENGTH_BYTES + ENTRY_MAX_BYTES);

export interface Tile {
  readonly level: number;
  readonly index: number;
  /** 1 to 256 hashes. */
  readonly width: number;
}

/** The entries under one level 0 tile. */
export interface Bundle {
  readonly index: number;
  readonly width: number;
}

/** The number of hashes of a tile in a tree of this size, possibly 0. */
export function tileWidth(level: number, index: number, size: number): number {
  const row = Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, row - TILE_WIDTH * index));
}

/** Copies of a tile's hashes. */
export function tileHashes(bytes: Uint8Array): readonly Bytes[] {
  const hashes: Bytes[] = [];
  for (let offset = 0; offset < bytes.length; offset += HASH_BYTES) {
    hashes.push(owned(bytes.slice(offset, offset + HASH_BYTES)));
  }
  return hashes;
}

export function tilePath(tile: Tile): string {
  if (!isWhole(tile.level, 0, TILE_MAX_LEVEL)) throw new RangeError("a tile's level is 0 to 63");
  return `tile/${tile.level}/${indexAndWidth(tile.index, tile.width)}`;
}

export function parseTilePath(text: string): Result<Tile> {
  const match = /^tile\/([0-9]{1,2})\/([x0-9/]{3,28})(?:\.p\/([0-9]{1,3}))?$/.exec(text);
  const tile = {
    level: Number(match?.[1]),
    index: Number(match?.[2]?.replaceAll(/[x/]/g, "")),
    width: match?.[3] === undefined ? TILE_WIDTH : Number(match[3]),
  };
  const exists = isWhole(tile.level, 0, TILE_MAX_LEVEL) && isBundle(tile);
  if (!exists || tilePath(tile) !== text) return refuse("tile_malformed", "not the path of a tile");
  return accept(tile);
}

export function entriesPath(index: number, width: number): string {
  return `tile/entries/${indexAndWidth(index, width)}`;
}

export function parseEntriesPath(text: string): Result<Bundle> {
  const match = /^tile\/entries\/([x0-9/]{3,28})(?:\.p\/([0-9]{1,3}))?$/.exec(text);
  const bundle = {
    index: Number(match?.[1]?.replaceAll(/[x/]/g, "")),
    width: match?.[2] === undefined ? TILE_WIDTH : Number(match[2]),
  };
  if (!isBundle(bundle) || entriesPath(bundle.index, bundle.width) !== text) {
    return refuse("tile_malformed", "not the path of an entry bundle");
  }
  return accept(bundle);
}

function indexAndWidth(index: number, width: number): string {
  if (!isBundle({ index, width })) throw new RangeError("a tile has an index from 0 and a width of 1 to 256");
  let text = threeDigits(index % 1000);
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    text = `x${threeDigits(rest % 1000)}/${text}`;
  }
  return width === TILE_WIDTH ? text : `${text}.p/${width}`;
}

function threeDigits(value: number): string {
  return String(value).padStart(3, "0");
}

function isBundle({ index, width }: Bundle): boolean {
  return isWhole(index, 0, Number.MAX_SAFE_INTEGER) && isWhole(width, 1, TILE_WIDTH);
}

function isWhole(value: number, minimum: number, maximum: number): boolean {
  return Number.isSafeInteger(value) && value >= minimum && value <= maximum;
}

/** An entry bundle: each entry with its length before it. */
export function encodeEntries(entries: readonly Uint8Array[]): Bytes {
  if (entries.length < 1 || entries.length > TILE_WIDTH)
    throw new RangeError("a bundle has 1 to 256 entries");
  return concat(
    ...entries.flatMap((entry) => {
      if (entry.length > ENTRY_MAX_BYTES) throw new RangeError("an entry has at most 65,535 bytes");
      return [Uint8Array.of(Math.floor(entry.length / 256), entry.length % 256), entry];
    }),
  );
}

export function parseEntries(bytes: Uint8Array): Result<readonly Bytes[]> {
  const malformed = (detail: string): Result<readonly Bytes[]> => refuse("tile_malformed", detail);
  if (bytes.length > BUNDLE_MAX_BYTES) return malformed(`a bundle has at most ${BUNDLE_MAX_BYTES} bytes`);
  const entries: Bytes[] = [];
  for (let offset = 0; offset < bytes.length;) {
    if (entries.length === TILE_WIDTH) return malformed(`a bundle has at most ${TILE_WIDTH} entries`);
    const [high, low] = bytes.subarray(offset, offset + LENGTH_BYTES);
    if (high === undefined || low === undefined) return malformed("the bundle ends inside a length");
    const start = offset + LENGTH_BYTES;
    offset = start + high * 256 + low;
    if (offset > bytes.length) return malformed("the bundle ends inside an entry");
    entries.push(owned(bytes.slice(start, offset)));
  }
  if (entries.length === 0) return malformed("the bundle is empty");
  return accept(entries);
}
