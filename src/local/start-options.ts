import { parseArgs } from "node:util";

export interface StartOptions {
  readonly port: number;
  /** Where the databases stand between two starts. */
  readonly state: string;
  readonly reset: boolean;
  /** The address that browsers use, where it is not this machine's own. */
  readonly origin: string;
  readonly json: boolean;
}

const DEFAULT_PORT = 8787;
const DEFAULT_STATE = ".countersign";

export const START_USAGE = `npm start -- [--port N] [--state DIR] [--reset] [--origin URL] [--json]
  --port N      listen on this port (${DEFAULT_PORT})
  --state DIR   keep the databases here (${DEFAULT_STATE})
  --reset       begin anew: forget what is in that folder
  --origin URL  the address that browsers use, for a tunnel to a real phone
  --json        end the start with one line of JSON, for scripts`;

/** The options, or what is wrong with them in plain words. */
export function readStartOptions(words: readonly string[]): StartOptions | string {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        port: { type: "string" },
        state: { type: "string", default: DEFAULT_STATE },
        reset: { type: "boolean", default: false },
        origin: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const port = Number(values.port ?? DEFAULT_PORT);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return "--port takes a number from 1 to 65535";
    const origin = originOf(values.origin ?? `http://localhost:${port}`);
    if (origin === undefined) {
      return "--origin takes an address like https://example.trycloudflare.com: a host name, not an IP, and https unless it is localhost";
    }
    return { port, state: values.state, reset: values.reset, origin, json: values.json };
  } catch (problem) {
    return problem instanceof Error ? problem.message : String(problem);
  }
}

/** Passkeys belong to a host name: an IP address can be no RP ID, and only localhost does without https. */
function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, origin, pathname } = new URL(text);
  const secure = protocol === "https:" || (protocol === "http:" && hostname === "localhost");
  const named = /[a-z]/.test(hostname) && !hostname.startsWith("[");
  return secure && named && pathname === "/" ? origin : undefined;
}
