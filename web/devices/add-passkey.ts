import { fromBase64url } from "../../src/core/encoding/bytes.ts";
import type {
  AssertionInput,
  ChangeRequested,
  DeviceChallenge,
  DevicesData,
} from "../../src/core/pages/account.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { mayDecide } from "../../src/core/stream/directory.ts";
import { fingerprintOf } from "../../src/core/webauthn/fingerprint.ts";
import { createPasskey, creationErrorText, deviceName } from "../passkey/create-passkey.ts";
import { byId, link, runAction, setText, setVisible } from "../common/dom.ts";
import { drawFingerprint } from "../common/draw-fingerprint.ts";
import { OTHER_SITE, post, sameOriginUrl } from "../common/http.ts";
import { credentialList, passkeyErrorText, usePasskey } from "../passkey/passkey-client.ts";
import { passkeyNameFault, passkeyNameIn } from "../passkey/passkey-name.ts";
import { hasPasskeys } from "../passkey/passkey-support.ts";
import { textOfProblem } from "./problem-text.ts";

// A further passkey, in three steps: confirm with one that is active, create the new one, sign that it is trusted.

interface Confirmed {
  readonly begin: DeviceChallenge;
  readonly assertion: AssertionInput;
}

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

/** A session alone adds no passkey: one that the person already uses signs first. */
async function confirmPasskey(): Promise<string> {
  const answer = await post<DeviceChallenge>("/devices/begin", {});
  if (!answer.ok) return textOfProblem(answer.problem);
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

async function addPasskey({ person, tenant }: DevicesData): Promise<string> {
  if (confirmed === undefined) return "";
  const fault = passkeyNameFault(label);
  if (fault !== undefined) return fault;
  const { begin, assertion } = confirmed;
  try {
    const { registration, publicKey } = await createPasskey({ ...begin, tenant: tenant.name });
    const proof = { challenge: begin.proof.challenge, assertion };
    const body = { challenge: begin.challenge, label: passkeyNameIn(label), registration, proof };
    const finished = await post<ChangeRequested>("/devices/finish", body);
    // Each confirmation is used once.
    confirmed = undefined;
    showStep("confirmation");
    if (!finished.ok) return textOfProblem(finished.problem);
    const approval = sameOriginUrl(finished.value.approval);
    if (approval === undefined) return OTHER_SITE;
    drawAdded(fingerprintOf(publicKey), mayDecide(person) ? approval : undefined);
    return "";
  } catch (problem) {
    return creationErrorText(problem);
  }
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
