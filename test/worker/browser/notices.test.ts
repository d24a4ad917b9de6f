import { beforeAll, describe, expect, it } from "vitest";
import type { Inbox } from "../../../src/core/pages/inbox.ts";
import { BrowserClient, newPasskey } from "../../support/browser-client.ts";
import {
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";

// Who sees that a new passkey asks to act as somebody.

let company: Company;
let alex: BrowserClient;
let bea: BrowserClient;
let maria: BrowserClient;
let cy: BrowserClient;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  alex = company.alex;
  bea = await company.enrolled("bea", "admin");
  maria = await company.enrolled("maria");
  cy = await company.enrolled("cy");
}, 30_000);

const inboxOf = async (client: BrowserClient): Promise<Inbox> =>
  (await (await client.get("/inbox/items")).json()) as Inbox;
const newPasskeysOf = async (client: BrowserClient) => (await inboxOf(client)).newPasskeys;

describe("a new passkey", { timeout: 30_000 }, () => {
  it("of somebody who has one is shown to that person and to all who manage people, until it is decided", async () => {
    const { version } = await inboxOf(bea);
    const { body } = await maria.addDevice(await newPasskey(ORIGIN));
    const request = idOf(body.approval);
    const notice = {
      username: "maria",
      isOwn: false,
      replacesAll: false,
      fingerprint: expect.stringMatching(/^[0-9a-f]{4}( [0-9a-f]{4}){3}$/),
      at: expect.any(String),
      request: null,
    };
    // Only who may sign it gets the link.
    expect(await newPasskeysOf(maria)).toEqual([{ ...notice, isOwn: true, request }]);
    for (const manager of [alex, bea]) expect(await newPasskeysOf(manager)).toEqual([notice]);
    expect(await newPasskeysOf(cy)).toEqual([]);
    expect((await inboxOf(bea)).version).not.toBe(version);
    expect((await maria.decide(request, { vote: "reject", reason: "not mine" })).body.status).toBe(
      "rejected",
    );
    for (const client of [maria, alex, bea]) expect(await newPasskeysOf(client)).toEqual([]);
  });

  it("by a recovery is shown to the person, too, who may be attacked with it", async () => {
    const recovery = await company.people("POST", "/api/recoveries", { username: "maria" });
    const client = await BrowserClient.create(fetchWorker, ORIGIN);
    const { body } = await client.enrol(recovery.body.enrolUrl);
    const request = idOf(body.approval);
    const about = { username: "maria", replacesAll: true };
    expect(await newPasskeysOf(maria)).toMatchObject([{ ...about, isOwn: true, request: null }]);
    for (const manager of [alex, bea])
      expect(await newPasskeysOf(manager)).toMatchObject([{ ...about, isOwn: false, request }]);
    expect(await newPasskeysOf(cy)).toEqual([]);
    await rows("UPDATE confirmations SET expires_at = 1, due_at = 1 WHERE id = ?1", request);
    for (const person of [maria, alex]) expect(await newPasskeysOf(person)).toEqual([]);
  });

  it("that is somebody's first is a request and no notice", async () => {
    const invited = await company.people("POST", "/api/invites", { username: "zoe", role: "approver" });
    await (await BrowserClient.create(fetchWorker, ORIGIN)).enrol(invited.body.enrolUrl);
    expect((await inboxOf(alex)).unendorsed.items.some(({ action }) => action.startsWith("Let zoe"))).toBe(
      true,
    );
    expect(await newPasskeysOf(alex)).toEqual([]);
  });
});
