import { getTableConfig } from "drizzle-orm/sqlite-core";
import { confirmations } from "../../../../src/store/schema.ts";
import { rows } from "../../support/database-rows.ts";

/** So many more requests like this one, with their notices. */
export async function copyRequest(id: string, count: number): Promise<void> {
  const own = ["id", "dedupe_key", "lock_hash"];
  const columns = getTableConfig(confirmations).columns.map(({ name }) => name);
  const values = columns.map((name) => (own.includes(name) ? `${name} || n` : name));
  const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})`;
  await rows(
    `INSERT INTO confirmations (${columns.join()}) ${numbers} SELECT ${values.join()} FROM confirmations, numbers WHERE id = ?1`,
    id,
  );
  await rows(
    `INSERT INTO notices (tenant_id, confirmation_id, channel_id, kind, person_id, at, due_at, state) ${numbers}
    SELECT tenant_id, confirmation_id || n, channel_id, kind, person_id, at, due_at, state FROM notices, numbers
    WHERE confirmation_id = ?1 AND kind = 'asked'`,
    id,
  );
}
