import type { Bytes } from "../core/bytes.ts";
import { toHex } from "../core/bytes.ts";
import { ID_RANDOM_BYTES, makeId } from "../core/identifier.ts";
import type { Database } from "../store/db.ts";

// What the use cases need of the outside, as arguments: they have no clock, no randomness and no bindings.

/** One call of one key, by the name that its client gave it. */
export interface Caller {
  readonly key: string;
  readonly call: string;
}

export interface ClerkPort {
  /** Seals what is to be sealed, and returns once it is. */
  ring(): Promise<void>;
  /**
   * Returns when the confirmation has an outcome to show, or after this many seconds; false if the caller
   * has hung up or asked again meanwhile, so that nobody reads what this call will be answered.
   */
  wait(confirmation: string, seconds: number, caller?: Caller): Promise<boolean>;
  /** The caller no longer reads the answer to this call. */
  hangUp(caller: Caller): Promise<void>;
  /** Looks again at this time, or earlier. */
  wakeAt(at: number): Promise<void>;
}

export interface LogPort {
  /** `known` entries are there at least: a log that has fewer was set back, and would fork. */
  append(
    entries: readonly { readonly label: string; readonly entry: Uint8Array }[],
    known: number,
  ): Promise<readonly number[]>;
  proofs(indices: readonly number[]): Promise<readonly string[]>;
  vkey(): Promise<string>;
}

export interface World {
  readonly database: Database;
  /** Where people sign: the passkeys' relying party. */
  readonly origin: string;
  readonly logOrigin: string;
  readonly now: () => number;
  readonly random: (count: number) => Bytes;
  readonly clerk: (tenantId: string) => ClerkPort;
  readonly log: LogPort;
}

export function newId(world: World, prefix: string): string {
  return makeId(prefix, world.now(), world.random(ID_RANDOM_BYTES));
}

export function newSecret(world: World, bytes: number): string {
  return toHex(world.random(bytes));
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
