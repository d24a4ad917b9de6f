import { reset, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import { BrowserClient } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { auditOf } from "../support/http-audit.ts";
import { breakLog } from "../support/log-storage.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
  wakeAllDesks,
} from "../support/worker-fixture.ts";

// Somebody who voted, or could vote, becomes an auditor. The stream must not hold a vote of an auditor, or no audit
// would accept it.

/** Several people enrol and sign, on a machine that may be busy. */
const COMPANY_MAX_MILLISECONDS = 30_000;

let platform: Platform;
beforeAll(async () => {
  platform = await freshPlatform();
});
afterAll(() => reset());

async function makeAuditor(company: Company, username: string): Promise<boolean> {
  const { body } = await company.people("POST", "/api/roles", { username, role: "auditor" });
  const decided = await company.alex.decide(idOf(body.url));
  expect([decided.status, decided.body.status]).toEqual([200, "approved"]);
  return decided.body.sealed;
}

it(
  "a vote does not count if its person became an auditor before the outcome",
  async () => {
    const company = await newCompany(platform, "Left");
    const bea = await company.enrolled("bea", "admin");
    const ada = await company.enrolled("ada", "admin");
    await company.enrolled("maria");
    const { body: link } = await company.people("POST", "/api/recoveries", { username: "maria" });
    const { body } = await (await BrowserClient.create(fetchWorker, ORIGIN)).enrol(link.enrolUrl);
    const request = idOf(body.approval);
    expect((await ada.decide(request)).body.status).toBe("pending");
    await makeAuditor(company, "ada");
    expect((await bea.decide(request)).body.status).toBe("pending");
    expect((await company.alex.decide(request)).body.status).toBe("approved");
    expect(await auditOf(company)).toBe("");
  },
  COMPANY_MAX_MILLISECONDS,
);

it(
  "an auditor decides nothing while the log is down and the change of role waits for it",
  async () => {
    const company = await newCompany(platform, "Down");
    const maria = await company.enrolled("maria");
    const id = await company.asked("maria");
    const repairLog = await breakLog();
    expect(await makeAuditor(company, "maria")).toBe(false);
    expect(statusAndCode(await maria.decide(id))).toEqual([403, "not_an_approver"]);
    await repairLog();
    await wakeAllDesks();
    await runInDurableObject(bindings.DESK.getByName(company.store.tenantId), (instance) =>
      instance.alarm?.(),
    );
    expect(await rows("SELECT count(*) AS n FROM outbox WHERE idx IS NULL")).toEqual([{ n: 0 }]);
    expect(await auditOf(company)).toBe("");
  },
  COMPANY_MAX_MILLISECONDS,
);
