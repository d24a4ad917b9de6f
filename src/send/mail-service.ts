import { mailProblem } from "../core/notice/mail/mail.ts";
import type { MailOut } from "./outbound.ts";
import type { SendResult } from "./send-result.ts";

/** What is used of Cloudflare's binding for mails. */
export interface MailBinding {
  send(message: {
    readonly to: string;
    readonly from: { readonly email: string; readonly name: string };
    readonly subject: string;
    readonly text: string;
    readonly html: string;
    readonly headers: Record<string, string>;
  }): Promise<unknown>;
}

/** The same for every organisation: a name that people choose could be that of a bank. */
const SENDER_NAME = "Countersign";
/** As long as the receiver of a webhook may take. */
const ANSWER_MAX_MILLISECONDS = 15_000;

/** The address has bounced, or its reader has reported a mail as spam. The service sends nothing to it any more. */
const GONE_CODE = "E_RECIPIENT_SUPPRESSED";
/** A mail that the service never takes, however often it is tried. */
const REFUSED_CODE =
  /^E_(?:VALIDATION_ERROR|FIELD_MISSING|TOO_MANY_RECIPIENTS|RECIPIENT_NOT_ALLOWED|CONTENT_TOO_LARGE|HEADERS?_[A-Z_]+)$/;
const RETRY_SECONDS: Readonly<Record<string, number>> = {
  E_RATE_LIMIT_EXCEEDED: 60,
  E_DAILY_LIMIT_EXCEEDED: 60 * 60,
};
const CODE = /^E_[A-Z_]{1,50}$/;

/** Mails through this binding, with this address as their sender. */
export function mailService(binding: MailBinding, from: string): MailOut {
  return async (mail) => {
    const { to, subject, text, html, headers } = mail;
    const problem = mailProblem(mail);
    if (problem !== undefined) return { kind: "failed", status: null, error: `not sent: ${problem}` };
    const message = { to, from: { email: from, name: SENDER_NAME }, subject, text, html, headers };
    try {
      const isInTime = await inTime(binding.send({ ...message, headers: { ...headers } }));
      if (isInTime) return { kind: "sent", status: null };
      return { kind: "retry", status: null, error: "the mail service did not answer in time" };
    } catch (failure) {
      return resultOf(failure);
    }
  };
}

async function inTime(sent: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), ANSWER_MAX_MILLISECONDS);
  try {
    return await Promise.race([sent.then(() => true), promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** By the code only: the message can name the address. */
function resultOf(failure: unknown): SendResult {
  const given = failure instanceof Error && "code" in failure ? String(failure.code) : "";
  const code = CODE.test(given) ? given : "an unknown error";
  const error = `the mail service answered ${code}`;
  if (code === GONE_CODE) return { kind: "gone", status: null, error };
  if (REFUSED_CODE.test(code)) return { kind: "failed", status: null, error };
  const afterSeconds = RETRY_SECONDS[code];
  return { kind: "retry", status: null, error, ...(afterSeconds === undefined ? {} : { afterSeconds }) };
}
