import { toBase64url } from "../../src/core/encoding/bytes.ts";
import type { EnrolmentResult, Invitation, RegistrationInput } from "../../src/core/pages/account.ts";
import { streamId } from "../../src/core/stream/record.ts";
import { link, make, once, part, partOf, say, show } from "../common/dom.ts";
import { passkeyTrouble } from "../common/passkey-client.ts";
import { createPasskey, deviceName, fingerprintOf, inFours, type NewPasskey } from "../common/register.ts";
import { post } from "../common/http.ts";
import { ownAddress } from "../common/sign-in-flow.ts";
import { exactly } from "../common/text.ts";

const create = partOf("create", HTMLButtonElement);
const label = partOf("label", HTMLInputElement);
const status = part("status");
/** In the fragment, which browsers keep to themselves: addresses end up in logs. */
const secret = location.hash.slice(1);

async function start(): Promise<void> {
  label.value = deviceName();
  if (secret === "")
    return say(status, "This link is not complete. Open the whole link that you were given.");
  const begun = await post<Invitation>("/enrol/begin", { secret });
  if (!begun.ok) return say(status, begun.problem.detail);
  const invitation = begun.value;
  if (invitation.rp !== location.origin) return say(status, `This invitation is for ${invitation.rp}.`);
  part("tenant").append(exactly(invitation.tenant));
  part("username").append(exactly(invitation.username));
  show(part("role"), invitation.owner);
  say(status, "");
  show(part("invited"), true);
  create.addEventListener("click", () => void once(create, status, () => enrol(invitation)));
}

async function enrol(invitation: Invitation): Promise<string> {
  try {
    const made = createPasskey({ ...invitation, exclude: [] });
    say(status, "Your device asks how to keep the passkey.");
    const passkey = await made;
    say(status, "Enrolling.");
    const finished = await finish(invitation, passkey.registration);
    if (!finished.ok) return finished.problem.detail;
    history.replaceState(null, "", "/enrol");
    drawDone(invitation, passkey, finished.value);
    return "";
  } catch (problem) {
    return passkeyTrouble(problem);
  }
}

function finish({ challenge }: Invitation, registration: RegistrationInput) {
  return post<EnrolmentResult>("/enrol/finish", {
    secret,
    challenge,
    label: label.value.trim(),
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
  show(part("invited"), false);
  show(part("done"), true);
  part("done").focus();
  say(part("title"), "Passkey created");
  document.title = "Passkey created · Countersign";
  const told = done.fingerprint.replaceAll(" ", "");
  if (told !== fingerprint.replaceAll(" ", "")) return drawAlarm("passkey", fingerprint, done.fingerprint);
  if (owner && own !== done.stream) return drawAlarm("tenant", own ?? "none", done.stream ?? "none");
  say(part("fingerprint"), fingerprint);
  show(part(done.active ? "active" : "waiting"), true);
  show(part("facts"), true);
  if (own !== null) drawStream(own);
  const approval = done.approval === null ? undefined : ownAddress(done.approval);
  if (approval !== undefined)
    part("waiting").append(make("p", "", link(approval, "", "The request to endorse it")));
}

function drawStream(stream: string): void {
  say(part("stream"), inFours(stream));
  show(part("pin"), true);
  const copy = partOf("copy", HTMLButtonElement);
  copy.addEventListener("click", () => {
    const copied = () => say(part("copied"), "Copied.");
    const refused = () => say(part("copied"), "The browser did not allow it; mark the text and copy it.");
    void navigator.clipboard.writeText(stream).then(copied, refused);
  });
}

/** The server speaks of another key or another history than this device: nobody must rely on either. */
function drawAlarm(what: string, here: string, there: string): void {
  say(part("what"), what);
  say(part("here"), here);
  say(part("there"), there);
  show(part("title"), false);
  show(part("alarm"), true);
}

void start();
