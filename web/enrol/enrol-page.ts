import { toBase64url } from "../../src/core/encoding/bytes.ts";
import type { EnrolmentResult, Invitation, RegistrationInput } from "../../src/core/pages/account.ts";
import { groupedOrganisationId } from "../../src/core/report/organisation-id.ts";
import { streamId } from "../../src/core/stream/record.ts";
import { fingerprintOf } from "../../src/core/webauthn/fingerprint.ts";
import { runAction, byId, setText, setVisible } from "../common/dom.ts";
import { createPasskey, creationErrorText, deviceName, type NewPasskey } from "../passkey/create-passkey.ts";
import { drawFingerprint } from "../common/draw-fingerprint.ts";
import { post } from "../common/http.ts";
import { icon, type IconName } from "../common/icons.ts";
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
  setVisible(byId("role"), invitation.owner);
  setText(status, "");
  setVisible(byId("invited"), true);
  if (!hasPasskeys(create)) return setVisible(byId("name"), false);
  create.addEventListener("click", () => void runAction(create, status, () => enrol(invitation)));
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
    const creation = createPasskey({ ...invitation, exclude: [] });
    setText(status, "Follow your device's prompt to save the passkey.");
    const passkey = await creation;
    setText(status, "Saving your passkey.");
    const finished = await finish(invitation, passkey.registration);
    if (!finished.ok) return finished.problem.detail;
    history.replaceState(null, "", "/enrol");
    drawDone(invitation, passkey, finished.value);
    return "";
  } catch (problem) {
    return creationErrorText(problem);
  }
}

function finish({ challenge }: Invitation, registration: RegistrationInput) {
  return post<EnrolmentResult>("/enrol/finish", {
    secret,
    challenge,
    label: passkeyNameIn(label),
    registration,
  });
}

function drawDone(
  { owner, genesis }: Invitation,
  { credentialId, publicKey }: NewPasskey,
  done: EnrolmentResult,
): void {
  const fingerprint = fingerprintOf(publicKey);
  const own = genesis && streamId({ ...genesis, credentialId, publicKey: toBase64url(publicKey) });
  setVisible(byId("invited"), false);
  setVisible(byId("done"), true);
  byId("done").focus();
  setText(byId("title"), "Passkey created");
  document.title = "Passkey created · Countersign";
  if (done.fingerprint !== fingerprint) return drawAlarm("passkey", fingerprint, done.fingerprint);
  if (owner && own !== done.stream) return drawAlarm("organisation id", own ?? "none", done.stream ?? "none");
  byId("fingerprint").append(drawFingerprint(fingerprint));
  setVisible(byId(done.active ? "active" : "waiting"), true);
  setVisible(byId("second"), done.active);
  setVisible(byId("next"), !done.active);
  setBadge(done.active ? "check" : "clock", done.active ? "good" : "");
  setVisible(byId("facts"), true);
  if (own !== null) drawStream(own);
}

function drawStream(stream: string): void {
  setText(byId("stream"), groupedOrganisationId(stream));
  setVisible(byId("pin"), true);
  const copy = byId("copy", HTMLButtonElement);
  copy.addEventListener("click", () => {
    const copied = () => setText(byId("copied"), "Copied.");
    const refused = () => setText(byId("copied"), "The browser did not allow it. Select the id and copy it.");
    void navigator.clipboard.writeText(stream).then(copied, refused);
  });
}

/** The server reports another key or another stream than this device computed: nobody may rely on either. */
function drawAlarm(what: string, here: string, there: string): void {
  setText(byId("what"), what);
  setText(byId("here"), here);
  setText(byId("there"), there);
  setVisible(byId("title"), false);
  setVisible(byId("badge"), false);
  setVisible(byId("alarm"), true);
}

function setBadge(name: IconName, tone: string): void {
  byId("badge").className = `badge ${tone}`;
  byId("badge").replaceChildren(icon(name));
}

void start();
