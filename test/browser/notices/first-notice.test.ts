import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import { createPasskey, decide, type Device } from "../../support/browser/device.ts";
import { allowNotices, deliverPush, shownNotices, tapNotice } from "../../support/browser/push-device.ts";
import { PushService } from "../../support/receivers/push-service.ts";
import { serveReceiver, type ReceiverServer } from "../../support/receivers/receiver-server.ts";
import { WebhookReceiver } from "../../support/receivers/webhook-receiver.ts";

// What a new user does on one phone: sets up a webhook and notices, hears of a request while no page is open, and
// approves it. The push service and the backend are real servers, which decrypt and verify with code of their own.

const { url, enrolUrl, device, ask, read, receiverPort } = browserFixture("first-notice");
const address = `http://127.0.0.1:${receiverPort}`;
const service = new PushService(address);
const backend = new WebhookReceiver();
let server: ReceiverServer;
let phone: Device;

beforeAll(async () => {
  const handle: WebhookReceiver["handle"] = (call) =>
    (call.path.startsWith("/push/") ? service : backend).handle(call);
  server = await serveReceiver({ handle }, receiverPort);
  phone = await device();
  await allowNotices(phone, url, service.subscribe());
  await createPasskey(phone, enrolUrl);
});
afterAll(async () => server.close());

describe("a new user", () => {
  it("makes a webhook, and its test event arrives signed", async () => {
    const { page } = phone;
    await page.goto(`${url}/console/webhooks`);
    await page.getByLabel("Name").fill("Payout service");
    await page.getByLabel("Address").fill(`${address}/events`);
    await page.getByRole("button", { name: "Create webhook" }).click();
    await page.getByRole("button", { name: "Confirm with your passkey" }).click();
    const [secret, publicKey] = [page.locator("#secret"), page.locator("#public-key")];
    await eventually(secret).toContainText("whsec_");
    backend.keys = {
      secrets: [(await secret.textContent()) ?? ""],
      publicKeys: [(await publicKey.textContent()) ?? ""],
    };
    await page.getByRole("button", { name: "Send a test event" }).click();
    await backend.received(({ event }) => event.type === "webhook.test");
  });

  it("hears of a request on the phone, opens it by a tap and approves, and the backend hears of it", async () => {
    const { page } = phone;
    await page.goto(`${url}/notices`);
    await page.getByRole("button", { name: "Turn on notices on this device" }).click();
    await eventually(page.getByText("This device gets notices.")).toBeVisible();
    await page.goto("about:blank");

    const { id, payloadHash } = await ask();
    const message = await service.received(({ text }) => text.includes(id));
    expect(message).toMatchObject({ urgency: "high", topic: expect.any(String) });
    await deliverPush(phone, url, message.text);
    expect(await shownNotices(phone)).toMatchObject([{ title: expect.stringMatching(/^Please decide: /) }]);
    const { opened = "" } = await tapNotice(phone, id);
    expect(opened).toBe(`${url}/approve/${id}`);
    await page.goto(opened);
    await decide(phone, "Approve");
    await eventually(page.getByRole("heading", { name: "Approved" })).toBeVisible();

    const approved = await backend.received(({ event }) => event.type === "confirmation.approved");
    expect(approved.keys).toHaveLength(2);
    expect(approved.event).toMatchObject({
      sequence: expect.any(Number),
      data: { id, payloadHash, status: "approved", url: `${url}/approve/${id}` },
    });
    expect(backend.events.map(({ event }) => event.type)).toEqual([
      "webhook.test",
      "confirmation.created",
      "confirmation.approved",
    ]);
    expect(backend.refused).toEqual([]);
    expect(service.refused).toEqual([]);
    expect(await read(id)).toMatchObject({ status: "approved" });
    expect(phone.faults).toEqual([]);
  });
});
