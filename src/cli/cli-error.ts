export const EXIT = { passed: 0, failed: 1, notRun: 2, noApproval: 3 } as const;

/** The command could not run; the message says why. */
export class CliError extends Error {}
