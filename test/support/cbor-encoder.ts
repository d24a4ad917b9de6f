import { concat, owned, utf8, type Bytes } from "../../src/core/encoding/bytes.ts";
import type { CborValue } from "../../src/core/webauthn/cbor.ts";

/** Shortest lengths. Keeps the order of maps, so that a test can write a wrong order. */
export function encodeCbor(value: CborValue): Bytes {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === "number") return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value);
  if (typeof value === "string") return concat(cborHead(3, utf8(value).length), utf8(value));
  if (value instanceof Uint8Array) return concat(cborHead(2, value.length), value);
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<number | string, CborValue>)].flat();
    return concat(cborHead(5, value.size), ...entries.map(encodeCbor));
  }
  const list = value as readonly CborValue[];
  return concat(cborHead(4, list.length), ...list.map(encodeCbor));
}

function cborHead(major: number, argument: number): Bytes {
  const head = new DataView(new ArrayBuffer(9));
  const width =
    argument < 24 ? 0 : argument < 2 ** 8 ? 1 : argument < 2 ** 16 ? 2 : argument < 2 ** 32 ? 4 : 8;
  head.setUint8(0, (major << 5) | (width === 0 ? argument : 24 + Math.log2(width)));
  if (width > 0) head.setBigUint64(1, BigInt(argument) << BigInt(64 - 8 * width));
  return owned(new Uint8Array(head.buffer, 0, 1 + width).slice());
}
