import { reset } from "cloudflare:test";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseReceipt } from "../../../src/core/evidence/receipt.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import type { BrowserClient } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import { receiptVerdict } from "../support/http-audit.ts";
import { fetchWorker, freshRuntime, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";

// Evidence of somebody with a long history of passkeys.

let company: Company;
let maria: BrowserClient;
afterAll(() => reset());
beforeAll(async () => {
  company = await newCompany(await freshRuntime());
  maria = await company.enrolled("maria");
});

/** Repeats the record of maria's endorsement, so that receipts of her decisions contain many changes. */
async function repeatEndorsement(times: number): Promise<void> {
  await rows(
    `WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?2)
      INSERT INTO outbox SELECT o.tenant_id, n + (SELECT max(seq) FROM outbox WHERE tenant_id = ?1), NULL, o.confirmation_id, o.type, o.outcome, o.at, o.directory_seq,
        o.entry_salt, o.payload_salt, o.body, o.idx, o.commitment FROM outbox o JOIN number
      WHERE o.tenant_id = ?1 AND o.type = 'credential.endorsed' AND o.seq < 3`,
    company.store.tenantId,
    times,
  );
}

const receiptOf = async (id: string): Promise<Response> =>
  fetchWorker(`${ORIGIN}/api/confirmations/${id}/receipt`, { headers: { "x-api-key": company.apiKey } });

const verificationOf = async (id: string): Promise<Response> =>
  fetchWorker(`${ORIGIN}/public/log/entries/${id}/verification`);

it("a receipt and a public verification may have more changes than the log proves at once", async () => {
  const before = await company.asked("maria");
  await maria.decide(before);
  await repeatEndorsement(300);
  const after = await company.asked("maria");
  expect((await maria.decide(after)).body.status).toBe("approved");
  const receipt = await receiptOf(after);
  expect(receipt.status).toBe(200);
  const { changes } = expectOk(parseReceipt(new Uint8Array(await receipt.arrayBuffer())));
  expect(changes).toHaveLength(301);
  expect((await verificationOf(after)).status).toBe(200);
  expect(await receiptVerdict(company, before)).toEqual(["", true]);
});

it("a receipt with too many changes for any verifier is refused, and the refusal names the export", async () => {
  await repeatEndorsement(1_000);
  const id = await company.asked("maria");
  expect((await maria.decide(id)).body.status).toBe("approved");
  for (const refused of [await receiptOf(id), await verificationOf(id)]) {
    const { code, detail } = await refused.json<{ code: string; detail: string }>();
    expect([refused.status, code]).toEqual([409, "receipt_too_large"]);
    expect(detail).toContain("export");
  }
});
