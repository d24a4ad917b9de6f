import { describe, expect, it } from "vitest";
import { ChatReceiver, type ChatKind } from "./chat-receiver.ts";

const LINK = "https://approvals.example.com/approve/c_1";

function send(kind: ChatKind, body: unknown, headers = { "content-type": "application/json" }) {
  const receiver = new ChatReceiver(kind);
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const reply = receiver.handle({ method: "POST", path: "/hook", headers, body: bytes });
  return { receiver, reply, message: receiver.messages[0] };
}

const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
const card = (...body: object[]) => ({
  type: "message",
  attachments: [
    {
      contentType: "application/vnd.microsoft.card.adaptive",
      content: { type: "AdaptiveCard", version: "1.5", body },
    },
  ],
});

describe("a message", () => {
  it.each<[string, ChatKind, unknown, object]>([
    [
      "Slack shows a label and its link",
      "slack",
      { text: "Pay", blocks: [section(`A *bold* word: <${LINK}|Open>, 1 &lt; 2 &amp;&amp; _x_`)] },
      { text: "Pay\nA bold word: Open, 1 < 2 && x", links: [LINK], mentions: [] },
    ],
    [
      "Slack tells the whole channel",
      "slack",
      { text: "<!channel> <@U12> <https://evil.example|approve>" },
      { links: ["https://evil.example"], mentions: ["!channel", "@U12"] },
    ],
    [
      "Slack shows an escaped mention as text",
      "slack",
      { text: "&lt;!channel&gt;" },
      { text: "<!channel>", mentions: [] },
    ],
    [
      "Slack shows the signs of a plain text",
      "slack",
      { text: "x", blocks: [{ type: "header", text: { type: "plain_text", text: "*a* <!here> &lt;" } }] },
      { text: "x\n*a* <!here> <", mentions: [] },
    ],
    [
      "Slack shows a mention, but no styles, in a message without mrkdwn",
      "slack",
      { text: "*a* <!here>", mrkdwn: false },
      { text: "*a* !here", mentions: ["!here"] },
    ],
    [
      "Teams shows Markdown of a text block",
      "teams",
      card({ type: "TextBlock", text: `**Pay** [here](https://evil.example) <at>all</at>` }),
      { text: "Pay here all", links: ["https://evil.example"], mentions: ["all"] },
    ],
    [
      "Teams shows escaped signs, and the signs of a run",
      "teams",
      card(
        { type: "TextBlock", text: String.raw`\[here\]\(x\) \*a\*` },
        { type: "RichTextBlock", inlines: [{ type: "TextRun", text: "**a** [b](c)" }] },
      ),
      { text: "[here](x) *a*\n**a** [b](c)", links: [] },
    ],
    [
      "Teams opens the address of an action",
      "teams",
      card({ type: "Action.OpenUrl", title: "Open", url: LINK }),
      { text: `Open\n${LINK}`, links: [LINK] },
    ],
    [
      "another chat makes a link of an address, and tells everyone",
      "chat",
      { text: `@channel ${LINK}` },
      { links: [LINK], mentions: ["@channel"] },
    ],
  ])("%s", (_name, kind, body, shown) => {
    const { receiver, message } = send(kind, body);
    expect(receiver.refused).toEqual([]);
    expect(message).toMatchObject(shown);
  });

  it.each<[string, ChatKind, unknown]>([
    ["Slack for a broken JSON", "slack", "{"],
    ["Slack for no text", "slack", {}],
    ["Slack for 51 blocks", "slack", { text: "x", blocks: Array.from({ length: 51 }, () => section("x")) }],
    ["Slack for a long section", "slack", { text: "x", blocks: [section("x".repeat(3_001))] }],
    ["Slack for a button", "slack", { text: "x", blocks: [{ type: "actions", elements: [] }] }],
    ["Slack for markup in a header", "slack", { text: "x", blocks: [{ ...section("x"), type: "header" }] }],
    ["Teams for a text", "teams", { text: "x" }],
    ["Teams for a long message", "teams", card({ type: "TextBlock", text: "x".repeat(28 * 1_024) })],
    ["Teams for a button that is no link", "teams", card({ type: "Action.Submit", title: "Approve" })],
    ["another chat for blocks", "chat", { blocks: [section("x")] }],
  ])("is refused by %s", (_name, kind, body) => {
    const { receiver, reply } = send(kind, body);
    expect(reply).toMatchObject({ status: 400 });
    expect([receiver.messages.length, receiver.refused.length]).toEqual([0, 1]);
  });

  it("is refused without the content type of JSON", () => {
    expect(send("slack", { text: "x" }, { "content-type": "text/plain" }).reply).toMatchObject({
      status: 400,
    });
  });
});
