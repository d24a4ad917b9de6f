import { reset } from "cloudflare:test";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newKey } from "../../../src/app/account/create-tenant.ts";
import { requestKeyChange } from "../../../src/app/directory/key-change.ts";
import { parseApiKey } from "../../../src/core/confirmation/api-key.ts";
import type { Scope } from "../../../src/core/confirmation/scopes.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { backend } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { auditOf } from "../support/http-audit.ts";
import {
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  runtimeOf,
  type Company,
} from "../support/worker-fixture.ts";

// API keys that can manage people or export the history: they work once a manager has signed for them.

let company: Company;
let project: { readonly id: string; readonly name: string };
afterAll(() => reset());
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  const [row] = await rows("SELECT id, name FROM projects WHERE tenant_id = ?1", company.store.tenantId);
  project = { id: String(row?.["id"]), name: String(row?.["name"]) };
});

const SYSTEM = { kind: "service", id: "test", name: "test", person: null } as const;
const SCOPES: readonly Scope[] = ["people"];

/** A new key that waits, and the request to sign for it. */
async function waitingKey(name: string) {
  const runtime = runtimeOf(company.store);
  const text = await newKey(runtime, company.store, project.id, name, SCOPES);
  const { hash } = expectOk(parseApiKey(text));
  const [row] = await rows("UPDATE api_keys SET waiting = 1 WHERE hash = ?1 RETURNING id", hash);
  const id = String(row?.["id"]);
  const grant = { id, name, hash, project, scopes: SCOPES, expiresAt: null };
  const ask = async () => expectOk(await requestKeyChange(runtime, company.store, SYSTEM, grant));
  return { id, ask, request: idOf(await ask()), call: backend(fetchWorker, ORIGIN, text) };
}
const stateOf = async (id: string) =>
  (await rows("SELECT waiting, revoked_at IS NULL AS active FROM api_keys WHERE id = ?1", id))[0];

it("works once it is signed and sealed, and no earlier", async () => {
  const { id, ask, request, call } = await waitingKey("Directory sync");
  expect(statusAndCode(await call("GET", "/api/people"))).toEqual([401, "unauthorized"]);
  const { data } = await company.alex.approvalPage(request);
  expect(JSON.parse(data.payload)).toMatchObject({
    change: "key.changed",
    key: { id, name: "Directory sync", scopes: ["people"], expires: null },
  });
  // Asked again, it is the same request.
  expect(idOf(await ask())).toBe(request);
  expect((await company.alex.decide(request)).body.status).toBe("approved");
  expect((await call("GET", "/api/people")).status).toBe(200);
  expect(await auditOf(company)).toBe("");
});

it("ends if somebody rejects it", async () => {
  const { id, request, call } = await waitingKey("Unwanted");
  expect((await company.alex.decide(request, { vote: "reject" })).body.status).toBe("rejected");
  expect(await stateOf(id)).toEqual({ waiting: 1, active: 0 });
  expect((await call("GET", "/api/people")).status).toBe(401);
  expect(await auditOf(company)).toBe("");
});

it("can't be signed for once it is revoked", async () => {
  const { id, request, call } = await waitingKey("Revoked");
  await rows("UPDATE api_keys SET revoked_at = 1 WHERE id = ?1", id);
  expect(statusAndCode(await company.alex.decide(request))).toEqual([409, "change_outdated"]);
  expect((await call("GET", "/api/people")).status).toBe(401);
});
