const DAY_MILLISECONDS = 24 * 3_600_000;
/** RFC 9116 recommends less than a year, so that a forgotten contact ends. */
const VALID_DAYS = 365;

/** The contact for people who find a flaw, in the form of RFC 9116. The text is the same for a whole day. */
export function securityTxt(origin: string, contact: string, now: number): string {
  const day = Math.floor(now / DAY_MILLISECONDS);
  const expires = new Date((day + VALID_DAYS) * DAY_MILLISECONDS).toISOString();
  return `Contact: ${contact}
Expires: ${expires}
Canonical: ${origin}/.well-known/security.txt
Preferred-Languages: en
`;
}
