import type { TextWarning } from "./scripts.ts";

// Programs compare host names in another form than the one in the text. If the two differ, a warning shows the
// form that programs use.

/** DNS's limit: 255 bytes less the first length byte and the root. */
const HOST_MAX_CHARACTERS = 253;
/** With a colon and a port of up to five digits. */
const HOST_AND_PORT_MAX_CHARACTERS = HOST_MAX_CHARACTERS + 6;

const AUTHORITY = /:[/\\]{2,}([^\s/\\?#"<>]*)/g;
// A possible name, alone or after the @ of an email address: letters, digits, hyphens, dots, and everything beyond
// ASCII except spaces, quotation marks and brackets.
const NAME = /[^\s\u0000-,/:-@[-`{-\u007f\u00ab\u00bb\u2010-\u2023\u2025-\u203e\u3001\u3008-\u301f\uff0c]+/g;
const BEYOND_ASCII = /[^\u0000-\u007f]/;
/** As in `example.com`. After a Chinese or Japanese full stop only Latin letters, because it also ends sentences. */
const LAST_LABEL = /(?:\.\p{L}[\p{L}\p{M}\p{N}-]+|[\u3002\uff0e\uff61][a-z]{2,})\.?$/iu;

export function hostWarnings(text: string): readonly TextWarning[] {
  // By host, so that each host gets one warning.
  const warnings = new Map<string, TextWarning>();
  for (const [, authority = ""] of text.matchAll(AUTHORITY)) {
    const user = authority.lastIndexOf("@") + 1;
    const written = bare(authority.slice(user));
    if (written === "") continue;
    const host = hostname(written);
    if (host === undefined) {
      warnings.set("", { code: "host-differs", detail: "an address whose host is not a valid name" });
    } else if (user > 0) {
      const detail = `the part before the @ is not the host; the address leads to ${host}`;
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

/** Removes the port, and the punctuation of a sentence after the address. */
function bare(written: string): string {
  // The regular expression takes quadratic time, and a longer text is not a host name.
  if (written.length > HOST_AND_PORT_MAX_CHARACTERS) return written;
  return written.replace(/[^\p{L}\p{M}\p{N}\]]+$/u, "").replace(/:\d*$/, "");
}

/** The form that programs compare, or undefined if this is not a host name. */
function hostname(written: string): string | undefined {
  // Punycode also takes quadratic time.
  if (written.length > HOST_AND_PORT_MAX_CHARACTERS) return undefined;
  try {
    return new URL(`http://${written}`).hostname;
  } catch {
    return undefined;
  }
}
