import { tileWidth, type Tile } from "../../../src/core/tlog/tile.ts";

/** Every tile of a tree of this size, level by level. */
export function* tilesOfSize(size: number): Generator<Tile, void> {
  for (let level = 0; tileWidth(level, 0, size) > 0; level++) {
    for (let index = 0; ; index++) {
      const width = tileWidth(level, index, size);
      if (width === 0) break;
      yield { level, index, width };
    }
  }
}
