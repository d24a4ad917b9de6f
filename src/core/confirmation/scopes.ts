// What an API key may do. No scope lets a key decide.

export const SCOPES = [
  "confirmations:create",
  "confirmations:read",
  "confirmations:consume",
  /** Keys, projects and usage. */
  "manage",
  "people",
  "audit:read",
] as const;
export type Scope = (typeof SCOPES)[number];

/** Managing is never among the defaults. */
export const DEFAULT_SCOPES: readonly Scope[] = [
  "confirmations:create",
  "confirmations:read",
  "confirmations:consume",
];

/** A key with one of these works only after a manager has signed for it: it can invite people, or read everything. */
export const PRIVILEGED_SCOPES: readonly Scope[] = ["people", "audit:read"];

export function isPrivileged(scopes: Iterable<string>): boolean {
  const privileged: readonly string[] = PRIVILEGED_SCOPES;
  return [...scopes].some((scope) => privileged.includes(scope));
}

/** The others reach beyond the requests of the key's project: to all of the organisation. */
export function isOfRequests(scope: Scope): boolean {
  return DEFAULT_SCOPES.includes(scope);
}
