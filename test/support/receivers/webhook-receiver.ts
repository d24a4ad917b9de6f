import { Arrivals } from "./arrivals.ts";
import { keysThatSigned, type WebhookKeys } from "./webhook-signature.ts";
import type { ReceivedCall, Receiver, Reply } from "./receiver.ts";

// A customer's backend: takes an event only with a signature of every kind of key that it knows.

export interface ReceivedEvent {
  /** The header webhook-id. */
  readonly id: string;
  /** The header webhook-timestamp, in seconds. */
  readonly timestamp: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it arrived. */
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the format of the event is what a test checks
  readonly event: any;
  /** The known keys that signed it: two secrets during a rotation. */
  readonly keys: readonly string[];
  /** When it arrived, by performance.now(). */
  readonly at: number;
}

export class WebhookReceiver implements Receiver {
  /** Set once the webhook exists. Until then every call is refused. */
  keys: WebhookKeys = {};
  /** The answer to a signed event. */
  answer: (event: ReceivedEvent) => Reply = () => 204;
  readonly #events = new Arrivals<ReceivedEvent>("webhook");
  readonly #refused: ReceivedCall[] = [];
  readonly #now: () => number;

  /** In milliseconds, if the sender is at another time. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** All that were signed, with their repetitions. */
  get events(): readonly ReceivedEvent[] {
    return this.#events.all;
  }

  /** Calls that were not a signed event. */
  get refused(): readonly ReceivedCall[] {
    return this.#refused;
  }

  received(matches: (event: ReceivedEvent) => boolean, milliseconds?: number): Promise<ReceivedEvent> {
    return this.#events.received(matches, milliseconds);
  }

  readonly handle = (call: ReceivedCall): Reply => {
    const { method, path, headers } = call;
    const text = call.body.toString();
    const message = { headers, body: text };
    const { secrets = [], publicKeys = [] } = this.keys;
    const groups = [{ secrets }, { publicKeys }].filter((keys) => Object.values(keys).flat().length > 0);
    const keys = groups.map((group) => keysThatSigned(message, group, this.#now()));
    if (method !== "POST" || keys.length === 0 || keys.some((signed) => signed.length === 0)) {
      this.#refused.push(call);
      return { status: 401, body: "not signed with a known key" };
    }
    const received: ReceivedEvent = {
      id: headers["webhook-id"] ?? "",
      timestamp: Number(headers["webhook-timestamp"]),
      path,
      headers,
      text,
      event: JSON.parse(text),
      keys: keys.flat(),
      at: performance.now(),
    };
    this.#events.add(received);
    return this.answer(received);
  };
}
