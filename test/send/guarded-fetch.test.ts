import { createServer, type RequestListener, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guardedFetch, type Out } from "../../src/send/guarded-fetch.ts";

// Receivers that misbehave, on this machine. The limit of 15 seconds is a short one here.

const LIMIT_MILLISECONDS = 400;
const MEBIBYTE = 1_048_576;

let server: Server;
let origin: string;
let post: Out;
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
  "/secret": (_request, answer) => answer.end(),
  "/hang": () => undefined,
  "/close": (request) => request.socket.destroy(),
  "/half": (_request, answer) => {
    answer.writeHead(200, { "content-length": "100" }).write("half");
    setTimeout(() => answer.destroy(), 20);
  },
  "/large": (_request, answer) => answer.end(Buffer.alloc(10 * MEBIBYTE)),
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

beforeAll(async () => {
  server = createServer((request, answer) => {
    const path = request.url ?? "";
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      got.push(`${request.method} ${path} ${String(request.headers["webhook-id"])} ${body}`);
      RECEIVERS[path]?.(request, answer);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rules = { ownHosts: [], testOrigins: [origin], now: () => Date.now() };
  post = guardedFetch({ ...rules, maxMilliseconds: LIMIT_MILLISECONDS });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const send = (path: string) =>
  post({ url: `${origin}${path}`, headers: { "webhook-id": "e_1" }, body: '{"a":1}' });

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
    ["answers slowly, without an end", "/drip", { status: 200 }],
  ])("%s has answered", async (_what, path, answer) => {
    expect(await send(path)).toMatchObject({ ok: true, ...answer });
  });

  it.each([
    ["redirects inside", "/inside", /^it redirects \(307\); enter the final address$/],
    ["does not answer", "/hang", /^no answer within/],
    ["closes the connection", "/close", /^no connection/],
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

  it("is at an address that is not allowed gets nothing", async () => {
    const before = got.length;
    const other = origin.replace("127.0.0.1", "localhost");
    const answer = await post({ url: `${other}/ok`, headers: {}, body: "" });
    expect(answer).toEqual({ ok: false, error: expect.stringContaining("https://"), milliseconds: 0 });
    expect(got.length).toBe(before);
  });
});
