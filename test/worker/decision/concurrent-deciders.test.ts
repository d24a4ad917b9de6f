import { reset } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { requesterOf } from "../../../src/app/acts/act.ts";
import { requestRevocation } from "../../../src/app/directory/revoke.ts";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { type CreateInput } from "../../../src/app/confirmation/create.ts";
import { applyUnsigned } from "../../../src/app/confirmation/apply-unsigned.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { hashOfJson } from "../../../src/core/encoding/jcs.ts";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { type Policy } from "../../../src/core/policy/policy.ts";
import { expectOk, type RefusalCode, type Result } from "../../../src/core/refusal.ts";
import { problemCode, problemDefinition } from "../../../src/http/problem.ts";
import { ceremonies, confirmations, votes } from "../../../src/store/schema.ts";
import type { ConfirmationRow } from "../../../src/store/rows.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { newPasskey } from "../../support/browser-client.ts";
import {
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
  runtimeOf,
} from "../support/worker-fixture.ts";
import {
  insertActivePasskey,
  personNamed,
  submit,
  presign,
  type Presigned,
  type Signer,
} from "../support/signed-decisions.ts";
import { needOf, requestUnder, staged } from "../policies/support/frozen-policies.ts";
import { auditConfirmation, auditStream, replayDirectory } from "../support/stream-audit.ts";

// Many calls of every kind decide one confirmation at the same moment. Each time there is one outcome, and every row
// agrees with it.

/** The usual suite has every kind of round. The slow suite has many more deciders in each. */
const SLOW = inject("suite") === "slow";
const DECIDERS = SLOW ? 200 : 40;
/** A fortieth of the deciders. */
const PART = DECIDERS / 40;
const ROUNDS = SLOW ? 6 : 5;
const QUORUM_ROUNDS = SLOW ? 10 : 6;
const VOTES = SLOW ? 12 : 3;
const CALLS = 40;
const PAYLOAD = { service: "api", sha: "abc123" };
const PAYLOAD_HASH = toHex(hashOfJson(PAYLOAD));
const HOUR_MILLISECONDS = 3_600_000;

let platform: Platform;
let runtime: Runtime;
let late: Runtime;
let company: Company;
let store: TenantStore;
let crew: readonly Signer[];
afterAll(() => reset());
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  runtime = runtimeOf(company.store);
  // Its clock is ahead by more than a request's lifetime: for it, everything has expired.
  late = { ...runtime, now: () => Date.now() + HOUR_MILLISECONDS };
  store = company.store;
  const clients = await Promise.all(["maria", "noor"].map((name) => company.enrolled(name)));
  crew = [
    { person: await personNamed(store, "alex"), passkey: company.alex.passkey },
    { person: await personNamed(store, "maria"), passkey: clients[0]?.passkey ?? company.alex.passkey },
    { person: await personNamed(store, "noor"), passkey: clients[1]?.passkey ?? company.alex.passkey },
  ];
}, 60_000);

const member = (index: number): Signer => {
  const signer = crew[index % crew.length];
  if (signer === undefined) throw new RangeError("the crew is empty");
  return signer;
};

/** A policy that needs `threshold` people of the crew. */
function quorum(threshold: number, rejection: Policy["rejection"] = "first"): Policy {
  return staged([[needOf(threshold, crew, "Crew")]], { name: `${threshold} of ${crew.length}`, rejection });
}

async function asked(approver: CreateInput["approver"], more: Partial<CreateInput> = {}): Promise<string> {
  return requestUnder(runtime, store, approver, { payload: expectOk(canonicalPayload(PAYLOAD)), ...more });
}

const asksToRevoke = (person: Signer["person"], { credential }: Signer["passkey"]) =>
  requestRevocation(runtime, store, requesterOf(person, ""), person, credential.id).then(expectOk).then(idOf);

/** The vote that revokes this passkey, signed and not submitted yet. */
async function revocation({ person, passkey }: Signer, signer: Signer): Promise<Presigned> {
  return presign(runtime, store, await asksToRevoke(person, passkey), signer);
}

interface Attempt {
  readonly kind: string;
  readonly run: () => Promise<Result<unknown>>;
  readonly ceremony?: string;
}
interface Outcome {
  readonly kind: string;
  readonly answer: "won" | RefusalCode;
}

/** In an order that differs from round to round and is the same in each run. */
function shuffled<Item>(items: readonly Item[], seed: number): readonly Item[] {
  let state = seed + 1;
  const keyed = items.map((item) => {
    state = (state * 48_271) % 2_147_483_647;
    return { item, key: state };
  });
  return keyed.toSorted((one, other) => one.key - other.key).map(({ item }) => item);
}

async function runAll(attempts: readonly Attempt[]): Promise<readonly Outcome[]> {
  const outcomes = await Promise.all(
    attempts.map(async ({ kind, run }) => {
      const result = await run();
      return { kind, answer: result.ok ? ("won" as const) : result.refusal.code };
    }),
  );
  for (const { answer } of outcomes) {
    if (answer === "won") continue;
    // Every loser gets a reason, and its code is a public one.
    expect(problemCode(answer)).toBe(answer);
    expect([403, 409]).toContain(problemDefinition(problemCode(answer)).status);
  }
  const submitted = [
    ...new Set(attempts.flatMap(({ ceremony }) => (ceremony === undefined ? [] : [ceremony]))),
  ];
  const used = await store.selectIn(ceremonies, ceremonies.id, submitted);
  expect(used.filter(({ usedBy }) => usedBy === null)).toEqual([]);
  expect(used.length).toBe(submitted.length);
  return outcomes;
}

const voting = (signed: Presigned): Attempt => ({
  kind: signed.submitted.vote,
  ceremony: signed.submitted.ceremonyId,
  run: () => submit(runtime, store, signed),
});
const revoking = (signed: Presigned): Attempt => ({ ...voting(signed), kind: "revoke" });
const cancelling = (id: string): Attempt => ({
  kind: "cancel",
  run: () => applyUnsigned(runtime, store, id, { kind: "cancel" }),
});
const expiring = (id: string): Attempt => ({
  kind: "expire",
  run: () => applyUnsigned(late, store, id, { kind: "tick" }),
});
const consuming = (id: string): Attempt => ({
  kind: "consume",
  run: () => applyUnsigned(runtime, store, id, { kind: "consume", payloadHash: PAYLOAD_HASH }),
});
const times = (count: number, make: (place: number) => Attempt): readonly Attempt[] =>
  Array.from({ length: count }, (_unused, place) => make(place));

async function votesOf(
  id: string,
  count: number,
  signer: (place: number) => Signer,
  vote: "approve" | "reject",
): Promise<readonly Attempt[]> {
  const places = Array.from({ length: count }, (_unused, place) => place);
  return (await Promise.all(places.map((place) => presign(runtime, store, id, signer(place), vote)))).map(
    voting,
  );
}

/** The kind of call that leads to each outcome. */
const ENDED_BY: Readonly<Record<string, string>> = {
  approved: "approve",
  rejected: "reject",
  cancelled: "cancel",
  expired: "expire",
};

/** Every call that was answered as the winner is of the kind that leads to the row's outcome. */
function expectOneWinner(row: ConfirmationRow, outcomes: readonly Outcome[], duplicates: number): void {
  const winners = outcomes.filter(({ kind, answer }) => answer === "won" && kind in KIND_STATUS);
  // A tick does not ask for an outcome: after another call has ended the request, it succeeds and does nothing.
  const kinds = new Set(winners.filter(({ kind }) => kind !== "expire").map(({ kind }) => kind));
  expect([...kinds]).toEqual(row.status === "expired" ? [] : [ENDED_BY[row.status]]);
  const count = winners.filter(({ kind }) => kind === ENDED_BY[row.status]).length;
  expect(count).toBeGreaterThanOrEqual(1);
  if (row.status !== "expired") expect(count).toBeLessThanOrEqual(1 + duplicates);
}
const KIND_STATUS = { approve: "approved", reject: "rejected", cancel: "cancelled", expire: "expired" };

describe("one approver with several passkeys", () => {
  const seen = new Set<string>();
  // Which kinds take part besides the approvals: all of them, then fewer, so that each kind wins in some round.
  const mixes: readonly (readonly string[])[] = [
    ["reject", "cancel", "expire"],
    ["reject"],
    ["cancel"],
    ["expire"],
    [],
  ];
  it(`has one outcome each time, with ${ROUNDS} x ${DECIDERS} deciders`, { timeout: 600_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const mix = mixes[round % mixes.length] ?? [];
      const alex = member(0);
      const spare = { person: alex.person, passkey: await insertActivePasskey(runtime, store, alex.person) };
      const id = await asked(alex.person.id);
      const signer = (place: number) => (place % 3 === 0 ? spare : alex);
      const approvals = await votesOf(id, 8 * PART, signer, "approve");
      const rejections = mix.includes("reject") ? await votesOf(id, 6 * PART, signer, "reject") : [];
      const strangers = await votesOf(id, PART, () => member(1), "approve");
      const others = [
        ...rejections,
        ...times(mix.includes("cancel") ? 4 * PART : 0, () => cancelling(id)),
        ...times(mix.includes("expire") ? 4 * PART : 0, () => expiring(id)),
        ...times(4 * PART, () => consuming(id)),
        ...strangers.map((each) => ({ ...each, kind: "stranger" })),
        revoking(await revocation(spare, alex)),
      ];
      // The same ceremonies, submitted many times.
      const repeats = Array.from(
        { length: DECIDERS - approvals.length - others.length },
        (_unused, place) => {
          const repeated = [...approvals, ...rejections][place % (2 * PART)];
          if (repeated === undefined) throw new RangeError("nothing to repeat");
          return repeated;
        },
      );
      const attempts = [...approvals, ...others, ...repeats];
      expect(attempts.length).toBe(DECIDERS);
      // Every second round the other kinds start first. Otherwise the many approvals would always win.
      const [early, rest] = [1, 0].map((isEarly) =>
        attempts.filter(({ kind }) => Number(round % 2 === 1 && mix.includes(kind)) === isEarly),
      );
      const outcomes = await runAll([...(early ?? []), ...shuffled(rest ?? [], round)]);
      expect(outcomes.filter(({ kind }) => kind === "revoke")).toEqual([{ kind: "revoke", answer: "won" }]);
      expect(outcomes.filter(({ kind, answer }) => kind === "stranger" && answer === "won")).toEqual([]);
      const row = await auditConfirmation(store, id);
      expect(row.status).not.toBe("pending");
      expectOneWinner(row, outcomes, repeats.length);
      seen.add(row.status);

      // If it may be used, exactly one of many calls uses it.
      const uses = await runAll(times(4 * PART, () => consuming(id)));
      const used = [...outcomes, ...uses].filter(
        ({ kind, answer }) => kind === "consume" && answer === "won",
      );
      expect(used.length).toBe(row.status === "approved" ? 1 : 0);
      await auditConfirmation(store, id);
    }
    await auditStream(runtime, store);
    expect(seen.size).toBeGreaterThan(1);
  });
});

describe("two of three", () => {
  it(
    `never counts a passkey that was revoked, in ${QUORUM_ROUNDS} rounds`,
    { timeout: 600_000 },
    async () => {
      const statuses: string[] = [];
      for (let round = 0; round < QUORUM_ROUNDS; round++) {
        const fresh = {
          person: member(1).person,
          passkey: await insertActivePasskey(runtime, store, member(1).person),
        };
        const id = await asked(quorum(2, round % 3 === 2 ? "impossible" : "first"));
        // Maria has voted. Her passkey is revoked while the others vote.
        expect((await submit(runtime, store, await presign(runtime, store, id, fresh))).ok).toBe(true);
        const second = await votesOf(id, VOTES, () => member(0), "approve");
        const third = round % 2 === 1 ? await votesOf(id, VOTES, () => member(2), "approve") : [];
        const again = await votesOf(id, 4, () => member(1), "approve");
        const noise = round % 3 === 2 ? await votesOf(id, 4, () => member(2), "reject") : [];
        const revocationVote = await revocation(fresh, member(1));
        const revoke = revoking(revocationVote);
        const attempts = [
          revoke,
          ...second,
          ...second,
          ...third,
          ...again,
          ...noise,
          ...times(6, () => consuming(id)),
        ];
        const outcomes = await runAll(shuffled(attempts, round));
        const row = await auditConfirmation(store, id);
        statuses.push(row.status);
        expect(outcomes.find(({ kind }) => kind === "revoke")?.answer).toBe("won");
        expect(outcomes.filter(({ answer, kind }) => kind === "consume" && answer === "won").length).toBe(
          row.consumedAt === null ? 0 : 1,
        );
        await expectQuorum(row, fresh.passkey.credential.id, revocationVote.id);
      }
      await auditStream(runtime, store);
      expect(statuses).toContain("approved");
    },
  );
});

/** The vote that completed the quorum counted two passkeys that were active then, by the order of the stream. */
async function expectQuorum(row: ConfirmationRow, revoked: string, revocationId: string): Promise<void> {
  const voteRows = await store.select(votes, eq(votes.confirmationId, row.id));
  const revocationRow = await store.first(confirmations, eq(confirmations.id, revocationId));
  expect(revocationRow?.decidedSeq).toEqual(expect.any(Number));
  const approvals = voteRows.filter(({ vote }) => vote === "approve");
  const others = approvals.filter(({ credentialId }) => credentialId !== revoked);
  if (row.status === "approved") {
    const revokedAfter = (revocationRow?.decidedSeq ?? 0) > (row.decidedSeq ?? 0);
    expect(others.length + (revokedAfter ? 1 : 0)).toBeGreaterThanOrEqual(2);
  } else if (row.status === "pending") {
    // One vote is not enough: it is kept, and the request stays open.
    expect(others.length).toBe(1);
  }
}

describe("changes of the directory", () => {
  it("are each made once, and an auditor can replay them", { timeout: 120_000 }, async () => {
    // A tenant of its own, because the passkeys that tests insert are in no stream.
    company = await newCompany(platform, "Changing");
    store = company.store;
    runtime = runtimeOf(store);
    const alex = { person: await personNamed(store, "alex"), passkey: company.alex.passkey };
    const spare = await newPasskey(ORIGIN);
    const added = idOf((await company.alex.addDevice(spare)).body.approval);
    for (const first of [async () => added, () => asksToRevoke(alex.person, spare)]) {
      const id = await first();
      // The same change in several requests: two calls that look for an existing request at once find none.
      const ids = [id, ...(await Promise.all(Array.from({ length: 9 }, () => copyOf(id, alex.person.id))))];
      const signed = await Promise.all(ids.map((each) => presign(runtime, store, each, alex)));
      const outcomes = await runAll(shuffled(signed.map(voting), 1));
      expect(outcomes.filter(({ answer }) => answer === "won").length).toBe(1);
      for (const each of ids) await auditConfirmation(store, each);
    }
    const { passkeys } = await replayDirectory(store);
    expect(passkeys.get(spare.credential.id)?.revokedAt).toEqual(expect.any(Number));
    await auditStream(runtime, store);
  });
});

/** A second request for the same change. */
async function copyOf(id: string, approver: string): Promise<string> {
  const row = await store.first(confirmations, eq(confirmations.id, id));
  if (row === undefined) throw new RangeError("nothing to copy");
  const { type, action, payload } = row;
  const copy = expectOk(canonicalPayload(JSON.parse(payload) as JsonObject));
  return asked(approver, { type, action, payload: copy });
}

describe("over HTTP", () => {
  it(`has one outcome, with ${CALLS} calls of all kinds`, { timeout: 120_000 }, async () => {
    const id = await company.asked();
    const held = await Promise.all(
      Array.from({ length: CALLS / 2 }, (_unused, place) =>
        company.alex.sign(id, { vote: place % 3 === 0 ? "reject" : "approve" }),
      ),
    );
    const calls = [
      ...held.map((body) => company.alex.post(`/approve/${id}/decision`, body)),
      ...held.slice(0, CALLS / 4).map((body) => company.alex.post(`/approve/${id}/decision`, body)),
      ...Array.from({ length: CALLS / 8 }, () => company.api("POST", `/api/confirmations/${id}/cancel`)),
      ...Array.from({ length: CALLS / 8 }, () =>
        company.api("POST", `/api/confirmations/${id}/consume`, { payload: PAYLOAD }),
      ),
    ];
    const waiting = company.api("GET", `/api/confirmations/${id}?wait=25`);
    const answers = await Promise.all(calls);
    const row = await auditConfirmation(store, id);
    expect((await waiting).body.status).toBe(row.status);
    for (const { status, body } of answers) {
      expect([200, 403, 409]).toContain(status);
      if (status === 200) expect(body.status).toBe(row.status);
      else expect(body.code).toEqual(expect.any(String));
    }
    const uses = answers.slice(-CALLS / 8).filter(({ status }) => status === 200);
    expect(uses.length).toBe(row.consumedAt === null ? 0 : 1);
    await auditStream(runtime, store);
  });
});
