import { DurableObject } from "cloudflare:workers";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import type { LabelledEntry } from "../../../src/log/append-group.ts";
import { Log } from "../../../src/log/log.ts";
import { LOG_NAME, type LogSettings } from "../../../src/log/log-settings.ts";

// The Worker of the log's benchmark: the product's Log, and doors that call it many times in one request,
// so that what is measured is the log and not the way to it.

/** As the product's, and told how large and how old it is. */
export class BenchLog extends Log {
  async storedBytes(): Promise<number> {
    return this.ctx.storage.sql.databaseSize;
  }

  /** The next call starts it again, from its rows. */
  async end(): Promise<void> {
    this.ctx.abort("ended by the benchmark");
  }
}

/** What is called for comparison: a Durable Object that does nothing. */
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

/** Calls at once, each waiting for its own, as that many tenants do. */
async function atOnce(count: number, call: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, call));
}

async function inTurn(count: number, call: () => Promise<unknown>): Promise<void> {
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
        await atOnce(count, () => log.append(newEntries(number("entries"))));
        break;
      case "/append":
        await inTurn(count, () => log.append(newEntries(number("entries"))));
        break;
      case "/prove": {
        const { size } = await log.state();
        await inTurn(count, () => log.proofs([Math.floor(Math.random() * size)]));
        break;
      }
      case "/call":
        await inTurn(count, () => IDLE.getByName("idle").nothing());
        break;
      case "/end":
        await log.end().catch(() => undefined);
        break;
      case "/wake":
        await log.checkpoint();
        break;
      default:
        return Response.json({ ...(await log.state()), bytes: await log.storedBytes() });
    }
    return new Response("done\n");
  },
};
