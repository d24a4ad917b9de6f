import { reset } from "cloudflare:test";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import type { Bytes } from "../../../src/core/encoding/bytes.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { RECEIPT_MAX_CHANGES } from "../../../src/core/evidence/receipt.ts";
import { verifyReceipt, type ReceiptReport } from "../../../src/core/evidence/verify.ts";
import type { BrowserClient } from "../../support/browser-client.ts";
import { trust } from "../support/log-audit.ts";
import {
  fetchWorker,
  freshPlatform,
  newCompany,
  ORIGIN,
  type Company,
  runtimeOf,
} from "../support/worker-fixture.ts";
import { downloadExport, downloadReceipt, historyFrom } from "./support/attack-findings.ts";
import { forgeChanges, roleChange } from "./support/forged-rows.ts";

// Receipts of a tenant with as many changes as a receipt can hold, and more. Two changes endorse the passkeys of maria
// and cy. All others give cy another role, so only what cy signs rests on them.

let platform: Platform;
let company: Company;
let maria: BrowserClient;
let cy: BrowserClient;
afterAll(() => reset());
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  maria = await company.enrolled("maria");
  cy = await company.enrolled("cy");
  await changeRoles(RECEIPT_MAX_CHANGES - 2);
}, 120_000);

/** Through the routes of the service, 1,000 changes would take minutes. */
async function changeRoles(times: number): Promise<void> {
  const { store, alex } = company;
  const [developer, approver] = [
    await roleChange({ store }, "cy", "developer"),
    await roleChange({ store }, "cy", "approver"),
  ];
  const votes = [{ by: "alex", passkey: alex.passkey }];
  const changes = Array.from({ length: times }, (_none, place) => ({
    type: "role.changed" as const,
    payload: place % 2 === 0 ? developer : approver,
    votes,
  }));
  await forgeChanges({ store, runtime: runtimeOf(store) }, changes);
}

async function decidedBy(client: BrowserClient, username: string): Promise<string> {
  const id = await company.asked(username);
  expect((await client.decide(id)).body.status).toBe("approved");
  return id;
}

interface Verdict {
  readonly links: number;
  /** How many links have evidence. */
  readonly full: number;
  readonly verified: boolean;
  readonly revocation: string | undefined;
}

async function verdictOf(id: string, history?: Bytes | string): Promise<Verdict> {
  const file = await downloadReceipt(company, id);
  if (typeof file === "string") throw new Error(file);
  const report: ReceiptReport = await verifyReceipt(file, {
    tenant: ANY_TENANT,
    trust: await trust(),
    ...(history !== undefined && { history: await historyFrom(history) }),
  });
  const { receipt, checks, verified } = report;
  const links = receipt?.directory ?? [];
  return {
    links: links.length,
    full: links.filter(({ evidence }) => evidence !== null).length,
    verified,
    revocation: checks.find(({ name }) => name === "revocation")?.status,
  };
}

const verificationOf = async (id: string): Promise<Response> =>
  fetchWorker(`${ORIGIN}/public/log/entries/${id}/verification`);

it(
  "a receipt holds every change of a tenant with 1,000, and shows that no passkey was revoked",
  { timeout: 60_000 },
  async () => {
    const [byMaria, byCy] = [await decidedBy(maria, "maria"), await decidedBy(cy, "cy")];
    const whole = { links: 1_000, verified: true, revocation: "passed" };
    expect(await verdictOf(byMaria)).toEqual({ ...whole, full: 1 });
    expect(await verdictOf(byCy)).toEqual({ ...whole, full: 999 });
  },
);

it(
  "a receipt of a tenant with 1,001 changes leaves out the oldest that nobody's signature rests on, and asks for the export",
  { timeout: 60_000 },
  async () => {
    await changeRoles(1);
    const [byMaria, byCy] = [await decidedBy(maria, "maria"), await decidedBy(cy, "cy")];
    const cut = { links: 1_000, verified: false, revocation: "absent" };
    expect(await verdictOf(byMaria)).toEqual({ ...cut, full: 1 });
    expect(await verdictOf(byCy)).toEqual({ ...cut, full: 1_000 });
    const history = await downloadExport(company);
    for (const id of [byMaria, byCy])
      expect(await verdictOf(id, history)).toMatchObject({ verified: true, revocation: "passed" });
  },
);

it(
  "a receipt that rests on more than 1,000 changes is refused, and the refusal names the export",
  { timeout: 60_000 },
  async () => {
    await changeRoles(1);
    const [byMaria, byCy] = [await decidedBy(maria, "maria"), await decidedBy(cy, "cy")];
    const headers = { "x-api-key": company.apiKey };
    const refused = await fetchWorker(`${ORIGIN}/api/confirmations/${byCy}/receipt`, { headers });
    const { code, detail } = await refused.json<{ code: string; detail: string }>();
    expect([refused.status, code]).toEqual([409, "receipt_too_large"]);
    expect(detail).toContain("export");
    // Nothing of another person's receipt or of a link rests on these changes.
    expect(await verdictOf(byMaria)).toMatchObject({ links: 1_000, revocation: "absent" });
    expect((await verificationOf(byCy)).status).toBe(200);
  },
);
