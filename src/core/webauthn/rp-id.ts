/** The RP ID under which this service registers passkeys: the host name of its origin. */
export function rpIdOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).hostname : "";
}
