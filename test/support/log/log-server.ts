import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { publicFile } from "../evidence/export-file.ts";
import type { TestLog } from "./memory-log.ts";

// A log server on the loopback address, honest unless a test sets another answer.

export type Answer =
  | { readonly status?: number; readonly type?: string; readonly body: string | Uint8Array }
  | "hang up"
  /** An answer that never ends: one byte now and then. */
  | "drip";

const DRIP_MILLISECONDS = 100;

export interface LogServer {
  readonly url: string;
  /** The answer for a path instead of the honest one; undefined for the honest one. */
  lie: ((path: string) => Answer | undefined) | undefined;
  /** The log to serve. A test can replace it with another history. */
  log: TestLog;
  /** The checkpoint to serve instead of the log's newest. */
  note: string | undefined;
  /** The number of requests so far. */
  requests: number;
  close(): Promise<void>;
}

export async function serveTestLog(log: TestLog): Promise<LogServer> {
  const state: LogServer = {
    url: "",
    lie: undefined,
    log,
    note: undefined,
    requests: 0,
    close: async () => undefined,
  };
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? "").slice(1);
    state.requests++;
    void answerOf(state, path).then((answer) => {
      if (answer === "hang up") return void request.socket.destroy();
      if (answer === "drip") {
        const timer = setInterval(() => response.write("a"), DRIP_MILLISECONDS);
        return void response.on("close", () => clearInterval(timer));
      }
      response.statusCode = answer.status ?? 200;
      if (answer.type !== undefined) response.setHeader("content-type", answer.type);
      return void response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function answerOf({ lie, log, note }: LogServer, path: string): Promise<Answer> {
  const dishonest = lie?.(path);
  if (dishonest !== undefined) return dishonest;
  const body = path === "checkpoint" ? (note ?? (await log.checkpoint())) : publicFile(log, path);
  return body === undefined ? { status: 404, body: "There is nothing here.\n" } : { body };
}
