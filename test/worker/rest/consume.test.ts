import { beforeAll, describe, expect, it } from "vitest";
import {
  restCalls,
  letExpire,
  PAYLOAD,
  QUESTION,
  statuses,
  TIME,
  times,
  type RestCalls,
} from "../support/rest-calls.ts";
import { freshPlatform, fetchWorker, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";

// What happens only once: a create with an Idempotency-Key, a cancel, the use of an approval.

let company: Company;
let create: RestCalls["create"];
let read: RestCalls["read"];
let consume: RestCalls["consume"];
let cancel: RestCalls["cancel"];
let approved: RestCalls["approved"];
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  ({ create, read, consume, cancel, approved } = restCalls(company));
});

describe("an Idempotency-Key", () => {
  it("gets the first answer again, marked as replayed", async () => {
    const headers = {
      "x-api-key": company.apiKey,
      "content-type": "application/json",
      "idempotency-key": "create-1",
    };
    const post = (body: string) =>
      fetchWorker(`${ORIGIN}/api/confirmations`, { method: "POST", headers, body });
    const first = await post(JSON.stringify(QUESTION));
    expect([first.status, first.headers.get("idempotency-replayed")]).toEqual([201, null]);
    // The same request with other member order and spacing.
    const again = await post(
      `{"payload":{"sha":"abc123", "service":"api"},"action":"Deploy to production","approver_username":"alex"}`,
    );
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    expect(await again.json()).toEqual(await first.json());
  });

  it("belongs to one request only", async () => {
    const once = { "idempotency-key": "create-2" };
    await create(QUESTION, once);
    for (const other of [{ action: "Deploy" }, { payload: {} }, { expiresInSeconds: 60 }, { metadata: {} }]) {
      const answer = await create({ ...QUESTION, ...other }, once);
      expect([answer.status, answer.body.code]).toEqual([422, "idempotency_mismatch"]);
    }
  });

  it("makes one request of many concurrent calls", async () => {
    const answers = await times(12, () => create(QUESTION, { "idempotency-key": "create-3" }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const kept = await rows("SELECT count(*) AS n FROM idempotency WHERE name = 'create-3'");
    expect(kept).toEqual([{ n: 1 }]);
  });

  it("gets the first answer even if the approver no longer has a passkey", async () => {
    const sam = await company.enrolled("sam");
    const once = { "idempotency-key": "create-4" };
    const first = await create({ ...QUESTION, username: "sam" }, once);
    const revoke = "UPDATE credentials SET revoked_at = ?1 WHERE id = ?2";
    await rows(revoke, Date.now(), sam.passkey.credential.id);
    const again = await create({ ...QUESTION, username: "sam" }, once);
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
    expect((await create({ ...QUESTION, username: "sam" })).body.code).toBe("approver_without_passkey");
  });

  it("expires after a day", async () => {
    const once = { "idempotency-key": "create-5" };
    const first = await create(QUESTION, once);
    await rows("UPDATE idempotency SET created_at = created_at - ?1", 24 * 3_600_000);
    const later = await create({ ...QUESTION, action: "Another" }, once);
    expect([later.status, later.body.id === first.body.id]).toEqual([201, false]);
  });

  it.each([
    ["with a space", "a b"],
    ["of 256 characters", "a".repeat(256)],
    ["with umlauts", "ä"],
  ])("%s is refused", async (_name, key) => {
    expect(await create(QUESTION, { "idempotency-key": key })).toMatchObject({
      status: 422,
      body: { code: "validation_failed" },
    });
  });
});

describe("cancelling", () => {
  it.each<[string, (id: string) => Promise<unknown>, string]>([
    ["approved", (id) => company.alex.decide(id), "already_decided"],
    ["rejected", (id) => company.alex.decide(id, { vote: "reject" }), "already_decided"],
    ["cancelled", (id) => cancel(id), "already_decided"],
    ["overdue", (id) => letExpire(id), "expired"],
  ])("a request that is %s is refused and changes nothing", async (_name, before, code) => {
    const id = await company.asked();
    await before(id);
    const { body } = await read(id);
    const answer = await cancel(id);
    expect([answer.status, answer.body.code]).toEqual([409, code]);
    expect((await read(id)).body).toEqual(body);
  });

  it("and deciding at the same time have one outcome", async () => {
    for (let round = 0; round < 5; round++) {
      const id = await company.asked();
      const signed = await company.alex.sign(id);
      const [cancelled, decided] = await Promise.all([
        cancel(id),
        company.alex.post(`/approve/${id}/decision`, signed),
      ]);
      expect(statuses([cancelled, decided])).toEqual([200, 409]);
      expect((await read(id)).body.status).toBe(cancelled.status === 200 ? "cancelled" : "approved");
    }
  });
});

describe("consuming", () => {
  it.each<[string, (id: string) => Promise<unknown>]>([
    ["pending", async () => undefined],
    ["rejected", (id) => company.alex.decide(id, { vote: "reject" })],
    ["cancelled", (id) => cancel(id)],
    ["expired", (id) => letExpire(id)],
  ])("a request that is %s is refused", async (_name, before) => {
    const id = await company.asked();
    await before(id);
    for (const once of [undefined, `consume-${id}`, `consume-${id}`]) {
      const answer = await consume(id, PAYLOAD, once);
      expect([answer.status, answer.body.code]).toEqual([409, "not_approved"]);
    }
    expect((await read(id)).body.consumedAt).toBeNull();
  });

  it.each<[string, unknown, number, string]>([
    ["another value", { ...PAYLOAD, sha: "abc124" }, 409, "argument_hash_mismatch"],
    ["an additional field", { ...PAYLOAD, a: null }, 409, "argument_hash_mismatch"],
    ["an empty payload", {}, 409, "argument_hash_mismatch"],
    ["text instead of an object", "abc", 422, "validation_failed"],
    ["a list", [PAYLOAD], 422, "validation_failed"],
  ])("with %s is refused, and the approval can still be used", async (_name, payload, status, code) => {
    const id = await approved();
    const answer = await consume(id, payload);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await consume(id)).status).toBe(200);
  });

  it("succeeds once, and is sealed", async () => {
    const id = await approved();
    const used = await consume(id, { sha: "abc123", service: "api" });
    expect([used.status, used.body]).toEqual([
      200,
      expect.objectContaining({ id, status: "approved", consumedAt: expect.stringMatching(TIME) }),
    ]);
    expect(await consume(id)).toMatchObject({ status: 409, body: { code: "already_consumed" } });
    const sealed = await rows("SELECT type, idx FROM outbox WHERE confirmation_id = ?1 ORDER BY seq", id);
    expect(sealed.map(({ type }) => type)).toEqual(["decision", "consumed"]);
    expect(sealed.every(({ idx }) => idx !== null)).toBe(true);
  });

  it("by many concurrent executors succeeds for exactly one", async () => {
    for (let round = 0; round < 3; round++) {
      const id = await approved();
      const answers = await times(10, (place) =>
        consume(id, PAYLOAD, place % 2 === 0 ? undefined : `many-${id}-${place}`),
      );
      expect(statuses(answers)).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
      expect(new Set(answers.flatMap(({ body }) => (body.code?.length === 8 ? [] : [body.code])))).toEqual(
        new Set(["already_consumed"]),
      );
    }
  });

  it("by one executor that repeats its call succeeds each time, and counts as one use", async () => {
    const id = await approved();
    const once = `repeat-${id}`;
    const answers = await times(6, () => consume(id, PAYLOAD, once));
    answers.push(await consume(id, PAYLOAD, once));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.consumedAt)).size).toBe(1);
    expect((await consume(id, PAYLOAD)).body.code).toBe("already_consumed");
    expect((await consume(id, PAYLOAD, "another")).body.code).toBe("already_consumed");
    expect(
      await rows("SELECT count(*) AS n FROM steps WHERE confirmation_id = ?1 AND type = 'consume'", id),
    ).toEqual([{ n: 1 }]);
  });

  it("with an Idempotency-Key that came too late does not succeed by repetition", async () => {
    const id = await approved();
    expect((await consume(id)).status).toBe(200);
    for (let round = 0; round < 3; round++) {
      expect((await consume(id, PAYLOAD, `late-${id}`)).body.code).toBe("already_consumed");
    }
  });

  it("with one Idempotency-Key is one call", async () => {
    const [first, second] = [await approved(), await approved()];
    await consume(first, PAYLOAD, "one-call");
    for (const [id, payload] of [
      [second, PAYLOAD],
      [first, {}],
    ] as const) {
      const answer = await consume(id, payload, "one-call");
      expect([answer.status, answer.body.code]).toEqual([422, "idempotency_mismatch"]);
    }
    // A create with the same key is another operation.
    expect((await create(QUESTION, { "idempotency-key": "one-call" })).status).toBe(201);
    expect((await consume(second)).status).toBe(200);
  });

  it("with an Idempotency-Key that is older than a day is a new call", async () => {
    const [first, second] = [await approved(), await approved()];
    const once = `day-${first}`;
    expect((await consume(first, PAYLOAD, once)).status).toBe(200);
    await rows("UPDATE idempotency SET created_at = created_at - ?1", 24 * 3_600_000);
    // The first call is no longer repeated: the approval is used.
    expect((await consume(first, PAYLOAD, once)).body.code).toBe("already_consumed");
    expect((await consume(first, PAYLOAD, once)).body.code).toBe("already_consumed");
    await rows("UPDATE idempotency SET created_at = created_at - ?1", 24 * 3_600_000);
    // For the second approval the name is fresh: its call can be repeated for a day.
    const answers = await times(4, () => consume(second, PAYLOAD, once));
    answers.push(await consume(second, PAYLOAD, once));
    expect(statuses(answers)).toEqual([200, 200, 200, 200, 200]);
    expect((await consume(first, PAYLOAD, once)).body.code).toBe("idempotency_mismatch");
  });

  it("of two approvals at once with one Idempotency-Key uses one of them", async () => {
    const both = [await approved(), await approved()];
    const answers = await Promise.all(both.map((id) => consume(id, PAYLOAD, `both-${both[0]}`)));
    expect(statuses(answers)).toEqual([200, 422]);
  });

  it("succeeds within the execution window, and not after it", async () => {
    const [early, late] = [
      await approved({ executeWithinSeconds: 60 }),
      await approved({ executeWithinSeconds: 60 }),
    ];
    const decided = "UPDATE confirmations SET decided_at = ?1 WHERE id = ?2";
    await rows(decided, Date.now() - 50_000, early);
    await rows(decided, Date.now() - 61_000, late);
    expect((await consume(early)).status).toBe(200);
    expect(await consume(late)).toMatchObject({ status: 409, body: { code: "execution_window_closed" } });
  });

  it("has the execution window that the approver signed", async () => {
    const [limited, unlimited] = [await approved({ executeWithinSeconds: 60 }), await approved()];
    const signed = async (id: string) => (await read(id)).body.decisions[0]?.statement.executeWithinSeconds;
    expect([await signed(limited), await signed(unlimited)]).toEqual([60, null]);
  });

  it("is still possible after the request has expired", async () => {
    const id = await approved();
    await letExpire(id);
    expect((await read(id)).body.status).toBe("approved");
    expect((await consume(id)).status).toBe(200);
  });
});
