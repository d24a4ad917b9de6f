import type { Right } from "../../core/account/rights.ts";
import type { Result } from "../../core/refusal.ts";
import type { ApiKeyRow, PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester } from "../account/principal.ts";
import type { Runtime } from "../runtime.ts";

// An act is one thing that people and programs do with an organisation besides asking and deciding. The console and the
// API call the same acts; the tenant's Desk has checked the right before one runs.

/** Who does it. `place` says from where, in general terms. */
export type Actor =
  | { readonly kind: "person"; readonly person: PersonRow; readonly place: string }
  | {
      readonly kind: "key";
      readonly key: Pick<ApiKeyRow, "id" | "name" | "personId">;
      readonly place: string;
    };

export interface ActCall {
  readonly runtime: Runtime;
  readonly store: TenantStore;
  readonly actor: Actor;
  /** The id of the session; null if an API key calls. */
  readonly session: string | null;
}

export interface Act<Input, Output> {
  readonly right: Right;
  readonly run: (call: ActCall, input: Input) => Promise<Result<Output>>;
  /** Few calls are allowed of an act that reads the whole history, sends a message to others, or takes long. */
  readonly limit: "exports" | "messages" | "changes" | null;
}

export function act<Input, Output>(
  right: Right,
  run: (call: ActCall, input: Input) => Promise<Result<Output>>,
): Act<Input, Output> {
  return { right, run, limit: null };
}

export function exportAct<Output>(
  right: Right,
  run: (call: ActCall, input: null) => Promise<Result<Output>>,
): Act<null, Output> {
  return { right, run, limit: "exports" };
}

export function messageAct<Input, Output>(
  right: Right,
  run: (call: ActCall, input: Input) => Promise<Result<Output>>,
): Act<Input, Output> {
  return { right, run, limit: "messages" };
}

/** An act that changes nothing, and takes as long as many changes. */
export function trialAct<Input, Output>(
  right: Right,
  run: (call: ActCall, input: Input) => Promise<Result<Output>>,
): Act<Input, Output> {
  return { right, run, limit: "changes" };
}

/** The actor as the requester of a change that people sign. */
export function requesterOfActor(actor: Actor): Requester {
  if (actor.kind === "key") {
    const { id, name, personId } = actor.key;
    return { kind: "key", id, name, person: personId, place: actor.place };
  }
  return requesterOf(actor.person, actor.place);
}

/** A person as the requester of a change. `place` is from where. */
export function requesterOf({ id, username }: PersonRow, place: string): Requester {
  return { kind: "person", id, name: username, person: id, place };
}
