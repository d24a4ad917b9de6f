import type { Delivery } from "../../app/confirmation/deduplicate.ts";
import { utf8 } from "../../core/encoding/bytes.ts";

// Whether somebody took the answer. A runtime tells that a client has gone only when something is written
// to it; so an open answer is written to now and then, and once more after its end.

/** Python agents give up after 5 s of silence; and whoever has gone is noticed by the next of these. */
export const KEEP_ALIVE_MILLISECONDS = 2_000;
/** The first write to a connection that was closed brings back its reset, the next one meets it. */
const AFTERWARDS = [20, 20] as const;
const NOTHING = utf8(": end\n\n");

export class Answering {
  #delivery: Delivery | undefined;
  #gone = false;
  readonly #takeBack: (delivery: Delivery) => Promise<void>;
  readonly #ended = Promise.withResolvers<void>();

  constructor(takeBack: (delivery: Delivery) => Promise<void>) {
    this.#takeBack = takeBack;
  }

  /** False once the client is known to have gone: nothing can be delivered to it. */
  get attended(): boolean {
    return !this.#gone;
  }

  /** Settles when it is known what became of the answer. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async delivers(delivery: Delivery): Promise<void> {
    this.#delivery = delivery;
    if (this.#gone) await this.#takeBack(delivery);
  }

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
          for (const pause of this.#delivery === undefined ? [] : AFTERWARDS) {
            await scheduler.wait(pause);
            if (this.#gone) return;
            controller.enqueue(NOTHING);
          }
          controller.close();
          this.#ended.resolve();
        },
        cancel: async (reason) => {
          this.#gone = true;
          await reader.cancel(reason).catch(() => undefined);
          if (this.#delivery !== undefined) await this.#takeBack(this.#delivery);
          this.#ended.resolve();
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(stream, response);
  }
}
