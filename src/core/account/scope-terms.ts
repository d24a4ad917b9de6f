import { isPrivileged, SCOPES, type Scope } from "../confirmation/scopes.ts";
import type { Role } from "../stream/record.ts";
import { RIGHTS, roleHas, type Right } from "./rights.ts";

// The scopes of API keys, for people who choose them.

export interface ScopeTerms {
  readonly text: string;
  readonly help: string;
}

export const SCOPE_TERMS: Readonly<Record<Scope, ScopeTerms>> = {
  "confirmations:create": { text: "Ask", help: "Create requests, and cancel them." },
  "confirmations:read": {
    text: "Read",
    help: "Read the requests of its project, their outcome and receipts.",
  },
  "confirmations:consume": {
    text: "Use approvals",
    help: "Use an approval, once, right before the action runs.",
  },
  manage: {
    text: "Manage",
    help: "Projects, API keys, webhooks and usage of the whole organisation. It cannot create keys with this scope.",
  },
  people: {
    text: "People",
    help: "Invite people, and ask for other roles. An owner or an admin must sign before the key works.",
  },
  "audit:read": {
    text: "Export the history",
    help: "Everything that the organisation was ever asked. An owner or an admin must sign before the key works.",
  },
};

/** The rights that a key has by this scope. */
function rightsOf(scope: Scope): readonly Right[] {
  return (Object.keys(RIGHTS) as Right[]).filter((right) => RIGHTS[right].scope === scope);
}

/** Nobody can give a key more than they may do themselves. */
export function canGive(role: Role, scope: Scope): boolean {
  return roleHas(role, "keys.change") && rightsOf(scope).every((right) => roleHas(role, right));
}

export function scopesToGive(role: Role): readonly Scope[] {
  return SCOPES.filter((scope) => canGive(role, scope));
}

/**
 * Over the API a key never gives what it has by `manage`: a stolen key could otherwise make others that outlive it. The
 * scopes that people sign for wait for that signature, so a key may ask for them.
 */
export function canGiveByKey(scope: Scope): boolean {
  return rightsOf(scope).length === 0 || isPrivileged([scope]);
}
