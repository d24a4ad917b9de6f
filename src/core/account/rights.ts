import { MEMBERS } from "./members.ts";
import { ROLES, type Role } from "../stream/record.ts";
import type { Scope } from "../confirmation/scopes.ts";

// What people may do besides deciding and signing, by role: one table for the console, the API and the documentation.
// Who may sign which change of the directory is another matter: see entitlement.ts.

export interface RightTerms {
  /** For people who read the table. */
  readonly text: string;
  readonly roles: readonly Role[];
  /** The scope that gives an API key the same right; null if none does. */
  readonly scope: Scope | null;
  /** Whether it changes something. Then a session needs a recent touch of the passkey. */
  readonly changes: boolean;
}

const OWNER = ["owner"] as const;
const MANAGERS = ["owner", "admin"] as const;
const BUILDERS = ["owner", "admin", "developer"] as const;
const OVERSEERS = ["owner", "admin", "auditor"] as const;

const read = <const Terms extends Omit<RightTerms, "changes">>(terms: Terms) => ({
  ...terms,
  changes: false,
});
const change = <const Terms extends Omit<RightTerms, "changes">>(terms: Terms) => ({
  ...terms,
  changes: true,
});

export const RIGHTS = {
  "requests.read": read({ text: "See the requests of all projects", roles: MEMBERS, scope: null }),
  "requests.cancel": change({ text: "Cancel a pending request", roles: BUILDERS, scope: null }),
  "requests.test": change({ text: "Send oneself a test request", roles: BUILDERS, scope: null }),
  "guide.hide": change({ text: "Hide the first steps", roles: BUILDERS, scope: null }),
  "projects.read": read({ text: "See projects", roles: MEMBERS, scope: "manage" }),
  "projects.change": change({
    text: "Create, rename and archive projects",
    roles: MANAGERS,
    scope: "manage",
  }),
  "keys.read": read({ text: "See API keys, without their secrets", roles: MEMBERS, scope: "manage" }),
  "keys.change": change({ text: "Create, rotate and revoke API keys", roles: BUILDERS, scope: "manage" }),
  "webhooks.read": read({ text: "See webhooks and what was sent", roles: MEMBERS, scope: "manage" }),
  "webhooks.change": change({
    text: "Create, change and remove webhooks, see their secrets, send events again",
    roles: BUILDERS,
    scope: "manage",
  }),
  "people.read": read({ text: "See people, invitations and passkeys", roles: OVERSEERS, scope: "people" }),
  "people.change": change({
    text: "Invite people; ask for another role, a recovery, a revocation or a removal",
    roles: MANAGERS,
    scope: "people",
  }),
  "policies.read": read({
    text: "See groups, policies and rules, and try them",
    roles: MEMBERS,
    scope: "people",
  }),
  "policies.change": change({
    text: "Ask for a change of groups, policies and rules; send a test request to everybody in a policy",
    roles: MANAGERS,
    scope: "people",
  }),
  "usage.read": read({ text: "See the plan and the usage", roles: MEMBERS, scope: "manage" }),
  "trail.read": read({ text: "Read the audit trail", roles: OVERSEERS, scope: null }),
  "history.export": read({ text: "Export the complete history", roles: OVERSEERS, scope: "audit:read" }),
  "settings.read": read({ text: "See the settings", roles: MEMBERS, scope: null }),
  "settings.change": change({ text: "Change the settings", roles: MANAGERS, scope: null }),
  "notices.read": read({ text: "See where one’s own notices go", roles: ROLES, scope: null }),
  "notices.own": change({
    text: "Set where and when one’s own notices go",
    roles: ROLES,
    scope: null,
  }),
  "organisation.delete": change({
    text: "Ask that the organisation is deleted",
    roles: OWNER,
    scope: null,
  }),
} as const satisfies Readonly<Record<string, RightTerms>>;

export type Right = keyof typeof RIGHTS;

export function roleHas(role: Role, right: Right): boolean {
  return (RIGHTS[right].roles as readonly Role[]).includes(role);
}
