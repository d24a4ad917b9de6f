import { beforeEach, describe, expect, it } from "vitest";
import type { NoticeText } from "../../src/core/notice/notice-text.ts";
import type { PushNotice } from "../../src/core/notice/push-notice.ts";
import type { NoticeChannel } from "../../src/send/notice-channel.ts";
import type { Outbound } from "../../src/send/outbound.ts";
import { sendPush } from "../../src/send/send-push.ts";
import { PushService, type PushSubscriptionData } from "../support/receivers/push-service.ts";
import { receiverFetch } from "../support/receivers/receiver-fetch.ts";
import { TEST_SECRETS } from "../support/test-secrets.ts";

const NOW = Date.UTC(2026, 10, 28, 12);
const HOUR = 3_600_000;
const KEYS = {
  publicKey: TEST_SECRETS.VAPID_PUBLIC_KEY,
  privateKey: TEST_SECRETS.VAPID_PRIVATE_KEY,
  subject: "mailto:ops@acme.example",
};
const ASKED: NoticeText = {
  title: "Please decide: Refund 1,250.00 EUR",
  subject: "Approval request: Refund 1,250.00 EUR",
  lines: ["Requester: Billing bot", "Project: Payments"],
  code: "4711-0815",
  tag: "c_1",
  link: "https://sign.acme.example/approve/c_1",
  linkText: "Read and decide",
  isUrgent: true,
  replaces: false,
  expiresAt: NOW + HOUR,
};
const CLOSED: NoticeText = { ...ASKED, isUrgent: false, replaces: true, expiresAt: null };

let service: PushService;
let phone: PushSubscriptionData;
let channel: NoticeChannel;
beforeEach(() => {
  service = new PushService("https://push.example", () => NOW);
  phone = service.subscribe(KEYS.publicKey);
  channel = {
    kind: "push",
    address: phone.endpoint,
    keys: JSON.stringify(phone.keys),
    unsubscribeLink: null,
  };
});

/** What the guarded call does, without a network. */
const post: Outbound["post"] = async ({ url, headers, body }) => {
  const answer = await receiverFetch(service)(new Request(url, { method: "POST", headers, body }));
  const after = answer.headers.get("retry-after");
  const retryAfterSeconds = after === null ? null : Number(after);
  return { ok: true, status: answer.status, retryAfterSeconds, milliseconds: 1 };
};

function send(text: NoticeText, more: Partial<NoticeChannel> = {}, outbound: Partial<Outbound> = {}) {
  return sendPush(
    { now: () => NOW, post, push: KEYS, ...outbound } as Outbound,
    { ...channel, ...more },
    text,
  );
}

const shownOf = (text: string) => JSON.parse(text) as PushNotice;

describe("a push message", () => {
  it("is decrypted by the device alone, and says what to show", async () => {
    expect(await send(ASKED, { waiting: 3 })).toEqual({ kind: "sent", status: 201 });
    const [message] = service.messages;
    expect(message).toMatchObject({ ttl: 3_600, urgency: "high", subject: KEYS.subject });
    expect(shownOf(message?.text ?? "")).toEqual({
      title: "Please decide: Refund 1,250.00 EUR",
      body: "Requester: Billing bot\nProject: Payments",
      tag: "c_1",
      link: ASKED.link,
      at: NOW,
      isUrgent: true,
      replaces: false,
      waiting: 3,
    });
  });

  it("about one request takes the place of an earlier one that the device did not get yet", async () => {
    await send(ASKED);
    await send({ ...ASKED, tag: "c_2" });
    await send(CLOSED);
    expect(service.waiting(phone).map(({ urgency, ttl }) => [urgency, ttl])).toEqual([
      ["high", 3_600],
      ["normal", 7 * 86_400],
    ]);
    expect(service.messages.map(({ topic }) => topic)).not.toContain("c_1");
  });

  it("fits into what a push service takes, with the longest names", async () => {
    const lines = Array.from({ length: 12 }, (_, at) => `${at}: ${"\u{1d54f}".repeat(200)}`);
    expect(await send({ ...ASKED, lines })).toMatchObject({ kind: "sent" });
    expect(shownOf(service.messages[0]?.text ?? "").body).toMatch(/^0: [^\n]+\n1: [^\n]+\n2: [^\n]+\n3: /);
  });

  it.each([
    [404, {}, { kind: "gone", status: 404 }],
    [410, {}, { kind: "gone", status: 410 }],
    [429, { "retry-after": "120" }, { kind: "retry", status: 429, afterSeconds: 120 }],
    [503, {}, { kind: "retry", status: 503 }],
    [403, {}, { kind: "failed", status: 403 }],
    [413, {}, { kind: "failed", status: 413 }],
  ])("that is answered with %i is sent again, or not", async (status, headers, expected) => {
    service.answer = () => ({ status, headers });
    const { error, ...result } = (await send(ASKED)) as { readonly error: string };
    expect(result).toEqual(expected);
    expect(error).toContain(`the push service answered ${status}`);
  });

  it("is sent again if there was no answer", async () => {
    const silent: Outbound["post"] = async () => ({ ok: false, error: "no answer", milliseconds: 15_000 });
    expect(await send(ASKED, {}, { post: silent })).toEqual({
      kind: "retry",
      status: null,
      error: "no answer",
    });
  });

  it.each<[string, Partial<NoticeChannel>, Partial<Outbound>, string]>([
    ["no keys", {}, { push: null }, "no keys for web push"],
    ["a wrong key", {}, { push: { ...KEYS, privateKey: "AA" } }, "keys for web push are not valid"],
    ["no keys of the device", { keys: null }, {}, "keys of this device"],
    [
      "a key that is no point",
      { keys: JSON.stringify({ p256dh: "BAAA", auth: "AAAA" }) },
      {},
      "of this device",
    ],
  ])("is not sent with %s, and says why", async (_name, more, outbound, error) => {
    expect(await send(ASKED, more, outbound)).toMatchObject({
      kind: "failed",
      error: expect.stringContaining(error),
    });
    expect(service.messages).toEqual([]);
  });
});
