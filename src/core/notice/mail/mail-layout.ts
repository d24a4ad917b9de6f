import { html, type Html } from "./mail-html.ts";

// How a mail looks. Mail programs know tables and styles in attributes, and many remove everything else. There is no
// picture, so nobody sees when a mail is opened. Texts and ground have the reader's own colours: so a mail can be read
// in dark mode, also where the program only inverts some of the colours.

const FONT =
  "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5";
/** Between the dark and the light ground. */
const LINE = "1px solid #8a909c";
const QUIET = "opacity:0.75";
const BUTTON =
  "display:inline-block;padding:12px 24px;border-radius:8px;background:#4250d6;color:#ffffff;font-weight:600;text-decoration:none";
const MONOSPACE = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace";
/** A long word must not make a phone's screen scroll sideways. */
const WRAP = "overflow-wrap:anywhere;word-break:break-word";

export function mailPage(subject: string, body: readonly Html[]): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${subject}</title>
      </head>
      <body style="margin:0;padding:0">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
          <tr>
            <td align="center" style="padding:24px 16px">
              <table
                role="presentation"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                border="0"
                style="max-width:560px"
              >
                <tr>
                  <td align="left" style="${FONT};${WRAP}">${body}</td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html> `;
  return page.html;
}

export function heading(text: string): Html {
  return html`<h1 style="margin:0 0 20px;font-size:21px;line-height:1.35;font-weight:650">
    <bdi>${text}</bdi>
  </h1> `;
}

export function paragraph(text: string): Html {
  return html`<p style="margin:0 0 16px">${text}</p> `;
}

/** Sentences, and names with a value: "Requester: Billing bot". */
export function lineList(lines: readonly string[]): Html {
  return html`<p style="margin:0 0 20px">${lines.map(line)}</p> `;
}

function line(text: string, at: number): Html {
  const [whole, label, value] = /^([A-Z][\w' ]*): (.*)$/u.exec(text) ?? [];
  const shown =
    whole === undefined || label === undefined || value === undefined
      ? html`<bdi>${text}</bdi>`
      : html`<span style="${QUIET}">${label}:</span> <bdi>${value}</bdi>`;
  return at === 0 ? shown : html`<br />${shown}`;
}

export function codeBox(label: string, code: string): Html {
  return html`<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 24px">
    <tr>
      <td style="${FONT};padding:8px 16px;border:${LINE};border-radius:8px">
        <span style="${QUIET}">${label}</span>&nbsp;
        <span style="${MONOSPACE};font-size:18px;font-weight:600">${code}</span>
      </td>
    </tr>
  </table> `;
}

/** The address is shown, too: people see where a button leads before they use it. */
export function button(text: string, link: string): Html {
  return html`<p style="margin:0 0 12px"><a href="${link}" style="${BUTTON}">${text}</a></p>
    <p style="margin:0 0 24px;font-size:14px">
      <a href="${link}" style="color:inherit;${WRAP}">${link}</a>
    </p> `;
}

export function smallPrint(parts: readonly Html[]): Html {
  const paragraphs = parts.map((part) => html`<p style="margin:0 0 8px">${part}</p> `);
  return html`<div style="padding-top:16px;border-top:${LINE};font-size:14px;line-height:1.45;${QUIET}">
    ${paragraphs}
  </div> `;
}

export function quietLink(text: string, link: string): Html {
  return html`<a href="${link}" style="color:inherit">${text}</a>`;
}
