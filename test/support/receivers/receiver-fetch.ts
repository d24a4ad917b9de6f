import { ENDLESS_PART, fullReply, type Receiver } from "./receiver.ts";

const NO_BODY: readonly number[] = [204, 205, 304];

/** A `fetch` that reaches only this receiver, for the setting `outboundService` of Miniflare and for a Worker's test. */
export function receiverFetch(receiver: Receiver): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const reply = receiver.handle({
      method: request.method,
      path: `${pathname}${search}`,
      headers: Object.fromEntries(request.headers),
      body: Buffer.from(await request.arrayBuffer()),
    });
    if (reply === "close") throw new TypeError("Network connection lost.");
    if (reply === "hang") return untilAborted(request.signal);
    if (reply === "endless") return new Response(endless());
    const { status, headers = {}, body = "" } = fullReply(reply);
    return new Response(NO_BODY.includes(status) ? null : body, { status, headers });
  };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  return promise;
}

function endless(): ReadableStream<Uint8Array> {
  const part = new TextEncoder().encode(ENDLESS_PART);
  return new ReadableStream({ pull: (controller) => controller.enqueue(part) });
}
