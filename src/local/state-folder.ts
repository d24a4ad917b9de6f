import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// What a local installation keeps beside its databases, so that it is the same one after a restart.

const SETTINGS = "settings.json";
const OWNER_ONLY = 0o600;

export interface Settings {
  /** The log's name and key never change: another would be another log. */
  readonly logOrigin: string;
  readonly logSeed: string;
  /** Written in by hand while the log's key is changed. */
  readonly logSeedNext?: string;
  /** What the first start told, to be told again; null until the demo tenant is made. */
  readonly demo: {
    readonly apiKey: string;
    readonly peopleKey: string;
    /** None in a folder that was begun before there was one. */
    readonly auditKey?: string;
    readonly enrolPath: string;
  } | null;
}

export function readSettings(folder: string, origin: string): Settings {
  const path = join(folder, SETTINGS);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Settings;
  const fresh: Settings = {
    logOrigin: `${new URL(origin).host}/log`,
    logSeed: randomBytes(32).toString("hex"),
    demo: null,
  };
  writeSettings(folder, fresh);
  return fresh;
}

/** Readable by its owner alone: it holds the log's key. */
export function writeSettings(folder: string, settings: Settings): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, SETTINGS), `${JSON.stringify(settings, null, 2)}\n`, { mode: OWNER_ONLY });
}

interface Migratable {
  prepare(sql: string): { run(): Promise<unknown>; all(): Promise<{ results: unknown[] }> };
  batch(statements: unknown[]): Promise<unknown>;
}

/** Applies what has not been applied, each file whole, in the table that the deployment tool uses, too. */
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
    const done = `INSERT INTO d1_migrations (name) VALUES ('${name}')`;
    await database.batch([...statements, done].map((statement) => database.prepare(statement)));
  }
}

/** Statements end with a semicolon at a line's end; a trigger's body is indented and ends with END; */
function statementsOf(sql: string): readonly string[] {
  const plain = sql.replace(/^\s*--.*$/gm, "");
  return (plain.match(/^(?:CREATE TRIGGER[\s\S]*?^END;|\S[\s\S]*?;$)/gm) ?? []).map((statement) =>
    statement.trim(),
  );
}
