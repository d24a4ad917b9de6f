import type { Answered } from "../support/browser-client.ts";
import { Violation } from "./acknowledged.ts";

// Calls to a server that is killed again and again. A call that a kill interrupts may have happened or not. It is
// repeated unchanged as soon as the server is back. New calls wait until the audit is done.

/** From this status on, the server did not mean to answer so. */
const SERVER_ERROR = 500;

export type CallKind = "create" | "page" | "decide" | "cancel" | "wait" | "consume";

export const CALL_KINDS: readonly CallKind[] = ["create", "page", "decide", "cancel", "wait", "consume"];

export class ReconnectingClient {
  readonly #serverUp = new Gate();
  readonly #newCalls = new Gate();
  readonly #inFlight = new Map<CallKind, number>(CALL_KINDS.map((kind) => [kind, 0]));
  /** Started calls without an answer. A wait changes nothing and is not counted. */
  #unanswered = 0;
  #kills = 0;
  #resolveIdle: (() => void) | undefined;
  /** Interrupted calls. It was unknown whether they had happened, and each was repeated. */
  readonly interrupted = new Map<CallKind, number>(CALL_KINDS.map((kind) => [kind, 0]));
  /** Kills during at least one call of this kind. */
  readonly killsDuring = new Map<CallKind, number>(CALL_KINDS.map((kind) => [kind, 0]));

  /** To be called right before the kill: from now on a failed call is an interrupted one. */
  serverGoesDown(): void {
    this.#kills++;
    this.#serverUp.close();
    this.#newCalls.close();
    for (const [kind, count] of this.#inFlight) if (count > 0) increment(this.killsDuring, kind);
  }

  /** Interrupted calls are repeated. */
  serverIsUp(): void {
    this.#serverUp.open();
  }

  /** New calls may start. */
  resume(): void {
    this.#newCalls.open();
  }

  /** Resolves when every started call is answered. */
  async idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resolveIdle = resolve;
    if (this.#unanswered === 0) resolve();
    await promise;
    this.#resolveIdle = undefined;
  }

  /** Calls until there is an answer. */
  async call(kind: CallKind, send: () => Promise<Answered>): Promise<Answered> {
    const counted = kind === "wait" ? 0 : 1;
    await this.#newCalls.passed();
    this.#unanswered += counted;
    try {
      for (;;) {
        const answer = await this.#attempt(kind, send);
        if (answer !== undefined) return answer;
        increment(this.interrupted, kind);
        await this.#serverUp.passed();
      }
    } finally {
      this.#unanswered -= counted;
      if (this.#unanswered === 0) this.#resolveIdle?.();
    }
  }

  /** Undefined if a kill interrupted it. */
  async #attempt(kind: CallKind, send: () => Promise<Answered>): Promise<Answered | undefined> {
    const kills = this.#kills;
    increment(this.#inFlight, kind);
    try {
      const answer = await send();
      if (answer.status < SERVER_ERROR) return answer;
      if (kills !== this.#kills) return undefined;
      throw new Violation("contradiction", `a running server answered a ${kind} with ${answer.status}`);
    } catch (problem) {
      if (problem instanceof Violation || kills === this.#kills) throw problem;
      return undefined;
    } finally {
      this.#inFlight.set(kind, (this.#inFlight.get(kind) ?? 0) - 1);
    }
  }
}

function increment(counts: Map<CallKind, number>, kind: CallKind): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

class Gate {
  #open = Promise.withResolvers<void>();

  open(): void {
    this.#open.resolve();
  }

  close(): void {
    this.#open.resolve();
    this.#open = Promise.withResolvers<void>();
  }

  /** Resolves while the gate is open: it may be closed again before a waiting caller runs. */
  async passed(): Promise<void> {
    for (let gate; gate !== this.#open;) {
      gate = this.#open;
      await gate.promise;
    }
  }
}
