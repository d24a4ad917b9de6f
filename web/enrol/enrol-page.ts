import type { EnrolmentResult, Invitation } from "../../src/core/pages/account.ts";
import { runAction, byId, setText, setVisible } from "../common/dom.ts";
import { createPasskey, creationErrorText, deviceName, type NewPasskey } from "../passkey/create-passkey.ts";
import { drawFingerprint } from "../common/draw-fingerprint.ts";
import { post } from "../common/http.ts";
import { icon, type IconName } from "../common/icons.ts";
import { drawOrganisationId } from "../common/draw-organisation-id.ts";
import { checkEnrolment, computedStream } from "../passkey/enrolment.ts";
import { finishEnrolment } from "../passkey/finish-enrolment.ts";
import { passkeyNameFault, passkeyNameIn } from "../passkey/passkey-name.ts";
import { hasPasskeys } from "../passkey/passkey-support.ts";
import { drawExact } from "../values/text.ts";

const create = byId("create", HTMLButtonElement);
const label = byId("label", HTMLInputElement);
const status = byId("status");
/** In the fragment, which browsers never send: other parts of an address end up in logs. */
const secret = location.hash.slice(1);

async function start(): Promise<void> {
  label.value = deviceName();
  if (secret === "")
    return drawUnusable("This link is incomplete. Open the whole link from your invitation.");
  const answer = await post<Invitation>("/enrol/begin", { secret });
  if (!answer.ok) return drawUnusable(answer.problem.detail);
  const invitation = answer.value;
  if (invitation.rp !== location.origin)
    return drawUnusable(`This invitation is for another address: ${invitation.rp}.`);
  byId("tenant").append(drawExact(invitation.tenant));
  byId("username").append(drawExact(invitation.username));
  if (isFurther(invitation)) setText(byId("why"), "This is a further passkey for you at");
  setVisible(byId("role"), invitation.owner);
  setText(status, "");
  setVisible(byId("invited"), true);
  if (!hasPasskeys(create)) return setVisible(byId("name"), false);
  create.addEventListener("click", () => void runAction(create, status, () => enrol(invitation)));
}

/** Of somebody who has a passkey, and made the link for another device. */
function isFurther({ exclude }: Invitation): boolean {
  return exclude.length > 0;
}

/** Perhaps the person has used the link already. */
function drawUnusable(why: string): void {
  setText(byId("title"), "This link can’t be used");
  setBadge("link", "");
  setText(status, why);
  setVisible(byId("unusable"), true);
}

async function enrol(invitation: Invitation): Promise<string> {
  const fault = passkeyNameFault(label);
  if (fault !== undefined) return fault;
  try {
    const creation = createPasskey(invitation);
    setText(status, "Follow your device's prompt to save the passkey.");
    const passkey = await creation;
    setText(status, "Saving your passkey.");
    const { challenge } = invitation;
    const { registration } = passkey;
    const finished = await finishEnrolment({ secret, challenge, label: passkeyNameIn(label), registration });
    if (!finished.ok) return finished.problem.detail;
    history.replaceState(null, "", "/enrol");
    drawDone(invitation, passkey, finished.value);
    return "";
  } catch (problem) {
    return creationErrorText(problem);
  }
}

function drawDone(invitation: Invitation, passkey: NewPasskey, done: EnrolmentResult): void {
  const stream = computedStream(invitation, passkey);
  setVisible(byId("invited"), false);
  setVisible(byId("done"), true);
  byId("done").focus();
  setText(byId("title"), "Passkey created");
  document.title = "Passkey created · Countersign";
  if (!checkEnrolment(invitation, passkey, done)) {
    setVisible(byId("title"), false);
    return setVisible(byId("badge"), false);
  }
  byId("fingerprint").append(drawFingerprint(done.fingerprint));
  setVisible(byId(done.active ? "active" : isFurther(invitation) ? "own" : "waiting"), true);
  setVisible(byId("second"), done.active);
  setVisible(byId("next"), !done.active && !isFurther(invitation));
  setBadge(done.active ? "check" : "clock", done.active ? "good" : "");
  setVisible(byId("facts"), true);
  setVisible(byId("pin"), stream !== null);
  if (stream !== null) drawOrganisationId(invitation.tenant, stream);
}

function setBadge(name: IconName, tone: string): void {
  byId("badge").className = `badge ${tone}`;
  byId("badge").replaceChildren(icon(name));
}

void start();
