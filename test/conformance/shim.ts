import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

// The suite can't send additional headers. This proxy on loopback adds the API key and changes nothing else.

export interface Shim {
  readonly url: string;
  readonly stop: () => void;
}

export async function startShim(target: string, apiKey: string): Promise<Shim> {
  const { port } = new URL(target);
  const server: Server = createServer((incoming, answer) => {
    const { method, url: path, headers } = incoming;
    const outgoing = request({
      host: "127.0.0.1",
      port,
      method,
      path,
      headers: { ...headers, "x-api-key": apiKey },
    });
    outgoing.on("response", (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.on("error", () => answer.destroy());
    answer.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
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
