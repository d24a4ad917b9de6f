import { matchShape, integer, list } from "../encoding/shape.ts";
import { parseJsonText, PAYLOAD_MAX_NODES, writtenNames, type JsonObject } from "../encoding/strict-json.ts";
import { expectOk } from "../refusal.ts";

// The order in which the outermost members of a payload are drawn. The payload's bytes have them sorted by name, but
// who asks writes first what matters most. A statement names positions and no names: 64 names could have 64 KiB.

/** Each position has at most four digits and a comma: 320 bytes of a statement. */
export const ORDER_MAX_POSITIONS = 64;

/** How a statement names it. */
export const orderShape = list(integer(0, PAYLOAD_MAX_NODES - 1), ORDER_MAX_POSITIONS);

/** An order that was stored as text. */
export function storedOrder(text: string): readonly number[] {
  return expectOk(matchShape(orderShape, expectOk(parseJsonText(text))));
}

/** The order in which these members were written, as positions of the sorted names; empty if it is sorted. */
export function writtenOrder(payload: JsonObject): readonly number[] {
  const sorted = Object.keys(payload).toSorted();
  const positions = new Map(sorted.map((name, position) => [name, position]));
  const order = writtenNames(payload)
    .slice(0, ORDER_MAX_POSITIONS)
    .map((name) => positions.get(name) ?? 0);
  return order.every((position, at) => position === at) ? [] : order;
}

/** The names at these positions, then the others, sorted; undefined if a position does not exist or repeats. */
export function namesInOrder(payload: JsonObject, order: readonly number[]): readonly string[] | undefined {
  // Sorted, because the engine puts keys like "10" first.
  const sorted = Object.keys(payload).toSorted();
  const first = new Set(order.map((position) => sorted[position]));
  if (order.length > ORDER_MAX_POSITIONS || first.size < order.length || first.has(undefined))
    return undefined;
  const named = [...first].filter((name) => name !== undefined);
  return [...named, ...sorted.filter((name) => !first.has(name))];
}
