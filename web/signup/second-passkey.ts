import type { DeviceLink, RegistrationInput } from "../../src/core/pages/account.ts";
import type { Inbox, NewPasskeyNotice } from "../../src/core/pages/inbox.ts";
import { drawConnection, textOfProblem } from "../common/connection.ts";
import { byId, runAction, setText, setVisible } from "../common/dom.ts";
import { drawFingerprint } from "../common/draw-fingerprint.ts";
import { get, post } from "../common/http.ts";
import { longPoll } from "../common/long-poll.ts";
import { requestPath } from "../common/request-path.ts";
import { rememberCreated } from "../passkey/created-here.ts";
import { addFurther, confirmPerson, type Confirmed } from "../passkey/further-passkey.ts";

// A second passkey right after the first: on a phone or a security key, by the browser's own dialog, or by a link on any
// other device.

const WAIT_SECONDS = 25;

const elsewhere = byId("elsewhere", HTMLButtonElement);
const byLink = byId("by-link", HTMLButtonElement);
const status = byId("second-status");
/** Kept if the second prompt was closed: then the next tap opens only that one. */
let confirmed: Confirmed | undefined;

export function offerSecondPasskey(tenant: string): void {
  elsewhere.addEventListener("click", () => void runAction(elsewhere, status, () => addElsewhere(tenant)));
  byLink.addEventListener("click", () => void runAction(byLink, status, sendLink));
}

/** With the passkey that the person has just created. */
async function confirm(): Promise<Confirmed | string> {
  return confirmPerson(() => setText(status, "First confirm with the passkey that you have just created."));
}

async function addElsewhere(tenant: string): Promise<string> {
  if (confirmed === undefined) {
    const answer = await confirm();
    if (typeof answer === "string") return answer;
    confirmed = answer;
  }
  setText(status, "Now choose the other device, or touch your security key.");
  const added = await addFurther(confirmed, { tenant, elsewhere: true, label: labelOf }, () => {
    confirmed = undefined;
  });
  if (typeof added === "string") {
    if (confirmed !== undefined) setText(elsewhere, "Create the second passkey");
    return added;
  }
  rememberCreated(added.fingerprint, "/signup");
  location.assign(added.approval);
  return "";
}

function labelOf({ transports }: RegistrationInput): string {
  const isKey = transports.some((transport) => transport === "usb" || transport === "nfc");
  return isKey ? "Security key" : "Another device";
}

async function sendLink(): Promise<string> {
  const answer = await confirm();
  if (typeof answer === "string") return answer;
  const { begin, assertion } = answer;
  const proof = { challenge: begin.proof.challenge, assertion };
  const made = await post<DeviceLink>("/devices/link", { proof });
  if (!made.ok) return textOfProblem(made.problem);
  drawLink(made.value.enrolUrl);
  void watchInbox();
  return "";
}

function drawLink(address: string): void {
  const copy = byId("copy-link", HTMLButtonElement);
  const share = byId("share-link", HTMLButtonElement);
  setText(byId("link"), address);
  setVisible(byId("choices"), false);
  setVisible(byId("sent"), true);
  copy.addEventListener("click", () => void runAction(copy, status, () => copyLink(address)));
  setVisible(share, "share" in navigator);
  // Only the person may see it: a share that is closed is no failure.
  share.addEventListener("click", () => void navigator.share({ url: address }).catch(() => undefined));
}

async function copyLink(address: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(address);
    return "Copied. Send it to yourself.";
  } catch {
    return "The browser did not allow it. Select the link and copy it.";
  }
}

/** Until the passkey is there that somebody has created with the link. */
async function watchInbox(): Promise<void> {
  let version = "";
  await longPoll(
    () => get<Inbox>(`/inbox/items?wait=${WAIT_SECONDS}${version}`),
    (inbox) => {
      version = `&version=${inbox.version}`;
      const notice = inbox.newPasskeys.find(({ isOwn, request }) => isOwn && request !== null);
      if (notice === undefined) return "more";
      drawArrived(notice);
      return "enough";
    },
    drawConnection,
  );
}

function drawArrived({ fingerprint, request }: NewPasskeyNotice): void {
  byId("fingerprint").replaceChildren(drawFingerprint(fingerprint));
  byId("trust", HTMLAnchorElement).href = requestPath(request ?? "");
  setVisible(byId("waiting"), false);
  setVisible(byId("arrived"), true);
  setText(status, "");
  byId("arrived").focus();
}
