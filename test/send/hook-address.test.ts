import { describe, expect, it } from "vitest";
import type { ChatKind } from "../../src/core/notice/notice-kinds.ts";
import { hookAddressProblem } from "../../src/send/hook-address.ts";
import { addressProblem } from "../../src/send/outbound-address.ts";

const rules = { ownHosts: ["sign.example.com"], testOrigins: ["http://127.0.0.1:9999"] };
const problemOf = (kind: ChatKind, address: string) =>
  hookAddressProblem({ addressProblem: (url) => addressProblem(url, rules) }, kind, address);

const SLACK = "https://hooks.slack.com/services/T0AB/B0CD/x1Yz";
const TEAMS =
  "https://default0a1b.4c.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/0a1b/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=x_Y-z";
const LOGIC_APP = "https://prod-01.westeurope.logic.azure.com:443/workflows/0a/triggers/manual/paths/invoke";
const CONNECTOR = "https://acme.webhook.office.com/webhookb2/0a@1b/IncomingWebhook/2c/3d";
const MATTERMOST = "https://chat.acme.com/hooks/x1y2";
const DISCORD = "https://discord.com/api/webhooks/1/x-y";

describe("the address of a chat room", () => {
  it.each<[ChatKind, string]>([
    ["slack", SLACK],
    ["slack", "https://hooks.slack-gov.com/services/T0AB/B0CD/x1Yz"],
    ["teams", TEAMS],
    ["teams", LOGIC_APP],
    ["teams", "https://default0a.1b.environment.api.gov.powerplatform.microsoft.us/powerautomate/x"],
    ["chat", MATTERMOST],
    ["chat", "https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t"],
    ["chat", `${DISCORD}/slack`],
    ["slack", "http://127.0.0.1:9999/slack"],
    ["teams", "http://127.0.0.1:9999/teams"],
  ])("of %s is %s", (kind, address) => expect(problemOf(kind, address)).toBeUndefined());

  it.each<[ChatKind, string, string]>([
    ["slack", MATTERMOST, "incoming webhook of Slack"],
    ["slack", "https://hooks.slack.com.evil.com/services/T0/B0/x", "incoming webhook of Slack"],
    ["slack", "https://evil.com/hooks.slack.com/services/T0/B0/x", "incoming webhook of Slack"],
    ["slack", "https://xhooks.slack.com/services/T0/B0/x", "incoming webhook of Slack"],
    ["slack", "https://hooks.slack.com/triggers/T0/1/x", "incoming webhook of Slack"],
    ["slack", "https://hooks.slack.com/services/T0/B0/x/../../../../api", "incoming webhook of Slack"],
    ["slack", SLACK.replace("https", "http"), "https://"],
    ["slack", "http://127.0.0.1:9998/slack", "https://"],
    ["teams", SLACK, "workflow of Teams"],
    ["teams", "https://logic.azure.com.evil.com/x", "workflow of Teams"],
    ["teams", "https://evillogic.azure.com/x", "workflow of Teams"],
    ["teams", "https://logic.azure.com/x", "workflow of Teams"],
    ["teams", CONNECTOR, "ended connectors"],
    ["chat", CONNECTOR, "ended connectors"],
    ["chat", SLACK, "choose Slack"],
    ["chat", TEAMS, "choose Teams"],
    ["chat", DISCORD, "/slack"],
    ["chat", "https://sign.example.com/hook", "the service itself"],
    ["chat", "https://10.0.0.1/hook", "in numbers"],
    ["chat", "chat.acme.com", "no address"],
  ])("of %s is not %s", (kind, address, reason) => expect(problemOf(kind, address)).toContain(reason));
});
