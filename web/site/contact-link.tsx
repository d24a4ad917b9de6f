import type { Html } from "../console/html-text.ts";

/** The operator's contact, from a setting: a link if it is an address that a browser may open. */
export function ContactLink({ contact }: { readonly contact: string }): Html {
  const shown = contact.replace(/^(?:mailto:|https:\/\/|tel:)/, "");
  return shown === contact ? <b>{contact}</b> : <a href={contact}>{shown}</a>;
}
