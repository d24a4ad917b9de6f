import { PushService, type PushSubscriptionData } from "../../support/receivers/push-service.ts";
import { serveReceiver, type ReceiverServer } from "../../support/receivers/receiver-server.ts";
import { Violation, type AcknowledgedRequest } from "../acknowledged.ts";
import { untilNothingLacks } from "./until-nothing-lacks.ts";

// The device of one person, with its push service, which runs all the time. Of each request that asks this person a
// notice must have been stored, and sent unless there was nothing to say any more. A kill may repeat one.

/** A kill between claim and answer delays a notice by one minute, and what comes in a burst waits for another one. */
const COMPLETE_MAX_MILLISECONDS = 210_000;
const DONE: readonly string[] = ["sent", "digested", "skipped"];
const UNDONE: readonly string[] = ["waiting", "held"];

/** A notice as its row has it. */
export interface StoredNotice {
  readonly confirmationId: string;
  readonly kind: string;
  readonly state: string;
}

export class ChaosDevice {
  readonly #service: PushService;
  readonly #server: ReceiverServer;
  readonly subscription: PushSubscriptionData;

  constructor(service: PushService, server: ReceiverServer) {
    this.#service = service;
    this.#server = server;
    service.origin = server.url;
    this.subscription = service.subscribe();
  }

  static async create(): Promise<ChaosDevice> {
    const service = new PushService();
    return new ChaosDevice(service, await serveReceiver(service));
  }

  get address(): string {
    return this.#server.url;
  }

  /** With repetitions. */
  get count(): number {
    return this.#service.messages.length;
  }

  check(): void {
    const [refusal] = this.#service.refused;
    if (refusal !== undefined) throw new Violation("contradiction", `a push message was refused: ${refusal}`);
  }

  /** Waits until nothing is to be sent any more. `requests` ask this person, and all of them are decided. */
  async complete(
    requests: readonly AcknowledgedRequest[],
    stored: () => Promise<readonly StoredNotice[]>,
    maxMilliseconds = COMPLETE_MAX_MILLISECONDS,
  ): Promise<void> {
    let rows: readonly StoredNotice[] = [];
    await untilNothingLacks(async () => {
      rows = await stored();
      this.check();
      const waiting = rows.filter(({ state }) => UNDONE.includes(state));
      const [{ kind, confirmationId } = {}] = waiting;
      return waiting.length === 0
        ? undefined
        : `${waiting.length} notices wait: ${kind} of ${confirmationId}`;
    }, maxMilliseconds);
    this.#compare(requests, rows);
  }

  #compare(requests: readonly AcknowledgedRequest[], rows: readonly StoredNotice[]): void {
    const asked = new Set(
      rows.filter(({ kind }) => kind === "asked").map(({ confirmationId }) => confirmationId),
    );
    const lost = requests.find(({ id }) => !asked.has(id));
    if (lost !== undefined) throw new Violation("lost", `${lost.id} has no notice`);
    for (const { confirmationId, kind, state } of rows) {
      const what = `the notice ${kind} of ${confirmationId}`;
      if (!DONE.includes(state)) throw new Violation("lost", `${what} is ${state}`);
      const isReceived = this.#service.messages.some(({ text }) => text.includes(confirmationId));
      if (state === "sent" && !isReceived) throw new Violation("lost", `${what} is sent and has not arrived`);
    }
  }

  async close(): Promise<void> {
    await this.#server.close();
  }
}
