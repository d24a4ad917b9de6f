import { parseArgs } from "node:util";

export interface StartOptions {
  readonly port: number;
  /** The folder of the databases. */
  readonly state: string;
  readonly reset: boolean;
  /** The address that browsers use, if it is not this machine's own. */
  readonly origin: string;
  readonly json: boolean;
  /** Origins on this machine to which webhooks and notices may be sent. */
  readonly sendTo: readonly string[];
}

const DEFAULT_PORT = 8787;
const DEFAULT_STATE = ".countersign";

export const START_USAGE = `npm start -- [--port N] [--state DIR] [--reset] [--origin URL] [--send-to URL] [--json]
  --port N      listen on this port (${DEFAULT_PORT})
  --state DIR   keep the databases here (${DEFAULT_STATE})
  --reset       delete that folder first, and start empty
  --origin URL  the address that browsers use, for a tunnel to a real phone
  --send-to URL let webhooks be sent to a receiver on this machine, such as http://127.0.0.1:9000; can be repeated
  --json        also print one line of JSON, for scripts`;

/** The options, or a message that says what is wrong with them. */
export function readStartOptions(args: readonly string[]): StartOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        state: { type: "string", default: DEFAULT_STATE },
        reset: { type: "boolean", default: false },
        origin: { type: "string" },
        json: { type: "boolean", default: false },
        "send-to": { type: "string", multiple: true, default: [] },
      },
    });
    const port = Number(values.port ?? DEFAULT_PORT);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return "--port needs a number from 1 to 65535";
    const origin = originOf(values.origin ?? `http://localhost:${port}`);
    if (origin === undefined) {
      return "--origin needs an address like https://example.trycloudflare.com: a host name, not an IP address, and https except for localhost";
    }
    const sendTo = values["send-to"].map((text) => localOrigin(text));
    if (!sendTo.every((one) => one !== undefined))
      return "--send-to needs an address of this machine, like http://127.0.0.1:9000 or http://localhost:9000";
    if (sendTo.length > 0 && !origin.startsWith("http:"))
      return "--send-to works only without --origin: people who come through a tunnel could reach this machine with it";
    return { sendTo, port, state: values.state, reset: values.reset, origin, json: values.json };
  } catch (problem) {
    return problem instanceof Error ? problem.message : String(problem);
  }
}

/** The machine itself only: nothing else inside of a network is ever reached. */
function localOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { hostname, origin } = new URL(text);
  return ["127.0.0.1", "localhost"].includes(hostname) ? origin : undefined;
}

/** A passkey belongs to a host name: an IP address can't be an RP ID, and only localhost works without https. */
function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, origin, pathname } = new URL(text);
  const secure = protocol === "https:" || (protocol === "http:" && hostname === "localhost");
  const isHostName = /[a-z]/.test(hostname) && !hostname.startsWith("[");
  return secure && isHostName && pathname === "/" ? origin : undefined;
}
