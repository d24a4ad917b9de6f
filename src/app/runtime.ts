import type { Bytes } from "../core/encoding/bytes.ts";
import { toHex } from "../core/encoding/bytes.ts";
import { ID_RANDOM_BYTES, makeId } from "../core/encoding/identifier.ts";
import type { Database } from "../store/database.ts";
import type { NewConfirmation } from "../store/new-confirmations.ts";
import type { WrittenRows } from "../store/steps.ts";

// What the use cases need of the outside, as arguments: they have no clock, no randomness and no bindings.

/** One call of one key, by the name that its client gave it. */
export interface Caller {
  readonly key: string;
  readonly call: string;
}

export interface WaitEnd {
  /** False if the caller hung up or asked again meanwhile, so that nobody reads this call's answer. */
  readonly attended: boolean;
  /** The outcome, if it came while the call waited: told a moment before its row says where it is sealed. */
  readonly told: WrittenRows | null;
}

export interface DeskPort {
  /** Whether the confirmation was made; if not, a fact that it rests on did not hold. */
  create(draft: NewConfirmation): Promise<boolean>;
  /** Seals what is to be sealed, and returns once it is. Rows that were just written need not be read again. */
  requestSealing(written?: WrittenRows): Promise<void>;
  /** Returns when the confirmation has an outcome to show, or after this many seconds. */
  wait(confirmation: string, seconds: number, caller?: Caller): Promise<WaitEnd>;
  /** The caller no longer reads the answer to this call. */
  hangUp(caller: Caller): Promise<void>;
  /** Looks again at this time, or earlier; when that is. */
  wakeAt(at: number): Promise<number>;
}

export interface LogClient {
  /** `known` entries are there at least: a log that has fewer was set back, and would fork. */
  append(
    entries: readonly { readonly label: string; readonly entry: Uint8Array }[],
    known: number,
  ): Promise<readonly number[]>;
  proofs(indices: readonly number[]): Promise<readonly string[]>;
  vkey(): Promise<string>;
}

export interface Runtime {
  readonly database: Database;
  /** Where people sign: the passkeys' relying party. */
  readonly origin: string;
  readonly logOrigin: string;
  readonly now: () => number;
  readonly random: (count: number) => Bytes;
  readonly desk: (tenantId: string) => DeskPort;
  readonly log: LogClient;
}

export function newId(runtime: Runtime, prefix: string): string {
  return makeId(prefix, runtime.now(), runtime.random(ID_RANDOM_BYTES));
}

export function newSecret(runtime: Runtime, bytes: number): string {
  return toHex(runtime.random(bytes));
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
