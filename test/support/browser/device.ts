import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserServer,
  type CDPSession,
  type Page,
} from "playwright";
import { findChromium } from "./chromium.mjs";

// A person's device: its own browser profile, with an authenticator that Chromium simulates.

/** Chromium must make no requests of its own. */
const QUIET = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-sync",
  "--metrics-recording-only",
  "--no-first-run",
  "--no-pings",
];
export const PHONE = { width: 360, height: 740 };
/** Chromium logs one for every refused request; the page itself shows the reason. */
const EXPECTED = /^Failed to load resource: the server responded with a status of 4\d\d/;

export interface DeviceOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly dark?: boolean;
  readonly pixelRatio?: number;
}

export interface Device {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly authenticator: string;
  /** Errors and warnings in its console. */
  readonly faults: string[];
}

const LAUNCH = { executablePath: findChromium() ?? "chromium", args: QUIET };

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch(LAUNCH);
}

/** A browser for several programs; `connectBrowser` takes its address. */
export async function serveBrowser(): Promise<BrowserServer> {
  return chromium.launchServer(LAUNCH);
}

/** Closing what this gives closes its devices, not the browser. */
export async function connectBrowser(address: string): Promise<Browser> {
  return chromium.connect(address);
}

export async function openDevice(browser: Browser, options: DeviceOptions = {}): Promise<Device> {
  const context = await browser.newContext({
    viewport: options.viewport ?? PHONE,
    colorScheme: options.dark === true ? "dark" : "light",
    deviceScaleFactor: options.pixelRatio ?? 1,
    isMobile: (options.viewport ?? PHONE).width < 600,
    hasTouch: (options.viewport ?? PHONE).width < 600,
    reducedMotion: "reduce",
    locale: "en-GB",
  });
  context.setDefaultTimeout(10_000);
  return deviceOfPage(await context.newPage());
}

/** A page with an authenticator of its own: Chromium does not share them, not even with a window that the page opens. */
export async function deviceOfPage(page: Page): Promise<Device> {
  const context = page.context();
  const faults: string[] = [];
  page.on("pageerror", (problem) => faults.push(String(problem)));
  page.on("console", (message) => {
    const bad = message.type() === "error" || message.type() === "warning";
    if (bad && !EXPECTED.test(message.text())) faults.push(message.text());
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: true,
      defaultBackupState: true,
    },
  });
  return { context, page, cdp, authenticator: authenticatorId, faults };
}

/** Copies the passkeys of one device to another, as a password manager does. */
export async function syncPasskeys(from: Device, to: Device): Promise<void> {
  const { credentials } = await from.cdp.send("WebAuthn.getCredentials", {
    authenticatorId: from.authenticator,
  });
  for (const credential of credentials) {
    await to.cdp.send("WebAuthn.addCredential", { authenticatorId: to.authenticator, credential });
  }
}

/** A security key in its USB port, besides the device's own authenticator. */
export async function addSecurityKey({ cdp }: Device): Promise<void> {
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "usb",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Whether the person touches the device when it asks. */
export async function touchesDevice(device: Device, enabled: boolean): Promise<void> {
  await device.cdp.send("WebAuthn.setAutomaticPresenceSimulation", {
    authenticatorId: device.authenticator,
    enabled,
  });
}

/** Whether the device recognises the person. */
export async function recognisesUser(device: Device, isUserVerified: boolean): Promise<void> {
  await device.cdp.send("WebAuthn.setUserVerified", {
    authenticatorId: device.authenticator,
    isUserVerified,
  });
}

export async function createPasskey({ page }: Device, enrolUrl: string): Promise<void> {
  await page.goto(enrolUrl);
  await page.getByRole("button", { name: "Create passkey" }).click();
  await page.getByRole("heading", { name: "Passkey created" }).waitFor();
}

export async function signIn({ page }: Device, url: string): Promise<void> {
  await page.goto(url);
  const button = page.getByRole("button", { name: "Sign in with passkey" });
  await button.click();
  await button.waitFor({ state: "detached" });
}

/** Reads all of the content, as a person with a screen reader does: part by part, and every warning. */
export async function readAll({ page }: Device): Promise<void> {
  await page.locator("#decide").waitFor();
  const isReady = () => page.locator("#approve:enabled:not([hidden])").count();
  for (let looks = 0; (await isReady()) === 0 && looks < LOOKS_MAX; looks++) {
    // The button goes away when the last part is seen, perhaps just now.
    await page
      .locator("#go-on:not([hidden])")
      .click({ timeout: LOOK_MILLISECONDS })
      .catch(() => {});
    const warning = page.locator(".acknowledge input:not(:checked)").first();
    if (await warning.isVisible()) await warning.check();
    await page.waitForTimeout(LOOK_MILLISECONDS);
  }
}

/** A part counts as read after two looks of the page. */
const LOOK_MILLISECONDS = 100;
const LOOKS_MAX = 300;

export async function decide(device: Device, decision: "Approve" | "Reject", reason = ""): Promise<void> {
  const { page } = device;
  await readAll(device);
  if (decision === "Reject") await page.locator("#reject").click();
  else if (reason !== "") await page.getByRole("button", { name: "Add a reason" }).click();
  if (reason !== "") await page.getByLabel("Reason").fill(reason);
  await page.locator(decision === "Reject" ? "#reject" : "#approve").click();
}
