import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, consume, read } from "../../src/app/ask.ts";
import { askRevocation } from "../../src/app/endorse.ts";
import { found } from "../../src/app/found.ts";
import type { Principal } from "../../src/app/keys.ts";
import { receiptOf } from "../../src/app/receipt.ts";
import { viewOf } from "../../src/app/view.ts";
import type { World } from "../../src/app/world.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { ANY_TENANT, verifyReceipt } from "../../src/core/verify.ts";
import { confirmations, credentials } from "../../src/store/schema.ts";
import { newPasskey } from "../support/visitor.ts";
import { auditNow, Client, principalIn } from "./client.ts";
import { Fault, faultyWorld, noFault, type Moment } from "./faults.ts";
import { bindings, emptyHouse, idOf, ORIGIN } from "./house.ts";
import { trust } from "./logaudit.ts";
import { personNamed } from "./signing.ts";
import { auditStream, replayDirectory } from "./streamaudit.ts";

// The whole flow with each of its writes made to fail in turn, before and after it is persisted. The client
// does what clients do: it tries again, with the same name, the same assertion.

const PAYLOAD = { service: "api", sha: "abc123" };
const QUESTION = {
  username: "alex",
  action: "Deploy",
  payload: PAYLOAD,
  expiresInSeconds: 900,
  executeWithinSeconds: null,
  metadata: null,
  policy: null,
};

let real: World;
afterAll(() => reset());
beforeAll(async () => {
  real = await emptyHouse();
});

async function verified(world: World, { store }: Principal, id: string, principal: Principal) {
  const loaded = expectOk(await read(world, principal, id));
  const file = expectOk(await receiptOf(world, store, loaded));
  const report = await verifyReceipt(file, { tenant: ANY_TENANT, trust: await trust() });
  return [report.verified, report.outcome];
}

interface Run {
  readonly fault: Fault;
  readonly retried: number;
}

async function flow(fault: Fault): Promise<Run> {
  const founded = await found(real, "Acme", "alex");
  const world = faultyWorld(real, bindings, fault);
  const healed = faultyWorld(real, bindings, noFault());
  const { store } = await principalIn(world, founded.apiKey).catch(() => principalIn(healed, founded.apiKey));
  const client = new Client(world, store);
  const [phone, key] = [await newPasskey(ORIGIN), await newPasskey(ORIGIN)];

  await client.enrol(new URL(founded.enrolUrl).hash.slice(1), phone);
  // Whoever rings next, as the cron does: the passkey counts once its record is sealed.
  await client.insist(() => world.clerk(store.tenantId).ring());

  const principal = await client.insist(() => principalIn(world, founded.apiKey));
  const asked = expectOk(await client.insist(() => ask(world, principal, QUESTION, "once")));
  const { id } = asked.row;
  expect(expectOk(await client.insist(() => ask(world, principal, QUESTION, "once"))).row.id).toBe(id);

  await client.decide(id, phone);
  const seen = viewOf(expectOk(await client.insist(() => read(world, principal, id))));
  // Told only if it is in the log, and then wholly.
  expect(seen.status === "approved").toBe(seen.index !== null);
  await client.insist(() => world.clerk(store.tenantId).ring());
  expect(viewOf(expectOk(await client.insist(() => read(world, principal, id)))).status).toBe("approved");

  const used = await client.insist(() => consume(world, principal, id, PAYLOAD, "use"));
  expect(used.ok).toBe(true);
  expect((await client.insist(() => consume(world, principal, id, PAYLOAD, "use"))).ok).toBe(true);
  for (let again = 0; again < 2; again++) {
    const late = await client.insist(() => consume(world, principal, id, PAYLOAD, "another use"));
    expect(late).toMatchObject({ ok: false, refusal: { code: "already_consumed" } });
  }

  await client.decide(await client.addDevice(key), phone);
  await client.insist(() => world.clerk(store.tenantId).ring());
  const person = await personNamed(store, "alex");
  const revocation = await client.insist(() => askRevocation(world, store, key.credential.id, person));
  await client.decide(idOf(expectOk(revocation)), phone);

  await client.insist(() => world.clerk(store.tenantId).ring());
  const { rows } = await auditStream(real, store);
  expect(rows.map(({ type }) => type)).toEqual([
    "stream.created",
    "decision",
    "consumed",
    "credential.endorsed",
    "credential.revoked",
  ]);
  await replayDirectory(store);
  await auditNow(store);
  const keys = await store.select(credentials);
  expect(new Map(keys.map((each) => [each.id, each.revokedAt !== null]))).toEqual(
    new Map([
      [phone.credential.id, false],
      [key.credential.id, true],
    ]),
  );
  expect((await store.select(confirmations)).length).toBe(3);
  expect(await verified(real, principal, id, principal)).toEqual([true, "approved"]);
  return { fault, retried: client.faults };
}

describe("each write of the flow fails", () => {
  it.each<Moment>(["before", "after"])("%s it is persisted", { timeout: 300_000 }, async (moment) => {
    const struck: string[] = [];
    for (let call = 0; ; call++) {
      const { fault } = await flow(new Fault(call, moment)).catch((problem: unknown) => {
        throw new Error(`write ${call} failed ${moment} it was persisted`, { cause: problem });
      });
      if (fault.struck === undefined) break;
      struck.push(fault.struck);
    }
    // The flow has run through untouched, and everything that writes was struck on the way.
    expect(struck.length).toBeGreaterThan(30);
    expect(struck).toEqual(expect.arrayContaining(["log.append", "clerk.ring", "clerk.open"]));
    for (const table of ["ceremonies", "steps", "outbox", "idempotency", "openings", "enrolments"]) {
      expect(struck.join()).toContain(`"${table}"`);
    }
  });
});
