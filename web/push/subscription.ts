import { equalBytes, toBase64url, type Bytes } from "../../src/core/encoding/bytes.ts";

// A browser's subscription to push messages.

const SUBSCRIBE_MAX_MILLISECONDS = 20_000;

/** As the form of the server takes them. */
interface SubscriptionFields {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

export function subscriptionFields(subscription: PushSubscription): SubscriptionFields {
  const key = (name: PushEncryptionKeyName) =>
    toBase64url(new Uint8Array(subscription.getKey(name) ?? new ArrayBuffer(0)));
  return { endpoint: subscription.endpoint, p256dh: key("p256dh"), auth: key("auth") };
}

/** The one that the browser has, or a new one. One for another key of the server would get nothing. */
export async function subscribe(pushManager: PushManager, serverKey: Bytes): Promise<PushSubscription> {
  const old = await pushManager.getSubscription();
  const oldKey = old?.options.applicationServerKey ?? null;
  if (old !== null && oldKey !== null && !equalBytes(new Uint8Array(oldKey), serverKey))
    await old.unsubscribe();
  const subscribed = pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: serverKey });
  return Promise.race([subscribed, tooLate()]);
}

/** Without a connection some browsers never answer. */
function tooLate(): Promise<never> {
  return new Promise((_resolve, reject) => {
    const problem = new DOMException("no answer of the push service", "TimeoutError");
    setTimeout(() => reject(problem), SUBSCRIBE_MAX_MILLISECONDS);
  });
}

/** Null if this browser has none. */
export async function currentSubscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}
