/** `breakGlass`, `change` and `test`: proven, but not the ordinary approval of a request that a script waits for. */
export const EXIT = {
  passed: 0,
  failed: 1,
  notRun: 2,
  noApproval: 3,
  breakGlass: 4,
  change: 5,
  test: 6,
} as const;

/** The command could not run; the message says why. */
export class CliError extends Error {}
