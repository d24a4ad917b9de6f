import { base64urlBytes, toHex, utf8, type Bytes } from "../../src/core/encoding/bytes.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { byId, make, runAction, setText, setVisible } from "../common/dom.ts";
import { pushSupport, SUPPORT_TEXTS } from "./push-support.ts";
import { registerWorker } from "./register-worker.ts";
import { currentSubscription, subscribe, subscriptionFields } from "./subscription.ts";

// On the page of a person's notices: whether this device gets some, and the button that turns them on.

export function enableThisDevice(): void {
  const section = document.getElementById("this-device");
  if (section === null) return;
  setVisible(section, true);
  const support = pushSupport();
  if (support !== "ready") return setText(byId("device-state"), SUPPORT_TEXTS[support]);
  const form = byId("subscription", HTMLFormElement);
  const button = byId("turn-on", HTMLButtonElement);
  const status = byId("device-status");
  const key = base64urlBytes(section.dataset["key"] ?? "");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void runAction(button, status, async () => {
      setText(status, "Your browser may ask whether this site may show notifications. Allow it.");
      return turnOn(form, key);
    });
  });
  void showState(form);
}

async function showState(form: HTMLFormElement): Promise<void> {
  // A browser that fails here fails again after the tap, and then says why.
  const subscription = await currentSubscription().catch(() => null);
  const row = subscription === null ? null : rowOf(subscription);
  row?.querySelector("b")?.after(" ", make("span", "quiet", "This device"));
  const isOn = row !== null;
  setText(byId("device-state"), isOn ? "This device gets notices." : "This device gets no notices yet.");
  setVisible(form, !isOn);
}

/** The list names the addresses of subscriptions by their hashes only. */
function rowOf({ endpoint }: PushSubscription): Element | null {
  return document.querySelector(`[data-endpoint="${toHex(sha256(utf8(endpoint)))}"]`);
}

/** Fills in the form and sends it. Returns what to show meanwhile, or what is wrong. */
async function turnOn(form: HTMLFormElement, key: Bytes): Promise<string> {
  // Before the first `await`: older Safari would no longer connect it with the tap.
  const permission = await Notification.requestPermission();
  if (permission === "denied") return SUPPORT_TEXTS.blocked;
  if (permission !== "granted") return "The browser was not allowed to show notices. You can try again.";
  try {
    const { pushManager } = await registerWorker();
    const fields = subscriptionFields(await subscribe(pushManager, key));
    for (const [name, value] of Object.entries(fields)) {
      const field = form.elements.namedItem(name);
      if (field instanceof HTMLInputElement) field.value = value;
    }
  } catch {
    return "The browser could not reach its push service. Check the connection and try again, not in a private window, or add another way to reach you below.";
  }
  form.submit();
  return "Turned on. Saving …";
}
