import { REF_CHARACTERS } from "./tenant-ref.ts";

// The secret of a session cookie or of an enrolment link: the tenant's ref, a dot, and 256 random bits in base64url.
// What is stored is a hash of the whole text.

/** 43 characters are 32 bytes. */
const SECRET = new RegExp(`^[0-9A-Za-z]{${REF_CHARACTERS}}\\.[A-Za-z0-9_-]{43}$`);

export function withRef(ref: string, secret: string): string {
  const text = `${ref}.${secret}`;
  if (!SECRET.test(text)) throw new RangeError("a tenant's secret has a ref and 32 bytes in base64url");
  return text;
}

/** Undefined if the text does not have the form of such a secret. */
export function refOfSecret(text: string): string | undefined {
  return SECRET.test(text) ? text.slice(0, REF_CHARACTERS) : undefined;
}
