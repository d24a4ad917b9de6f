import { earliestId } from "../../../../src/core/encoding/identifier.ts";
import { bindings } from "../../support/worker-fixture.ts";

// A tenant with a long history, written by SQL: through the product it would take hours.

export const FILLED_PROJECTS = ["j_filled0", "j_filled1", "j_filled2"] as const;
/** Request n is of project and approver n, modulo how many there are. */
export const FILLED_APPROVERS = Array.from({ length: 7 }, (_, place) => `p_filled${place}`);
const STEP_MILLISECONDS = 1_000;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** The digits of an id's time. */
const TIME = Array.from(
  { length: earliestId("", 0).length - 1 },
  (_, place, at = 5 * (8 - place)) => `substr('${ALPHABET}', ((at >> ${at}) & 31) + 1, 1)`,
).join(" || ");

/**
 * So many requests, the last one made at this time. Every so many is pending; the others are approved, rejected, expired
 * and cancelled in turn. A signed one has its sealed record. The newest ones have everything else, too: a step, a vote,
 * a ceremony and an idempotency key.
 */
export async function fillTenant(
  tenant: string,
  count: number,
  last: number,
  pendingEvery = 53,
): Promise<void> {
  const run = (sql: string, ...values: unknown[]) =>
    bindings.DB.prepare(sql)
      .bind(tenant, ...values)
      .run();
  for (const id of FILLED_PROJECTS)
    await run("INSERT INTO projects (tenant_id, id, name, created_at) VALUES (?1, ?2, ?2, 0)", id);
  for (const id of FILLED_APPROVERS) {
    await run(
      `INSERT INTO people (tenant_id, id, username, role, user_handle, created_at)
       VALUES (?1, ?2, ?2, 'approver', ?1 || ?2, 0)`,
      id,
    );
    await run(
      `INSERT INTO credentials (tenant_id, id, person_id, label, public_key, algorithm, sign_count, backup_eligible,
         backed_up, transports, created_at, endorsed_seq)
       VALUES (?1, ?1 || ?2, ?2, '', ?2, -7, 0, 0, 0, '', 0, 0)`,
      id,
    );
  }
  await run(
    `INSERT INTO confirmations (tenant_id, id, type, project_id, project_name, requester_kind, requester_id,
       requester_name, action, payload, payload_hash, status, version, escalated, created_at, expires_at, due_at,
       decided_at, decided_seq, approver_id, lock_hash)
     WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2 - 1),
       filled AS (SELECT n, ?3 - (?2 - 1 - n) * ${STEP_MILLISECONDS} AS at, CASE WHEN n % ?4 = 0 THEN 'pending'
         ELSE trim(substr('approved rejected expired  cancelled', n % 4 * 9 + 1, 9)) END AS status FROM numbers)
     SELECT ?1, 'c_' || ${TIME} || printf('%026d0', n), 'decision', 'j_filled' || (n % ${FILLED_PROJECTS.length}), '',
       'key', '', '', 'Action', '{}', '${"0".repeat(64)}', status, status <> 'pending', 0, at, at + 900000,
       CASE WHEN status = 'pending' THEN 4102444800000 ELSE at + 900000 END,
       CASE WHEN status <> 'pending' THEN at END, CASE WHEN status <> 'pending' THEN 1000 + n END,
       'p_filled' || (n % ${FILLED_APPROVERS.length}), 'lock' FROM filled`,
    count,
    last,
    pendingEvery,
  );
  await run(`INSERT OR IGNORE INTO audience (tenant_id, person_id, confirmation_id, asked_at)
    SELECT tenant_id, approver_id, id, created_at FROM confirmations WHERE tenant_id = ?1 AND approver_id IS NOT NULL`);
  await run(`INSERT INTO outbox (tenant_id, seq, step_id, confirmation_id, type, outcome, at, directory_seq, entry_salt,
      payload_salt, idx, commitment)
    SELECT tenant_id, decided_seq, 's' || id, id, 'decision', status, decided_at, 0, '', '', decided_seq, ''
    FROM confirmations WHERE tenant_id = ?1 AND lock_hash = 'lock' AND status IN ('approved', 'rejected')`);
  await fillTemplates(tenant);
  await fillDocuments(tenant);
}

/** Many versions of one policy that were replaced, and 100 groups in force. */
async function fillDocuments(tenant: string): Promise<void> {
  const insert = (values: string, from: string) =>
    bindings.DB.prepare(`INSERT INTO documents SELECT tenant_id, seq, ${values}
      FROM (SELECT * FROM outbox WHERE tenant_id = ?1 AND seq >= 20000 ORDER BY seq ${from})`)
      .bind(tenant)
      .run();
  await insert("'policy', 'refunds', 'hash ' || seq, '{}', seq + 1", "LIMIT 10000");
  await insert("'group', 'group-' || seq, 'hash ' || seq, '{}', NULL", "LIMIT 100 OFFSET 10000");
}

/** Many templates of one action that were replaced, and one of each of 100 other actions in force. */
async function fillTemplates(tenant: string): Promise<void> {
  const some = "SELECT * FROM outbox WHERE tenant_id = ?1 AND seq >= 1000 ORDER BY seq";
  const insert = (action: string, ended: string, limit: string) =>
    bindings.DB.prepare(
      `INSERT INTO templates SELECT tenant_id, seq, ${action}, 'hash ' || seq, '{}', ${ended} FROM (${some} ${limit})`,
    )
      .bind(tenant)
      .run();
  await insert("'Action'", "seq + 1", "LIMIT 10000");
  await insert("'Action ' || seq", "NULL", "LIMIT 100 OFFSET 10000");
}

/** Adds to so many of the newest requests what belongs to them: a step, a vote, a ceremony, an idempotency key. */
export async function fillDetails(tenant: string, key: string, count: number): Promise<void> {
  const newest = `(SELECT * FROM confirmations WHERE tenant_id = ?1 AND lock_hash = 'lock' ORDER BY id DESC LIMIT ?2)`;
  const run = (sql: string, ...values: unknown[]) =>
    bindings.DB.prepare(sql)
      .bind(tenant, count, ...values)
      .run();
  await run(`INSERT INTO steps (tenant_id, confirmation_id, n, id, type, at, person_id)
    SELECT tenant_id, id, 1, 's' || id, 'approve', created_at, approver_id FROM ${newest} WHERE status <> 'pending'`);
  await run(`INSERT INTO votes (tenant_id, confirmation_id, person_id, step_id, vote, at, credential_id, statement,
      assertion, assertion_hash)
    SELECT tenant_id, id, approver_id, 's' || id, 'approve', created_at, tenant_id || approver_id, '{}', '{}', ''
    FROM ${newest} WHERE status <> 'pending'`);
  await run(`INSERT INTO ceremonies (tenant_id, id, confirmation_id, person_id, salt, issued_at, expires_at)
    SELECT tenant_id, id, id, approver_id, '', created_at, expires_at FROM ${newest}`);
  await run(
    `INSERT INTO idempotency (tenant_id, key_id, name, operation, request_hash, confirmation_id, created_at)
     SELECT tenant_id, ?3, id, 'create', '', id, created_at FROM ${newest}`,
    key,
  );
}
