export const EXIT = { passed: 0, failed: 1, notRun: 2, noApproval: 3 } as const;

/** The command could not be run as it was called; the message says why, in plain words. */
export class Problem extends Error {}
