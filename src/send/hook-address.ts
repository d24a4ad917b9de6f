import type { ChatKind } from "../core/notice/notice-kinds.ts";
import type { Outbound } from "./outbound.ts";

// The address of a chat room's incoming webhook. Slack and Teams take only their own form of a message, and Teams
// accepts any other form without showing it: so an address is refused here that would never show a notice.

const SLACK_HOST = /^hooks\.slack(?:-gov)?\.com$/;
const SLACK_PATH = /^\/services\/\w+\/\w+\/\w+$/;
/** Workflows of Power Automate and Logic Apps, also in the clouds of the US government and in China. */
const TEAMS_HOST =
  /^(?:[\w-]+\.)+(?:logic\.azure\.(?:com|us|cn)|environment\.api\.(?:powerplatform\.com|(?:gov|high)\.powerplatform\.microsoft\.us|powerplatform\.partner\.microsoftonline\.cn))$/;
/** Of connectors, which Microsoft ended in May 2026. */
const ENDED_TEAMS_HOST = /(?:^|\.)(?:webhook\.office|outlook\.office|outlook\.office365)\.com$/;
const DISCORD_HOST = /^(?:(?:canary|ptb)\.)?discord(?:app)?\.com$/;

type Rule = (url: URL) => string | undefined;

const RULES: Readonly<Record<ChatKind, Rule>> = {
  slack: ({ hostname, pathname }) =>
    SLACK_HOST.test(hostname) && SLACK_PATH.test(pathname)
      ? undefined
      : "enter the address of an incoming webhook of Slack, which begins with https://hooks.slack.com/services/",
  teams: ({ hostname }) =>
    TEAMS_HOST.test(hostname)
      ? undefined
      : "enter the address of a workflow of Teams that sends webhook alerts to a channel or chat; its host ends with .environment.api.powerplatform.com or .logic.azure.com",
  chat: ({ hostname, pathname }) => {
    if (SLACK_HOST.test(hostname)) return "this is an address of Slack: choose Slack";
    if (TEAMS_HOST.test(hostname)) return "this is an address of Microsoft Teams: choose Teams";
    if (DISCORD_HOST.test(hostname) && !pathname.endsWith("/slack"))
      return "add /slack at the end of the address: then Discord takes this form of message";
    return undefined;
  },
};

/** Why nothing is posted to this address, in words that say what to do; undefined if it is allowed. */
export function hookAddressProblem(
  { addressProblem }: Pick<Outbound, "addressProblem">,
  kind: ChatKind,
  address: string,
): string | undefined {
  const problem = addressProblem(address);
  if (problem !== undefined) return problem;
  const url = new URL(address);
  // Without https it is a receiver of a test on this machine: no other one is allowed.
  if (url.protocol === "http:") return undefined;
  if (ENDED_TEAMS_HOST.test(url.hostname))
    return "Microsoft has ended connectors: create a workflow in Teams that sends webhook alerts to the channel, and enter its address";
  return RULES[kind](url);
}
