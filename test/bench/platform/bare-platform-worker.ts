import { toHex } from "../../../src/core/encoding/bytes.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";

// What the platform itself can do over the same HTTP path: the smallest write that a create needs, an insert into a
// Durable Object, and the product's own log. Bundled by bare-platform.ts.

const HASH_BYTES = 32;
/** About 600 bytes with the other columns, like the row of a small request. */
const FILLER = "x".repeat(480);

interface Statement {
  bind(...values: readonly (string | number)[]): Statement;
  first(): Promise<unknown>;
}

interface Database {
  prepare(sql: string): Statement;
  batch(statements: readonly Statement[]): Promise<unknown>;
}

interface BarePlatformEnv {
  readonly DB: Database;
  readonly ROWS: {
    getByName(name: string): { insert(bytes: Uint8Array): Promise<void>; nothing(): Promise<void> };
  };
  readonly LOG: {
    getByName(name: string): {
      append(
        entries: readonly { readonly label: string; readonly entry: Uint8Array }[],
        seenSize: number,
      ): Promise<readonly number[]>;
    };
  };
}

export const BARE_TABLES = [
  "CREATE TABLE bare_rows (tenant_id TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT",
  "CREATE TABLE bare_asked (tenant_id TEXT NOT NULL, person_id TEXT NOT NULL, row_id TEXT NOT NULL, PRIMARY KEY (tenant_id, person_id, row_id)) STRICT",
  "CREATE TABLE bare_names (tenant_id TEXT NOT NULL, name TEXT NOT NULL, row_id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tenant_id, name)) STRICT",
];

export async function serveBarePlatform(request: Request, env: BarePlatformEnv): Promise<Response> {
  switch (new URL(request.url).pathname) {
    case "/nothing":
      break;
    case "/d1-read":
      await env.DB.prepare("SELECT * FROM bare_rows WHERE tenant_id = ?1 LIMIT 1").bind("t_1").first();
      break;
    case "/d1-batch":
      await insertThree(env.DB);
      break;
    case "/object-call":
      await env.ROWS.getByName("rows").nothing();
      break;
    case "/object-insert":
      await env.ROWS.getByName("rows").insert(freshEntry().entry);
      break;
    case "/log-append":
      await env.LOG.getByName("log").append([freshEntry()], 0);
      break;
    default:
      return new Response("nothing here", { status: 404 });
  }
  return new Response("done");
}

async function insertThree(database: Database): Promise<void> {
  const now = Date.now();
  const id = `c_${now.toString(36)}${toHex(random(10))}`;
  await database.batch([
    database.prepare("INSERT INTO bare_rows VALUES (?1, ?2, ?3, ?4)").bind("t_1", id, FILLER, now),
    database.prepare("INSERT INTO bare_asked VALUES (?1, ?2, ?3)").bind("t_1", "p_1", id),
    database.prepare("INSERT INTO bare_names VALUES (?1, ?2, ?3, ?4)").bind("t_1", id, id, now),
  ]);
}

/** 65 bytes, like every entry of a decision. */
function freshEntry(): { label: string; entry: Uint8Array } {
  const label = random(HASH_BYTES);
  return { label: toHex(label), entry: encodeEntry({ kind: "sealed", label, commit: random(HASH_BYTES) }) };
}

function random(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes));
}
