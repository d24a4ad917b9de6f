import { setTimeout as sleep } from "node:timers/promises";
import { fromHex, toHex } from "../../src/core/encoding/bytes.ts";
import { expectOk } from "../../src/core/refusal.ts";
import type { Tenant } from "../../src/store/rows.ts";
import { expectedRecord } from "../support/evidence/expected-record.ts";
import { outcomeOf, usesOf, Violation, type Entry, type Ledger } from "./acknowledged.ts";
import type { LogView } from "./log-history.ts";
import { Rows, type About } from "./database-file.ts";

// After a restart, when every cut call has been answered: does everything hold that was ever acknowledged?
//
// Incrementally, each round: the requests about which anything was said since the last audit, read over HTTP
// and in their rows; the records that are new, made anew from the rows and found in the log; the entries that
// are new, from which with the old ones the signed root is derived; and of the rest the numbers: requests,
// records of each stream, entries. In full, every 50 rounds and at the end: the rows of every request, every
// record from the first, and the whole log fetched again with all its tiles.

/** "At most a few seconds": how long an outcome may stay unseen after a restart. */
const SEEN_WITHIN_MILLISECONDS = 5_000;
const LOOK_MILLISECONDS = 50;

const TYPES = { approved: "approve", rejected: "reject", cancelled: "cancel" } as const;

interface Audited {
  /** The requester's own reading of an entry, written into the ledger. */
  readonly read: (entry: Entry) => Promise<void>;
  /** The cron: a use that is not sealed is found by nobody else. */
  readonly requestSealing: () => Promise<void>;
  readonly ledger: Ledger;
  readonly log: LogView;
  readonly database: string;
}

export class Audit {
  readonly #of: Audited;
  #commits = new Map<string, string[]>();
  readonly done = { incremental: 0, full: 0 };

  constructor(of: Audited) {
    this.#of = of;
  }

  async incremental(): Promise<void> {
    const touched = await this.#settled();
    await this.#of.log.grow();
    await this.#rows(touched);
    this.done.incremental++;
  }

  /** Of everything, from the beginning. */
  async full(): Promise<void> {
    await this.#settled();
    await this.#of.log.whole();
    this.#commits = new Map();
    await this.#rows([...this.#of.ledger.entries.values()]);
    this.done.full++;
  }

  /** What was touched; each of it has been read by its requester, and everything is sealed. */
  async #settled(): Promise<readonly Entry[]> {
    const { ledger, read, requestSealing } = this.#of;
    const touched = ledger.takeTouched();
    await Promise.all(touched.map((entry) => seen(entry, read)));
    await requestSealing();
    return touched;
  }

  async #rows(entries: readonly Entry[]): Promise<void> {
    const rows = await Rows.open(this.#of.database);
    try {
      const asked = await rows.asked();
      const known = this.#of.ledger.entries.size;
      if (asked > known) throw new Violation("duplicate", `${asked} requests for ${known} that were asked`);
      if (asked < known) throw new Violation("lost", `${asked} requests of ${known} that were asked`);
      const about = await rows.about(entries.map(({ id }) => id));
      for (const entry of entries) checkEntry(entry, about.get(entry.id));
      let records = 0;
      for (const tenant of rows.tenants) records += await this.#stream(rows, tenant);
      const sealed = this.#of.log.entries.length;
      if (sealed !== records) {
        throw new Violation("lost", `the log has ${sealed} entries for ${records} records`);
      }
    } finally {
      rows.close();
    }
  }

  /** The records that are new, made anew from the rows; the number of all. */
  async #stream(rows: Rows, tenant: Tenant): Promise<number> {
    const { log } = this.#of;
    const commits = this.#commits.get(tenant.id) ?? [];
    this.#commits.set(tenant.id, commits);
    const fresh = await rows.stream(tenant.id, commits.length);
    const about = await rows.about(fresh.flatMap(({ confirmationId }) => confirmationId ?? []));
    const stream = { id: tenant.stream ?? "", key: expectOk(fromHex(tenant.streamKey)) };
    for (const row of fresh) {
      const where = `record ${row.seq} of ${tenant.name}`;
      if (row.seq !== commits.length) throw new Violation("gap", `${where} follows ${commits.length - 1}`);
      const of = about.get(row.confirmationId ?? "");
      const source = { row, confirmation: of?.confirmation, votes: of?.votes ?? [] };
      const { commit, label, entry } = expectedRecord(source, stream, commits);
      commits.push(toHex(commit));
      if (row.index === null) throw new Violation("lost", `${where} is not sealed after a ring`);
      if (row.commitment !== toHex(commit))
        throw new Violation("contradiction", `${where} is kept otherwise`);
      if (log.placeOf(label) !== row.index || log.entries[row.index] !== toHex(entry)) {
        throw new Violation("lost", `${where} does not stand in the log at ${row.index}`);
      }
    }
    const { rows: size, last } = await rows.streamSize(tenant.id);
    if (size !== commits.length || (last ?? -1) !== size - 1) {
      throw new Violation("gap", `${tenant.name} has ${size} records, the last is ${last}`);
    }
    return size;
  }
}

/** A reading may come before the sealing that it sets off; a few seconds later it may not. */
async function seen(entry: Entry, read: Audited["read"]): Promise<void> {
  const until = performance.now() + SEEN_WITHIN_MILLISECONDS;
  for (;;) {
    await read(entry);
    if (outcomeOf(entry) === undefined || entry.told !== undefined) return;
    if (performance.now() > until) {
      throw new Violation("lost", `${entry.id} is ${outcomeOf(entry)} and its requester is not told`);
    }
    await sleep(LOOK_MILLISECONDS);
  }
}

/** One request: what its clients were told against its rows, and its rows against each other. */
function checkEntry(entry: Entry, about: About | undefined): void {
  const { id, told, decided } = entry;
  if (about === undefined) throw new Violation("lost", `${id} was acknowledged and is not there`);
  const { confirmation: row, steps, votes, records } = about;
  if (row.payloadHash !== entry.payloadHash) throw new Violation("lost", `${id} has another payload`);
  const outcome = outcomeOf(entry) ?? "pending";
  // A cancel that was cut and sent again is refused as too late, by itself.
  const ownCancel = outcome === "pending" && entry.cancelled === "refused" && row.status === "cancelled";
  if (row.status !== outcome && !ownCancel) {
    throw new Violation("lost", `${id} was told to be ${outcome} and is ${row.status}`);
  }
  if (row.version !== steps.length || steps.some(({ n }, place) => n !== place + 1)) {
    throw new Violation("gap", `${id} is of version ${row.version} and has ${steps.length} steps`);
  }
  const endings = records.filter(({ type }) => type !== "consumed");
  const uses = records.filter(({ type }) => type === "consumed");
  const types = steps.map(({ type }) => type);
  const ended = row.status === "pending" || row.status === "expired" ? [] : [TYPES[row.status]];
  const wanted = [...ended, ...(row.consumedAt === null ? [] : ["consume"])];
  if (types.join() !== wanted.join()) {
    throw new Violation(
      types.length > wanted.length ? "duplicate" : "lost",
      `${id} went through: ${types.join()}`,
    );
  }
  counted(id, "outcomes in its stream", endings.length, ended.length);
  counted(id, "uses in its stream", uses.length, row.consumedAt === null ? 0 : 1);
  counted(id, "signatures", votes.length, ended.some((type) => type !== "cancel") ? 1 : 0);
  if (usesOf(entry) > uses.length) throw new Violation("lost", `${id} was used, and is not`);
  const [ending] = endings;
  if (ending !== undefined && (ending.seq !== row.decidedSeq || ending.outcome !== row.status)) {
    throw new Violation(
      "contradiction",
      `${id} names record ${row.decidedSeq}, and ${ending.seq} is its own`,
    );
  }
  if (typeof told?.index === "number" && told.index !== ending?.index) {
    throw new Violation("lost", `${id} was told to stand at ${told.index} and stands at ${ending?.index}`);
  }
  const hash = decided?.assertionHash ?? told?.assertionHash;
  if (typeof hash === "string" && votes[0]?.assertionHash !== hash) {
    throw new Violation("lost", `${id} has another signature than the acknowledged one`);
  }
}

function counted(id: string, what: string, got: number, wanted: number): void {
  if (got > wanted) throw new Violation("duplicate", `${id} has ${got} ${what}, and ${wanted} should be`);
  if (got < wanted) throw new Violation("lost", `${id} has ${got} ${what}, and ${wanted} should be`);
}
