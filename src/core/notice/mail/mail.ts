import { emailAddressProblem } from "../email-address.ts";

/** A mail without its sender. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Beyond those of every mail. Cloudflare takes those of a fixed list, and no Message-ID. */
  readonly headers: Readonly<Record<string, string>>;
}

/** RFC 5322 allows lines of 998 bytes; in UTF-8 a character has at most 4. */
const SUBJECT_MAX_CHARACTERS = 200;

/** What ends a header, or is not drawn in it. */
const CONTROL = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;
/** A mail that a program has sent, so that no absence assistant answers it (RFC 3834). */
export const AUTOMATIC = { "Auto-Submitted": "auto-generated" } as const;

/** Why this must not be sent: a header in it could be more than one, or the recipient more than one. */
export function mailProblem({ to, subject, headers }: Mail): string | undefined {
  if (emailAddressProblem(to) !== null) return "the address is not well-formed";
  if (subject === "" || subject.length > SUBJECT_MAX_CHARACTERS) return "the subject is empty or too long";
  const values = Object.entries(headers).flat();
  return [subject, ...values].some((value) => CONTROL.test(value))
    ? "a header has a control character"
    : undefined;
}
