import { setTimeout as sleep } from "node:timers/promises";
import { owned, type Bytes } from "../../src/core/encoding/bytes.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { parseTrustPolicy, type TrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import type { BytesAt } from "../support/log/log-reader.ts";
import { backend, BrowserClient } from "../support/browser-client.ts";
import { Audit } from "./chaos-audit.ts";
import { drawFrom, type Draw } from "./random.ts";
import { House, type Victim } from "./killable-server.ts";
import { Ledger } from "./acknowledged.ts";
import { Line, type Kind } from "./reconnecting-client.ts";
import { tell, work, type Load, type Workplace } from "./chaos-load.ts";
import { LogView } from "./log-history.ts";
import { Rows } from "./database-file.ts";

// Round after round: load, SIGKILL, start, an audit of everything that was ever acknowledged.

const TENANTS = ["Chaos", "Order"] as const;
/** In the first tenant, so that its one stream is written for all of them. */
const MORE_PEOPLE = ["bea", "cy"] as const;
/** Of the first and of the second tenant: 8 in all. */
const CLIENTS = [5, 3] as const;
const KILL_MIN_MILLISECONDS = 50;
const KILL_MAX_MILLISECONDS = 1_500;
const WORKERD_ALONE_CHANCE = 0.25;
/** Killed again while the cut calls are being made again. */
const RECOVERY_KILL_CHANCE = 0.2;
const RECOVERY_KILL_MAX_MILLISECONDS = 250;
const FULL_AUDIT_ROUNDS = 50;

export interface Figures {
  readonly rounds: number;
  readonly kills: Readonly<Record<Victim | "during recovery", number>>;
  readonly struck: ReadonlyMap<Kind, number>;
  readonly cut: ReadonlyMap<Kind, number>;
  readonly acknowledged: Ledger["acknowledged"];
  readonly logEntries: number;
  readonly audits: Audit["done"];
  readonly startMilliseconds: readonly number[];
  readonly auditMilliseconds: readonly number[];
}

export class Chaos {
  readonly house: House;
  readonly ledger = new Ledger();
  readonly line = new Line();
  readonly bytesAt: BytesAt;
  readonly log: LogView;
  readonly audit: Audit;
  readonly #load: Load;
  readonly #places: readonly Workplace[];
  readonly #draw: Draw;
  readonly #kills = { everything: 0, "workerd alone": 0, "during recovery": 0 };
  readonly #auditMilliseconds: number[] = [];
  rounds = 0;

  constructor(house: House, policy: TrustPolicy, places: readonly Workplace[], draw: Draw) {
    this.house = house;
    this.bytesAt = bytesOf(house.origin);
    this.log = new LogView(policy, this.bytesAt);
    this.#places = places;
    this.#draw = draw;
    this.#load = { line: this.line, ledger: this.ledger, draw, stopped: false };
    this.audit = this.auditOf(house.database());
  }

  /** A fresh house with its people, before anything is killed. */
  static async create(seed: number): Promise<Chaos> {
    const house = await House.create(TENANTS);
    await house.start();
    const places: Workplace[] = [];
    for (const [tenant, { apiKey, peopleKey, enrolUrl }] of house.tenants.entries()) {
      const alex = await BrowserClient.create(fetch, house.origin);
      expectStatus(200, await alex.enrol(enrolUrl));
      const people = [{ username: "alex", client: alex }];
      const invite = backend(fetch, house.origin, peopleKey);
      for (const username of tenant === 0 ? MORE_PEOPLE : []) {
        people.push({ username, client: await newcomer(house, alex, invite, username) });
      }
      places.push({ tenant, api: backend(fetch, house.origin, apiKey), people });
    }
    const policy = await (await fetch(`${house.origin}/log/policy.txt`)).text();
    return new Chaos(house, expectOk(parseTrustPolicy(policy)), places, drawFrom(seed));
  }

  /** Against the rows in this file, which a test may have tampered with. */
  auditOf(database: string): Audit {
    return new Audit({
      ledger: this.ledger,
      log: this.log,
      database,
      requestSealing: () => this.house.requestSealing(),
      read: async (entry) => {
        const api = this.#places[entry.tenant]?.api;
        if (api !== undefined) tell(this.ledger, entry, await api("GET", `/api/confirmations/${entry.id}`));
      },
    });
  }

  /** Ends with the first violation. */
  async run(rounds: number, told: (chaos: Chaos) => void): Promise<Figures> {
    const clients = this.#places.flatMap((place, at) =>
      Array.from({ length: CLIENTS[at] ?? 1 }, () => work(this.#load, place)),
    );
    const working = Promise.all(clients);
    const rounding = this.#rounds(rounds, told);
    rounding.catch(() => undefined);
    // The clients end only when they are told to, or by a violation.
    await Promise.race([rounding, working]);
    await rounding;
    this.#load.stopped = true;
    this.line.comeUp();
    this.line.resume();
    await working;
    await this.#audited(true);
    return this.figures();
  }

  figures(): Figures {
    return {
      rounds: this.rounds,
      kills: this.#kills,
      struck: this.line.struck,
      cut: this.line.cut,
      acknowledged: this.ledger.acknowledged,
      logEntries: this.log.entries.length,
      audits: this.audit.done,
      startMilliseconds: this.house.startMilliseconds,
      auditMilliseconds: this.#auditMilliseconds,
    };
  }

  async #rounds(rounds: number, told: (chaos: Chaos) => void): Promise<void> {
    this.line.comeUp();
    for (let round = 1; round <= rounds; round++) {
      this.rounds = round;
      this.line.resume();
      await sleep(KILL_MIN_MILLISECONDS + this.#draw() * (KILL_MAX_MILLISECONDS - KILL_MIN_MILLISECONDS));
      await this.#strike();
      while (this.#draw() < RECOVERY_KILL_CHANCE) {
        this.line.comeUp();
        await sleep(this.#draw() * RECOVERY_KILL_MAX_MILLISECONDS);
        await this.#strike();
        this.#kills["during recovery"]++;
      }
      this.line.comeUp();
      await this.line.quiet();
      await this.#audited(round % FULL_AUDIT_ROUNDS === 0);
      told(this);
    }
  }

  async #strike(): Promise<void> {
    const victim = this.#draw() < WORKERD_ALONE_CHANCE ? "workerd alone" : "everything";
    this.line.goDown();
    await this.house.kill(victim);
    this.#kills[victim]++;
    await this.house.start();
  }

  async #audited(full: boolean): Promise<void> {
    const before = performance.now();
    await (full ? this.audit.full() : this.audit.incremental());
    this.#auditMilliseconds.push(performance.now() - before);
  }
}

/** Invited, enrolled, and signed for by the owner. */
async function newcomer(
  house: House,
  owner: BrowserClient,
  invite: ReturnType<typeof backend>,
  username: string,
): Promise<BrowserClient> {
  const invited = await invite("POST", "/api/invites", { username, role: "approver" });
  expectStatus(201, invited);
  const client = await BrowserClient.create(fetch, house.origin);
  expectStatus(200, await client.enrol(invited.body.enrolUrl));
  const rows = await Rows.open(house.database());
  const changes = await rows.changes();
  rows.close();
  for (const { id } of changes.filter(({ status }) => status === "pending")) {
    expectStatus(200, await owner.decide(id));
  }
  return client;
}

function expectStatus(wanted: number, { status, body }: { status: number; body: unknown }): void {
  if (status !== wanted) throw new Error(`wanted ${wanted}, got ${status}: ${JSON.stringify(body)}`);
}

function bytesOf(origin: string): BytesAt {
  return async (path): Promise<Bytes | undefined> => {
    const answer = await fetch(`${origin}/log/${path}`);
    const bytes = owned(new Uint8Array(await answer.arrayBuffer()));
    return answer.status === 200 ? bytes : undefined;
  };
}
