import { afterEach, describe, expect, it, vi } from "vitest";
import { pushSupport } from "../../web/push/push-support.ts";

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15";
const ANDROID = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0.0.0 Mobile";

interface Browser {
  readonly userAgent: string;
  readonly maxTouchPoints?: number;
  readonly hasPush?: boolean;
  readonly permission?: NotificationPermission;
  readonly isInstalled?: boolean;
}

function open({
  userAgent,
  maxTouchPoints = 5,
  hasPush = true,
  permission,
  isInstalled = false,
}: Browser): void {
  vi.stubGlobal("navigator", { userAgent, maxTouchPoints, ...(hasPush ? { serviceWorker: {} } : {}) });
  vi.stubGlobal("window", hasPush ? { PushManager: {}, Notification: {} } : {});
  vi.stubGlobal("Notification", { permission: permission ?? "default" });
  vi.stubGlobal("matchMedia", () => ({ matches: isInstalled }));
}

afterEach(() => vi.unstubAllGlobals());

describe("whether a device can get notices", () => {
  it.each<[string, Browser, ReturnType<typeof pushSupport>]>([
    ["a phone", { userAgent: ANDROID }, "ready"],
    ["a phone that allows them", { userAgent: ANDROID, permission: "granted" }, "ready"],
    ["a phone that blocks them", { userAgent: ANDROID, permission: "denied" }, "blocked"],
    ["a browser without push messages", { userAgent: ANDROID, hasPush: false }, "missing"],
    ["a browser on an iPhone", { userAgent: IPHONE, hasPush: false }, "install-first"],
    ["the installed app on an iPhone", { userAgent: IPHONE, isInstalled: true }, "ready"],
    ["an old iPhone's installed app", { userAgent: IPHONE, hasPush: false, isInstalled: true }, "missing"],
    ["a browser on an iPad", { userAgent: MAC, hasPush: false }, "install-first"],
    ["an old browser on a Mac", { userAgent: MAC, maxTouchPoints: 0, hasPush: false }, "missing"],
  ])("%s", (_name, browser, expected) => {
    open(browser);
    expect(pushSupport()).toBe(expected);
  });
});
