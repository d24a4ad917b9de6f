import { setTimeout as sleep } from "node:timers/promises";
import { owned, type Bytes } from "../../src/core/encoding/bytes.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { parseTrustPolicy, type TrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import type { BytesAt } from "../support/log/log-reader.ts";
import { backend, BrowserClient } from "../support/browser-client.ts";
import { Audit } from "./chaos-audit.ts";
import { randomFrom, type Random } from "./random.ts";
import { KillableServer, type KillTarget } from "./killable-server.ts";
import { Acknowledged } from "./acknowledged.ts";
import { ReconnectingClient, type CallKind } from "./reconnecting-client.ts";
import { recordRead, runClient, type ClientGroup, type Load } from "./chaos-load.ts";
import { LogHistory } from "./log-history.ts";
import { ChaosReceivers, DEVICE_OWNER } from "./receivers/chaos-receivers.ts";
import { DatabaseFiles } from "./database-files.ts";

// Rounds of load, SIGKILL, restart, and an audit of everything that was ever acknowledged.

/** One in each shard. */
const TENANTS = ["Chaos", "Order"] as const;
/** In the first tenant, so that several people write to its one stream. */
const MORE_PEOPLE = ["bea", "cy"] as const;
/** In the first and in the second tenant: 8 in total. */
const CLIENTS = [5, 3] as const;
const KILL_MIN_MILLISECONDS = 50;
const KILL_MAX_MILLISECONDS = 1_500;
const WORKERD_ONLY_CHANCE = 0.25;
/** The chance of another kill while interrupted calls are being repeated. */
const RECOVERY_KILL_CHANCE = 0.2;
const RECOVERY_KILL_MAX_MILLISECONDS = 250;
const FULL_AUDIT_ROUNDS = 50;

export interface Figures {
  readonly rounds: number;
  readonly kills: Readonly<Record<KillTarget | "during recovery", number>>;
  readonly killsDuring: ReadonlyMap<CallKind, number>;
  readonly interrupted: ReadonlyMap<CallKind, number>;
  readonly acknowledged: Acknowledged["counts"];
  readonly logEntries: number;
  readonly received: ChaosReceivers["figures"];
  readonly audits: Audit["done"];
  readonly startMilliseconds: readonly number[];
  readonly auditMilliseconds: readonly number[];
}

export class Chaos {
  readonly server: KillableServer;
  readonly acknowledged = new Acknowledged();
  readonly calls = new ReconnectingClient();
  readonly bytesAt: BytesAt;
  readonly log: LogHistory;
  readonly audit: Audit;
  readonly receivers: ChaosReceivers;
  readonly #load: Load;
  readonly #groups: readonly ClientGroup[];
  readonly #random: Random;
  readonly #kills = { everything: 0, "workerd only": 0, "during recovery": 0 };
  readonly #auditMilliseconds: number[] = [];
  rounds = 0;

  constructor(
    server: KillableServer,
    receivers: ChaosReceivers,
    policy: TrustPolicy,
    groups: readonly ClientGroup[],
    random: Random,
  ) {
    this.server = server;
    this.receivers = receivers;
    this.bytesAt = bytesOf(server.origin);
    this.log = new LogHistory(policy, this.bytesAt);
    this.#groups = groups;
    this.#random = random;
    this.#load = { calls: this.calls, acknowledged: this.acknowledged, random, stopped: false };
    this.audit = this.auditOf(server.databases());
  }

  /** Starts a fresh server and enrols its people, before the first kill. */
  static async create(seed: number): Promise<Chaos> {
    const receivers = await ChaosReceivers.create(TENANTS);
    const server = await KillableServer.create(receivers.tenants, receivers.addresses);
    receivers.know(server.tenants);
    await server.start();
    const groups: ClientGroup[] = [];
    for (const [tenant, { apiKey, peopleKey, enrolUrl }] of server.tenants.entries()) {
      const alex = await BrowserClient.create(fetch, server.origin);
      expectStatus(200, await alex.enrol(enrolUrl));
      const people = [{ username: DEVICE_OWNER, client: alex }];
      const invite = backend(fetch, server.origin, peopleKey);
      for (const username of tenant === 0 ? MORE_PEOPLE : []) {
        people.push({ username, client: await inviteApprover(server, alex, invite, username) });
      }
      groups.push({ tenant, api: backend(fetch, server.origin, apiKey), people });
    }
    const policy = await (await fetch(`${server.origin}/log/policy.txt`)).text();
    return new Chaos(server, receivers, expectOk(parseTrustPolicy(policy)), groups, randomFrom(seed));
  }

  /** An audit of the rows in these files. A test may have changed them. */
  auditOf(databases: readonly string[]): Audit {
    return new Audit({
      acknowledged: this.acknowledged,
      log: this.log,
      databases,
      requestSealing: () => this.server.requestSealing(),
      read: async (request) => {
        const api = this.#groups[request.tenant]?.api;
        if (api === undefined) return;
        recordRead(this.acknowledged, request, await api("GET", `/api/confirmations/${request.id}`));
      },
    });
  }

  /** Ends with the first violation. */
  async run(rounds: number, report: (chaos: Chaos) => void): Promise<Figures> {
    const clients = this.#groups.flatMap((group, at) =>
      Array.from({ length: CLIENTS[at] ?? 1 }, () => runClient(this.#load, group)),
    );
    const working = Promise.all(clients);
    const rounding = this.#rounds(rounds, report);
    rounding.catch(() => undefined);
    // The clients run until the load is stopped, or until a violation.
    await Promise.race([rounding, working]);
    await rounding;
    this.#load.stopped = true;
    this.calls.serverIsUp();
    this.calls.resume();
    await working;
    await this.#runAudit(true);
    await this.checkReceivers(this.server.databases());
    return this.figures();
  }

  /** Waits until the receivers have everything of these files, and of what was acknowledged. */
  async checkReceivers(databases: readonly string[], maxMilliseconds?: number): Promise<void> {
    const requests = [...this.acknowledged.requests.values()];
    await this.receivers.complete(requests, databases, maxMilliseconds);
  }

  /** Ends the server and all receivers. */
  async stop(removesState: boolean): Promise<void> {
    await (removesState ? this.server.remove() : this.server.stop());
    await this.receivers.close();
  }

  figures(): Figures {
    return {
      rounds: this.rounds,
      kills: this.#kills,
      killsDuring: this.calls.killsDuring,
      interrupted: this.calls.interrupted,
      acknowledged: this.acknowledged.counts,
      logEntries: this.log.entries.length,
      received: this.receivers.figures,
      audits: this.audit.done,
      startMilliseconds: this.server.startMilliseconds,
      auditMilliseconds: this.#auditMilliseconds,
    };
  }

  async #rounds(rounds: number, report: (chaos: Chaos) => void): Promise<void> {
    this.calls.serverIsUp();
    for (let round = 1; round <= rounds; round++) {
      this.rounds = round;
      this.calls.resume();
      await sleep(KILL_MIN_MILLISECONDS + this.#random() * (KILL_MAX_MILLISECONDS - KILL_MIN_MILLISECONDS));
      await this.#killAndRestart();
      while (this.#random() < RECOVERY_KILL_CHANCE) {
        this.calls.serverIsUp();
        await sleep(this.#random() * RECOVERY_KILL_MAX_MILLISECONDS);
        await this.#killAndRestart();
        this.#kills["during recovery"]++;
      }
      this.calls.serverIsUp();
      await this.calls.idle();
      await this.#runAudit(round % FULL_AUDIT_ROUNDS === 0);
      report(this);
    }
  }

  async #killAndRestart(): Promise<void> {
    const target = this.#random() < WORKERD_ONLY_CHANCE ? "workerd only" : "everything";
    this.calls.serverGoesDown();
    await this.server.kill(target);
    this.#kills[target]++;
    await this.server.start();
  }

  async #runAudit(full: boolean): Promise<void> {
    const before = performance.now();
    await (full ? this.audit.full() : this.audit.incremental());
    this.receivers.check();
    this.#auditMilliseconds.push(performance.now() - before);
  }
}

/** Invites and enrols an approver, and lets the owner endorse the passkey. */
async function inviteApprover(
  server: KillableServer,
  owner: BrowserClient,
  invite: ReturnType<typeof backend>,
  username: string,
): Promise<BrowserClient> {
  const invited = await invite("POST", "/api/invites", { username, role: "approver" });
  expectStatus(201, invited);
  const client = await BrowserClient.create(fetch, server.origin);
  expectStatus(200, await client.enrol(invited.body.enrolUrl));
  const files = await DatabaseFiles.open(server.databases());
  const changes = await files.changeRequests();
  files.close();
  for (const { id } of changes.filter(({ status }) => status === "pending")) {
    expectStatus(200, await owner.decide(id));
  }
  return client;
}

function expectStatus(expected: number, { status, body }: { status: number; body: unknown }): void {
  if (status !== expected) throw new Error(`expected ${expected}, got ${status}: ${JSON.stringify(body)}`);
}

function bytesOf(origin: string): BytesAt {
  return async (path): Promise<Bytes | undefined> => {
    const answer = await fetch(`${origin}/log/${path}`);
    const bytes = owned(new Uint8Array(await answer.arrayBuffer()));
    return answer.status === 200 ? bytes : undefined;
  };
}
