import { shortText } from "../short-text.ts";
import { AUTOMATIC, type Mail } from "./mail.ts";
import { html } from "./mail-html.ts";
import { button, heading, mailPage, paragraph, smallPrint } from "./mail-layout.ts";

interface AddressToVerify {
  readonly to: string;
  readonly username: string;
  readonly organisation: string;
  /** Works once, in the browser in which the person is signed in. */
  readonly link: string;
  readonly validMinutes: number;
}

const NAME_MAX_CHARACTERS = 100;
const SUBJECT = "Confirm your e-mail address";
const USE_THERE = "Open the link in the browser in which you are signed in.";
const NOT_YOU = "If you did not ask for this, do nothing: this address then gets no notices.";

/** Asks the reader of an address whether they want notices there. */
export function verificationMail(address: AddressToVerify): Mail {
  const { to, link, validMinutes } = address;
  const username = shortText(address.username, NAME_MAX_CHARACTERS);
  const organisation = shortText(address.organisation, NAME_MAX_CHARACTERS);
  const why = `${username} of the organisation ${organisation} wants notices of approval requests at this address.`;
  const how = `${USE_THERE} It works once, for ${validMinutes} minutes.`;
  return {
    to,
    subject: SUBJECT,
    text: [SUBJECT, "", why, "", how, link, "", NOT_YOU, ""].join("\n"),
    html: mailPage(SUBJECT, [
      heading(SUBJECT),
      paragraph(why),
      paragraph(how),
      button("Confirm this address", link),
      smallPrint([html`${NOT_YOU}`]),
    ]),
    headers: AUTOMATIC,
  };
}
