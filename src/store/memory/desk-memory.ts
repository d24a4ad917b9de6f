import type {
  CeremonyRow,
  ConfirmationRows,
  CredentialRow,
  DatedDirectoryRows,
  KeyRows,
  PersonRow,
  SessionRows,
  Tenant,
} from "../rows.ts";
import { Remembered, type Keys, type Write } from "./remembered.ts";
import type { Effect, TableName } from "./statement-effect.ts";

// What a Desk remembers of its tenant's rows. It only saves reads: the statements that create a request, commit a vote
// or use an approval check in the rows themselves what they rely on. What is not found is not remembered, so a flood of
// unknown keys takes no memory.

/**
 * About a kilobyte each: with all seven kinds 7 MB of the Desk's 128 MB. If each of 1,000 people has 16 passkeys, these
 * are 8 MB more.
 */
const VALUES_MAX = 1_000;
/** Besides what is counted in characters some 1 KB each: 2 MB. */
const CONFIRMATIONS_MAX = 2_000;
/** Two bytes each: 12 MB, which are some 90 confirmations with the largest payload. */
const CONFIRMATION_CHARACTERS_MAX = 6_000_000;
/** For each person, vote and record of a confirmation, besides the texts of the votes. */
const ROW_CHARACTERS = 250;

type Kind = Extract<
  keyof Memory,
  | "tenant"
  | "keys"
  | "sessions"
  | "passkeys"
  | "people"
  | "peopleByName"
  | "ceremonies"
  | "confirmations"
  | "directory"
  | "hasRules"
>;

/** Which remembered values have columns of which table. A new table does not compile until it is in this list. */
const KINDS_WITH: Readonly<Record<TableName, readonly Kind[]>> = {
  tenants: ["tenant"],
  projects: ["keys"],
  api_keys: ["keys"],
  // The rows of a confirmation contain the people who are asked.
  people: ["sessions", "people", "peopleByName", "confirmations", "directory"],
  credentials: ["sessions", "passkeys", "directory"],
  sessions: ["sessions"],
  ceremonies: ["ceremonies"],
  confirmations: ["confirmations"],
  audience: ["confirmations"],
  openings: [],
  steps: ["confirmations"],
  votes: ["confirmations"],
  outbox: ["confirmations"],
  reveals: ["confirmations"],
  templates: [],
  documents: ["directory", "hasRules"],
  retention: [],
  enrolments: [],
  webauthn_challenges: [],
  idempotency: [],
  events: [],
  trail: [],
  usage: [],
  webhooks: [],
  webhook_deliveries: [],
  channels: [],
  notice_settings: [],
  notices: [],
  moved_tenants: [],
  call_figures: [],
};

export class Memory {
  readonly tenant: Remembered<Tenant>;
  /** By hash, as the sessions. */
  readonly keys: Remembered<KeyRows>;
  readonly sessions: Remembered<SessionRows>;
  /** The active ones, by person. */
  readonly passkeys: Remembered<readonly CredentialRow[]>;
  readonly people: Remembered<PersonRow>;
  readonly peopleByName: Remembered<PersonRow>;
  readonly ceremonies: Remembered<CeremonyRow>;
  readonly confirmations: Remembered<ConfirmationRows>;
  /** Under the empty key, as `hasRules`: there is one of each. */
  readonly directory: Remembered<DatedDirectoryRows>;
  readonly hasRules: Remembered<boolean>;
  #database: D1Database | undefined;

  constructor(now: () => number) {
    const some = { valuesMax: VALUES_MAX };
    this.tenant = new Remembered(now, some);
    this.keys = new Remembered(now, some);
    this.sessions = new Remembered(now, some);
    this.passkeys = new Remembered(now, some);
    this.people = new Remembered(now, some);
    this.peopleByName = new Remembered(now, some);
    this.ceremonies = new Remembered(now, some);
    this.directory = new Remembered(now, some);
    this.hasRules = new Remembered(now, some);
    this.confirmations = new Remembered(now, {
      valuesMax: CONFIRMATIONS_MAX,
      charactersMax: CONFIRMATION_CHARACTERS_MAX,
      charactersOf,
    });
  }

  /**
   * Every call of the database goes through here. Before and after a write what it may change is dropped. After an
   * error nobody knows what was written, so everything is.
   */
  async during<Value>(
    effects: readonly Effect[],
    send: () => Promise<Value>,
    meanwhile?: (change: Change) => void,
  ): Promise<[Value, Change]> {
    const change = new Change(this, effects);
    meanwhile?.(change);
    try {
      return [await send(), change];
    } catch (problem) {
      this.clear();
      throw problem;
    } finally {
      change.end();
    }
  }

  /** The rows that are remembered are of this database. A tenant may have been moved to it. */
  attach(database: D1Database): void {
    if (this.#database !== database) this.clear();
    this.#database = database;
  }

  /** A call that began before the tenant was moved still reads from the old database. */
  isOf(database: D1Database): boolean {
    return this.#database === database;
  }

  clear(): void {
    for (const remembered of this.#all()) remembered.clear();
  }

  /** What a new request relies on. */
  clearKeysAndPeople(): void {
    const { keys, passkeys, people, peopleByName, directory, hasRules } = this;
    for (const remembered of [keys, passkeys, people, peopleByName, directory, hasRules]) remembered.clear();
  }

  /** The kinds with values that this changes, each with the keys of these values. */
  changedBy({ table, keys }: Effect): ReadonlyMap<Remembered<unknown>, Keys> {
    const kinds = table === undefined ? undefined : KINDS_WITH[table];
    if (kinds === undefined) return new Map(this.#all().map((remembered) => [remembered, "all"]));
    return new Map(kinds.map((kind) => [this[kind], keys]));
  }

  #all(): readonly Remembered<unknown>[] {
    const { tenant, keys, sessions, passkeys, people, peopleByName, ceremonies, confirmations } = this;
    const { directory, hasRules } = this;
    return [
      tenant,
      keys,
      sessions,
      passkeys,
      people,
      peopleByName,
      ceremonies,
      confirmations,
      directory,
      hasRules,
    ];
  }
}

/** Where a value is remembered. */
export interface Place<Value> {
  readonly among: (memory: Memory) => Remembered<Value>;
  readonly key: string;
}

/** What the writes of one call change. */
export class Change {
  readonly #memory: Memory;
  readonly #writes: ReadonlyMap<Remembered<unknown>, Write>;

  constructor(memory: Memory, effects: readonly Effect[]) {
    this.#memory = memory;
    const all = new Map<Remembered<unknown>, Keys>();
    for (const effect of effects) {
      for (const [remembered, keys] of memory.changedBy(effect))
        all.set(remembered, union(all.get(remembered), keys));
    }
    this.#writes = new Map([...all].map(([remembered, keys]) => [remembered, remembered.beginWrite(keys)]));
  }

  end(): void {
    for (const [remembered, write] of this.#writes) remembered.endWrite(write);
  }

  /** Remembers what the call returned of a value that it changed, unless another write overlapped. */
  keep<Value>({ among, key }: Place<Value>, value: Value): void {
    const remembered = among(this.#memory);
    const write = this.#writes.get(remembered);
    if (write) remembered.keep(write as Write<Value>, key, value);
  }

  /** Remembers a value as this changes it, if it was remembered before. */
  update<Value>({ among, key }: Place<Value>, change: (value: Value) => Value | undefined): void {
    const remembered = among(this.#memory);
    const write = this.#writes.get(remembered);
    if (write) remembered.update(write as Write<Value>, key, change);
  }
}

function union(one: Keys | undefined, other: Keys): Keys {
  return one === "all" || other === "all" ? "all" : new Set([...(one ?? []), ...other]);
}

function charactersOf({ row, votes, audience, records }: ConfirmationRows): number {
  const others = votes.length + audience.length + records.length;
  let characters = others * ROW_CHARACTERS + row.payload.length;
  characters += (row.metadata?.length ?? 0) + (row.policy?.length ?? 0);
  for (const { statement, assertion } of votes) characters += statement.length + assertion.length;
  return characters;
}
