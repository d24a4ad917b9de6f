import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { gzipSync } from "node:zlib";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OUTBOUND_NETWORK, outboundNetwork } from "../../src/local/outbound-network.ts";
import type { OutboundAnswer } from "../../src/send/guarded-fetch.ts";
import { bundleWorker } from "../support/product/worker-bundle.ts";
import { selfSigned } from "./self-signed.ts";

// Receivers that misbehave, on this machine, called from the runtime of the product with the network of `npm start`. The
// limit of 15 seconds is a short one here.

const LIMIT_MILLISECONDS = 1_500;
const MEBIBYTE = 1_048_576;
const PACKED = gzipSync(Buffer.alloc(10 * MEBIBYTE));

const WORKER = `
  import { guardedFetch } from "./src/send/guarded-fetch.ts";
  export default {
    async fetch(request) {
      const { testOrigins, maxMilliseconds, call } = await request.json();
      const post = guardedFetch({ ownHosts: [], testOrigins, maxMilliseconds, now: () => Date.now() });
      return Response.json(await post(call));
    },
  };`;

let server: Server;
let tlsServer: Server;
let runtime: Miniflare;
let origin: string;
let tlsOrigin: string;
/** What the receivers got and sent. */
const got: string[] = [];
let bytesSent = 0;

const RECEIVERS: Readonly<Record<string, RequestListener>> = {
  "/ok": (_request, answer) => answer.end("thank you"),
  "/none": (_request, answer) => answer.writeHead(204).end(),
  "/busy": (_request, answer) => answer.writeHead(429, { "retry-after": "7" }).end(),
  "/date": (_request, answer) =>
    answer.writeHead(503, { "retry-after": new Date(Date.now() + 90_000).toUTCString() }).end(),
  "/never": (_request, answer) => answer.writeHead(429, { "retry-after": "99999999" }).end(),
  "/nonsense": (_request, answer) => answer.writeHead(429, { "retry-after": "soon" }).end(),
  "/gone": (_request, answer) => answer.writeHead(410).end(),
  "/inside": (_request, answer) => answer.writeHead(307, { location: `${origin}/secret` }).end(),
  "/unreachable": (_request, answer) => answer.writeHead(526).end(),
  "/secret": (_request, answer) => answer.end(),
  "/hang": () => undefined,
  "/close": (request) => request.socket.destroy(),
  "/half": (_request, answer) => {
    answer.writeHead(200, { "content-length": "100" }).write("half");
    setTimeout(() => answer.destroy(), 20);
  },
  "/large": (_request, answer) => answer.end(Buffer.alloc(10 * MEBIBYTE)),
  "/packed": (_request, answer) => answer.writeHead(200, { "content-encoding": "gzip" }).end(PACKED),
  "/noise": (request) => request.socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
  "/headers": (request) => request.socket.end(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(2 * MEBIBYTE)}\r\n\r\n`),
  "/endless": (_request, answer) => {
    const more = () => {
      while (!answer.destroyed && answer.write(Buffer.alloc(MEBIBYTE / 8))) bytesSent += MEBIBYTE / 8;
    };
    answer.on("drain", more);
    more();
  },
  "/drip": (_request, answer) => {
    const timer = setInterval(() => answer.write("."), 50);
    answer.on("close", () => clearInterval(timer));
  },
};

const receive: RequestListener = (request, answer) => {
  const path = request.url ?? "";
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    got.push(`${request.method} ${path} ${String(request.headers["webhook-id"])} ${body}`);
    RECEIVERS[path]?.(request, answer);
  });
};

async function listen(on: Server): Promise<number> {
  on.listen(0, "localhost");
  await once(on, "listening");
  return (on.address() as AddressInfo).port;
}

beforeAll(async () => {
  server = createServer(receive);
  tlsServer = createTlsServer(selfSigned("localhost"), receive);
  origin = `http://localhost:${await listen(server)}`;
  tlsOrigin = `https://localhost:${await listen(tlsServer)}`;
  const contents = await bundleWorker({ stdin: { contents: WORKER, resolveDir: "." } });
  const worker = {
    name: "test",
    modules: [{ type: "ESModule" as const, path: "test.mjs", contents }],
    compatibilityDate: "2026-10-30",
    compatibilityFlags: ["global_fetch_strictly_public"],
    outboundService: OUTBOUND_NETWORK,
  };
  runtime = new Miniflare(
    convertV4MiniflareOptions({
      workers: [worker, outboundNetwork(`${origin} ${tlsOrigin}`)],
      telemetry: { enabled: false },
      // The runtime prints each connection that fails.
      handleStructuredLogs: () => undefined,
    }),
  );
  await runtime.ready;
});
afterAll(async () => {
  await runtime.dispose();
  for (const one of [server, tlsServer]) one.close();
});

async function post(url: string, allowed: readonly string[] = [origin, tlsOrigin]): Promise<OutboundAnswer> {
  const call = { url, headers: { "webhook-id": "e_1" }, body: '{"a":1}' };
  const body = JSON.stringify({ testOrigins: allowed, maxMilliseconds: LIMIT_MILLISECONDS, call });
  const answer = await runtime.dispatchFetch("http://test/", { method: "POST", body });
  return (await answer.json()) as OutboundAnswer;
}

const send = (path: string) => post(`${origin}${path}`);

it("sends a POST with its headers and body", async () => {
  expect(await send("/ok")).toMatchObject({ ok: true, status: 200, retryAfterSeconds: null });
  expect(got.at(-1)).toBe('POST /ok e_1 {"a":1}');
});

describe("a receiver that", () => {
  it.each([
    ["has nothing to say", "/none", { status: 204 }],
    ["is busy", "/busy", { status: 429, retryAfterSeconds: 7 }],
    ["is busy until a time", "/date", { status: 503, retryAfterSeconds: expect.closeTo(90, -1) }],
    ["is busy for years", "/never", { status: 429, retryAfterSeconds: 86_400 }],
    ["says nonsense about that", "/nonsense", { status: 429, retryAfterSeconds: null }],
    ["is gone", "/gone", { status: 410 }],
    ["breaks off its answer", "/half", { status: 200 }],
    ["answers with 10 MB", "/large", { status: 200 }],
    ["answers with 10 MB in 10 KB", "/packed", { status: 200 }],
    ["answers slowly, without an end", "/drip", { status: 200 }],
  ])("%s has answered", async (_what, path, answer) => {
    expect(await send(path)).toMatchObject({ ok: true, ...answer });
  });

  it.each([
    ["redirects inside", "/inside", /^the address redirects \(307\); enter the final address$/],
    ["can't be reached from Cloudflare", "/unreachable", /^the host's certificate is not valid$/],
    ["does not answer", "/hang", /^no answer within/],
    ["closes the connection", "/close", /^no connection/],
    ["speaks another protocol", "/noise", /^no connection/],
    ["answers with a header of 2 MB", "/headers", /^no connection/],
  ])("%s has not answered, and the reason is plain", async (_what, path, error) => {
    expect(await send(path)).toMatchObject({ ok: false, error: expect.stringMatching(error) });
    expect(got.filter((line) => line.includes("/secret"))).toEqual([]);
  });

  it("answers without an end is cut off after 64 KB", async () => {
    const start = Date.now();
    expect(await send("/endless")).toMatchObject({ ok: true, status: 200 });
    expect(Date.now() - start).toBeLessThan(LIMIT_MILLISECONDS);
    // What is in the buffers of both sides.
    expect(bytesSent).toBeLessThan(16 * MEBIBYTE);
  });

  it.each([
    ["has a certificate that nobody trusts", () => `${tlsOrigin}/ok`, /^no connection/],
    ["has no server", () => "https://nobody.invalid/ok", /must be public/],
    ["is at an address that is not allowed", () => origin.replace("localhost", "127.0.0.1"), /https:/],
  ])("%s gets nothing", async (_what, url, error) => {
    const before = got.length;
    expect(await post(url())).toMatchObject({ ok: false, error: expect.stringMatching(error) });
    expect(got.length).toBe(before);
  });
});

describe("the network of one machine", () => {
  // A name that anybody could have pointed to a private address, as far as the check of addresses knows.
  const asPublic = (url: string) => post(url, [new URL(url).origin]);

  it("connects to no private address, also if a name leads there", async () => {
    const before = got.length;
    const other = createServer(receive);
    const url = `http://localhost:${await listen(other)}/ok`;
    // This process reaches it by the same name.
    expect((await fetch(url, { method: "POST", body: "" })).status).toBe(200);
    expect(await asPublic(url)).toMatchObject({ ok: false, error: expect.stringMatching(/^no connection/) });
    other.close();
    expect(got.length).toBe(before + 1);
  });

  it.each([
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fc00::1]",
    "[fe80::1]",
    "[fec0::1]",
  ])("refuses %s at once", async (address) => {
    const { port } = server.address() as AddressInfo;
    expect(await asPublic(`http://${address}:${port}/`)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^no connection/),
    });
  });
});
