import { beforeAll, describe, expect, it } from "vitest";
import { inboxOf as readInboxOf } from "../../../src/app/decision/read-inbox.ts";
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
import { rows, type Row } from "../support/database-rows.ts";
import { needOf, requestUnder, staged } from "../policies/support/frozen-policies.ts";
import { personNamed } from "../support/signed-decisions.ts";

// What an inbox lists, in which order, and how much of it.

const PAGE = 50;
const HOUR_SECONDS = 3_600;

let runtime: Runtime;
let company: Company;
let zoe: BrowserClient;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  runtime = runtimeOf(company.store);
  zoe = await company.enrolled("zoe");
}, 30_000);

async function inboxOf(client: BrowserClient, after?: string | null): Promise<Inbox> {
  const query = after ? `?after=${encodeURIComponent(after)}` : "";
  return (await (await client.get(`/inbox/items${query}`)).json()) as Inbox;
}

const idsOf = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);

/** A new approver, to whom nothing was addressed. */
const newPerson = (username: string) => company.enrolled(username);

/** Somebody who has opened an invitation or a link for recovery. Returns the request to make the passkey count. */
async function linkOpened(link: "invites" | "recoveries", username: string): Promise<string> {
  const asked = link === "invites" ? { username, role: "approver" } : { username };
  const { body } = await company.people("POST", `/api/${link}`, asked);
  const client = await BrowserClient.create(fetchWorker, ORIGIN);
  return idOf((await client.enrol(body.enrolUrl)).body.approval);
}

/** Copies of this request with its audience: each with a later id and these changes. */
async function copies(
  id: string,
  count: number,
  changes: (place: number) => Row,
): Promise<readonly string[]> {
  const [request = {}] = await rows("SELECT * FROM confirmations WHERE id = ?1", id);
  const asked = await rows("SELECT * FROM audience WHERE confirmation_id = ?1", id);
  const ids = Array.from({ length: count }, (_, place) => `${id}_${String(place).padStart(4, "0")}`);
  const insert = (table: string, row: Row) =>
    bindings.DB.prepare(
      `INSERT OR IGNORE INTO ${table} (${Object.keys(row).join()}) VALUES (${Object.keys(row)
        .map(() => "?")
        .join()})`,
    ).bind(...Object.values(row));
  await bindings.DB.batch(
    ids.flatMap((copy, place) => [
      insert("confirmations", { ...request, ...changes(place), id: copy }),
      ...asked.map((row) => insert("audience", { ...row, confirmation_id: copy })),
    ]),
  );
  return ids;
}

describe("open requests", { timeout: 30_000 }, () => {
  it("are listed by expiry, the next one first", async () => {
    const bob = await newPerson("bob");
    const expiries = [900, HOUR_SECONDS, 300];
    const ids: string[] = [];
    for (const expiresInSeconds of expiries) ids.push(await company.asked("bob", { expiresInSeconds }));
    expect(idsOf((await inboxOf(bob)).open.items)).toEqual([ids[2], ids[0], ids[1]]);
  });

  it("say what tells them apart, who asked and when, and what is risky", async () => {
    const lisa = await newPerson("lisa");
    await company.asked("lisa", { payload: { memo: "x", to: "p\u0430ypal", amount_usd: 4200, ok: true } });
    const { body } = await lisa.addDevice(await newPasskey(ORIGIN));
    const { open } = await inboxOf(lisa);
    const [change, decision] = open.items;
    expect(decision?.telling).toEqual({
      values: [
        { name: "amount usd", value: 4200 },
        { name: "to", value: "p\u0430ypal" },
        { name: "ok", value: true },
      ],
      risks: ["look-alikes"],
    });
    expect(Math.abs(Date.parse(decision?.createdAt ?? "") - Date.now())).toBeLessThan(60_000);
    expect([change?.id, change?.isChange, change?.telling]).toEqual([idOf(body.approval), true, null]);
  });

  it("are shown in pages, each request once, with their total", async () => {
    const cara = await newPerson("cara");
    const first = await company.asked("cara", { expiresInSeconds: HOUR_SECONDS });
    const expiresAt = Date.now() + HOUR_SECONDS * 1_000;
    // Three share each expiry, so that pages end between equal ones.
    await copies(first, 119, (place) => ({ expires_at: expiresAt + Math.floor(place / 3) * 1_000 }));
    const pages: Inbox["open"][] = [];
    let next: string | null | undefined;
    do {
      const { open } = await inboxOf(cara, next);
      pages.push(open);
      ({ next } = open);
    } while (next !== null);
    expect(pages.map(({ items, before, total }) => [items.length, before, total])).toEqual([
      [PAGE, 0, 120],
      [PAGE, 50, 120],
      [20, 100, 120],
    ]);
    const items = pages.flatMap((page) => page.items);
    expect(new Set(idsOf(items)).size).toBe(120);
    const times = items.map((item) => item.expiresAt);
    expect(times).toEqual(times.toSorted());
  });

  it("stay on their pages when a request before them is decided", async () => {
    const dora = await newPerson("dora");
    const first = await company.asked("dora", { expiresInSeconds: HOUR_SECONDS });
    await copies(first, 60, () => ({}));
    const { open } = await inboxOf(dora);
    const later = (await inboxOf(dora, open.next)).open;
    expect([later.items.length, later.before]).toEqual([11, 50]);
    // The last one of the first page names where the second page begins.
    await dora.decide(open.next ?? "", { vote: "reject", reason: "no" });
    expect((await inboxOf(dora, open.next)).open).toEqual({ ...later, before: 49, total: 60 });
  });

  it("are none after an id that is unknown or another tenant's", async () => {
    const other = await newCompany(runtime, "Other");
    await company.asked("alex");
    for (const after of ["c_absent", await other.asked("alex")]) {
      const { open } = await inboxOf(company.alex, after);
      expect([open.items, open.before, open.next]).toEqual([[], 0, null]);
    }
  });

  it("of a cancelled request are gone", async () => {
    const emil = await newPerson("emil");
    const id = await company.asked("emil");
    await company.api("POST", `/api/confirmations/${id}/cancel`);
    const { open, decided } = await inboxOf(emil);
    expect([open.items, open.total, decided]).toEqual([[], 0, []]);
  });

  it("about who may sign come before the decisions of an API key, however many and urgent", async () => {
    const fred = await newPerson("fred");
    const urgent = await company.asked("fred", { expiresInSeconds: 60 });
    await copies(urgent, PAGE + 10, () => ({}));
    const { body } = await fred.addDevice(await newPasskey(ORIGIN));
    expect(idsOf((await inboxOf(fred)).open.items)[0]).toBe(idOf(body.approval));
  });
});

describe("requests of people who do not count yet", { timeout: 30_000 }, () => {
  it("are in a list of their own, and in no other list or number", async () => {
    const before = await inboxOf(company.alex);
    const invited = await linkOpened("invites", "gina");
    const recovery = await linkOpened("recoveries", "zoe");
    const after = await inboxOf(company.alex);
    expect(idsOf(after.unendorsed.items)).toEqual([...idsOf(before.unendorsed.items), invited, recovery]);
    expect(after.open).toEqual(before.open);
    expect(after.version).not.toBe(before.version);
    // Once a person counts, their further passkeys are ordinary requests.
    await company.alex.decide(invited);
    await company.alex.decide(recovery, { vote: "reject", reason: "not lost" });
    const { body } = await zoe.addDevice(await newPasskey(ORIGIN));
    const ofZoe = await inboxOf(zoe);
    expect([idsOf(ofZoe.open.items), ofZoe.unendorsed.items]).toEqual([[idOf(body.approval)], []]);
  });
});

describe("decided requests", { timeout: 30_000 }, () => {
  it("are listed apart, the newest decision first", async () => {
    const hugo = await newPerson("hugo");
    const ids = [await company.asked("hugo"), await company.asked("hugo"), await company.asked("hugo")];
    await hugo.decide(ids[1] ?? "");
    await hugo.decide(ids[0] ?? "", { vote: "reject", reason: "no" });
    const { open, decided } = await inboxOf(hugo);
    expect(decided.map(({ id, status }) => [id, status])).toEqual([
      [ids[0], "rejected"],
      [ids[1], "approved"],
    ]);
    expect(idsOf(open.items)).toEqual([ids[2]]);
  });

  it("push no open request out, and are at most one page", async () => {
    const iris = await newPerson("iris");
    const waiting = await company.asked("iris", { expiresInSeconds: HOUR_SECONDS });
    const later = await company.asked("iris");
    await iris.decide(later, { vote: "reject", reason: "no" });
    await copies(later, PAGE + 10, (place) => ({ decided_at: Date.now() + place, decided_seq: null }));
    const { open, decided } = await inboxOf(iris);
    expect(idsOf(open.items)).toEqual([waiting]);
    expect(decided).toHaveLength(PAGE);
  });
});

describe("a request that is overdue", { timeout: 30_000 }, () => {
  it("is shown as expired, in the answer that first finds it overdue", async () => {
    const jana = await newPerson("jana");
    const id = await company.asked("jana");
    await rows("UPDATE confirmations SET expires_at = 1, due_at = 1 WHERE id = ?1", id);
    const { open, decided } = await inboxOf(jana);
    expect([open.total, decided.map((item) => [item.id, item.status])]).toEqual([0, [[id, "expired"]]]);
  });

  it("is never shown as expired if its escalation has approved it before the expiry", async () => {
    const karl = await newPerson("karl");
    const id = await askedOfBoth("karl");
    await karl.decide(id);
    // The escalation was due, then the request expired, and nobody has looked meanwhile.
    const later = { ...runtime, now: () => Date.now() + 2 * HOUR_SECONDS * 1_000 };
    const { decided } = await readInboxOf(later, company.store, await personNamed(company.store, "karl"));
    expect(decided.map((item) => [item.id, item.status])).toEqual([[id, "approved"]]);
  });
});

/** Both of two must sign; five minutes later one is enough. */
async function askedOfBoth(username: string): Promise<string> {
  const { store } = company;
  const both = [{ person: await personNamed(store, username) }, { person: await personNamed(store, "zoe") }];
  const policy = staged([[needOf(2, both)]], {
    escalations: [{ afterSeconds: 300, stage: 1, needs: [needOf(1, both)] }],
  });
  return requestUnder(runtime, store, policy, { expiresInMilliseconds: HOUR_SECONDS * 1_000 });
}
