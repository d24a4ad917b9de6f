import { isMember } from "../../src/core/account/members.ts";
import type { ChangeRequested, DevicesData, Passkey } from "../../src/core/pages/account.ts";
import { mayDecide } from "../../src/core/stream/directory.ts";
import { textOfProblem } from "../common/connection.ts";
import { link, make, runAction, byId, setText, setVisible } from "../common/dom.ts";
import { NO_DATA, OTHER_SITE, pageData, post, sameOriginUrl, type Path } from "../common/http.ts";
import { drawOrganisationId } from "../common/draw-organisation-id.ts";
import { enableSignOut, enableSignOutEverywhere } from "../common/sign-out.ts";
import { drawExact } from "../values/text.ts";
import { drawTime } from "../common/time.ts";
import { enableAdding } from "./add-passkey.ts";

const STATES = {
  active: ["good", "Active"],
  waiting: ["attention", "Not trusted yet"],
  revoked: ["", "Revoked"],
} as const satisfies Record<Passkey["state"], readonly [tone: string, word: string]>;

const status = byId("status");

function start(data: DevicesData): void {
  const { person, tenant, passkeys } = data;
  byId("person").append(drawExact(person.username), ` (${person.role}) at `, drawExact(tenant.name));
  setVisible(byId("console"), isMember(person.role));
  drawOrganisationId(tenant.name, tenant.stream ?? "");
  const revoked = passkeys.filter(({ state }) => state === "revoked");
  const usable = passkeys.filter(({ state }) => state !== "revoked");
  byId("passkeys").append(...usable.map((passkey) => drawPasskey(passkey, person)));
  byId("revoked-passkeys").append(...revoked.map((passkey) => drawPasskey(passkey, person)));
  setText(byId("revoked-count"), `${revoked.length} revoked`);
  setVisible(byId("revoked"), revoked.length > 0);
  setVisible(byId("second"), passkeys.filter(({ state }) => state === "active").length < 2);
  byId("contact").append("Lost a device? Contact ", drawExact(tenant.securityContact), ".");
  setVisible(byId("contact"), tenant.securityContact !== "");
  enableAdding(data);
}

function drawPasskey(passkey: Passkey, person: DevicesData["person"]): HTMLElement {
  const { id, fingerprint, state, createdAt, lastUsedAt } = passkey;
  const [tone, word] = STATES[state];
  const used = lastUsedAt === null ? ["not used yet"] : ["last used ", drawTime(lastUsedAt)];
  const drawn = make(
    "li",
    "card",
    make("div", "row", make("b", "", drawExact(passkey.label)), make("span", `pill ${tone}`, word)),
    make("p", "", make("code", "", fingerprint)),
    make("p", "quiet", "Created ", drawTime(createdAt), ", ", ...used),
  );
  if (passkey.counterRegressedAt !== null) drawn.append(drawCopied(passkey.counterRegressedAt));
  if (passkey.lastWayIn !== null) drawn.append(make("p", "quiet", `Can't be revoked: ${passkey.lastWayIn}.`));
  else if (state === "active")
    drawn.append(...drawAction("Revoke", passkey, () => requestRevocation(`/devices/${id}/revoke`, person)));
  else if (state === "waiting")
    drawn.append(drawNextStep(person), ...drawAction("Remove", passkey, () => removePasskey(id)));
  return drawn;
}

function drawCopied(at: string): HTMLElement {
  const what = "Its signature counter went back on ";
  const why =
    ". Somebody may have copied this passkey. Create another one, revoke this one, and tell an owner or admin.";
  return make("p", "note", what, drawTime(at), why);
}

function drawNextStep(person: DevicesData["person"]): HTMLElement {
  return mayDecide(person)
    ? make("p", "", "It gives no access yet. ", link("/inbox", "", "Trust it from your inbox"), ".")
    : make("p", "", "It gives no access yet. An owner or admin has to trust it first, from their inbox.");
}

/** A button, and its own message: the one of the page may be out of sight. */
function drawAction(
  name: string,
  { label: passkey }: Passkey,
  action: () => Promise<string>,
): readonly HTMLElement[] {
  const button = make("button", "small no", name);
  const message = make("p", "", "");
  button.type = "button";
  button.ariaLabel = `${name} ${passkey}`;
  message.role = "status";
  button.addEventListener("click", () => void runAction(button, message, action));
  return [button, message];
}

/** Nobody has endorsed it yet, so no signature is needed. */
async function removePasskey(id: string): Promise<string> {
  const answer = await post<object>(`/devices/${id}/remove`, {});
  if (!answer.ok) return textOfProblem(answer.problem);
  location.reload();
  return "";
}

/** A person signs a revocation like any other change, on its own page. Somebody who signs nothing could not open it. */
async function requestRevocation(path: Path, person: DevicesData["person"]): Promise<string> {
  const answer = await post<ChangeRequested>(path, {});
  if (!answer.ok) return textOfProblem(answer.problem);
  if (!mayDecide(person))
    return "An owner or admin has to sign for this. The request is in their inbox; until then the passkey stays active.";
  const approval = sameOriginUrl(answer.value.approval);
  if (approval === undefined) return OTHER_SITE;
  location.assign(approval);
  return "";
}

const data = pageData() as DevicesData | undefined;
if (data === undefined) setText(status, NO_DATA);
else start(data);
enableSignOut();
enableSignOutEverywhere();
setVisible(byId("main"), true);
