import type { CDPSession, Worker } from "playwright";
import type { PushSubscriptionData } from "../receivers/push-service.ts";
import type { Device } from "./device.ts";

// A device that gets notices. Chromium without a connection to its own push service cannot subscribe, so the
// subscription comes from the test. Everything else is real: the permission, the service worker, the notice.

/** To be called before the page that subscribes is opened. `origin` is the product's. */
export async function allowNotices(
  { context }: Device,
  origin: string,
  subscription: PushSubscriptionData,
): Promise<void> {
  await context.grantPermissions(["notifications"], { origin });
  await context.addInitScript((given) => {
    const bytesOf = (text: string): ArrayBuffer =>
      Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0))
        .buffer;
    const fake = (options?: PushSubscriptionOptionsInit) => ({
      ...given,
      expirationTime: null,
      options: { userVisibleOnly: true, applicationServerKey: options?.applicationServerKey ?? null },
      getKey: (name: "p256dh" | "auth") => bytesOf(given.keys[name]),
      toJSON: () => ({ ...given, expirationTime: null }),
      unsubscribe: async () => {
        localStorage.removeItem("subscribed");
        return true;
      },
    });
    Object.assign(PushManager.prototype, {
      // The profile keeps it, as a browser does.
      getSubscription: async () => (localStorage.getItem("subscribed") === null ? null : fake()),
      subscribe: async (options: PushSubscriptionOptionsInit) => {
        localStorage.setItem("subscribed", "yes");
        return fake(options);
      },
    });
  }, subscription);
}

/**
 * Gives the service worker a message, as the browser does when it arrives, and waits until the notice is shown. To look
 * for it earlier is not safe: Chromium forgets a notice that `getNotifications` finds stored but not shown yet.
 */
export async function deliverPush(device: Device, origin: string, data: string): Promise<void> {
  const { cdp } = device;
  const registrationId = await registrationOf(cdp, origin);
  const worker = await workerOf(device);
  await worker.evaluate(() => {
    const { registration } = globalThis as unknown as { readonly registration: ServiceWorkerRegistration };
    const shown = new Promise<void>((resolve, reject) => {
      registration.showNotification = async (...notice) => {
        const showing = ServiceWorkerRegistration.prototype.showNotification.apply(registration, notice);
        showing.then(resolve, reject);
        return showing;
      };
    });
    Object.assign(globalThis, { shown });
  });
  await cdp.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data });
  await worker.evaluate(async () => (globalThis as unknown as { readonly shown: Promise<void> }).shown);
}

async function registrationOf(cdp: CDPSession, origin: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    const registration = registrations.find(({ scopeURL }) => scopeURL.startsWith(origin));
    if (registration !== undefined) resolve(registration.registrationId);
  });
  // Reports all registrations when it is enabled.
  await cdp.send("ServiceWorker.disable");
  await cdp.send("ServiceWorker.enable");
  return promise;
}

export interface ShownNotice {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly silent: boolean | null;
}

/** What the device shows now. */
export async function shownNotices(device: Device): Promise<readonly ShownNotice[]> {
  return (await workerOf(device)).evaluate(async () => {
    const { registration } = globalThis as unknown as { readonly registration: ServiceWorkerRegistration };
    const shown = await registration.getNotifications();
    return shown.map(({ title, body, tag, silent }) => ({ title, body, tag, silent }));
  });
}

/** What a tap leads to: a new page, or one that is open already. */
export interface Tapped {
  readonly opened?: string;
  readonly focused?: string;
}

/** Taps a notice. The test has to open the page, since Chromium opens nothing without a real tap. */
export async function tapNotice(device: Device, tag: string): Promise<Tapped> {
  return (await workerOf(device)).evaluate(async (wanted) => {
    const scope = globalThis as unknown as {
      readonly registration: ServiceWorkerRegistration;
      readonly clients: { openWindow: (address: string) => Promise<null> };
      readonly WindowClient: { prototype: { focus: (this: { readonly url: string }) => Promise<void> } };
      dispatchEvent: (event: Event) => void;
      NotificationEvent: new (type: string, init: { notification: Notification }) => Event;
    };
    const notification = (await scope.registration.getNotifications()).find(({ tag }) => tag === wanted);
    if (notification === undefined) throw new Error(`no notice ${wanted} is shown`);
    const { promise, resolve } = Promise.withResolvers<Tapped>();
    scope.clients.openWindow = async (address) => {
      resolve({ opened: new URL(address, location.href).href });
      return null;
    };
    scope.WindowClient.prototype.focus = async function focus() {
      resolve({ focused: this.url });
    };
    scope.dispatchEvent(new scope.NotificationEvent("notificationclick", { notification }));
    return promise;
  }, tag);
}

export async function workerOf({ context }: Device): Promise<Worker> {
  return context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
}
