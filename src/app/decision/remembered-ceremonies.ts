import type { CeremonyRow, CredentialRow, PersonRow, Tenant } from "../../store/rows.ts";
import type { LoadedConfirmation } from "../confirmation/load.ts";

// What a ceremony was issued for, in this Worker's memory, so that the vote that follows needs no reads. Every
// fact that could have changed since is a condition of the statement that commits the vote. If the ceremony is not
// remembered, the facts are read.

export interface RememberedCeremony {
  /** The hash of the session's secret, so that only calls of this session find it. */
  readonly session: string;
  readonly tenant: Tenant;
  readonly person: PersonRow;
  readonly passkeys: readonly CredentialRow[];
  readonly ceremony: CeremonyRow;
  readonly loaded: LoadedConfirmation;
}

/** With the largest payloads 13 MB of the Worker's 128 MB. */
const CEREMONIES_MAX = 200;
const ceremonies = new Map<string, RememberedCeremony>();

export function rememberCeremony(ceremony: RememberedCeremony): void {
  const [oldest] = ceremonies.keys();
  if (ceremonies.size >= CEREMONIES_MAX && oldest !== undefined) ceremonies.delete(oldest);
  ceremonies.set(nameOf(ceremony.session, ceremony.loaded.row.id), ceremony);
}

/** The newest of this session for this confirmation. It is returned once: a second vote reads every fact. */
export function takeCeremony(session: string, confirmation: string): RememberedCeremony | undefined {
  const name = nameOf(session, confirmation);
  const ceremony = ceremonies.get(name);
  ceremonies.delete(name);
  return ceremony;
}

const nameOf = (session: string, confirmation: string): string => `${session} ${confirmation}`;
