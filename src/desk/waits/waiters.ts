import type { ClientCall } from "../../app/runtime.ts";

/** Less than the minute after which common clients time out. */
export const WAIT_MAX_SECONDS = 50;

/** How many calls wait at once. Beyond these numbers a wait returns at once, and the client polls. */
export interface WaitCaps {
  readonly perTenant: number;
  readonly perKey: number;
  readonly perSession: number;
}

export const WAIT_CAPS: WaitCaps = {
  /** Each needs a timer and an open call. If a call takes as much as 20 KB, that is 40 of an object's 128 MB. */
  perTenant: 2_000,
  /** An eighth of the tenant's, so that one key leaves most of them to the others. */
  perKey: 256,
  /** A person with several requests and the inbox open, each in a tab. */
  perSession: 8,
};

/** How a wait ends: by a change, at its deadline, or at once because too many calls wait. */
type End = "changed" | "late" | "full";

/** Which call its client has given up: it is disconnected, or has said so with the id of its message. */
export type GivenUp = { readonly call: string } | { readonly message: string };

interface Waiter {
  readonly caller: ClientCall;
  readonly end: (how: End) => void;
  isAbandoned: boolean;
}

/** Calls that wait for a change of a confirmation, of its page, of a person's inbox, or of the console. */
export class Waiters {
  readonly #caps: WaitCaps;
  /** By what they wait for. */
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #countOf = new Map<string, number>();
  #count = 0;

  constructor(caps: WaitCaps = WAIT_CAPS) {
    this.#caps = caps;
  }

  /** How many calls wait. */
  get count(): number {
    return this.#count;
  }

  /**
   * Returns once the confirmation is settled, or after this many seconds. False if the client has gone or has called
   * again meanwhile: then nobody reads this call's answer.
   */
  async waitFor(
    confirmation: string,
    seconds: number,
    caller: ClientCall,
    isSettled: () => Promise<boolean>,
  ): Promise<boolean> {
    return (await this.#wait(confirmation, seconds, caller, isSettled)).isAttended;
  }

  /**
   * Returns once the person's inbox may have changed, or after this many seconds. False if nothing happened: then what
   * `hasChanged` has read is still true.
   */
  async waitForInbox(
    person: string,
    seconds: number,
    caller: ClientCall,
    hasChanged: () => Promise<boolean>,
  ): Promise<boolean> {
    return (await this.#wait(inboxOf(person), seconds, caller, hasChanged)).how !== "late";
  }

  /** The same for what the console shows of the whole organisation. */
  async waitForConsole(
    seconds: number,
    caller: ClientCall,
    hasChanged: () => Promise<boolean>,
  ): Promise<boolean> {
    return (await this.#wait(CONSOLE, seconds, caller, hasChanged)).how !== "late";
  }

  /** The same for what a page shows of this confirmation: also who has signed, while others still must. */
  async waitForPage(
    confirmation: string,
    seconds: number,
    caller: ClientCall,
    hasChanged: () => Promise<boolean>,
  ): Promise<boolean> {
    return (await this.#wait(pageOf(confirmation), seconds, caller, hasChanged)).how !== "late";
  }

  /** Of confirmations that have an outcome. Returns how many were woken. */
  wake(confirmations: Iterable<string>): number {
    return this.#wakeAll([...confirmations].flatMap((id) => [id, pageOf(id)]));
  }

  wakePage(confirmation: string): number {
    return this.#wakeAll([pageOf(confirmation)]);
  }

  wakeInbox(people: Iterable<string>): number {
    return this.#wakeAll([...people].map(inboxOf));
  }

  wakeConsole(): number {
    return this.#wakeAll([CONSOLE]);
  }

  wakeAllInboxes(): number {
    return this.#wakeAll([...this.#waiters.keys()].filter((subject) => subject.startsWith(INBOX)));
  }

  /** Ends waits now whose answers the client no longer reads. `key` is the id of the API key or the session. */
  abandon(key: string, gone: GivenUp): void {
    for (const waiter of [...this.#waiters.values()].flatMap((waiters) => [...waiters])) {
      const { caller } = waiter;
      const isGone = "call" in gone ? caller.call === gone.call : caller.message === gone.message;
      if (caller.key !== key || !isGone) continue;
      waiter.isAbandoned = true;
      waiter.end("late");
    }
  }

  async #wait(
    subject: string,
    seconds: number,
    caller: ClientCall,
    isSettled: () => Promise<boolean>,
  ): Promise<{ readonly how: End; readonly isAttended: boolean }> {
    const owner = `${caller.by === "page" ? "session" : "key"} ${caller.key}`;
    const owned = this.#countOf.get(owner) ?? 0;
    const cap = caller.by === "page" ? this.#caps.perSession : this.#caps.perKey;
    if (owned >= cap || this.#count >= this.#caps.perTenant) return { how: "full", isAttended: true };
    const { promise, resolve: end } = Promise.withResolvers<End>();
    const waiter: Waiter = { caller, end, isAbandoned: false };
    const waiters = this.#waiters.get(subject) ?? new Set();
    giveUpEarlier(waiters, caller);
    this.#waiters.set(subject, waiters.add(waiter));
    this.#countOf.set(owner, owned + 1);
    this.#count++;
    const timer = setTimeout(() => end("late"), Math.min(seconds, WAIT_MAX_SECONDS) * 1_000);
    try {
      // Subscribe first, then read, so that a change between the two is not missed. A slow read delays no end.
      const how = await Promise.race([
        promise,
        isSettled().then((settled) => (settled ? "changed" : promise)),
      ]);
      return { how, isAttended: !waiter.isAbandoned };
    } finally {
      clearTimeout(timer);
      waiters.delete(waiter);
      if (waiters.size === 0) this.#waiters.delete(subject);
      this.#release(owner);
    }
  }

  #release(owner: string): void {
    this.#count--;
    const left = (this.#countOf.get(owner) ?? 0) - 1;
    if (left > 0) this.#countOf.set(owner, left);
    else this.#countOf.delete(owner);
  }

  #wakeAll(subjects: Iterable<string>): number {
    const woken = new Set([...subjects].flatMap((subject) => [...(this.#waiters.get(subject) ?? [])]));
    for (const waiter of woken) waiter.end("changed");
    return woken.size;
  }
}

/** No confirmation has an id that starts like these. */
const INBOX = "inbox ";
const PAGE = "page ";
const CONSOLE = "console";

function inboxOf(person: string): string {
  return INBOX + person;
}

function pageOf(confirmation: string): string {
  return PAGE + confirmation;
}

/** An agent that calls again has given up its earlier call. If it disconnected, there may be no other sign of it. */
function giveUpEarlier(waiters: ReadonlySet<Waiter>, { by, key }: ClientCall): void {
  if (by !== "agent") return;
  for (const other of waiters) other.isAbandoned ||= other.caller.by === "agent" && other.caller.key === key;
}
