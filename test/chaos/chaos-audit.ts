import { setTimeout as sleep } from "node:timers/promises";
import { fromHex, toHex } from "../../src/core/encoding/bytes.ts";
import { expectOk } from "../../src/core/refusal.ts";
import type { Tenant } from "../../src/store/rows.ts";
import { expectedRecord } from "../support/evidence/expected-record.ts";
import { outcomeOf, usesOf, Violation, type Acknowledged, type AcknowledgedRequest } from "./acknowledged.ts";
import type { LogHistory } from "./log-history.ts";
import type { RequestRows } from "./database-file.ts";
import { DatabaseFiles } from "./database-files.ts";

// Runs after a restart, when every interrupted call has been answered: does everything hold that was acknowledged?
//
// An incremental audit, in each round, reads the requests with new acknowledgements over HTTP and in their rows. It
// rebuilds the new records from the rows and finds them in the log, and computes the signed root from the old and
// the new entries. Of all the rest it compares the numbers: requests, records of each stream, entries. A full
// audit, every 50 rounds and at the end, checks the rows of every request, rebuilds every record, and fetches the
// whole log again with all its tiles.

/** An outcome may stay invisible to its requester for this long after a restart. */
const VISIBLE_MAX_MILLISECONDS = 5_000;
const POLL_MILLISECONDS = 50;

const STEP_TYPES = { approved: "approve", rejected: "reject", cancelled: "cancel" } as const;

interface AuditInput {
  /** Reads a request as its requester does, and records the answer. */
  readonly read: (request: AcknowledgedRequest) => Promise<void>;
  /** Runs the cron, since nothing else finds a use that is not sealed. */
  readonly requestSealing: () => Promise<void>;
  readonly acknowledged: Acknowledged;
  readonly log: LogHistory;
  /** The files of all shards. */
  readonly databases: readonly string[];
}

export class Audit {
  readonly #input: AuditInput;
  #commits = new Map<string, string[]>();
  readonly done = { incremental: 0, full: 0 };

  constructor(input: AuditInput) {
    this.#input = input;
  }

  async incremental(): Promise<void> {
    const changed = await this.#settled();
    await this.#input.log.update();
    await this.#checkRows(changed);
    this.done.incremental++;
  }

  /** Checks everything from the first record on. */
  async full(): Promise<void> {
    await this.#settled();
    await this.#input.log.checkAll();
    this.#commits = new Map();
    await this.#checkRows([...this.#input.acknowledged.requests.values()]);
    this.done.full++;
  }

  /** The changed requests, once each outcome is visible to its requester and everything is sealed. */
  async #settled(): Promise<readonly AcknowledgedRequest[]> {
    const { acknowledged, read, requestSealing } = this.#input;
    const changed = acknowledged.takeChanged();
    await Promise.all(changed.map((request) => waitUntilVisible(request, read)));
    await requestSealing();
    return changed;
  }

  async #checkRows(requests: readonly AcknowledgedRequest[]): Promise<void> {
    const files = await DatabaseFiles.open(this.#input.databases);
    try {
      const stored = await files.requestCount();
      const created = this.#input.acknowledged.requests.size;
      if (stored > created)
        throw new Violation("duplicate", `${stored} requests, and ${created} were created`);
      if (stored < created) throw new Violation("lost", `${stored} requests, and ${created} were created`);
      const rowsById = await files.requestRows(requests.map(({ id }) => id));
      for (const request of requests) checkRequest(request, rowsById.get(request.id));
      let records = 0;
      for (const tenant of files.tenants) records += await this.#checkStream(files, tenant);
      const sealed = this.#input.log.entries.length;
      if (sealed !== records) {
        throw new Violation("lost", `the log has ${sealed} entries for ${records} records`);
      }
    } finally {
      files.close();
    }
  }

  /** Rebuilds the new records from the rows. Returns the number of all records. */
  async #checkStream(files: DatabaseFiles, tenant: Tenant): Promise<number> {
    const { log } = this.#input;
    const commits = this.#commits.get(tenant.id) ?? [];
    this.#commits.set(tenant.id, commits);
    const added = await files.stream(tenant.id, commits.length);
    const rowsById = await files.requestRows(added.flatMap(({ confirmationId }) => confirmationId ?? []));
    const stream = { id: tenant.stream ?? "", key: expectOk(fromHex(tenant.streamKey)) };
    for (const row of added) {
      const where = `record ${row.seq} of ${tenant.name}`;
      if (row.seq !== commits.length) throw new Violation("gap", `${where} follows ${commits.length - 1}`);
      const request = rowsById.get(row.confirmationId ?? "");
      const source = { row, confirmation: request?.confirmation, votes: request?.votes ?? [] };
      const { commit, label, entry } = expectedRecord(source, stream, commits);
      commits.push(toHex(commit));
      if (row.index === null)
        throw new Violation("lost", `${where} is not sealed after sealing was requested`);
      if (row.commitment !== toHex(commit))
        throw new Violation("contradiction", `${where} has another commitment in its row`);
      if (log.indexOf(label) !== row.index || log.entries[row.index] !== toHex(entry)) {
        throw new Violation("lost", `${where} is not in the log at index ${row.index}`);
      }
    }
    const { rows: size, last } = await files.streamSize(tenant.id);
    if (size !== commits.length || (last ?? -1) !== size - 1) {
      throw new Violation("gap", `${tenant.name} has ${size} records, the last is ${last}`);
    }
    return size;
  }
}

/** The first reads may come before the outcome is sealed. */
async function waitUntilVisible(request: AcknowledgedRequest, read: AuditInput["read"]): Promise<void> {
  const deadline = performance.now() + VISIBLE_MAX_MILLISECONDS;
  for (;;) {
    await read(request);
    if (outcomeOf(request) === undefined || request.read !== undefined) return;
    if (performance.now() > deadline) {
      throw new Violation("lost", `${request.id} is ${outcomeOf(request)} and its requester does not see it`);
    }
    await sleep(POLL_MILLISECONDS);
  }
}

/** Compares what was acknowledged about a request with its rows, and the rows with each other. */
function checkRequest(request: AcknowledgedRequest, rows: RequestRows | undefined): void {
  const { id, read, decided } = request;
  if (rows === undefined) throw new Violation("lost", `${id} was acknowledged and is missing`);
  const { confirmation: row, steps, votes, records } = rows;
  if (row.payloadHash !== request.payloadHash) throw new Violation("lost", `${id} has another payload`);
  const outcome = outcomeOf(request) ?? "pending";
  // An interrupted cancel that succeeded is refused when it is repeated.
  const hasCancelled = outcome === "pending" && request.cancelled === "refused" && row.status === "cancelled";
  if (row.status !== outcome && !hasCancelled) {
    throw new Violation("lost", `${id} was acknowledged as ${outcome} and is ${row.status}`);
  }
  if (row.version !== steps.length || steps.some(({ n }, index) => n !== index + 1)) {
    throw new Violation("gap", `${id} has version ${row.version} and ${steps.length} steps`);
  }
  const outcomes = records.filter(({ type }) => type !== "consumed");
  const uses = records.filter(({ type }) => type === "consumed");
  const types = steps.map(({ type }) => type);
  const decision = row.status === "pending" || row.status === "expired" ? [] : [STEP_TYPES[row.status]];
  const expected = [...decision, ...(row.consumedAt === null ? [] : ["consume"])];
  if (types.join() !== expected.join()) {
    throw new Violation(
      types.length > expected.length ? "duplicate" : "lost",
      `${id} has the steps ${types.join()}`,
    );
  }
  checkCount(id, "outcomes in its stream", outcomes.length, decision.length);
  checkCount(id, "uses in its stream", uses.length, row.consumedAt === null ? 0 : 1);
  checkCount(id, "signatures", votes.length, decision.some((type) => type !== "cancel") ? 1 : 0);
  if (usesOf(request) > uses.length) throw new Violation("lost", `${id} was used, and its use is missing`);
  const [record] = outcomes;
  if (record !== undefined && (record.seq !== row.decidedSeq || record.outcome !== row.status)) {
    throw new Violation(
      "contradiction",
      `${id} names record ${row.decidedSeq}, and its own record is ${record.seq}`,
    );
  }
  if (typeof read?.index === "number" && read.index !== record?.index) {
    throw new Violation("lost", `${id} was acknowledged at index ${read.index} and is at ${record?.index}`);
  }
  const hash = decided?.assertionHash ?? read?.assertionHash;
  if (typeof hash === "string" && votes[0]?.assertionHash !== hash) {
    throw new Violation("lost", `${id} has another signature than the acknowledged one`);
  }
}

function checkCount(id: string, what: string, actual: number, expected: number): void {
  if (actual > expected)
    throw new Violation("duplicate", `${id} has ${actual} ${what} instead of ${expected}`);
  if (actual < expected) throw new Violation("lost", `${id} has ${actual} ${what} instead of ${expected}`);
}
