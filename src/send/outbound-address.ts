// Which addresses the service may call. People of every organisation enter them, so each could be an attempt to reach
// something inside. The platform checks what a name resolves to; here the address itself is checked.

export const URL_MAX_CHARACTERS = 2_000;

export interface AddressRules {
  /** Our own host names: no address may lead back to the service. */
  readonly ownHosts: readonly string[];
  /** Exact origins on this machine that are allowed besides, for tests. Empty in production. */
  readonly testOrigins: readonly string[];
}

/** Endings of no public host: RFC 6761, 6762, 7686, 8375, 9476, and those that networks use for themselves. */
const PRIVATE_ENDINGS = [
  "alt",
  "arpa",
  "corp",
  "example",
  "home",
  "internal",
  "intranet",
  "invalid",
  "lan",
  "local",
  "localdomain",
  "localhost",
  "onion",
  "private",
  "test",
];
/** At least two labels, and the last one begins with a letter: no address in numbers does. */
const PUBLIC_NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)$/;
const NUMBERS = /^\[|(?:^|\.)\d[\da-fx]*$/;
const SPACES = /[\s\p{C}]/u;

/** Why nothing is sent to this address, in words that say what to do; undefined if it is allowed. */
export function addressProblem(text: string, { ownHosts, testOrigins }: AddressRules): string | undefined {
  if (text.length > URL_MAX_CHARACTERS) return `the address has more than ${URL_MAX_CHARACTERS} characters`;
  // The parser drops some of these characters. The address that people see is the one that is called.
  if (SPACES.test(text) || !URL.canParse(text))
    return "this is no address; write it like https://hooks.example.com/path, without spaces";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    return "leave out the user name and password before the host";
  if (testOrigins.includes(url.origin)) return undefined;
  if (url.protocol !== "https:") return "the address must begin with https://";
  if (url.port !== "") return "leave out the port: only port 443 is allowed";
  return hostProblem(url.hostname, ownHosts);
}

/** The host as the parser of URLs understands it: numbers in any notation are dotted decimals by then. */
function hostProblem(hostname: string, ownHosts: readonly string[]): string | undefined {
  const host = hostname.replace(/\.$/, "");
  if (NUMBERS.test(host)) return "write a host name, not an address in numbers";
  const [, ending] = PUBLIC_NAME.exec(host) ?? [];
  if (ending === undefined || PRIVATE_ENDINGS.includes(ending))
    return "the host must be public: this name is used inside of a network only";
  if (ownHosts.some((own) => host === own || host.endsWith(`.${own}`)))
    return "this is a host of the service itself";
  return undefined;
}
