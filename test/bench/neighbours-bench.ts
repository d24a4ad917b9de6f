import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { newTenant, type Countersign } from "./peers/countersign.ts";
import { median, percentile } from "./measure/measure.ts";

// One tenant makes all the noise that it can. How long does another tenant of the same server wait?

const WAITS = 300;
/** One session may have 8 waiting calls. */
const SESSIONS = 38;
const INBOXES_EACH_SESSION = 8;
const CREATES_PER_SECOND = 1_445;
const CREATING_CLIENTS = 32;
const VERIFIERS = 32;
/** The pause of the inbox page between two calls. */
const INBOX_PAUSE_MILLISECONDS = 500;
const WAIT_SECONDS = 50;
const SETTLE_MILLISECONDS = 1_000;
const ROUNDS = 60;
/** Ends a phase in which the other tenant hardly gets an answer. */
const PHASE_MAX_MILLISECONDS = 8_000;

/** What the noisy tenant does, each alone and then all together. */
export const PHASES = ["quiet", "creates", "verifiers", "waits", "all"] as const;
export type Phase = (typeof PHASES)[number];

/** Of the other tenant, in milliseconds. */
export interface NeighbourTimes {
  readonly create: readonly number[];
  readonly poll: readonly number[];
  readonly decide: readonly number[];
}

export interface NeighbourFigures {
  readonly times: NeighbourTimes;
  /** What the noisy tenant got a second. */
  readonly creates: number;
  readonly verifications: number;
  /** Verifications that the limit of an address refused. */
  readonly refused: number;
  readonly inboxes: number;
}

interface Counts {
  creates: number;
  verifications: number;
  refused: number;
  inboxes: number;
}

export async function measureNeighbours(url: string): Promise<Readonly<Record<Phase, NeighbourFigures>>> {
  const noisy = await newTenant(url);
  const other = await newTenant(url);
  const [pending, approved] = [await noisy.create(), await noisy.create()];
  const cookies: string[] = [];
  while (cookies.length < SESSIONS) cookies.push(await noisy.signIn());
  await (
    await noisy.sign(approved)
  )();
  await measureOther(other);
  const figures: Partial<Record<Phase, NeighbourFigures>> = {};
  for (const phase of PHASES) {
    const noise = new Noise(noisy);
    if (phase === "waits" || phase === "all") noise.wait(pending, cookies);
    if (phase === "creates" || phase === "all") noise.create();
    if (phase === "verifiers" || phase === "all") noise.verify(approved);
    await sleep(SETTLE_MILLISECONDS);
    const before = { ...noise.counts };
    const start = performance.now();
    const times = await measureOther(other);
    const seconds = (performance.now() - start) / 1_000;
    const rate = (name: keyof Counts) => (noise.counts[name] - before[name]) / seconds;
    figures[phase] = {
      times,
      creates: rate("creates"),
      verifications: rate("verifications"),
      refused: rate("refused"),
      inboxes: rate("inboxes"),
    };
    await noise.stop();
  }
  return figures as Record<Phase, NeighbourFigures>;
}

/** One call after the other, as far as the time allows. */
async function measureOther(other: Countersign): Promise<NeighbourTimes> {
  const times = { create: [] as number[], poll: [] as number[], decide: [] as number[] };
  const timed = async <Value>(into: number[], work: () => Promise<Value>): Promise<Value> => {
    const start = performance.now();
    const value = await work();
    into.push(performance.now() - start);
    return value;
  };
  const end = performance.now() + PHASE_MAX_MILLISECONDS;
  for (let round = 0; round < ROUNDS && (round < 1 || performance.now() < end); round++) {
    const id = await timed(times.create, other.create);
    await timed(times.poll, () => other.poll(id));
    await timed(times.decide, await other.sign(id));
  }
  return times;
}

/** The clients of the noisy tenant, until they are stopped. */
class Noise {
  readonly counts: Counts = { creates: 0, verifications: 0, refused: 0, inboxes: 0 };
  readonly #tenant: Countersign;
  readonly #abort = new AbortController();
  readonly #clients: Promise<void>[] = [];

  constructor(tenant: Countersign) {
    this.#tenant = tenant;
  }

  wait(pending: string, cookies: readonly string[]): void {
    const { signal } = this.#abort;
    this.#start(WAITS, () => this.#tenant.wait(pending, WAIT_SECONDS, signal));
    for (const cookie of cookies) {
      this.#start(INBOXES_EACH_SESSION, async () => {
        for (let version = "none"; !signal.aborted;) {
          const { text } = await this.#tenant.inbox(cookie, version, WAIT_SECONDS, signal);
          ({ version } = JSON.parse(text) as { version: string });
          this.counts.inboxes++;
          await sleep(INBOX_PAUSE_MILLISECONDS);
        }
      });
    }
  }

  create(): void {
    const start = performance.now();
    let sent = 0;
    this.#start(CREATING_CLIENTS, async () => {
      const due = start + (1_000 * sent++) / CREATES_PER_SECOND;
      if (due > performance.now()) await sleep(due - performance.now());
      await this.#tenant.create();
      this.counts.creates++;
    });
  }

  verify(approved: string): void {
    this.#start(VERIFIERS, async () => {
      const { status, text } = await this.#tenant.verify(approved);
      if (status !== 200 && status !== 429) throw new Error(`a verification answered ${status}: ${text}`);
      this.counts[status === 200 ? "verifications" : "refused"]++;
    });
  }

  /** Clients that repeat this call. */
  #start(clients: number, work: () => Promise<unknown>): void {
    const { signal } = this.#abort;
    const client = async (): Promise<void> => {
      while (!signal.aborted) await work();
    };
    for (let at = 0; at < clients; at++) {
      const running = client().catch((problem: unknown) => {
        // Calls that wait are ended by the signal.
        if (!signal.aborted) throw problem;
      });
      // A failed client is reported when the phase ends.
      running.catch(() => undefined);
      this.#clients.push(running);
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#clients);
  }
}

export function summary(times: readonly number[]): string {
  return `${median(times).toFixed(1)} / ${percentile(times, 0.95).toFixed(1)}`;
}
