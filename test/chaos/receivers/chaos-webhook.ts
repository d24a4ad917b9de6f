import { serveReceiver, type ReceiverServer } from "../../support/receivers/receiver-server.ts";
import { WebhookReceiver, type ReceivedEvent } from "../../support/receivers/webhook-receiver.ts";
import type { WebhookKeys } from "../../support/receivers/webhook-signature.ts";
import { outcomeOf, usesOf, Violation, type AcknowledgedRequest } from "../acknowledged.ts";
import { untilNothingLacks } from "./until-nothing-lacks.ts";

// The backend of one tenant. It runs all the time, so every event must reach it. A kill may repeat an event, with the
// same id and the same bytes, and must lose none.

/** A kill between claim and answer delays a delivery by one minute. Another kill may do so once more. */
const COMPLETE_MAX_MILLISECONDS = 150_000;

/** A delivery as its row has it. */
export interface StoredDelivery {
  readonly eventId: string;
  readonly sequence: number;
  readonly state: string;
}

export class ChaosWebhook {
  readonly #receiver: WebhookReceiver;
  readonly #server: ReceiverServer;
  readonly #events = new Map<string, ReceivedEvent>();
  /** The id of each event about a request, by its type and the request. */
  readonly #ids = new Map<string, string>();
  readonly #sequences = new Map<number, string>();
  #read = 0;
  repetitions = 0;

  constructor(server: ReceiverServer, receiver: WebhookReceiver) {
    this.#server = server;
    this.#receiver = receiver;
  }

  static async create(): Promise<ChaosWebhook> {
    const receiver = new WebhookReceiver();
    return new ChaosWebhook(await serveReceiver(receiver), receiver);
  }

  get address(): string {
    return this.#server.url;
  }

  knows(keys: WebhookKeys | undefined): void {
    this.#receiver.keys = keys ?? {};
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  get count(): number {
    return this.#events.size;
  }

  /** Checks what arrived since the last call. */
  check(): void {
    const { events, refused } = this.#receiver;
    if (refused.length > 0) throw new Violation("contradiction", `a webhook got ${show(refused[0])}`);
    for (const event of events.slice(this.#read)) this.#add(event);
    this.#read = events.length;
  }

  #add(received: ReceivedEvent): void {
    const { id, text, event } = received;
    const before = this.#events.get(id);
    if (before !== undefined) {
      if (before.text !== text) throw new Violation("contradiction", `${id} has two bodies`);
      this.repetitions++;
      return;
    }
    const other = this.#sequences.get(event.sequence);
    if (other !== undefined)
      throw new Violation("contradiction", `${other} and ${id} have the number ${event.sequence}`);
    this.#events.set(id, received);
    this.#sequences.set(event.sequence, id);
    const name = nameOf(event.type, event.data.id);
    if (!name.startsWith("confirmation.")) return;
    const first = this.#ids.get(name);
    if (first !== undefined) throw new Violation("duplicate", `${name} is ${first} and ${id}`);
    this.#ids.set(name, id);
  }

  /** Waits until every event has arrived that these requests and rows have. */
  async complete(
    requests: readonly AcknowledgedRequest[],
    stored: () => Promise<readonly StoredDelivery[]>,
    maxMilliseconds = COMPLETE_MAX_MILLISECONDS,
  ): Promise<void> {
    await untilNothingLacks(async () => {
      const rows = await stored();
      this.check();
      const missing = [...this.#missing(requests), ...this.#unsent(rows)];
      return missing.length === 0
        ? undefined
        : `${missing.length} webhooks did not arrive: ${missing.slice(0, 5).join(", ")}`;
    }, maxMilliseconds);
  }

  #missing(requests: readonly AcknowledgedRequest[]): readonly string[] {
    return requests.flatMap((request) =>
      typesOf(request)
        .map((type) => nameOf(type, request.id))
        .filter((name) => !this.#ids.has(name)),
    );
  }

  /** Rows that are still to be sent. Throws if the rows have a gap, or say something else than what arrived. */
  #unsent(rows: readonly StoredDelivery[]): readonly string[] {
    for (const [at, { sequence, eventId, state }] of rows.entries()) {
      if (sequence !== at + 1) throw new Violation("gap", `webhook ${sequence} follows ${at}`);
      const isReceived = this.#sequences.get(sequence) === eventId;
      if (state === "delivered" && !isReceived)
        throw new Violation("lost", `webhook ${sequence} is delivered and has not arrived`);
      if (state !== "delivered" && state !== "waiting")
        throw new Violation("lost", `webhook ${sequence} is ${state}`);
    }
    if (this.count > rows.length)
      throw new Violation("lost", `${this.count} webhooks arrived, and ${rows.length} are stored`);
    return rows.filter(({ state }) => state === "waiting").map(({ sequence }) => `number ${sequence}`);
  }
}

const nameOf = (type: string, id: string): string => `${type} of ${id}`;

function show(call: { readonly path: string; readonly body: Buffer } | undefined): string {
  return `an unsigned call of ${call?.path}: ${call?.body.toString()}`;
}

function typesOf(request: AcknowledgedRequest): readonly string[] {
  const outcome = outcomeOf(request);
  return [
    "confirmation.created",
    ...(outcome === undefined ? [] : [`confirmation.${outcome}`]),
    ...(usesOf(request) > 0 ? ["confirmation.consumed"] : []),
  ];
}
