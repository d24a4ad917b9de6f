import type { Scope } from "../confirmation/scopes.ts";
import type { ProjectMode } from "../confirmation/project-mode.ts";
import type { ChannelItem, ProjectRules } from "./sending/notices-page-data.ts";

// Projects and their API keys, as the console and the API show them.

export interface ProjectItem {
  readonly id: string;
  readonly name: string;
  readonly mode: ProjectMode;
  readonly createdAt: string;
  readonly archivedAt: string | null;
  readonly notices: ProjectRules;
}

export interface ProjectList {
  readonly projects: readonly ProjectItem[];
  readonly archived: boolean;
  /** For the form that creates one: sent twice, it creates one only. */
  readonly newId: string;
}

export const KEY_STATES = ["active", "waiting", "expired", "revoked"] as const;

export interface KeyItem {
  readonly id: string;
  readonly label: string;
  /** The beginning of the secret. */
  readonly prefix: string;
  readonly project: Pick<ProjectItem, "id" | "name" | "mode">;
  readonly scopes: readonly Scope[];
  readonly agent: boolean;
  /** The user name of the person who created it; null if an operator did. */
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly state: (typeof KEY_STATES)[number];
  /** The key that this one takes over from. */
  readonly replaces: string | null;
}

export interface ProjectPage {
  readonly project: ProjectItem;
  /** Also those that wait for a signature. */
  readonly keys: readonly KeyItem[];
  /** The last ones to end. */
  readonly ended: readonly KeyItem[];
  /** What this person may give to a key. */
  readonly scopes: readonly Scope[];
  readonly newKeyId: string;
  /** Chat rooms that hear of its requests. */
  readonly rooms: readonly ChannelItem[];
  /** The one to which a test notice was just sent. */
  readonly tested: ChannelItem | null;
  readonly newRoomId: string;
}

export interface KeyEvent {
  readonly at: string;
  readonly actor: string;
  readonly act: string;
  readonly detail: readonly (readonly [name: string, value: string])[];
}

export interface KeyPage {
  readonly key: KeyItem;
  /** The key that takes over from this one. */
  readonly replacement: string | null;
  /** Where somebody signs for it; null if nobody has to, or nobody can any more. */
  readonly signUrl: string | null;
  /** Why it can't be replaced now; null if it can. */
  readonly fixed: string | null;
  readonly events: readonly KeyEvent[];
  readonly newKeyId: string;
}

/** The only answer that has the secret of a key. */
export interface CreatedKey {
  readonly key: KeyItem;
  readonly secret: string;
  /** Where somebody signs before it works; null if it works at once. */
  readonly signUrl: string | null;
  /** For the lines that are ready to paste. */
  readonly username: string | null;
}
