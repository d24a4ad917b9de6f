import { getTableColumns } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { applyTemplate, sentenceText } from "../../../src/core/display/apply-template.ts";
import { show } from "../../../src/core/display/show.ts";
import { utf8 } from "../../../src/core/encoding/bytes.ts";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { confirmations } from "../../../src/store/schema.ts";
import { verifyDisplay } from "../../../web/decision/display-check.ts";
import { rows } from "../support/database-rows.ts";
import { auditOf } from "../support/http-audit.ts";
import { trust } from "../support/log-audit.ts";
import {
  bindings,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// Templates from the request for one to the receipt of a request that it drew.

let company: Company;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
});

const ACTION = "Pay an invoice";
const PAY = {
  action: ACTION,
  sentence: "Pay {amount_usd|money:USD} to {to}",
  fields: [
    { name: "to", label: "Recipient", prominent: true },
    { name: "amount_usd", label: "Amount", format: "money:USD" },
  ],
};
const PAYLOAD = { memo: "INV-2025-118", to: "acct_8821", amount_usd: 4_200 };

const post = async (body: unknown) => company.people("POST", "/api/templates", body);
const listed = async () => (await company.people("GET", "/api/templates")).body.data;
const asked = async () => company.asked("alex", { action: ACTION, payload: PAYLOAD });
const pageOf = async (id: string) => (await company.alex.approvalPage(id)).data;
/** Asks for this change, and alex signs it. */
async function signed(body: unknown): Promise<void> {
  const { status, body: answer } = await post(body);
  expect(status).toBe(201);
  await company.alex.decide(idOf(answer.url));
}

describe("a template", () => {
  it("draws what is asked after it was signed, and keeps drawing it", async () => {
    const before = await asked();
    const { status, body } = await post(PAY);
    expect([status, await listed()]).toEqual([201, []]);
    const page = await pageOf(idOf(body.url));
    expect(JSON.parse(page.payload)).toMatchObject({ change: "template.changed", action: ACTION });
    expect(page.template).toBe(null);
    // Asked again, it is the same request.
    expect((await post(PAY)).body).toEqual(body);
    await company.alex.decide(idOf(body.url));

    const [inForce, ...others] = await listed();
    expect(others).toEqual([]);
    expect(inForce).toEqual({
      action: ACTION,
      sentence: PAY.sentence,
      fields: [
        { name: "to", label: "Recipient", format: null, prominent: true },
        { name: "amount_usd", label: "Amount", format: "money:USD", prominent: false },
      ],
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      change: { seq: 1, logIndex: 1, at: expect.any(String) },
    });
    expect(await post(PAY)).toMatchObject({ status: 409, body: { code: "already_decided" } });

    const after = await asked();
    const drawn = await pageOf(after);
    expect(drawn.statement.display).toEqual({ order: [1, 2, 0], template: inForce.hash });
    expect((await pageOf(before)).statement.display.template).toBe(null);
    const verified = verifyDisplay(drawn, { origin: ORIGIN, pathname: `/approve/${after}` });
    expect(verified.ok && sentenceText(verified.sentence)).toBe("Pay ⟨4,200.00 USD⟩ to ⟨acct_8821⟩");
    expect(verified.ok && verified.lines.map(({ label }) => label)).toEqual(["Recipient", "Amount", "Memo"]);

    // Another template later changes nothing about it.
    await signed({ ...PAY, sentence: "Send {amount_usd} to {to}" });
    await company.alex.decide(after);
    await company.alex.decide(before);
    const receipt = await company.alex.get(`/approve/${after}/receipt`);
    const { tenant, ...report } = await verdictOf(await receipt.arrayBuffer());
    expect([report.verified, tenant]).toEqual([true, "passed"]);
    const evidence = report.receipt?.decision.evidence;
    const lines = expectOk(show(utf8(drawn.payload), evidence?.signers[0]?.statement.display.order));
    expect(evidence?.template && sentenceText(applyTemplate(evidence.template, lines).sentence)).toBe(
      "Pay ⟨4,200.00 USD⟩ to ⟨acct_8821⟩",
    );

    await signed({ action: ACTION, remove: true });
    expect(await listed()).toEqual([]);
    expect((await pageOf(await asked())).statement.display.template).toBe(null);
    expect(await auditOf(company)).toBe("");
  });

  it("of one action draws no other action, and no change of who may sign", async () => {
    const action = "Make otto (approver) developer";
    await signed({ ...PAY, action });
    const { template } = (await pageOf(await company.asked("alex", { action: `${action}s` }))).statement
      .display;
    expect(template).toBe(null);
    await company.enrolled("otto");
    const { body } = await company.people("POST", "/api/roles", { username: "otto", role: "developer" });
    const page = await pageOf(idOf(body.url));
    expect([page.statement.action, page.statement.display.template]).toEqual([action, null]);
    await signed({ action, remove: true });
  });

  it("that was rejected draws nothing", async () => {
    const { body } = await post(PAY);
    await company.alex.decide(idOf(body.url), { vote: "reject" });
    expect(await listed()).toEqual([]);
  });

  it.each<[name: string, body: object, errors: string]>([
    ["no sentence", { action: ACTION }, "/sentence required"],
    ["a sentence, and its removal", { ...PAY, remove: true }, "/remove conflict"],
    ["an unknown format", { ...PAY, sentence: "Pay {to|upper}" }, "/sentence template_invalid"],
    ["an invisible character", { ...PAY, sentence: "Pay\u200b {to}" }, "/sentence template_invalid"],
    [
      "a field that it hides",
      { ...PAY, fields: [{ name: "to", label: "To", hidden: true }] },
      "/fields/0/hidden unknown_field",
    ],
    [
      "33 fields",
      { ...PAY, fields: Array.from({ length: 33 }, (_, n) => ({ name: `${n}`, label: `${n}` })) },
      "/fields too_long",
    ],
  ])("can't have %s", async (_name, body, errors) => {
    const refused = await post(body);
    expect([refused.status, refused.body.code]).toEqual([422, "validation_failed"]);
    expect(refused.body.detail).toMatch(/^\/\S+ [a-z]/);
    expect(refused.body.errors.map(({ path, code }: Record<string, string>) => `${path} ${code}`)).toContain(
      errors,
    );
  });

  it("can't be removed where there is none", async () => {
    const { status, body } = await post({ action: "Nothing", remove: true });
    expect([status, body.code, body.detail]).toEqual([
      409,
      "already_decided",
      "this action has no template; check its exact text in GET /api/templates",
    ]);
  });

  it("waits for its signature with 49 others at most: no API key fills the inboxes with them", async () => {
    const own = await newCompany(createPlatform(bindings));
    const ask = async (action: string) => own.people("POST", "/api/templates", { ...PAY, action });
    const { body: first } = await ask("First");
    const columns = Object.values(getTableColumns(confirmations)).map(({ name }) => name);
    const copied = columns.map((name) => (name === "id" ? "id || '-' || n.value" : name));
    await rows(
      `WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 199)
       INSERT INTO confirmations (${columns.join(", ")}) SELECT ${copied.join(", ")} FROM confirmations, n
       WHERE id = ?1`,
      idOf(first.url),
    );
    expect(await ask("Second")).toMatchObject({ status: 429, body: { code: "quota_exceeded" } });
    // Asked again, it is the same request.
    expect((await ask("First")).status).toBe(201);
    // However many other requests of the key wait for the same person.
    await rows("UPDATE confirmations SET type = 'decision' WHERE id LIKE ?1", `${idOf(first.url)}-%`);
    expect((await ask("Second")).status).toBe(201);
  });

  it("is one of 200 at most, also if several are asked for while there is one place", async () => {
    const { store } = company;
    await rows(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 199)
       INSERT INTO outbox SELECT tenant_id, 1000 + i, NULL, NULL, 'consumed', NULL, at, directory_seq, entry_salt,
         payload_salt, '{}', NULL, NULL, NULL, NULL FROM outbox, n WHERE tenant_id = ?1 AND seq = 0`,
      store.tenantId,
    );
    await rows(
      `INSERT INTO templates SELECT tenant_id, seq, 'Action ' || seq, 'hash', '{}', NULL FROM outbox
       WHERE tenant_id = ?1 AND seq > 1000`,
      store.tenantId,
    );
    const first = await post({ ...PAY, action: "One" });
    const second = await post({ ...PAY, action: "Two" });
    expect([first.status, second.status]).toEqual([201, 201]);
    await rows(
      `INSERT INTO templates SELECT tenant_id, seq, 'One', 'hash', '{}', NULL FROM outbox
       WHERE tenant_id = ?1 AND seq = 0`,
      store.tenantId,
    );
    const signature = await company.alex.decide(idOf(second.body.url));
    expect(signature).toMatchObject({ status: 429, body: { code: "quota_exceeded" } });
    expect(await post({ ...PAY, action: "Three" })).toMatchObject({ body: { code: "quota_exceeded" } });
  });
});

async function verdictOf(file: ArrayBuffer) {
  const { stream } = await company.store.own();
  const report = await verifyReceipt(new Uint8Array(file), { tenant: stream ?? "", trust: await trust() });
  return { ...report, tenant: report.checks.find(({ name }) => name === "tenant")?.status };
}
