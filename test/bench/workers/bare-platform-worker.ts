import { DurableObject } from "cloudflare:workers";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import type { Env } from "../../../src/env.ts";
import { Log } from "../../../src/log/log.ts";
import { LOG_NAME } from "../../../src/log/log-settings.ts";

// What the platform itself can do over the same HTTP path: one read, the smallest write that a create needs, an insert
// into a Durable Object, and the product's own log. Each has a path.

export { Desk } from "../../../src/desk/desk.ts";
export { Log };

const HASH_BYTES = 32;
/** About 600 bytes with the other columns, like the row of a small request. */
const FILLER = "x".repeat(480);
const READ_ID = "c_read";

const TABLES = [
  "CREATE TABLE bare_rows (tenant_id TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT",
  "CREATE TABLE bare_asked (tenant_id TEXT NOT NULL, person_id TEXT NOT NULL, row_id TEXT NOT NULL, PRIMARY KEY (tenant_id, person_id, row_id)) STRICT",
  "CREATE TABLE bare_names (tenant_id TEXT NOT NULL, name TEXT NOT NULL, row_id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tenant_id, name)) STRICT",
];

export class Rows extends DurableObject {
  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    state.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, entry BLOB NOT NULL)",
    );
  }

  async insert(bytes: Uint8Array): Promise<void> {
    this.ctx.storage.sql.exec("INSERT INTO entries (entry) VALUES (?)", bytes);
  }

  async nothing(): Promise<void> {}
}

interface PlatformEnv extends Env {
  readonly ROWS: DurableObjectNamespace<Rows>;
}

async function insertThree(database: D1Database, id: string): Promise<void> {
  const now = Date.now();
  await database.batch([
    database.prepare("INSERT INTO bare_rows VALUES (?1, ?2, ?3, ?4)").bind("t_1", id, FILLER, now),
    database.prepare("INSERT INTO bare_asked VALUES (?1, ?2, ?3)").bind("t_1", "p_1", id),
    database.prepare("INSERT INTO bare_names VALUES (?1, ?2, ?3, ?4)").bind("t_1", id, id, now),
  ]);
}

/** 65 bytes, like every entry of a decision. */
function newEntry(): { label: string; entry: Uint8Array } {
  const label = random(HASH_BYTES);
  return { label: toHex(label), entry: encodeEntry({ kind: "sealed", label, commit: random(HASH_BYTES) }) };
}

function random(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes));
}

export default {
  async fetch(request: Request, { DB, ROWS, LOG }: PlatformEnv): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case "/tables":
        await DB.batch(TABLES.map((sql) => DB.prepare(sql)));
        await insertThree(DB, READ_ID);
        break;
      case "/nothing":
        break;
      case "/d1-read":
        await DB.prepare("SELECT * FROM bare_rows WHERE tenant_id = ?1 AND id = ?2")
          .bind("t_1", READ_ID)
          .first();
        break;
      case "/d1-batch":
        await insertThree(DB, `c_${Date.now().toString(36)}${toHex(random(10))}`);
        break;
      case "/object-call":
        await ROWS.getByName("rows").nothing();
        break;
      case "/object-insert":
        await ROWS.getByName("rows").insert(newEntry().entry);
        break;
      case "/log-append":
        await LOG.getByName(LOG_NAME).append([newEntry()]);
        break;
      default:
        return new Response("nothing here", { status: 404 });
    }
    return new Response("done");
  },
};
