import type { ChangeRequested, DeviceChallenge, DevicesData, Passkey } from "../../src/core/pages/account.ts";
import { link, make, runAction, byId, setText, setVisible } from "../common/dom.ts";
import { passkeyErrorText } from "../common/passkey-client.ts";
import { createPasskey, deviceName, fingerprintOf, groupedDigits } from "../common/create-passkey.ts";
import { pageData, post, type Path, sameOriginUrl } from "../common/http.ts";
import { enableSignOut } from "../common/sign-out.ts";
import { drawExact } from "../common/text.ts";
import { drawTime } from "../common/time.ts";

const STATES: Readonly<Record<Passkey["state"], string>> = {
  active: "Active",
  waiting: "Needs endorsement",
  revoked: "Revoked",
};

const create = byId("create", HTMLButtonElement);
const label = byId("label", HTMLInputElement);
const status = byId("status");

function start({ person, tenant, passkeys }: DevicesData): void {
  byId("person").append(drawExact(person.username), ` (${person.role}) at `, drawExact(tenant.name));
  byId("stream").append(groupedDigits(tenant.stream ?? ""));
  byId("passkeys").append(...passkeys.map(drawPasskey));
  setVisible(byId("second"), passkeys.filter(({ state }) => state !== "revoked").length < 2);
  label.value = deviceName();
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
  else if (state === "active") {
    const revoke = make("button", "small no", "Revoke");
    revoke.type = "button";
    revoke.ariaLabel = `Revoke ${passkey.label}`;
    revoke.addEventListener(
      "click",
      () => void runAction(revoke, status, () => requestChange(`/devices/${id}/revoke`)),
    );
    drawn.append(revoke);
  }
  return drawn;
}

function drawCopied(at: string): HTMLElement {
  const what = "Its signature counter went back on ";
  const why =
    ". Somebody may have copied this passkey. Create another one, revoke this one, and tell an owner or admin.";
  return make("p", "note", what, drawTime(at), why);
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

async function addPasskey(tenant: string): Promise<string> {
  const answer = await post<DeviceChallenge>("/devices/begin", {});
  if (!answer.ok) return answer.problem.detail;
  try {
    const { registration, publicKey } = await createPasskey({ ...answer.value, tenant });
    const { challenge } = answer.value;
    const body = { challenge, label: label.value.trim(), registration };
    const finished = await post<ChangeRequested>("/devices/finish", body);
    if (!finished.ok) return finished.problem.detail;
    const approval = sameOriginUrl(finished.value.approval);
    if (approval === undefined) return "The server sent an address of another site. Nothing was opened.";
    drawAdded(fingerprintOf(publicKey), approval);
    return "";
  } catch (problem) {
    return passkeyErrorText(problem);
  }
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
setVisible(byId("main"), true);
