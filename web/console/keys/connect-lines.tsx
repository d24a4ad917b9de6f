import type { Html } from "../html-text.ts";
import { CopiedText } from "./copied-text.tsx";

// What a person pastes to use a key. No value in it has a quotation mark: an origin, a key, a user name.

interface ConnectProps {
  readonly origin: string;
  readonly secret: string;
  /** Who is asked. */
  readonly username: string;
}

export function ConnectLines({ origin, secret, username }: ConnectProps): Html {
  return (
    <>
      <p>
        <b>From a program:</b> ask {username} to approve something.
      </p>
      <CopiedText id="curl-line" text={curlLine({ origin, secret, username })} name="the curl command" />
      <p>
        <b>From an agent:</b> for Claude Code. Other agents need the same address and header:{" "}
        <code>{`${origin}/mcp`}</code>, <code>X-Api-Key</code>.
      </p>
      <CopiedText id="mcp-line" text={mcpLine({ origin, secret })} name="the command for an agent" />
    </>
  );
}

function curlLine({ origin, secret, username }: ConnectProps): string {
  const body = JSON.stringify({ username, action: "Deploy to production", payload: { service: "api" } });
  return [
    `curl -X POST ${origin}/api/confirmations`,
    `  -H 'X-Api-Key: ${secret}'`,
    "  -H 'Content-Type: application/json'",
    `  -d '${body}'`,
  ].join(" \\\n");
}

function mcpLine({ origin, secret }: Omit<ConnectProps, "username">): string {
  return `claude mcp add --transport http countersign ${origin}/mcp --header 'X-Api-Key: ${secret}'`;
}
