import { lookup, type LookupAddress } from "node:dns";
import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { BlockList, type LookupFunction } from "node:net";
import { Readable } from "node:stream";
import { Response, type Request } from "miniflare";

// How `npm start` connects to other machines. A name of the internet can resolve to an address inside of this network,
// so each address is looked at before a connection is made to it. On Cloudflare the platform does this.

/** Longer than the Worker waits. */
const CONNECTION_MAX_MILLISECONDS = 20_000;

const PRIVATE = new BlockList();
for (const [address, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  PRIVATE.addSubnet(address, bits);
for (const [address, bits] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  PRIVATE.addSubnet(address, bits, "ipv6");

export function isPublicAddress({ address, family }: LookupAddress): boolean {
  // An IPv4 address that is written as an IPv6 one is checked as what it is.
  return !PRIVATE.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** The addresses of a name, without those inside. */
const lookupOutside: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (problem, found) => {
    const addresses = problem ? [] : found.filter(isPublicAddress);
    const [first] = addresses;
    if (first === undefined) done(problem ?? new Error(`${hostname} is no public host`), "");
    else if (options.all === true) done(null, addresses);
    else done(null, first.address, first.family);
  });
};

/** Sends what the Worker sends to other machines. These origins on this machine are allowed besides. */
export function connectOutside(testOrigins: readonly string[]): (request: Request) => Promise<Response> {
  return async (request) => {
    const { url, method, headers } = request;
    const { origin, protocol } = new URL(url);
    const isTest = testOrigins.includes(origin);
    if (protocol !== "https:" && !isTest) throw new Error(`${origin} is not https`);
    const body = Buffer.from(await request.arrayBuffer());
    const options = {
      method,
      headers: { ...Object.fromEntries(headers), "content-length": body.length },
      timeout: CONNECTION_MAX_MILLISECONDS,
      ...(isTest ? {} : { lookup: lookupOutside }),
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = (protocol === "https:" ? requestHttps : requestHttp)(url, options, resolve);
      sent.on("timeout", () => sent.destroy(new Error("no answer")));
      sent.on("error", reject);
      sent.end(body);
    });
    return asResponse(answer);
  };
}

function asResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0;
  const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
    HOP_BY_HOP.has(name) ? [] : [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  // These have no body, and a response that is made with one is refused.
  const isEmpty = status === 204 || status === 205 || status === 304;
  if (isEmpty) answer.resume();
  return new Response(isEmpty ? null : (Readable.toWeb(answer) as never), { status, headers });
}

/** Of the connection to the other machine. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "content-encoding",
]);
