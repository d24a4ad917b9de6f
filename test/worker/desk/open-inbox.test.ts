import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Runtime } from "../../../src/app/runtime.ts";
import type { Inbox } from "../../../src/core/pages/inbox.ts";
import { BrowserClient, newPasskey } from "../../support/browser-client.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  runtimeOf,
  type Company,
} from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";
import { personNamed, presign, submit } from "../support/signed-decisions.ts";

// An open inbox waits in the Desk, and reads the database only when something has changed. A poll whose time is over
// answers what it has read at its start, so an answer that shows a change was woken by it.

const WAIT_SECONDS = 20;
const IDLE_MILLISECONDS = 3_000;
/** Until a poll has read the inbox and waits. */
const READ_MILLISECONDS = 300;

let company: Company;
let maria: BrowserClient;
let bea: BrowserClient;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  maria = await company.enrolled("maria");
  bea = await company.enrolled("bea", "admin");
}, 30_000);

const inboxOf = async (client: BrowserClient, query = ""): Promise<Inbox> =>
  (await (await client.get(`/inbox/items${query}`)).json()) as Inbox;

/** The answer to a poll that began before this happens. */
async function shownAfter(client: BrowserClient, change: () => Promise<unknown>): Promise<Inbox> {
  const poll = await startPoll(client);
  await change();
  return poll.answer;
}

async function startPoll(client: BrowserClient): Promise<{ readonly answer: Promise<Inbox> }> {
  const { version } = await inboxOf(client);
  const answer = inboxOf(client, `?wait=${WAIT_SECONDS}&version=${version}`);
  await scheduler.wait(READ_MILLISECONDS);
  return { answer };
}

/** The statements that the Desk sends to the database meanwhile. */
async function statementsDuring(work: () => Promise<unknown>): Promise<readonly string[]> {
  const texts: string[] = [];
  const client = await runInDurableObject(bindings.DESK.getByName(company.store.tenantId), (desk) => {
    const { databases } = (desk as unknown as { runtime: Runtime }).runtime;
    return databases.first.$client;
  });
  const prepare = client.prepare.bind(client);
  const spy = vi.spyOn(client, "prepare").mockImplementation((text) => {
    texts.push(text);
    return prepare(text);
  });
  await work();
  spy.mockRestore();
  return texts;
}

const idsOf = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);

describe("an open inbox", { timeout: 60_000 }, () => {
  it("sends no statement to the database while nothing happens", async () => {
    expect((await statementsDuring(() => inboxOf(maria))).length).toBeGreaterThan(5);
    const poll = await startPoll(maria);
    expect(await statementsDuring(() => scheduler.wait(IDLE_MILLISECONDS))).toEqual([]);
    const id = await company.asked("maria");
    expect(idsOf((await poll.answer).open.items)).toContain(id);
  });

  it("is not read again for the requests of others", async () => {
    let isAnswered = false;
    const poll = await startPoll(maria);
    void poll.answer.then(() => (isAnswered = true));
    const id = await company.asked("bea");
    await bea.decide(id);
    await scheduler.wait(READ_MILLISECONDS);
    expect(isAnswered).toBe(false);
    await company.asked("maria");
    await poll.answer;
  });

  it("shows a new request, its cancellation, its decision and its expiry", async () => {
    let id = "";
    const isOpen = ({ open }: Inbox) => idsOf(open.items).includes(id);
    const statusIn = ({ decided }: Inbox) => decided.find((item) => item.id === id)?.status;
    expect(isOpen(await shownAfter(maria, async () => (id = await company.asked("maria"))))).toBe(true);
    const cancel = () => company.api("POST", `/api/confirmations/${id}/cancel`);
    expect(isOpen(await shownAfter(maria, cancel))).toBe(false);
    id = await company.asked("maria");
    const approve = async () => maria.decide(id);
    expect(statusIn(await shownAfter(maria, approve))).toBe("approved");
    id = await company.asked("maria");
    const expire = async () => {
      await rows("UPDATE confirmations SET expires_at = 1, due_at = 1 WHERE id = ?1", id);
      await runDurableObjectAlarm(bindings.DESK.getByName(company.store.tenantId));
    };
    expect(statusIn(await shownAfter(maria, expire))).toBe("expired");
    // Several at the same moment, so that they are inserted as one group.
    const several = () => Promise.all(Array.from({ length: 5 }, () => company.asked("maria")));
    expect((await shownAfter(maria, several)).open.total).toBeGreaterThan(0);
  });

  it("shows a request of somebody who opened an invitation, and that it is decided", async () => {
    let request = "";
    const enrolled = await shownAfter(bea, async () => {
      const { body } = await company.people("POST", "/api/invites", { username: "zoe", role: "approver" });
      const zoe = await BrowserClient.create(fetchWorker, ORIGIN);
      request = idOf((await zoe.enrol(body.enrolUrl)).body.approval);
    });
    expect(idsOf(enrolled.unendorsed.items)).toEqual([request]);
    const decided = await shownAfter(bea, () => company.alex.decide(request));
    expect([decided.unendorsed.items, idsOf(decided.decided)[0]]).toEqual([[], request]);
  });

  it("shows people who manage others that a new passkey asks to act as somebody", async () => {
    const add = async () => maria.addDevice(await newPasskey(ORIGIN));
    expect((await shownAfter(bea, add)).newPasskeys).toMatchObject([{ username: "maria", request: null }]);
  });

  it("shows that a decision was made public, once that is in the log", async () => {
    const { store } = company;
    const id = await company.asked("bea");
    await bea.decide(id);
    const { body } = await bea.post(`/approve/${id}/reveal`, {});
    const runtime = runtimeOf(store);
    const unsealed = { ...runtime, desk: { ...runtime.desk, seal: async () => undefined } };
    const signer = { person: await personNamed(store, "bea"), passkey: bea.passkey };
    const signed = await presign(unsealed, store, idOf(body.approval), signer);
    expect((await submit(unsealed, store, signed)).ok).toBe(true);
    const shownIn = ({ decided }: Inbox) => decided.find((item) => item.id === id)?.shown;
    expect(shownIn(await inboxOf(bea))).toBe(false);
    expect(shownIn(await shownAfter(bea, () => runtime.desk.seal()))).toBe(true);
  });
});
