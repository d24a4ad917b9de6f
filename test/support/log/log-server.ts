import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { served } from "../evidence/export-file.ts";
import type { TestLog } from "./memory-log.ts";

// A log on the loopback, honest until it is told what else to answer.

export type Answer = { readonly status?: number; readonly body: string | Uint8Array } | "hang up";

export interface LogServer {
  readonly url: string;
  /** What is answered under a path in place of the truth; undefined for the truth. */
  lie: ((path: string) => Answer | undefined) | undefined;
  /** The log that is served; another one is another history. */
  log: TestLog;
  /** The checkpoint, if it is not the log's newest. */
  note: string | undefined;
  asked: number;
  close(): Promise<void>;
}

export async function serveTestLog(log: TestLog): Promise<LogServer> {
  const state: LogServer = {
    url: "",
    lie: undefined,
    log,
    note: undefined,
    asked: 0,
    close: async () => undefined,
  };
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? "").slice(1);
    state.asked++;
    void answerOf(state, path).then((answer) => {
      if (answer === "hang up") return void request.socket.destroy();
      response.statusCode = answer.status ?? 200;
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
  const lied = lie?.(path);
  if (lied !== undefined) return lied;
  const body = path === "checkpoint" ? (note ?? (await log.checkpoint())) : served(log, path);
  return body === undefined ? { status: 404, body: "There is nothing here.\n" } : { body };
}
