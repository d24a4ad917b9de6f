import { beforeAll, expect, it } from "vitest";
import type { Inbox } from "../../../src/core/pages/inbox.ts";
import { BrowserClient, newPasskey } from "../../support/browser-client.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { auditOf } from "../support/http-audit.ts";
import {
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// A recovery names every passkey that it replaces. Somebody with a stolen passkey can add another one meanwhile.

let company: Company;
let boris: BrowserClient;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  boris = await company.enrolled("boris", "admin");
});

/** Requests that the managers are asked about this person's recovery. */
async function pendingRecoveries(username: string): Promise<readonly string[]> {
  const { unendorsed } = await (await boris.get("/inbox/items")).json<Inbox>();
  return unendorsed.items
    .filter(({ action }) => action.includes(`all passkeys of ${username} `))
    .map(({ id }) => id);
}

/** Maria asks for a recovery; then the holder of her old passkey makes another one active. */
async function outdatedRecovery(username: string) {
  const thief = await company.enrolled(username);
  const { body: link } = await company.people("POST", "/api/recoveries", { username });
  const maria = await BrowserClient.create(fetchWorker, ORIGIN);
  const { body } = await maria.enrol(link.enrolUrl);
  const further = await thief.addDevice(await newPasskey(ORIGIN));
  expect((await thief.decide(idOf(further.body.approval))).body.status).toBe("approved");
  return { maria, thief, request: idOf(body.approval) };
}

it("a recovery that misses a passkey is requested again when somebody signs it, and replaces that one, too", async () => {
  const { maria, thief, request } = await outdatedRecovery("maria");
  const refused = await company.alex.decide(request);
  expect(statusAndCode(refused)).toEqual([409, "change_outdated"]);
  expect(refused.body.detail).toContain("sign the new request in your inbox");
  const pending = await pendingRecoveries("maria");
  expect(pending).toHaveLength(1);
  expect(pending).not.toContain(request);
  for (const manager of [company.alex, boris])
    expect((await manager.decide(pending[0] ?? "")).status).toBe(200);
  expect((await maria.get("/inbox/items")).status).toBe(200);
  expect((await thief.get("/inbox/items")).status).toBe(401);
  const { data } = await maria.devicesPage();
  expect(data.passkeys.map(({ state }: { state: string }) => state)).toEqual([
    "revoked",
    "active",
    "revoked",
  ]);
  expect(await auditOf(company)).toBe("");
});

it("the new passkey asks again at its next sign-in, and nobody can reject the old request by mistake", async () => {
  const { maria, request } = await outdatedRecovery("nina");
  await maria.signIn();
  const pending = await pendingRecoveries("nina");
  expect(pending).toHaveLength(1);
  expect(pending).not.toContain(request);
  expect((await company.alex.approvalPage(request)).data.state.status).toBe("cancelled");
});

it("a further passkey that was asked for in an earlier role is asked for again when its person signs", async () => {
  const olga = await company.enrolled("olga");
  const further = await olga.addDevice(await newPasskey(ORIGIN));
  const change = await company.people("POST", "/api/roles", { username: "olga", role: "developer" });
  await company.alex.decide(idOf(change.body.url));
  const refused = await olga.decide(idOf(further.body.approval));
  expect(statusAndCode(refused)).toEqual([409, "change_outdated"]);
  const { open } = await (await olga.get("/inbox/items")).json<Inbox>();
  const [renewed] = open.items;
  expect((await olga.decide(renewed?.id ?? "")).body.status).toBe("approved");
  expect(await auditOf(company)).toBe("");
});
