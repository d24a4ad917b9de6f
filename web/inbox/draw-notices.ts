import type { ErasureNotice, NewPasskeyNotice, RecoveryNotice } from "../../src/core/pages/inbox.ts";
import { link, make } from "../common/dom.ts";
import { icon } from "../common/icons.ts";
import { requestPath } from "../common/request-path.ts";
import { drawExact } from "../values/text.ts";
import { drawTime } from "../common/time.ts";

// What people must not overlook, above everything else.

/** In words that nobody can mistake: it may be an attack. */
export function drawNewPasskey(notice: NewPasskeyNotice): HTMLElement {
  const { username, isOwn, replacesAll, fingerprint, at, request } = notice;
  const advice = isOwn
    ? "If you did not create it, let nobody sign for it, and tell an owner or admin at once."
    : "Compare the fingerprint with this person before anybody signs, and not in the channel that brought the link.";
  const loss = `It would replace all passkeys that ${isOwn ? "you have" : "this person has"} now. `;
  const whose = make("b", "", "A NEW passkey asks to act as ", drawExact(username), isOwn ? " (you)." : ".");
  const drawn = make(
    "section",
    "notice bad",
    make("p", "notice-title", icon("key"), whose),
    make("p", "", "Fingerprint ", make("code", "", fingerprint), ", since ", drawTime(at), "."),
    make("p", "", replacesAll ? loss : "", advice),
  );
  if (request !== null) drawn.append(make("p", "", link(requestPath(request), "", "Open this request")));
  return drawn;
}

export function drawErasure({ at, before }: ErasureNotice): HTMLElement {
  const text = ["On ", drawTime(at), ", the content of requests from before ", drawTime(before)];
  return make("p", "note", ...text, " will be erased. ", link("/console/export", "", "Export it first"));
}

export function drawNotice({ username, at, signedBy }: RecoveryNotice): HTMLElement {
  const names = signedBy.flatMap((name, place) =>
    place === 0 ? [drawExact(name)] : [" and ", drawExact(name)],
  );
  const whose = make("b", "", drawExact(username), "'s passkeys were replaced");
  return make("p", "note", whose, " on ", drawTime(at), ", signed by ", ...names, ".");
}
