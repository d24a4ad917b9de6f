import { posix } from "node:path";
import type { ParsedDocument } from "./parse-document.ts";

// Where a link of a document leads. A link that leads nowhere fails the build.

type LinkTarget =
  | { readonly kind: "document"; readonly document: ParsedDocument; readonly hash: string }
  | { readonly kind: "address"; readonly href: string }
  /** A file of the repository, which the site does not have. */
  | { readonly kind: "repository"; readonly path: string };

/** What the links of the documents can lead to. */
export interface Library {
  readonly documents: readonly ParsedDocument[];
  /** Whether the repository has this file or folder. */
  readonly exists: (path: string) => boolean;
}

const OUTSIDE = /^(?:https?:\/\/|mailto:)/;
/** The page of a problem's code. */
const PROBLEM_PAGE = /^\/problems\/[a-z_]+$/;
/** A scheme, or a host: everything that is not an address within the repository. */
const NOT_RELATIVE = /^(?:[a-z][a-z0-9+.-]*:|\/|\\)/i;

export function linkTarget(href: string, from: ParsedDocument, library: Library): LinkTarget {
  if (OUTSIDE.test(href) || PROBLEM_PAGE.test(href)) return { kind: "address", href };
  const fault = (reason: string) => new Error(`${from.path} links to ${href}: ${reason}`);
  if (NOT_RELATIVE.test(href))
    throw fault("only https, http, mailto, #, relative addresses and /problems/ are allowed");
  const [file = "", anchor] = href.split("#");
  const path = file === "" ? from.path : posix.join(posix.dirname(from.path), file);
  const document = library.documents.find((one) => one.path === path);
  if (document === undefined) {
    if (path.startsWith("..") || !library.exists(path)) throw fault("there is no such file");
    return { kind: "repository", path };
  }
  const ids = [...document.headings.values()].map(({ id }) => id);
  if (anchor !== undefined && !ids.includes(anchor)) throw fault("there is no such heading");
  return { kind: "document", document, hash: anchor === undefined ? "" : `#${anchor}` };
}
