import { afterEach, describe, expect, it, vi } from "vitest";
import { noticeMail } from "../../src/core/notice/mail/notice-mail.ts";
import { noticeText } from "../../src/core/notice/notice-text.ts";
import { mailService, type MailBinding } from "../../src/send/mail-service.ts";
import { SAMPLE_FACTS } from "../support/sample-notice.ts";

const MAIL = noticeMail(noticeText(SAMPLE_FACTS), { to: "alex@example.com", unsubscribe: null });
type Message = Parameters<MailBinding["send"]>[0];

function service(answer: () => Promise<unknown>) {
  const sent: Message[] = [];
  const binding: MailBinding = {
    send: async (message) => {
      sent.push(message);
      return answer();
    },
  };
  return { sent, send: mailService(binding, "approvals@sign.example.com") };
}

const withCode = (code: unknown) => Object.assign(new Error("to alex@example.com"), { code });

afterEach(() => {
  vi.useRealTimers();
});

describe("the mail service", () => {
  it("gets the mail from one sender, with its own headers only", async () => {
    const { sent, send } = service(async () => ({ messageId: "1" }));
    expect(await send(MAIL)).toEqual({ kind: "sent", status: null });
    expect(sent).toEqual([{ ...MAIL, from: { email: "approvals@sign.example.com", name: "Countersign" } }]);
  });

  it("never gets a mail with a second recipient or header", async () => {
    const { sent, send } = service(async () => ({ messageId: "1" }));
    const bad = [
      { ...MAIL, to: "alex@example.com\r\nBcc: eve@evil.example" },
      { ...MAIL, subject: "Pay\r\nBcc: eve@evil.example" },
      { ...MAIL, headers: { References: "<a>\nBcc: eve@evil.example" } },
    ];
    for (const mail of bad) expect(await send(mail)).toMatchObject({ kind: "failed" });
    expect(sent).toEqual([]);
  });

  it.each<[unknown, object]>([
    [withCode("E_RECIPIENT_SUPPRESSED"), { kind: "gone" }],
    [withCode("E_VALIDATION_ERROR"), { kind: "failed" }],
    [withCode("E_RECIPIENT_NOT_ALLOWED"), { kind: "failed" }],
    [withCode("E_HEADER_NOT_ALLOWED"), { kind: "failed" }],
    [withCode("E_HEADERS_TOO_LARGE"), { kind: "failed" }],
    [withCode("E_RATE_LIMIT_EXCEEDED"), { kind: "retry", afterSeconds: 60 }],
    [withCode("E_DAILY_LIMIT_EXCEEDED"), { kind: "retry", afterSeconds: 3_600 }],
    [withCode("E_DELIVERY_FAILED"), { kind: "retry" }],
    [withCode("E_SENDER_NOT_VERIFIED"), { kind: "retry" }],
    [withCode("E_INTERNAL_SERVER_ERROR"), { kind: "retry" }],
    [withCode("to alex@example.com"), { kind: "retry", error: "the mail service answered an unknown error" }],
    [withCode(550), { kind: "retry" }],
    [new Error("Network connection lost."), { kind: "retry" }],
    ["no error at all", { kind: "retry" }],
  ])("that answers %o", async (failure, result) => {
    const { send } = service(async () => {
      throw failure;
    });
    const answer = await send(MAIL);
    expect(answer).toMatchObject({ status: null, ...result });
    expect(JSON.stringify(answer)).not.toContain("alex");
  });

  it("that never answers is asked again later", async () => {
    vi.useFakeTimers();
    const { send } = service(async () => new Promise(() => undefined));
    const answer = send(MAIL);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await answer).toMatchObject({ kind: "retry" });
  });
});
