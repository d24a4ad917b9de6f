import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mailProblem } from "../../../src/core/notice/mail/mail.ts";
import { noticeMail } from "../../../src/core/notice/mail/notice-mail.ts";
import { verificationMail } from "../../../src/core/notice/mail/verification-mail.ts";
import { NOTICE_KINDS } from "../../../src/core/notice/notice-kinds.ts";
import { noticeText, type RequestFacts } from "../../../src/core/notice/notice-text.ts";
import { SAMPLE_FACTS } from "../../support/sample-notice.ts";

const TO = "alex@example.com";
const UNSUBSCRIBE = "https://sign.example.com/unsubscribe/0abcdefg.n_1.x";
const LINK = "https://sign.example.com/notices/verify#n_1.1.x";

const mailOf = (facts: Partial<RequestFacts> = {}, unsubscribe: string | null = UNSUBSCRIBE) =>
  noticeMail(noticeText({ ...SAMPLE_FACTS, ...facts }), { to: TO, unsubscribe });
const verificationOf = (names: object = {}) =>
  verificationMail({
    to: TO,
    username: "alex",
    organisation: "Acme",
    link: LINK,
    validMinutes: 60,
    ...names,
  });

const tagsOf = (html: string) => html.match(/<[^>]*>/g);
const HEADERS = {
  "Auto-Submitted": "auto-generated",
  "In-Reply-To": "<c_1@sign.example.com>",
  References: "<c_1@sign.example.com>",
  "List-Unsubscribe": `<${UNSUBSCRIBE}>`,
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
};

const HOSTILE = [
  "</p><script src=https://evil.example></script>",
  "<img src=https://evil.example/seen.png>",
  "\" onload=\"alert(1)\" '><a href='https://evil.example'>Approve</a>",
  "&lt;b&gt; &#60;b&#62; &amp;",
  "Refund\r\nBcc: eve@evil.example\r\n\r\n<b>Approved</b>",
  "Refund\nCode: 0000 0000\nhttps://evil.example/approve",
  "=?utf-8?B?QXBwcm92ZWQ=?=",
  "Refund\u2028\u2029\u0000\u001b[31m\u0085 red",
  "Refund \u202e00.01\u202c EUR \u200b\ufeff\ud800",
];

describe("the mail of a notice", () => {
  it("says what is asked, with the code and the link, and how to stop it", () => {
    const { to, subject, text, html, headers } = mailOf();
    expect({ to, subject, headers }).toEqual({
      to: TO,
      subject: "Approval request: Refund 1,250.00 EUR",
      headers: HEADERS,
    });
    expect(text).toBe(
      [
        "Please decide: Refund 1,250.00 EUR",
        "",
        "Requester: Billing bot",
        "Action: Refund 1,250.00 EUR",
        "Project: Payments",
        "Organisation: Acme",
        "Expires: 28 Nov 2026, 14:20 (Europe/Berlin)",
        "",
        "Code: 4711 0815",
        "The page shows the same code, and so does the requester.",
        "",
        "Read and decide:",
        "https://sign.example.com/approve/c_1",
        "",
        "You decide on that page, with your passkey. Nothing in an e-mail can decide.",
        "",
        "Choose when you get notices: https://sign.example.com/notices",
        `Stop e-mails to this address: ${UNSUBSCRIBE}`,
        "",
      ].join("\n"),
    );
    for (const part of ["Please decide: Refund", "<bdi>Billing bot</bdi>", "4711 0815", "Read and decide"])
      expect(html).toContain(part);
  });

  it("links only to us, and loads nothing", () => {
    const { html } = mailOf();
    const addresses = html.match(/(?<=href=")[^"]*/g);
    expect(new Set(addresses?.map((address) => new URL(address).origin))).toEqual(
      new Set(["https://sign.example.com"]),
    );
    expect(html).not.toMatch(/<(?:img|link|script|style|iframe|form|input)\b|url\(|src=/i);
  });

  it.each(NOTICE_KINDS)("%s is in the thread of the request", (kind) => {
    const { subject, headers } = mailOf({ kind });
    expect([subject, headers]).toEqual(["Approval request: Refund 1,250.00 EUR", HEADERS]);
  });

  it("of a room has no link that would end it", () => {
    const { headers, text, html } = mailOf({}, null);
    expect(Object.keys(headers)).toEqual(["Auto-Submitted", "In-Reply-To", "References"]);
    expect(text + html).not.toContain("Stop e-mails");
  });

  it("that asks for no decision has no code to compare", () => {
    const { text, html } = mailOf({ kind: "closed" });
    expect(text + html).not.toMatch(/code|4711|passkey/i);
    expect(text).toContain("Approved: Refund 1,250.00 EUR\n");
  });

  /** What a text of others must not change. */
  const frameOf = (text: string) => {
    const mail = mailOf({ requesterName: text, action: text, organisation: text, project: text });
    return {
      headers: mail.headers,
      problem: mailProblem(mail),
      isDecoded: mail.subject.includes("=?"),
      tags: tagsOf(mail.html),
      lines: mail.text.split("\n").length,
      links: mail.text.match(/https?:\/\/\S*/g),
    };
  };
  it.each(HOSTILE)("has no markup, header, line or link of %j", (text) => {
    expect(frameOf(text)).toEqual(frameOf("Refund"));
  });
  it("has no markup, header, line or link of any text", () => {
    const texts = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(texts, (text) => {
        expect(frameOf(text)).toEqual(frameOf("Refund"));
      }),
    );
  });
});

describe("the mail that verifies an address", () => {
  it("says who asks, and has one link and one header", () => {
    const { subject, text, html, headers } = verificationOf();
    expect({ subject, headers }).toEqual({
      subject: "Confirm your e-mail address",
      headers: { "Auto-Submitted": "auto-generated" },
    });
    expect(text).toContain("alex of the organisation Acme wants notices of approval requests");
    expect(text.match(/https:.*/g)).toEqual([LINK]);
    expect(new Set(html.match(/(?<=href=")[^"]*/g))).toEqual(new Set([LINK]));
  });

  it.each(HOSTILE)("has no markup or line of %j", (hostile) => {
    const mail = verificationOf({ username: hostile, organisation: hostile });
    expect(mailProblem(mail)).toBeUndefined();
    expect(tagsOf(mail.html)).toEqual(tagsOf(verificationOf().html));
    expect(mail.text.split("\n").length).toBe(verificationOf().text.split("\n").length);
  });
});

describe("a mail is not sent", () => {
  it.each([
    ["to two people", { to: "alex@example.com, eve@evil.example" }],
    ["with a line break in its address", { to: "alex@example.com\nBcc: eve@evil.example" }],
    ["with a line break in its subject", { subject: "Pay\r\nBcc: eve@evil.example" }],
    ["with a line separator in its subject", { subject: "Pay\u2028" }],
    ["with half a character in its subject", { subject: "Pay\ud800" }],
    ["without a subject", { subject: "" }],
    ["with a subject that no server takes", { subject: "x".repeat(201) }],
    ["with a line break in a header", { headers: { References: "<c_1@x>\r\nBcc: eve@evil.example" } }],
    ["with a line break in a header's name", { headers: { "X: 1\nBcc": "eve@evil.example" } }],
  ])("%s", (_name, change) => expect(mailProblem({ ...mailOf(), ...change })).toBeDefined());

  it("for no reason", () => expect(mailProblem(mailOf())).toBeUndefined());
});
