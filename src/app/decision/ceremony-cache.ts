import type { CeremonyRow, CredentialRow, PersonRow, Tenant } from "../../store/schema.ts";
import type { Loaded } from "../confirmation/load.ts";

// What a page's ceremony began with, kept by the Worker that began it: the decision that follows can be judged by
// it without reading. It is a hint and nothing more. Every fact that could have changed since is a condition of the
// statement that makes the step, and a Worker that remembers nothing reads.

export interface Begun {
  /** The hash of the session's secret: nobody else's call finds this. */
  readonly session: string;
  readonly tenant: Tenant;
  readonly person: PersonRow;
  readonly passkeys: readonly CredentialRow[];
  readonly ceremony: CeremonyRow;
  readonly loaded: Loaded;
}

/** With the largest payloads 13 MB of the 128 MB that a Worker has. */
const BEGUN_MAX = 200;
const begun = new Map<string, Begun>();

export function rememberCeremony(one: Begun): void {
  const [oldest] = begun.keys();
  if (begun.size >= BEGUN_MAX && oldest !== undefined) begun.delete(oldest);
  begun.set(nameOf(one.session, one.loaded.row.id), one);
}

/** The newest of this session for this confirmation, once: a second decision is looked at whole. */
export function takeCeremony(session: string, confirmation: string): Begun | undefined {
  const name = nameOf(session, confirmation);
  const found = begun.get(name);
  begun.delete(name);
  return found;
}

const nameOf = (session: string, confirmation: string): string => `${session} ${confirmation}`;
