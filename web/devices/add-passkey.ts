import type { DevicesData } from "../../src/core/pages/account.ts";
import { mayDecide } from "../../src/core/stream/directory.ts";
import { deviceName } from "../passkey/create-passkey.ts";
import { byId, link, runAction, setText, setVisible } from "../common/dom.ts";
import { drawFingerprint } from "../common/draw-fingerprint.ts";
import { rememberCreated } from "../passkey/created-here.ts";
import { addFurther, confirmPerson, type Confirmed } from "../passkey/further-passkey.ts";
import { passkeyNameFault, passkeyNameIn } from "../passkey/passkey-name.ts";
import { hasPasskeys } from "../passkey/passkey-support.ts";

// A further passkey, with a name that the person gives to it.

const confirm = byId("confirm", HTMLButtonElement);
const create = byId("create", HTMLButtonElement);
const label = byId("label", HTMLInputElement);
const status = byId("status");
let confirmed: Confirmed | undefined;

export function enableAdding(data: DevicesData): void {
  label.value = deviceName();
  if (!hasPasskeys(confirm)) return;
  confirm.addEventListener("click", () => void runAction(confirm, status, confirmPasskey));
  create.addEventListener("click", () => void runAction(create, status, () => addPasskey(data)));
}

async function confirmPasskey(): Promise<string> {
  const answer = await confirmPerson(() => setText(status, "Follow your device's passkey prompt."));
  if (typeof answer === "string") return answer;
  confirmed = answer;
  showStep("creation");
  create.focus();
  return "";
}

async function addPasskey({ person, tenant }: DevicesData): Promise<string> {
  if (confirmed === undefined) return "";
  const fault = passkeyNameFault(label);
  if (fault !== undefined) return fault;
  const passkey = { tenant: tenant.name, label: () => passkeyNameIn(label) };
  const added = await addFurther(confirmed, passkey, () => {
    // Each confirmation is used once.
    confirmed = undefined;
    showStep("confirmation");
  });
  if (typeof added === "string") return added;
  rememberCreated(added.fingerprint, "/devices");
  drawAdded(added.fingerprint, mayDecide(person) ? added.approval : undefined);
  return "";
}

function showStep(step: "confirmation" | "creation"): void {
  setVisible(byId("confirmation"), step === "confirmation");
  setVisible(byId("creation"), step === "creation");
}

/** `approval` is where the person signs that they trust it; undefined if others have to. */
function drawAdded(fingerprint: string, approval: string | undefined): void {
  byId("fingerprint").replaceChildren(drawFingerprint(fingerprint));
  setVisible(byId("own"), approval !== undefined);
  setVisible(byId("others"), approval === undefined);
  if (approval !== undefined)
    byId("trust").replaceChildren(link(approval, "button primary", "Trust the new passkey"));
  setVisible(byId("add"), false);
  setVisible(byId("added"), true);
  byId("added").focus();
}
