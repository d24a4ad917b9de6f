import type { ActCall } from "../acts/act.ts";
import type { Owner } from "../../store/channels/own-channels.ts";

/** No API key has these rights. */
export function ownPerson({ actor }: Pick<ActCall, "actor">): Owner {
  if (actor.kind !== "person") throw new RangeError("only a person has notices of their own");
  return { kind: "person", id: actor.person.id };
}
