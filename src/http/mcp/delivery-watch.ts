import type { Delivery } from "../../app/confirmation/deduplicate.ts";
import { utf8 } from "../../core/encoding/bytes.ts";

// Detects whether the client received the answer. The runtime reports a closed connection only when something is
// written to it, so an open answer gets a keep-alive from time to time, and two more comments after its end.

/** Python agents give up after 5 s of silence. A client that has gone is noticed at the next keep-alive. */
export const KEEP_ALIVE_MILLISECONDS = 2_000;
/** The first write to a closed connection brings back its reset, and the second write fails. */
const FINAL_PAUSES_MILLISECONDS = [20, 20] as const;
const FINAL_COMMENT = utf8(": end\n\n");

export class DeliveryWatch {
  #delivery: Delivery | undefined;
  readonly #gone = new AbortController();
  readonly #undo: (delivery: Delivery) => Promise<void>;
  readonly #ended = Promise.withResolvers<void>();

  /** `undo` is called with a delivery that the client did not receive. */
  constructor(undo: (delivery: Delivery) => Promise<void>) {
    this.#undo = undo;
  }

  /** False once the client is known to have gone. Nothing can be delivered to it. */
  get isConnected(): boolean {
    return !this.#gone.signal.aborted;
  }

  /** Aborted once the client is known to have gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves once it is known whether the client received the answer. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** The answer will contain this delivery. */
  async add(delivery: Delivery): Promise<void> {
    this.#delivery = delivery;
    if (!this.isConnected) await this.#undo(delivery);
  }

  /** The same response, watched until its end. */
  watch(response: Response): Response {
    if (response.body === null || response.headers.get("content-type") !== "text/event-stream") {
      this.#ended.resolve();
      return response;
    }
    const reader = response.body.getReader();
    const stream = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          for (const pause of this.#delivery === undefined ? [] : FINAL_PAUSES_MILLISECONDS) {
            await scheduler.wait(pause);
            if (!this.isConnected) return;
            controller.enqueue(FINAL_COMMENT);
          }
          controller.close();
          this.#ended.resolve();
        },
        cancel: async (reason) => {
          this.#gone.abort();
          await reader.cancel(reason).catch(() => undefined);
          if (this.#delivery !== undefined) await this.#undo(this.#delivery);
          this.#ended.resolve();
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(stream, response);
  }
}
