import type { TextWarning } from "./scripts.ts";

// A host name is compared by machines in another form than the one that is drawn. Where the two differ,
// the reader is told the form that the machines go by.

/** The longest name that DNS can hold: 255 bytes less the first length and the root. */
const HOST_MAX_CHARACTERS = 253;
/** A colon and a port of up to five digits may follow. */
const WRITTEN_MAX_CHARACTERS = HOST_MAX_CHARACTERS + 6;

const AUTHORITY = /:[/\\]{2,}([^\s/\\?#"<>]*)/g;
// What may be a name on its own or after the @ of an address: letters, digits, hyphens, dots, and
// everything beyond ASCII but spaces, quotation marks and brackets.
const NAME = /[^\s\u0000-,/:-@[-`{-\u007f\u00ab\u00bb\u2010-\u2023\u2025-\u203e\u3001\u3008-\u301f\uff0c]+/g;
const BEYOND_ASCII = /[^\u0000-\u007f]/;
/** `example.com`; after the dots of Chinese and Japanese, which end sentences, only Latin letters. */
const LAST_LABEL = /(?:\.\p{L}[\p{L}\p{M}\p{N}-]+|[\u3002\uff0e\uff61][a-z]{2,})\.?$/iu;

export function hostWarnings(text: string): readonly TextWarning[] {
  // By host, so that the same one is told once.
  const warnings = new Map<string, TextWarning>();
  for (const [, authority = ""] of text.matchAll(AUTHORITY)) {
    const user = authority.lastIndexOf("@") + 1;
    const written = bare(authority.slice(user));
    if (written === "") continue;
    const host = hostname(written);
    if (host === undefined) {
      warnings.set("", { code: "host-differs", detail: "an address whose host is not a valid name" });
    } else if (user > 0) {
      const detail = `what stands before the @ is not the host; the address leads to ${host}`;
      warnings.set(host, { code: "host-differs", detail });
    } else if (host !== written.toLowerCase()) {
      const code = BEYOND_ASCII.test(written) ? "host-in-punycode" : "host-differs";
      warnings.set(host, { code, detail: `the address leads to the host ${host}` });
    }
  }
  if (!BEYOND_ASCII.test(text)) return [...warnings.values()];
  for (const [name] of text.matchAll(NAME)) {
    if (!BEYOND_ASCII.test(name) || name.length > HOST_MAX_CHARACTERS || !LAST_LABEL.test(name)) continue;
    const host = hostname(name);
    if (host === undefined || warnings.has(host)) continue;
    warnings.set(host, { code: "host-in-punycode", detail: `as a host name this is ${host}` });
  }
  return [...warnings.values()];
}

/** Without the port, and without the punctuation of a sentence around the address. */
function bare(written: string): string {
  // Cutting at the end of a text takes time in the square of its length; a longer one is no name anyway.
  if (written.length > WRITTEN_MAX_CHARACTERS) return written;
  return written.replace(/[^\p{L}\p{M}\p{N}\]]+$/u, "").replace(/:\d*$/, "");
}

/** The form that machines compare, or undefined where there is none. */
function hostname(written: string): string | undefined {
  // Punycode takes time in the square of the length, too.
  if (written.length > WRITTEN_MAX_CHARACTERS) return undefined;
  try {
    return new URL(`http://${written}`).hostname;
  } catch {
    return undefined;
  }
}
