import { beforeAll, expect, it } from "vitest";
import { BrowserClient } from "../../support/browser-client.ts";
import {
  fetchWorker,
  freshRuntime,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// The inbox shows the newest requests. What waits for a signature must not be pushed out of it.

const MORE_THAN_SHOWN = 60;

let company: Company;
beforeAll(async () => {
  company = await newCompany(await freshRuntime());
});

interface Item {
  readonly id: string;
  readonly status: string;
}

async function inboxItems(): Promise<readonly Item[]> {
  const answer = await company.alex.get("/inbox/items");
  return ((await answer.json()) as { items: Item[] }).items;
}

async function newcomerRequest(username: string): Promise<string> {
  const { body } = await company.people("POST", "/api/invites", { username, role: "approver" });
  const client = await BrowserClient.create(fetchWorker, ORIGIN);
  return idOf((await client.enrol(body.enrolUrl)).body.approval);
}

const ask = (count: number) => Promise.all(Array.from({ length: count }, () => company.asked("alex")));

it("an API key can't push a newcomer's request out of the inbox by asking for many decisions", async () => {
  const request = await newcomerRequest("maria");
  const asked = await ask(MORE_THAN_SHOWN);
  const items = await inboxItems();
  expect(items.map(({ id }) => id)).toContain(request);
  // Each once, and the newest first.
  const ids = items.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].toSorted().toReversed());
  expect(ids).toContain(asked.toSorted().at(-1));
});

it("a request that waits stays in the inbox when many later ones are decided", async () => {
  const [waiting = ""] = await ask(1);
  const later = await ask(MORE_THAN_SHOWN);
  await rejectAll(later);
  const status = (await inboxItems()).find(({ id }) => id === waiting)?.status;
  expect(status).toBe("pending");
});

async function rejectAll(ids: readonly string[]): Promise<void> {
  for (const id of ids) await company.alex.decide(id, { vote: "reject", reason: "no" });
}
