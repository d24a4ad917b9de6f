import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";

// The HTTP client for all subjects of a benchmark: keeps its connections open and adds little work.

const connections = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  /** When the last byte arrived. */
  readonly at: number;
}

export function call(
  url: string,
  { method = "GET", headers = {}, body = "", signal }: Call = {},
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const length = body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const options = { method, agent: connections, headers: { ...headers, ...length } };
  const sent = request(url, signal === undefined ? options : { ...options, signal }, (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (part: string) => (text += part));
    response.on("error", reject);
    response.on("end", () => resolve({ status: response.statusCode ?? 0, text, at: performance.now() }));
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

/** Throws for any other status: refusals are fast and would make good figures. */
export async function expectCall(status: number, url: string, options?: Call): Promise<Reply> {
  const reply = await call(url, options);
  if (reply.status === status) return reply;
  throw new Error(`${options?.method ?? "GET"} ${url} answered ${reply.status}: ${reply.text.slice(0, 500)}`);
}

/** Calls per second. Each client calls again as soon as it has an answer. */
export async function throughput(
  clients: number,
  forMilliseconds: number,
  work: () => Promise<unknown>,
): Promise<number> {
  let done = 0;
  const start = performance.now();
  const end = start + forMilliseconds;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      await work();
      done++;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return (1_000 * done) / (performance.now() - start);
}

export function closeConnections(): void {
  connections.destroy();
}
