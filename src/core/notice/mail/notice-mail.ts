import { groupedCode } from "../../confirmation/challenge.ts";
import type { NoticeText } from "../notice-text.ts";
import { AUTOMATIC, type Mail } from "./mail.ts";
import { html } from "./mail-html.ts";
import { button, codeBox, heading, lineList, mailPage, quietLink, smallPrint } from "./mail-layout.ts";

interface MailAddresses {
  readonly to: string;
  /** The page that ends this channel without a sign-in; null if there is none. */
  readonly unsubscribe: string | null;
}

/** A notice as a mail. It has nothing of the content, and nothing in it decides. */
export function noticeMail(notice: NoticeText, { to, unsubscribe }: MailAddresses): Mail {
  const subject = headerText(notice.subject);
  return {
    to,
    subject,
    text: textOf(notice, unsubscribe),
    html: htmlOf(notice, subject, unsubscribe),
    headers: { ...AUTOMATIC, ...threadHeaders(notice), ...unsubscribeHeaders(unsubscribe) },
  };
}

/** Without joiners, since nothing in a subject is linked. Mail programs would decode a text that begins with `=?`. */
function headerText(text: string): string {
  return text.replaceAll("\u2060", "").replaceAll("=?", "= ?");
}

/**
 * Mail programs show mails that refer to the same message as one thread. The id of a mail is made by the mail service,
 * so all mails about one request refer to a message that nobody has sent.
 */
function threadHeaders({ tag, link }: NoticeText): Mail["headers"] {
  const id = `<${tag}@${new URL(link).hostname}>`;
  return { "In-Reply-To": id, References: id };
}

/** Mail programs show a button for it, which posts to that address (RFC 8058). */
function unsubscribeHeaders(link: string | null): Mail["headers"] {
  if (link === null) return {};
  return { "List-Unsubscribe": `<${link}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" };
}

const COMPARE = "The page shows the same code, and so does the requester.";
const DECIDE = "You decide on that page, with your passkey. Nothing in an e-mail can decide.";
const SETTINGS = "Choose when you get notices";
const STOP = "Stop e-mails to this address";

const settingsLink = ({ link }: NoticeText): string => new URL("/notices", link).href;

function textOf(notice: NoticeText, unsubscribe: string | null): string {
  const { title, lines, code, link, linkText } = notice;
  return [
    title,
    "",
    ...lines,
    "",
    ...(code === null ? [] : [`Code: ${groupedCode(code)}`, COMPARE, ""]),
    `${linkText}:`,
    link,
    "",
    ...(code === null ? [] : [DECIDE, ""]),
    `${SETTINGS}: ${settingsLink(notice)}`,
    ...(unsubscribe === null ? [] : [`${STOP}: ${unsubscribe}`]),
    "",
  ].join("\n");
}

function htmlOf(notice: NoticeText, subject: string, unsubscribe: string | null): string {
  const { title, lines, code, link, linkText } = notice;
  const stop = unsubscribe === null ? html`` : html` · ${quietLink(STOP, unsubscribe)}`;
  return mailPage(subject, [
    heading(title),
    lineList(lines),
    ...(code === null ? [] : [codeBox("Code", groupedCode(code))]),
    button(linkText, link),
    smallPrint([
      ...(code === null ? [] : [html`${COMPARE} ${DECIDE}`]),
      html`${quietLink(SETTINGS, settingsLink(notice))}${stop}`,
    ]),
  ]);
}
