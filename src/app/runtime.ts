import type { Bytes } from "../core/encoding/bytes.ts";
import { toBase64url, toHex } from "../core/encoding/bytes.ts";
import { makeConfirmationId } from "../core/confirmation/confirmation-id.ts";
import { SALT_BYTES } from "../core/confirmation/statement.ts";
import { shardOfRef } from "../core/confirmation/tenant-ref.ts";
import { ID_RANDOM_BYTES, makeId } from "../core/encoding/identifier.ts";
import type { NewConfirmation } from "../store/confirmation/new-confirmations.ts";
import type { CommittedRecord } from "../store/confirmation/steps.ts";
import type { ConfirmationRow } from "../store/rows.ts";
import type { Databases } from "../store/database.ts";
import type { Outbound } from "../send/outbound.ts";

// What the use cases need from outside, as arguments: they have no clock, no randomness and no bindings.

/** One call of a client that may disconnect while it waits. */
export interface ClientCall {
  /** A page's call takes a place of its session, another one a place of its API key. */
  readonly by: "agent" | "backend" | "page";
  /** The id of the API key or the session. */
  readonly key: string;
  /** No other call has this id. */
  readonly call: string;
  /** The id that an agent gave to its message. Another agent with the same key may use the same one. */
  readonly message?: string;
}

/** The part of the tenant's Desk that its use cases call. */
export interface DeskPort {
  /** Whether the confirmation was inserted. If not, a fact that it relies on did not hold. */
  create(draft: NewConfirmation): Promise<boolean>;
  /** Seals all that was committed before the call. A record that is passed need not be read again. */
  seal(committed?: CommittedRecord): Promise<void>;
  /**
   * Returns when the confirmation has an outcome to show, or after this many seconds. False if the client disconnected
   * or called again meanwhile, so that nobody reads this call's answer.
   */
  waitFor(confirmation: string, seconds: number, caller: ClientCall): Promise<boolean>;
  /** There is something to send at this time: a notice or a delivery. */
  send(at: number): void;
  /** The confirmation has changed, and with it its page, the console and the inboxes of these people. */
  wakePages(confirmation: Pick<ConfirmationRow, "id" | "type">, people: readonly string[]): void;
}

export interface LogClient {
  /** If the log has fewer entries than `minLogSize`, it was reset and would fork, so it refuses. */
  append(
    entries: readonly { readonly label: string; readonly entry: Uint8Array }[],
    minLogSize: number,
  ): Promise<readonly number[]>;
  /** For the newest checkpoint. */
  proof(index: number): Promise<string>;
  vkey(): Promise<string>;
}

/** What the platform gives to everything that this deployment runs. */
export interface Platform {
  readonly databases: Databases;
  /** Where people sign: the origin of the passkeys' relying party. */
  readonly origin: string;
  readonly logOrigin: string;
  readonly now: () => number;
  readonly random: (count: number) => Bytes;
  readonly log: LogClient;
  readonly send: Outbound;
}

/** What the use cases of one tenant get from its Desk. */
export interface Runtime extends Platform {
  readonly desk: DeskPort;
}

export function newId(platform: Pick<Platform, "now" | "random">, prefix: string): string {
  return makeId(prefix, platform.now(), platform.random(ID_RANDOM_BYTES));
}

/** It names the shard in which the tenant was created, also after the tenant was moved. */
export function newConfirmationId(platform: Platform, tenantId: string): string {
  return makeConfirmationId(platform.now(), platform.random(ID_RANDOM_BYTES), shardOfRef(tenantId));
}

export function newSecret(platform: Platform, bytes: number): string {
  return toHex(platform.random(bytes));
}

export function newSalt(platform: Platform): string {
  return toBase64url(platform.random(SALT_BYTES));
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

export function isoTimeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : isoTime(milliseconds);
}
