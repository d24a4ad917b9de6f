import { DurableObject } from "cloudflare:workers";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import type { LabelledEntry } from "../../../src/log/append-group.ts";
import { Log } from "../../../src/log/log.ts";
import { LOG_NAME, type LogSettings } from "../../../src/log/log-settings.ts";

// The Worker of the log's benchmark: the product's Log, with routes that call it many times in one request, so that the
// log is measured and not the way to it.

/** The product's Log, with its stored size and a restart. */
export class BenchLog extends Log {
  async storedBytes(): Promise<number> {
    return this.ctx.storage.sql.databaseSize;
  }

  /** The next call starts it again from its rows. */
  async abort(): Promise<void> {
    this.ctx.abort("aborted by the benchmark");
  }
}

/** A Durable Object that does nothing, for comparison. */
export class Idle extends DurableObject {
  async nothing(): Promise<void> {}
}

interface Bindings extends Omit<LogSettings, "LOG"> {
  readonly LOG: DurableObjectNamespace<BenchLog>;
  readonly IDLE: DurableObjectNamespace<Idle>;
}

function newEntry(): LabelledEntry {
  const label = crypto.getRandomValues(new Uint8Array(32));
  const commit = crypto.getRandomValues(new Uint8Array(32));
  return { label: toHex(label), entry: encodeEntry({ kind: "sealed", label, commit }) };
}

const newEntries = (count: number): readonly LabelledEntry[] => Array.from({ length: count }, newEntry);

/** Parallel calls, like those of as many tenants. */
async function inParallel(count: number, call: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, call));
}

async function inSequence(count: number, call: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done++) await call();
}

export default {
  async fetch(request: Request, { LOG, IDLE }: Bindings): Promise<Response> {
    const url = new URL(request.url);
    const log = LOG.getByName(LOG_NAME);
    if (url.pathname.startsWith("/log/")) return await log.fetch(request.url);
    const number = (name: string): number => Number(url.searchParams.get(name));
    const count = number("count");
    switch (url.pathname) {
      case "/fill":
        await inParallel(count, () => log.append(newEntries(number("entries"))));
        break;
      case "/append":
        await inSequence(count, () => log.append(newEntries(number("entries"))));
        break;
      case "/prove": {
        const { size } = await log.state();
        await inSequence(count, () => log.proof(Math.floor(Math.random() * size)));
        break;
      }
      case "/call":
        await inSequence(count, () => IDLE.getByName("idle").nothing());
        break;
      case "/abort":
        await log.abort().catch(() => undefined);
        break;
      case "/checkpoint":
        await log.checkpoint();
        break;
      default:
        return Response.json({ ...(await log.state()), bytes: await log.storedBytes() });
    }
    return new Response("done\n");
  },
};
