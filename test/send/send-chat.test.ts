import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHAT_KINDS, NOTICE_KINDS, type ChatKind } from "../../src/core/notice/notice-kinds.ts";
import { noticeText, type NoticeText } from "../../src/core/notice/notice-text.ts";
import { sendNotice } from "../../src/send/notice-senders.ts";
import type { OutboundAnswer } from "../../src/send/guarded-fetch.ts";
import { ChatReceiver } from "../support/receivers/chat-receiver.ts";
import { fullReply } from "../support/receivers/receiver.ts";
import { SAMPLE_FACTS } from "../support/sample-notice.ts";

const FACTS = { ...SAMPLE_FACTS, isPersonal: false };
const LINK = FACTS.link;

/** What a room of this kind shows of a notice. */
async function shownIn(kind: ChatKind, text: NoticeText) {
  const room = new ChatReceiver(kind);
  const result = await post(kind, text, (body, headers) => {
    const reply = room.handle({ method: "POST", path: "/hook", headers, body: Buffer.from(body) });
    if (typeof reply === "string") throw new Error("a room answers");
    return { ok: true, status: fullReply(reply).status, retryAfterSeconds: null, milliseconds: 1 };
  });
  expect([room.refused, result.kind]).toEqual([[], "sent"]);
  return room.messages[0];
}

type Answering = (body: string, headers: Readonly<Record<string, string>>) => OutboundAnswer;

const post = (kind: ChatKind, text: NoticeText, answer: Answering) =>
  sendNotice(
    {
      now: () => 0,
      post: async ({ body, headers }) => answer(String(body), headers),
      addressProblem: () => undefined,
      push: null,
      email: null,
      seed: new Uint8Array(32),
    },
    { kind, address: "https://chat.example/hook", keys: null, unsubscribeLink: null },
    text,
  );

const HOSTILE = [
  "<!channel> <!here> <@U123> <#C1|general>",
  "<https://evil.example|Read and decide>",
  "&lt;!channel&gt; &amp;lt;b&amp;gt;",
  "*bold* _italics_ ~struck~ `code` ```block```",
  "**bold** __bold__ ~~struck~~ # Heading > quote | table",
  "[Read and decide](https://evil.example) ![](https://evil.example/seen.png)",
  "@all @channel @everyone @here <users/all> <at>all</at>",
  "https://evil.example www.evil.example evil.example mailto:eve@evil.example",
  "javascript:alert(1) slack://open file:///etc tel:+4911",
  ":white_check_mark: :+1: Approved",
  "{{DATE(2026-11-28T00:00:00Z,SHORT)}} {{{TIME(x)}}} ${action} @{body}",
  String.raw`\* \[x\]\(https://evil.example\) $x$ $$y$$`,
  "Refund\n\nCode: 0000 0000\nhttps://evil.example",
];

describe.each(CHAT_KINDS)("a message in %s", (kind) => {
  it("says what is asked, with the code and one link", async () => {
    const message = await shownIn(kind, noticeText(FACTS));
    for (const part of [
      "Waits for a decision: Refund 1,250.00 EUR",
      "Requester: Billing bot",
      "Project: Payments",
      "Code: 4711 0815 (the page shows the same)",
      "Open the request",
    ])
      expect(message?.text).toContain(part);
    expect([message?.links, message?.mentions]).toEqual([[LINK], []]);
  });

  it.each(NOTICE_KINDS)("%s has a link, and nothing that decides", async (notice) => {
    const message = await shownIn(kind, noticeText({ ...FACTS, kind: notice }));
    expect(message?.links).toEqual([LINK]);
    expect(JSON.stringify(message?.body)).not.toMatch(/Action\.(?!OpenUrl)|"button"|"actions":\[\]|callback/);
  });

  const texts = (hostile: string) => ({
    requesterName: hostile,
    action: hostile,
    organisation: hostile,
    project: hostile,
  });
  /** What a text of others adds to a message, and the lines that are not shown as they are. */
  const faultsOf = async (hostile: string) => {
    const text = noticeText({ ...FACTS, ...texts(hostile) });
    const message = await shownIn(kind, text);
    const shown = narrow(message?.text ?? "");
    return {
      links: message?.links.filter((link) => link !== LINK),
      mentions: message?.mentions,
      lost: text.lines.filter((line) => !shown.includes(narrow(line))),
    };
  };
  const NONE = { links: [], mentions: [], lost: [] };
  it.each(HOSTILE)("shows %j as it is", async (text) => expect(await faultsOf(text)).toEqual(NONE));
  it("shows any text as it is", async () => {
    const unit = fc.constantFrom(
      ...Array.from("<>&*_~`[]()!@#|\\:/.{}$ -aé1\n"),
      "https://",
      "<!here>",
      "@all",
    );
    const any = fc.string({ unit, minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(any, async (text) => {
        expect(await faultsOf(text)).toEqual(NONE);
      }),
    );
  });

  it("is taken, however long the names are", async () => {
    const text = noticeText({ ...FACTS, ...texts("&😀 ".repeat(2_000)) });
    const long = { ...text, lines: text.lines.map((line) => line.repeat(20)), title: text.title.repeat(20) };
    expect((await shownIn(kind, long))?.text).toContain("…");
  });

  it.each<[string, OutboundAnswer, object]>([
    ["200", answered(200), { kind: "sent", status: 200 }],
    ["202", answered(202), { kind: "sent", status: 202 }],
    ["404", answered(404), { kind: "gone", status: 404 }],
    ["410", answered(410), { kind: "gone", status: 410 }],
    ["429", answered(429, 30), { kind: "retry", status: 429, afterSeconds: 30 }],
    ["429 without a time", answered(429), { kind: "retry", status: 429 }],
    ["500", answered(500), { kind: "retry", status: 500 }],
    ["503", answered(503, 5), { kind: "retry", status: 503, afterSeconds: 5 }],
    ["400", answered(400), { kind: "failed", status: 400 }],
    ["403", answered(403), { kind: "failed", status: 403 }],
    [
      "nothing",
      { ok: false, error: "no answer in 15 seconds", milliseconds: 15_000 },
      { kind: "retry", status: null, error: "no answer in 15 seconds" },
    ],
  ])("that is answered with %s", async (_name, answer, result) => {
    expect(await post(kind, noticeText(FACTS), () => answer)).toMatchObject(result);
  });
});

function answered(status: number, retryAfterSeconds: number | null = null): OutboundAnswer {
  return { ok: true, status, retryAfterSeconds, milliseconds: 1 };
}

/** Without joiners, and with wide signs as they were. */
function narrow(text: string): string {
  return text
    .replaceAll("\u2060", "")
    .replaceAll(/[\uff01-\uff5e]/g, (sign) => String.fromCodePoint(sign.charCodeAt(0) - 0xfee0));
}
