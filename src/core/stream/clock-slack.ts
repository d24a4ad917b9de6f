/** Clocks of the machines that write records differ a little; a backdated record differs by more. */
const CLOCK_SLACK_SECONDS = 300;

/** Whether this time is before the other by more than clocks differ. */
export function isBackdated(at: string, earlier: number): boolean {
  return earlier - Date.parse(at) > CLOCK_SLACK_SECONDS * 1_000;
}
