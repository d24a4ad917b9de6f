import type { Answered } from "../support/browser-client.ts";
import { Violation } from "./acknowledged.ts";

// The line between the clients and a runtime that dies. A call that was cut may have happened or not: it is
// made again, the same, as soon as the runtime is back. New calls wait until the audit is done.

/** What cannot have been meant by the server. */
const FAULT = 500;

export type Kind = "create" | "page" | "decide" | "cancel" | "wait" | "consume";

export const KINDS: readonly Kind[] = ["create", "page", "decide", "cancel", "wait", "consume"];

export class Line {
  readonly #up = new Gate();
  readonly #load = new Gate();
  readonly #flying = new Map<Kind, number>(KINDS.map((kind) => [kind, 0]));
  /** Calls that have begun and have no answer yet; a wait changes nothing, and is not among them. */
  #unanswered = 0;
  #kills = 0;
  #quiet: (() => void) | undefined;
  /** Calls cut, so that it was not known whether they had happened; each was made again. */
  readonly cut = new Map<Kind, number>(KINDS.map((kind) => [kind, 0]));
  /** Kills at which a call of this kind was under way. */
  readonly struck = new Map<Kind, number>(KINDS.map((kind) => [kind, 0]));

  /** To be called right before the kill: from now on a failed call is a cut one. */
  goDown(): void {
    this.#kills++;
    this.#up.close();
    this.#load.close();
    for (const [kind, count] of this.#flying) if (count > 0) raise(this.struck, kind);
  }

  /** Cut calls are made again. */
  comeUp(): void {
    this.#up.open();
  }

  /** New calls may begin. */
  resume(): void {
    this.#load.open();
  }

  pause(): void {
    this.#load.close();
  }

  /** Resolves when every call that had begun is answered. */
  async quiet(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#quiet = resolve;
    if (this.#unanswered === 0) resolve();
    await promise;
    this.#quiet = undefined;
  }

  async insist(kind: Kind, call: () => Promise<Answered>): Promise<Answered> {
    const changes = kind === "wait" ? 0 : 1;
    await this.#load.passed();
    this.#unanswered += changes;
    try {
      for (;;) {
        const answer = await this.#attempt(kind, call);
        if (answer !== undefined) return answer;
        raise(this.cut, kind);
        await this.#up.passed();
      }
    } finally {
      this.#unanswered -= changes;
      if (this.#unanswered === 0) this.#quiet?.();
    }
  }

  /** Undefined if it was cut. */
  async #attempt(kind: Kind, call: () => Promise<Answered>): Promise<Answered | undefined> {
    const kills = this.#kills;
    raise(this.#flying, kind);
    try {
      const answer = await call();
      if (answer.status < FAULT) return answer;
      if (kills !== this.#kills) return undefined;
      throw new Violation("contradiction", `a ${kind} was answered ${answer.status} by a healthy runtime`);
    } catch (problem) {
      if (problem instanceof Violation || kills === this.#kills) throw problem;
      return undefined;
    } finally {
      this.#flying.set(kind, (this.#flying.get(kind) ?? 0) - 1);
    }
  }
}

function raise(counts: Map<Kind, number>, kind: Kind): void {
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

  /** It may have been shut again by the time somebody who waited comes to it. */
  async passed(): Promise<void> {
    for (let gate; gate !== this.#open;) {
      gate = this.#open;
      await gate.promise;
    }
  }
}
