import { beforeAll, describe, expect, it } from "vitest";
import { readForPage } from "../../../src/store/confirmation/related-requests.ts";
import { openDatabases } from "../../../src/store/database.ts";
import { Memory } from "../../../src/store/memory/desk-memory.ts";
import { openTenant } from "../../../src/store/tenant-lookup.ts";
import { type BrowserClient, newPasskey } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import {
  bindings,
  freshPlatform,
  idOf,
  newCompany,
  observedDatabase,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// Which other requests the approval page compares a request with.

let company: Company;
let bob: BrowserClient;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  bob = await company.enrolled("bob");
}, 30_000);

const pay = (amount: number, more: object = {}) =>
  company.asked("bob", { action: "Pay", payload: { amount }, ...more });
const relatedOf = async (id: string, client = bob) => {
  const { open, approved } = (await client.approvalPage(id)).data.related;
  return [open?.id ?? null, approved?.id ?? null];
};

describe("the page of a request", () => {
  it("compares with the newest other open request and the last approved one, of the same action", async () => {
    const first = await pay(1);
    expect(await relatedOf(first)).toEqual([null, null]);
    const second = await pay(2);
    const third = await pay(3);
    await company.asked("bob", { action: "Refund", payload: { amount: 4 } });
    expect(await relatedOf(first)).toEqual([third, null]);
    // The order of the decisions counts, not that of the requests.
    await bob.decide(third);
    await bob.decide(second);
    const fourth = await pay(4);
    expect(await relatedOf(fourth)).toEqual([first, second]);
    const { open, approved } = (await bob.approvalPage(fourth)).data.related;
    expect([open.payload, approved.payload]).toEqual(['{"amount":1}', '{"amount":2}']);
    await bob.decide(first, { vote: "reject", reason: "no" });
    expect(await relatedOf(fourth)).toEqual([null, second]);
    // A request that is closed is compared with none.
    expect(await relatedOf(first)).toEqual([null, null]);
  });

  it("compares with no request that this person is not asked", async () => {
    await company.asked("alex", { action: "Open a gate" });
    await company.alex.decide(await company.asked("alex", { action: "Open a gate" }));
    const id = await company.asked("bob", { action: "Open a gate" });
    expect(await relatedOf(id)).toEqual([null, null]);
  });

  it("compares with none that is long or has expired", async () => {
    const id = await company.asked("bob", { action: "Send" });
    await company.asked("bob", { action: "Send", payload: { body: "x".repeat(9_000) } });
    const expired = await company.asked("bob", { action: "Send" });
    await rows("UPDATE confirmations SET expires_at = 1 WHERE id = ?1", expired);
    expect(await relatedOf(id)).toEqual([null, null]);
  });

  it("compares no change of who may sign", async () => {
    const { body: one } = await bob.addDevice(await newPasskey(ORIGIN));
    const [{ action } = {}] = await rows(
      "SELECT action FROM confirmations WHERE id = ?1",
      idOf(one.approval),
    );
    await company.asked("bob", { action });
    expect(await relatedOf(idOf(one.approval))).toEqual([null, null]);
  });

  it("reads all of it in one round trip", async () => {
    let trips = 0;
    const DB = observedDatabase({ batch: () => trips++ });
    const databases = openDatabases({ ...bindings, DB });
    const store = await openTenant(databases, company.store.tenantId, new Memory(() => 0));
    if (store === undefined) throw new RangeError("the tenant is absent");
    const [person] = await rows("SELECT id FROM people WHERE username = 'bob'");
    const ids = { confirmation: await pay(5), person: String(person?.["id"]) };
    for (const _time of ["first", "confirmation remembered"]) {
      trips = 0;
      const { rows: found, related } = await readForPage(store, ids, Date.now());
      expect([found?.row.id, related.open === undefined, trips]).toEqual([ids.confirmation, false, 1]);
    }
  });
});
