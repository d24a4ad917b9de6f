import { makeId, ID_RANDOM_BYTES } from "../../src/core/encoding/identifier.ts";
import { postForm } from "../common/http.ts";
import { subscriptionFields } from "../push/subscription.ts";

/**
 * The browser has ended its subscription, and may make a new one. The server takes it only if the person is signed in
 * and has confirmed with a passkey lately. If not, they learn that this device is silent.
 */
export async function renewSubscription(
  registration: ServiceWorkerRegistration,
  old: PushSubscription | null,
): Promise<void> {
  if (await renew(registration, old)) return;
  await registration.showNotification("Notices are off on this device", {
    body: "The browser has ended them. Open this to turn them on again.",
    tag: "subscription",
    data: { link: "/notices" },
    icon: "/icon-192.png",
    badge: "/icon-status.png",
    lang: "en",
  });
}

async function renew(
  { pushManager }: ServiceWorkerRegistration,
  old: PushSubscription | null,
): Promise<boolean> {
  const applicationServerKey = old?.options.applicationServerKey ?? null;
  if (applicationServerKey === null) return false;
  try {
    const renewed = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
    const id = makeId("n", Date.now(), crypto.getRandomValues(new Uint8Array(ID_RANDOM_BYTES)));
    return await postForm("/notices/device", { id, ...subscriptionFields(renewed) });
  } catch {
    // The browser refuses.
    return false;
  }
}
