import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ENDLESS_PART, fullReply, type Receiver, type Reply } from "./receiver.ts";

export interface ReceiverServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Serves a receiver on the loopback address. Another port than a free one is for a receiver that comes back. */
export async function serveReceiver(receiver: Receiver, port = 0): Promise<ReceiverServer> {
  const server = createServer((request, response) => void answer(receiver, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(receiver: Receiver, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  // The sender may be killed while it sends. Then there is nothing to receive.
  if (body === undefined) return;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const { method = "", url: path = "" } = request;
  send(response, receiver.handle({ method, path, headers, body }));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(parts);
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === "hang") return;
  if (reply === "close") return void response.destroy();
  if (reply === "endless") {
    const more = (): void => {
      while (!response.destroyed && response.write(ENDLESS_PART));
    };
    response.on("drain", more);
    return more();
  }
  const { status, headers = {}, body = "" } = fullReply(reply);
  response.writeHead(status, headers).end(body);
}
