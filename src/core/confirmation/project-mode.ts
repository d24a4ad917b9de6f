/**
 * What the requests of a project are: real, or tests. It is fixed when the project is created, it is in the signed
 * statement and in the sealed record, and the prefix of an API key names it. Only `live` means a real decision.
 */
export const PROJECT_MODES = ["live", "test"] as const;
export type ProjectMode = (typeof PROJECT_MODES)[number];
