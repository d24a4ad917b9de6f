import type { ChangeRequested, DeviceChallenge, DevicesData, Passkey } from "../../src/core/pages/account.ts";
import { link, make, once, part, partOf, say, show } from "../common/dom.ts";
import { passkeyTrouble } from "../common/passkey-client.ts";
import { createPasskey, deviceName, fingerprintOf, inFours } from "../common/register.ts";
import { pageData, post, type Path } from "../common/http.ts";
import { offerSignOut, ownAddress } from "../common/sign-in-flow.ts";
import { exactly } from "../common/text.ts";
import { moment } from "../common/time.ts";

const STATES: Readonly<Record<Passkey["state"], string>> = {
  active: "Active",
  waiting: "Waiting to be endorsed",
  revoked: "Revoked",
};

const create = partOf("create", HTMLButtonElement);
const label = partOf("label", HTMLInputElement);
const status = part("status");

function start({ person, tenant, passkeys }: DevicesData): void {
  part("person").append(exactly(person.username), ` (${person.role}) at `, exactly(tenant.name));
  part("stream").append(inFours(tenant.stream ?? ""));
  part("passkeys").append(...passkeys.map(drawPasskey));
  show(part("second"), passkeys.filter(({ state }) => state !== "revoked").length < 2);
  label.value = deviceName();
  create.addEventListener("click", () => void once(create, status, () => add(tenant.name)));
}

function drawPasskey(passkey: Passkey): HTMLElement {
  const { id, fingerprint, state, createdAt, lastUsedAt } = passkey;
  const used = lastUsedAt === null ? ["not used yet"] : ["last used ", moment(lastUsedAt)];
  const drawn = make(
    "li",
    "card",
    make("div", "row", make("b", "", exactly(passkey.label)), make("span", `pill ${state}`, STATES[state])),
    make("p", "", make("code", "", inFours(fingerprint.replaceAll(" ", "")))),
    make("p", "quiet", "Created ", moment(createdAt), ", ", ...used),
  );
  if (state === "active") {
    const revoke = make("button", "small no", "Revoke");
    revoke.type = "button";
    revoke.ariaLabel = `Revoke ${passkey.label}`;
    revoke.addEventListener("click", () => void once(revoke, status, () => ask(`/devices/${id}/revoke`)));
    drawn.append(revoke);
  }
  return drawn;
}

/** A revocation is signed like any other change, on its own page. */
async function ask(path: Path): Promise<string> {
  const asked = await post<ChangeRequested>(path, {});
  if (!asked.ok) return asked.problem.detail;
  const approval = ownAddress(asked.value.approval);
  if (approval === undefined) return "The server named an address that is not its own.";
  location.assign(approval);
  return "";
}

async function add(tenant: string): Promise<string> {
  const begun = await post<DeviceChallenge>("/devices/begin", {});
  if (!begun.ok) return begun.problem.detail;
  try {
    const { registration, publicKey } = await createPasskey({ ...begun.value, tenant });
    const { challenge } = begun.value;
    const body = { challenge, label: label.value.trim(), registration };
    const finished = await post<ChangeRequested>("/devices/finish", body);
    if (!finished.ok) return finished.problem.detail;
    const approval = ownAddress(finished.value.approval);
    if (approval === undefined) return "The server named an address that is not its own.";
    drawAdded(fingerprintOf(publicKey), approval);
    return "";
  } catch (problem) {
    return passkeyTrouble(problem);
  }
}

function drawAdded(fingerprint: string, approval: string): void {
  say(part("fingerprint"), fingerprint);
  part("endorse").replaceChildren(link(approval, "button yes", "Sign for it"));
  show(part("add"), false);
  show(part("added"), true);
  part("added").focus();
}

const data = pageData() as DevicesData | undefined;
if (data === undefined) say(status, "The page arrived without its content. Reload it.");
else start(data);
offerSignOut();
show(part("main"), true);
