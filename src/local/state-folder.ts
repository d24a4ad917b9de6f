import { createECDH, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StateUnusable } from "./state-check.ts";

// The settings of a local installation, in a file next to its databases.

export const SETTINGS_FILE = "settings.json";
const OWNER_ONLY = 0o600;

export interface Settings {
  /** The log's name and key never change: with another name or key it would be another log. */
  readonly logOrigin: string;
  readonly logSeed: string;
  /** A person adds it while the log's key changes. */
  readonly logSeedNext?: string;
  /** The secrets of webhooks and links are derived from it. */
  readonly sendSeed: string;
  /** The pair of keys for web push, in base64url. With another pair no browser takes a notice. */
  readonly vapidPublicKey: string;
  readonly vapidPrivateKey: string;
  /** What every start prints; null until the demo tenant exists. */
  readonly demo: {
    readonly apiKey: string;
    readonly peopleKey: string;
    /** Missing in a folder that an older version created. */
    readonly auditKey?: string;
    readonly enrolPath: string;
  } | null;
}

export function readSettings(folder: string, origin: string): Settings {
  const path = join(folder, SETTINGS_FILE);
  const kept = existsSync(path) ? parseSettings(path) : undefined;
  if (kept?.sendSeed !== undefined) return kept as Settings;
  // A folder of an older version has the log's key, and no secrets for sending.
  const settings: Settings = {
    logOrigin: `${new URL(origin).host}/log`,
    logSeed: newSeed(),
    demo: null,
    sendSeed: newSeed(),
    ...newPushKeys(),
    ...kept,
  };
  writeSettings(folder, settings);
  return settings;
}

function newSeed(): string {
  return randomBytes(32).toString("hex");
}

function newPushKeys(): Pick<Settings, "vapidPublicKey" | "vapidPrivateKey"> {
  const keys = createECDH("prime256v1");
  const vapidPublicKey = keys.generateKeys("base64url");
  return { vapidPublicKey, vapidPrivateKey: keys.getPrivateKey("base64url") };
}

function parseSettings(path: string): Partial<Settings> {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Partial<Settings>;
  } catch {
    throw new StateUnusable(
      `${path} can't be read. It holds the log's key, so restore it from a copy; --reset deletes the whole folder.`,
    );
  }
}

/** Readable only by its owner: it contains the log's key. A full disk leaves the old file. */
export function writeSettings(folder: string, settings: Settings): void {
  const path = join(folder, SETTINGS_FILE);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(settings, null, 2)}\n`, { mode: OWNER_ONLY });
  renameSync(`${path}.new`, path);
}

interface Migratable {
  prepare(sql: string): { run(): Promise<unknown>; all(): Promise<{ results: unknown[] }> };
  batch(statements: unknown[]): Promise<unknown>;
}

/** Applies the missing migrations, each file in one batch. `wrangler` uses the same table. */
export async function migrate(database: Migratable, folder: string): Promise<void> {
  await database
    .prepare(
      "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
    )
    .run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set((results as { name: string }[]).map(({ name }) => name));
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith(".sql") && !applied.has(file))
    .toSorted()) {
    const statements = statementsOf(readFileSync(join(folder, name), "utf8"));
    const record = `INSERT INTO d1_migrations (name) VALUES ('${name}')`;
    await database.batch([...statements, record].map((statement) => database.prepare(statement)));
  }
}

/** A statement ends with a semicolon at the end of a line; a trigger's body is indented and ends with END; */
function statementsOf(sql: string): readonly string[] {
  const plain = sql.replace(/^\s*--.*$/gm, "");
  return (plain.match(/^(?:CREATE TRIGGER[\s\S]*?^END;|\S[\s\S]*?;$)/gm) ?? []).map((statement) =>
    statement.trim(),
  );
}
