import type { TrailAct } from "../../core/account/trail-texts.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { insertTrail, insertTrailIfChanged, type NewTrailRow } from "../../store/account/trail.ts";
import type { Run } from "../../store/prepared-statement.ts";
import type { ConfirmationRow, TrailRow } from "../../store/rows.ts";
import { newId, type Platform } from "../runtime.ts";
import type { ActCall, Actor } from "./act.ts";

// The audit trail: who did what, when, from where. An entry belongs in the transaction that it reports.

/** What was done, to what. No secrets and no payload. */
export interface Done {
  readonly act: TrailAct;
  /** Left out if it is the organisation itself. */
  readonly subject?: { readonly id: string; readonly name: string };
  readonly detail?: JsonObject;
}

export interface ActorColumns {
  readonly kind: TrailRow["actorKind"];
  readonly id: string;
  readonly name: string;
  readonly place: string;
}

/** The service itself, by its alarm; an operator, by a command. */
export const SERVICE: ActorColumns = { kind: "service", id: "service", name: "Countersign", place: "" };
export const OPERATOR: ActorColumns = { kind: "operator", id: "operator", name: "Operator", place: "" };

export function actorColumns(actor: Actor): ActorColumns {
  const { place } = actor;
  return actor.kind === "person"
    ? { kind: "person", id: actor.person.id, name: actor.person.username, place }
    : { kind: "key", id: actor.key.id, name: actor.key.name, place };
}

/** What was done to a change of the directory: its action says which change it is. */
export function doneToChange(
  act: Extract<TrailAct, `change.${string}`>,
  { id, action, type }: Pick<ConfirmationRow, "id" | "action" | "type">,
): Done {
  return { act, subject: { id, name: action }, detail: { change: type } };
}

/**
 * The statement to run right after the one that it reports, in the same transaction. It inserts only if that one has
 * changed a row.
 */
export function trailEntry({ runtime, actor }: Pick<ActCall, "runtime" | "actor">, done: Done): Run {
  return trailEntryOf(runtime, actorColumns(actor), done);
}

/** For an act that only reads, such as a download: it changes no row that the entry could follow. */
export function trailNote({ runtime, actor }: Pick<ActCall, "runtime" | "actor">, done: Done): Run {
  return insertTrail(trailRow(runtime, actorColumns(actor), done));
}

export function trailEntryOf(platform: Pick<Platform, "now" | "random">, by: ActorColumns, done: Done): Run {
  return insertTrailIfChanged(trailRow(platform, by, done));
}

export function trailRow(
  platform: Pick<Platform, "now" | "random">,
  by: ActorColumns,
  { act, subject = { id: "", name: "" }, detail = {} }: Done,
): NewTrailRow {
  return {
    id: newId(platform, "y"),
    at: platform.now(),
    actorKind: by.kind,
    actorId: by.id,
    actorName: by.name,
    act,
    subjectId: subject.id,
    subjectName: subject.name,
    detail: canonicalText(detail),
    place: by.place,
  };
}
