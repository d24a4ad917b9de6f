import { fromBase64url } from "../../src/core/encoding/bytes.ts";
import type {
  AssertionInput,
  ChangeRequested,
  DeviceChallenge,
  DevicesData,
  Passkey,
} from "../../src/core/pages/account.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { link, make, runAction, byId, setText, setVisible } from "../common/dom.ts";
import { credentialList, passkeyErrorText, usePasskey } from "../common/passkey-client.ts";
import { createPasskey, deviceName, fingerprintOf, groupedDigits } from "../common/create-passkey.ts";
import { pageData, post, type Path, sameOriginUrl } from "../common/http.ts";
import { enableSignOut, enableSignOutEverywhere } from "../common/sign-out.ts";
import { drawExact } from "../common/text.ts";
import { drawTime } from "../common/time.ts";

const STATES: Readonly<Record<Passkey["state"], string>> = {
  active: "Active",
  waiting: "Needs endorsement",
  revoked: "Revoked",
};

const confirm = byId("confirm", HTMLButtonElement);
const create = byId("create", HTMLButtonElement);
const label = byId("label", HTMLInputElement);
const status = byId("status");

function start({ person, tenant, passkeys }: DevicesData): void {
  byId("person").append(drawExact(person.username), ` (${person.role}) at `, drawExact(tenant.name));
  byId("stream").append(groupedDigits(tenant.stream ?? ""));
  byId("passkeys").append(...passkeys.map(drawPasskey));
  setVisible(byId("second"), passkeys.filter(({ state }) => state !== "revoked").length < 2);
  label.value = deviceName();
  confirm.addEventListener("click", () => void runAction(confirm, status, confirmPasskey));
  create.addEventListener("click", () => void runAction(create, status, () => addPasskey(tenant.name)));
}

function drawPasskey(passkey: Passkey): HTMLElement {
  const { id, fingerprint, state, createdAt, lastUsedAt } = passkey;
  const used = lastUsedAt === null ? ["not used yet"] : ["last used ", drawTime(lastUsedAt)];
  const drawn = make(
    "li",
    "card",
    make("div", "row", make("b", "", drawExact(passkey.label)), make("span", `pill ${state}`, STATES[state])),
    make("p", "", make("code", "", groupedDigits(fingerprint.replaceAll(" ", "")))),
    make("p", "quiet", "Created ", drawTime(createdAt), ", ", ...used),
  );
  if (passkey.counterRegressedAt !== null) drawn.append(drawCopied(passkey.counterRegressedAt));
  if (passkey.lastWayIn !== null) drawn.append(make("p", "note", `Can't be revoked: ${passkey.lastWayIn}.`));
  else if (state === "active")
    drawn.append(drawAction("Revoke", passkey, () => requestChange(`/devices/${id}/revoke`)));
  else if (state === "waiting") drawn.append(drawAction("Remove", passkey, () => removePasskey(id)));
  return drawn;
}

function drawCopied(at: string): HTMLElement {
  const what = "Its signature counter went back on ";
  const why =
    ". Somebody may have copied this passkey. Create another one, revoke this one, and tell an owner or admin.";
  return make("p", "note", what, drawTime(at), why);
}

function drawAction(name: string, { label: passkey }: Passkey, action: () => Promise<string>): HTMLElement {
  const button = make("button", "small no", name);
  button.type = "button";
  button.ariaLabel = `${name} ${passkey}`;
  button.addEventListener("click", () => void runAction(button, status, action));
  return button;
}

/** Nobody has endorsed it yet, so no signature is needed. */
async function removePasskey(id: string): Promise<string> {
  const answer = await post<object>(`/devices/${id}/remove`, {});
  if (!answer.ok) return answer.problem.detail;
  location.reload();
  return "";
}

/** A person signs a revocation like any other change, on its own page. */
async function requestChange(path: Path): Promise<string> {
  const answer = await post<ChangeRequested>(path, {});
  if (!answer.ok) return answer.problem.detail;
  const approval = sameOriginUrl(answer.value.approval);
  if (approval === undefined) return "The server sent an address of another site. Nothing was opened.";
  location.assign(approval);
  return "";
}

interface Confirmed {
  readonly begin: DeviceChallenge;
  readonly assertion: AssertionInput;
}
let confirmed: Confirmed | undefined;

/** A session alone adds no passkey: one that the person already uses signs first. */
async function confirmPasskey(): Promise<string> {
  const answer = await post<DeviceChallenge>("/devices/begin", {});
  if (!answer.ok) return answer.problem.detail;
  const begin = answer.value;
  setText(status, "Follow your device's passkey prompt.");
  try {
    const assertion = await usePasskey({
      challenge: expectOk(fromBase64url(begin.proof.challenge)),
      rpId: begin.rpId,
      allowCredentials: credentialList(begin.proof.allowCredentials),
    });
    confirmed = { begin, assertion };
  } catch (problem) {
    return passkeyErrorText(problem);
  }
  showStep("creation");
  create.focus();
  return "";
}

async function addPasskey(tenant: string): Promise<string> {
  if (confirmed === undefined) return "";
  const { begin, assertion } = confirmed;
  try {
    const { registration, publicKey } = await createPasskey({ ...begin, tenant });
    const proof = { challenge: begin.proof.challenge, assertion };
    const body = { challenge: begin.challenge, label: label.value.trim(), registration, proof };
    const finished = await post<ChangeRequested>("/devices/finish", body);
    // Each confirmation is used once.
    confirmed = undefined;
    showStep("confirmation");
    if (!finished.ok) return finished.problem.detail;
    const approval = sameOriginUrl(finished.value.approval);
    if (approval === undefined) return "The server sent an address of another site. Nothing was opened.";
    drawAdded(fingerprintOf(publicKey), approval);
    return "";
  } catch (problem) {
    return passkeyErrorText(problem);
  }
}

function showStep(step: "confirmation" | "creation"): void {
  setVisible(byId("confirmation"), step === "confirmation");
  setVisible(byId("creation"), step === "creation");
}

function drawAdded(fingerprint: string, approval: string): void {
  setText(byId("fingerprint"), fingerprint);
  byId("endorse").replaceChildren(link(approval, "button yes", "Endorse it"));
  setVisible(byId("add"), false);
  setVisible(byId("added"), true);
  byId("added").focus();
}

const data = pageData() as DevicesData | undefined;
if (data === undefined) setText(status, "The server sent this page without its content. Reload it.");
else start(data);
enableSignOut();
enableSignOutEverywhere();
setVisible(byId("main"), true);
