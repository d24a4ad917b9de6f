import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

// The suite can't send a header of its own: this stands in front on loopback and adds the key, changing
// nothing else.

export interface Shim {
  readonly url: string;
  readonly stop: () => void;
}

export async function startShim(target: string, apiKey: string): Promise<Shim> {
  const { port } = new URL(target);
  const server: Server = createServer((asked, answer) => {
    const { method, url: path, headers } = asked;
    const onward = request({
      host: "127.0.0.1",
      port,
      method,
      path,
      headers: { ...headers, "x-api-key": apiKey },
    });
    onward.on("response", (told) => {
      answer.writeHead(told.statusCode ?? 502, told.headers);
      told.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${own}/mcp`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
