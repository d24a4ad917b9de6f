import { noticeMail } from "../core/notice/mail/notice-mail.ts";
import type { NoticeSender } from "./notice-channel.ts";

export const sendEmail: NoticeSender = async ({ email }, { address, unsubscribeLink }, text) => {
  if (email === null) return { kind: "failed", status: null, error: "this deployment sends no mails" };
  return email(noticeMail(text, { to: address, unsubscribe: unsubscribeLink }));
};
