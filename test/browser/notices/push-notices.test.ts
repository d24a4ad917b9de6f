import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noticeText, type RequestFacts } from "../../../src/core/notice/notice-text.ts";
import { pushNoticeText } from "../../../src/core/notice/push-notice.ts";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import { seriousFaults } from "../../support/browser/axe.ts";
import { createPasskey, type Device } from "../../support/browser/device.ts";
import {
  allowNotices,
  deliverPush,
  shownNotices,
  tapNotice,
  workerOf,
} from "../../support/browser/push-device.ts";
import { PushService, type PushSubscriptionData } from "../../support/receivers/push-service.ts";
import { serveReceiver, type ReceiverServer } from "../../support/receivers/receiver-server.ts";

const { url, enrolUrl, device, ask, receiverPort } = browserFixture("push-notices");
const service = new PushService(`http://127.0.0.1:${receiverPort}`);
let server: ReceiverServer;
let phone: Device;
beforeAll(async () => {
  server = await serveReceiver(service, receiverPort);
  phone = await device();
  await allowNotices(phone, url, service.subscribe());
  await phone.context.addInitScript(() => {
    Navigator.prototype.setAppBadge = async (waiting) =>
      void (document.documentElement.dataset["badge"] = `${waiting}`);
    Navigator.prototype.clearAppBadge = async () => void (document.documentElement.dataset["badge"] = "none");
  });
  await createPasskey(phone, enrolUrl);
});
afterAll(async () => server.close());

const FACTS: Omit<RequestFacts, "kind" | "request" | "link"> = {
  requesterName: "payments-agent",
  action: "Wire transfer to vendor",
  policy: "",
  organisation: "Acme",
  project: "Payments",
  mode: "live",
  code: "4711-0815",
  expiresAt: Date.UTC(2026, 10, 28, 12),
  timeZone: "UTC",
  hidden: false,
  isPersonal: true,
  outcome: "pending",
  by: [],
};

/** What the Worker would send about this request. */
function messageOf(
  id: string,
  more: Partial<RequestFacts> = {},
  waiting = 1,
  link = `${url}/approve/${id}`,
): string {
  const text = noticeText({ kind: "asked", request: id, link, ...FACTS, ...more });
  return pushNoticeText(text, { at: Date.now(), waiting });
}

const deliver = (message: string) => deliverPush(phone, url, message);
/** What the browser does after a tap or a reload may take a moment. */
const SOON = { timeout: 10_000 };
const shown = () => shownNotices(phone);

describe("a phone", () => {
  it("gets notices after a tap on Turn on, and knows that it does", async () => {
    const { page } = phone;
    await page.goto(`${url}/inbox`);
    await page.getByRole("link", { name: "Get notices" }).click();
    await eventually(page.getByText("This device gets no notices yet.")).toBeVisible();
    expect(await seriousFaults(phone)).toEqual([]);
    await page.getByRole("button", { name: "Turn on notices on this device" }).click();
    await page.getByRole("button", { name: "Confirm with your passkey" }).click();
    await eventually(page.getByText("This device gets notices.")).toBeVisible();
    await eventually(page.getByRole("listitem").filter({ hasText: "This device" })).toBeVisible();
    expect(await seriousFaults(phone)).toEqual([]);
    await page.goto(`${url}/inbox`);
    await eventually(page.getByText("No request waits for you.")).toBeVisible();
    await eventually(page.getByRole("link", { name: "Get notices" })).toBeHidden();
  });

  it("shows who asks for what, and a tap opens the request", async () => {
    await deliver(messageOf("c_1"));
    expect(await shown()).toMatchObject([
      {
        title: "Please decide: Wire transfer to vendor",
        body: "Requester: payments-agent\nAction: Wire transfer to vendor\nProject: Payments\nOrganisation: Acme\nExpires: 28 Nov 2026, 12:00 (UTC)",
        tag: "c_1",
        silent: false,
      },
    ]);
    expect(await tapNotice(phone, "c_1")).toEqual({ opened: `${url}/approve/c_1` });
    await expect.poll(shown, SOON).toEqual([]);
  });

  it("shows neither requester nor action where the project hides them", async () => {
    await deliver(messageOf("c_1", { hidden: true }));
    expect(await shown()).toMatchObject([
      {
        title: "A request waits for you",
        body: "Project: Payments\nOrganisation: Acme\nExpires: 28 Nov 2026, 12:00 (UTC)",
      },
    ]);
  });

  it("replaces a notice by the next one about the same request, by its end without a sound", async () => {
    await deliver(messageOf("c_1", { kind: "reminder" }));
    expect(await shown()).toMatchObject([
      { title: "Still waits for a decision: Wire transfer to vendor", silent: false },
    ]);
    await deliver(messageOf("c_1", { kind: "closed", outcome: "approved", by: ["maria"] }));
    expect(await shown()).toMatchObject([{ title: "Approved: Wire transfer to vendor", silent: true }]);
    await tapNotice(phone, "c_1");
  });

  it("gets what the product sends about a request, and shows its page that is open already", async () => {
    const { id } = await ask();
    const sent = await service.received(({ text }) => text.includes(id));
    expect([service.refused, sent.urgency]).toEqual([[], "high"]);
    await phone.page.goto(`${url}/approve/${id}`);
    await deliver(sent.text);
    expect(await tapNotice(phone, id)).toEqual({ focused: `${url}/approve/${id}` });
  });

  it.each([
    ["of another site", messageOf("c_3", {}, 1, "https://evil.example/approve/c_3"), "c_3"],
    ["that it can't read", "what is this?", "inbox"],
  ])("opens the inbox for a message %s", async (_name, message, tag) => {
    await phone.page.goto(`${url}/devices`);
    await deliver(message);
    expect(await tapNotice(phone, tag)).toEqual({ opened: `${url}/inbox` });
  });

  it("has the number of waiting requests on the app's icon, from a notice and from the inbox", async () => {
    const worker = await workerOf(phone);
    await worker.evaluate(() => {
      navigator.setAppBadge = async (waiting) => void Object.assign(globalThis, { badge: waiting });
      navigator.clearAppBadge = async () => void Object.assign(globalThis, { badge: "none" });
    });
    const badge = () => worker.evaluate(() => (globalThis as { readonly badge?: unknown }).badge);
    await deliver(messageOf("c_4", {}, 7));
    await expect.poll(badge, SOON).toBe(7);
    await deliver(messageOf("c_4", { kind: "closed", outcome: "cancelled" }, 0));
    await expect.poll(badge, SOON).toBe("none");
    expect(await shown()).toMatchObject([{ title: "Cancelled: Wire transfer to vendor" }]);
    await tapNotice(phone, "c_4");
    await phone.page.goto(`${url}/inbox`);
    await eventually(phone.page.locator("html")).toHaveAttribute("data-badge", "1");
  });
});

describe("when the browser ends its subscription", () => {
  const change = async (subscription: PushSubscriptionData | null) =>
    (await workerOf(phone)).evaluate(async (given) => {
      const scope = globalThis as unknown as {
        readonly registration: ServiceWorkerRegistration;
        dispatchEvent: (event: Event) => void;
      };
      const bytesOf = (text: string) =>
        Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0))
          .buffer;
      Object.assign(scope.registration.pushManager, {
        subscribe: async () => {
          if (given === null) throw new DOMException("no", "NotAllowedError");
          return { ...given, getKey: (name: "p256dh" | "auth") => bytesOf(given.keys[name]) };
        },
      });
      const oldSubscription = { options: { applicationServerKey: new ArrayBuffer(65) } };
      // The browser keeps the worker until this has ended.
      let handled: Promise<unknown> = Promise.resolve();
      const waitUntil = (running: Promise<unknown>) => void (handled = running);
      scope.dispatchEvent(Object.assign(new Event("pushsubscriptionchange"), { oldSubscription, waitUntil }));
      await handled;
    }, subscription);

  it("the device gets notices by a new one", async () => {
    await change(service.subscribe());
    await phone.page.goto(`${url}/notices`);
    await expect
      .poll(async () => {
        await phone.page.reload();
        return phone.page.locator("li[data-endpoint]").count();
      }, SOON)
      .toBe(2);
    await expect.poll(shown, SOON).toEqual([]);
  });

  it("and gives no other, the person learns it", async () => {
    await change(null);
    expect(await shown()).toMatchObject([{ title: "Notices are off on this device" }]);
    expect(await tapNotice(phone, "subscription")).toEqual({ focused: `${url}/notices` });
    expect(phone.faults).toEqual([]);
  });
});

describe("the app", () => {
  it.each(["/inbox", "/notices"])("can be installed from %s", async (path) => {
    const { page, cdp } = phone;
    await page.goto(url + path);
    const { errors, data = "" } = await cdp.send("Page.getAppManifest");
    expect([errors, JSON.parse(data)]).toMatchObject([[], { start_url: "/inbox", display: "standalone" }]);
    const { installabilityErrors } = await cdp.send("Page.getInstallabilityErrors");
    // A test's browser profile is a private one.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
  });
});
