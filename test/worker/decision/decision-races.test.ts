import { reset } from "cloudflare:test";
import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { consume } from "../../../src/app/confirmation/consume.ts";
import type { Principal } from "../../../src/app/account/principal.ts";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { applyUnsigned } from "../../../src/app/confirmation/apply-unsigned.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { ceremonies, confirmations, credentials, people, votes } from "../../../src/store/schema.ts";
import { useCeremony } from "../../../src/store/confirmation/ceremonies.ts";
import { readConfirmation, readForVote } from "../../../src/store/confirmation/confirmations.ts";
import { openDatabases } from "../../../src/store/database.ts";
import { Memory } from "../../../src/store/memory/desk-memory.ts";
import { TenantStore } from "../../../src/store/tenant-store.ts";
import {
  bindings,
  freshPlatform,
  newCompany,
  observedDatabase,
  runtimeOf,
  type Company,
} from "../support/worker-fixture.ts";
import {
  insertActivePasskey,
  personNamed,
  submit,
  presign,
  revokePasskey,
  type Presigned,
  type Signer,
} from "../support/signed-decisions.ts";
import { principalIn } from "../support/retrying-client.ts";
import { interrupted } from "../support/interrupted-store.ts";
import { needOf, requestUnder, staged } from "../policies/support/frozen-policies.ts";
import { auditConfirmation, auditStream } from "../support/stream-audit.ts";

// Something changes after a vote was judged and before it is committed. The statements of the commit must notice.

const PAYLOAD = expectOk(canonicalPayload({ service: "api", sha: "abc123" }));
const HOUR_MILLISECONDS = 3_600_000;

let platform: Platform;
let runtime: Runtime;
let company: Company;
let store: TenantStore;
let principal: Principal;
let alex: Signer;
let maria: Signer;
afterAll(() => reset());
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  runtime = runtimeOf(company.store);
  store = company.store;
  principal = await principalIn(store, company.apiKey);
  const other = await company.enrolled("maria");
  alex = { person: await personNamed(store, "alex"), passkey: company.alex.passkey };
  maria = { person: await personNamed(store, "maria"), passkey: other.passkey };
}, 30_000);

/** For maria alone, for her and alex together, or for either of them: then it takes two rejections. */
async function asked(policy: "alone" | "both" | "either", clock = runtime): Promise<string> {
  const quorum = staged([[needOf(policy === "both" ? 2 : 1, [alex, maria])]], {
    name: policy,
    rejection: policy === "either" ? "impossible" : "first",
  });
  return requestUnder(clock, store, policy === "alone" ? maria.person.id : quorum, { payload: PAYLOAD });
}

const revoke = ({ passkey }: Signer) => revokePasskey(runtime, store, passkey);

interface Case {
  readonly happens: (signed: Presigned, spare: Signer) => Promise<unknown>;
  readonly answer: string;
  readonly status: string;
}

const CASES: Readonly<Record<string, Case>> = {
  "nothing happens": { happens: async () => undefined, answer: "decided", status: "approved" },
  "the signer's passkey is revoked": {
    happens: (_signed, spare) => revoke(spare),
    answer: "unknown_credential",
    status: "pending",
  },
  "the signer's role is changed": {
    happens: async () => {
      await store.update(people, { role: "developer" }, eq(people.id, maria.person.id));
    },
    answer: "not_an_approver",
    status: "pending",
  },
  "the request is cancelled": {
    happens: ({ id }) => applyUnsigned(runtime, store, id, { kind: "cancel" }),
    answer: "already_decided",
    status: "cancelled",
  },
  "the request expires": {
    happens: ({ id }) =>
      store.update(confirmations, { expiresAt: platform.now() - 1 }, eq(confirmations.id, id)),
    answer: "expired",
    status: "expired",
  },
  "the ceremony expires": {
    happens: ({ submitted }) =>
      store.update(ceremonies, { expiresAt: platform.now() - 1 }, eq(ceremonies.id, submitted.ceremonyId)),
    answer: "challenge_expired",
    status: "pending",
  },
  "the ceremony is used": {
    happens: ({ submitted }) => useCeremony(store, submitted.ceremonyId, "s_other", platform.now()),
    answer: "challenge_consumed",
    status: "pending",
  },
  "the same signature arrives a second time": {
    happens: (signed) => submit(runtime, store, signed),
    answer: "decided",
    status: "approved",
  },
  "the signer rejects on another device": {
    happens: async ({ id }, spare) =>
      submit(runtime, store, await presign(runtime, store, id, spare, "reject")),
    answer: "already_decided",
    status: "rejected",
  },
};

/** A runtime and a store that record each wait for the database, and each request for sealing. */
function recording(trips: string[], memory?: Memory) {
  const bound = { ...bindings, DB: observedDatabase({ batch: () => trips.push("batch") }) };
  const desk = { ...runtime.desk, seal: async () => void trips.push("seal") };
  return {
    recorded: { ...runtime, desk },
    observed: new TenantStore(openDatabases(bound).first, store.tenantId, memory),
  };
}

it("a vote waits for the database twice before it is sealed, and not at all afterwards", async () => {
  const signed = await presign(runtime, store, await asked("alone"), maria);
  const trips: string[] = [];
  const { recorded, observed } = recording(trips);
  expect((await submit(recorded, observed, signed)).ok).toBe(true);
  expect(trips).toEqual(["batch", "batch", "seal"]);
});

it("a use of an approval that the Desk remembers waits for its idempotency key and for its commit", async () => {
  const id = await company.asked("maria");
  expect((await submit(runtime, store, await presign(runtime, store, id, maria))).ok).toBe(true);
  const trips: string[] = [];
  const { recorded, observed } = recording(trips, new Memory(runtime.now));
  await readConfirmation(observed, id);
  trips.length = 0;
  expect((await consume(recorded, { ...principal, store: observed }, id, PAYLOAD, "once")).ok).toBe(true);
  expect(trips).toEqual(["batch", "batch", "seal"]);
});

it.each([
  ["with the same clock", 0],
  ["with a clock for which the page is too old", 11 * 60_000],
])("a vote that one Desk has committed gets the same answer from another one %s", async (_how, ahead) => {
  const id = await asked("alone");
  const signed = await presign(runtime, store, id, maria);
  const { observed } = recording([], new Memory(runtime.now));
  const { ceremonyId, assertion } = signed.submitted;
  await readForVote(observed, {
    confirmation: id,
    person: maria.person.id,
    ceremony: ceremonyId,
    passkey: assertion.id,
  });
  expect(await submit(runtime, store, signed)).toEqual({ ok: true, value: "decided" });
  const clock = { ...runtime, now: () => runtime.now() + ahead };
  expect(await submit(clock, observed, signed)).toEqual({ ok: true, value: "decided" });
  await auditConfirmation(store, id);
});

describe("a vote, if between judging and committing", () => {
  it.each(Object.entries(CASES))("%s", async (_name, { happens, answer, status }) => {
    const spare = { person: maria.person, passkey: await insertActivePasskey(runtime, store, maria.person) };
    const id = await asked("alone");
    const signed = await presign(runtime, store, id, spare);
    const result = await submit(
      runtime,
      interrupted(store, () => happens(signed, spare)),
      signed,
    );
    await store.update(people, { role: "approver" }, eq(people.id, maria.person.id));
    expect(result.ok ? result.value : result.refusal.code).toBe(answer);
    expect((await auditConfirmation(store, id)).status).toBe(status);
    const ceremony = await store.first(ceremonies, eq(ceremonies.id, signed.submitted.ceremonyId));
    expect(ceremony?.usedBy).toEqual(expect.any(String));
    // A refused vote stays refused, because its ceremony is used.
    if (!result.ok) expect((await submit(runtime, store, signed)).ok).toBe(false);
  });

  it.each([
    ["approval", "both", "approve"],
    ["rejection", "either", "reject"],
  ] as const)("counts no %s whose passkey was revoked meanwhile, and keeps the new one", async (...row) => {
    const [, policy, vote] = row;
    const spare = { person: alex.person, passkey: await insertActivePasskey(runtime, store, alex.person) };
    const id = await asked(policy);
    expect((await submit(runtime, store, await presign(runtime, store, id, spare, vote))).ok).toBe(true);
    const second = await presign(runtime, store, id, maria, vote);
    const result = await submit(
      runtime,
      interrupted(store, () => revoke(spare)),
      second,
    );
    expect(result).toEqual({ ok: true, value: "decided" });
    expect((await auditConfirmation(store, id)).status).toBe("pending");
    expect((await store.select(votes, eq(votes.confirmationId, id))).length).toBe(2);
  });

  it("is too late by the database's clock, although the server's clock is behind", async () => {
    const behind = { ...runtime, now: () => Date.now() - HOUR_MILLISECONDS };
    const id = await asked("alone", behind);
    const signed = await presign(behind, store, id, maria);
    expect((await submit(behind, store, signed)).ok).toBe(false);
    expect((await auditConfirmation(store, id)).version).toBe(0);
    expect(await applyUnsigned(behind, store, id, { kind: "cancel" })).toMatchObject({ ok: false });
    expect((await applyUnsigned(runtime, store, id, { kind: "tick" })).ok).toBe(true);
    expect((await auditConfirmation(store, id)).status).toBe("expired");
  });

  it.each([
    ["this decision has it", 4, 5],
    ["another decision had a higher one", 9, 9],
  ])("keeps the highest counter of a passkey: %s", async (_which, meanwhile, kept) => {
    const spare = {
      person: maria.person,
      passkey: await insertActivePasskey(runtime, store, maria.person, 4),
    };
    const key = spare.passkey.credential.id;
    const signed = await presign(runtime, store, await asked("alone"), spare);
    const other = () => store.update(credentials, { signCount: meanwhile }, eq(credentials.id, key));
    expect((await submit(runtime, interrupted(store, other), signed)).ok).toBe(true);
    expect((await store.first(credentials, eq(credentials.id, key)))?.signCount).toBe(kept);
  });
});

describe("a use with an Idempotency-Key", () => {
  it("succeeds again for the call that won, and for no other", async () => {
    const id = await company.asked("maria");
    const use = async (name: string | null) => {
      const used = await consume(runtime, principal, id, PAYLOAD, name);
      return used.ok ? "used" : used.refusal.code;
    };
    expect([await use("early"), await use("early")]).toEqual(["not_approved", "not_approved"]);
    expect((await submit(runtime, store, await presign(runtime, store, id, maria))).ok).toBe(true);
    expect(await use("winner")).toBe("used");
    const again = ["winner", "early", "early", "late", "late", null, "winner"];
    const answers: string[] = [];
    for (const name of again) answers.push(await use(name));
    expect(answers).toEqual(again.map((name) => (name === "winner" ? "used" : "already_consumed")));
    await auditConfirmation(store, id);
  });

  it("succeeds with one key of many at once", async () => {
    const id = await company.asked("maria");
    expect((await submit(runtime, store, await presign(runtime, store, id, maria))).ok).toBe(true);
    const names = Array.from({ length: 40 }, (_unused, place) => `name ${place % 10}`);
    const used = await Promise.all(
      names.map(async (name) => ((await consume(runtime, principal, id, PAYLOAD, name)).ok ? name : "")),
    );
    const winners = new Set(used.filter((name) => name !== ""));
    expect(winners.size).toBe(1);
    for (const name of new Set(names)) {
      expect((await consume(runtime, principal, id, PAYLOAD, name)).ok).toBe(winners.has(name));
    }
    await auditConfirmation(store, id);
    expect(
      await store.select(confirmations, and(eq(confirmations.id, id), eq(confirmations.version, 2))),
    ).toHaveLength(1);
    await auditStream(runtime, store);
  });
});
