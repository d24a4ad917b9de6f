// Which e-mail addresses are taken: `local@host.example` in ASCII letters, as every mail server does. The standard
// (RFC 5321) also has quoted names, comments and network addresses. People's addresses have none of these, and each
// could hide a second recipient or a header.

/** RFC 5321: 64 octets before the `@`, and 254 in all. */
const LOCAL_MAX_CHARACTERS = 64;
const ADDRESS_MAX_CHARACTERS = 254;
/** DNS: 63 octets between two dots. */
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** The last label of a public name has letters: `com` or, written in other letters, `xn--p1ai`. */
const LAST_LABEL = "(?:[a-z]{2,63}|xn--[a-z0-9-]{0,57}[a-z0-9])";
const HOST = new RegExp(`^(?:${LABEL}\\.)+${LAST_LABEL}$`, "i");
const LOCAL = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const OUTSIDE_PRINTABLE_ASCII = /[^!-~]/;

/** Why nothing can be sent to this address, in words for the person who typed it; null if it is well-formed. */
export function emailAddressProblem(address: string): string | null {
  const at = address.lastIndexOf("@");
  const [local, host] = [address.slice(0, at), address.slice(at + 1)];
  if (at < 1 || host === "") return "An e-mail address looks like alex@example.com.";
  if (address.length > ADDRESS_MAX_CHARACTERS || local.length > LOCAL_MAX_CHARACTERS)
    return `An e-mail address has at most ${ADDRESS_MAX_CHARACTERS} characters, and at most ${LOCAL_MAX_CHARACTERS} before the @.`;
  if (/\s/.test(address)) return "An e-mail address has no spaces. Enter one address only.";
  if (OUTSIDE_PRINTABLE_ASCII.test(local))
    return "The part before the @ has a character that not every mail server takes. Use an address in plain letters, digits and signs.";
  if (OUTSIDE_PRINTABLE_ASCII.test(host))
    return "The part after the @ has a letter outside a to z. Enter the form of that name that begins with xn--.";
  if (!LOCAL.test(local))
    return "The part before the @ can have letters, digits, the signs !#$%&'*+/=?^_`{|}~- and single dots between them.";
  if (!HOST.test(host)) return "The part after the @ must be the name of a mail server, such as example.com.";
  return null;
}
