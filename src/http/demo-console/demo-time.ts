import { makeConfirmationId } from "../../core/confirmation/confirmation-id.ts";
import { toHex, utf8, type Bytes } from "../../core/encoding/bytes.ts";
import { sha256 } from "../../core/encoding/hash.ts";
import { ID_RANDOM_BYTES, makeId } from "../../core/encoding/identifier.ts";

// Times and ids of the demo console. All times are relative to the hour, so that a page that is read twice is the same.
// Ids are the same at any time, so that a link to a page keeps its target.

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** In each id. No request has it, since there was no service then. */
const ID_TIME = Date.UTC(2026, 0, 1);

export function hourOf(now: number): number {
  return Math.floor(now / HOUR) * HOUR;
}

/** 32 bytes that look random and always are the same for a name. */
export function bytesOf(name: string): Bytes {
  return sha256(utf8(`the demo console: ${name}`));
}

export function demoId(prefix: string, name: string): string {
  return makeId(prefix, ID_TIME, bytesOf(`${prefix} ${name}`).slice(0, ID_RANDOM_BYTES));
}

export function demoRequestId(name: string): string {
  return makeConfirmationId(ID_TIME, bytesOf(name).slice(0, ID_RANDOM_BYTES), "0");
}

/** A number from 0 to below `end`, always the same for a name. */
export function numberOf(name: string, end: number): number {
  return Number.parseInt(toHex(bytesOf(name).subarray(0, 4)), 16) % end;
}

export function oneOf<Value>(name: string, values: readonly Value[]): Value {
  const value = values[numberOf(name, values.length)];
  if (value === undefined) throw new RangeError("nothing to choose from");
  return value;
}
