import { createServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// A separate process that restate.ts starts: the same workflow as a Restate service. Its argument is the folder with the
// installed SDK. It prints its port as the first line.

interface DurablePromise extends Promise<string> {
  resolve(value: string): Promise<void>;
}

interface Context {
  promise(name: string): DurablePromise;
}

type Handler = (context: Context, input: unknown) => Promise<unknown>;

interface Sdk {
  workflow(definition: { name: string; handlers: Readonly<Record<string, Handler>> }): unknown;
  createEndpointHandler(options: {
    services: readonly unknown[];
  }): (request: Http2ServerRequest, response: Http2ServerResponse) => void;
}

const [folder = ""] = process.argv.slice(2);
const module = join(folder, "node_modules/@restatedev/restate-sdk/dist/index.js");
const sdk = (await import(pathToFileURL(module).href)) as Sdk;

const approval = sdk.workflow({
  name: "approval",
  handlers: {
    run: async (context) => ({ status: await context.promise("decision") }),
    decide: async (context, decision) => context.promise("decision").resolve(String(decision)),
  },
});

const server = createServer(sdk.createEndpointHandler({ services: [approval] }));
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
