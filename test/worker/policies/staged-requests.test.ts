import { reset } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requesterOf } from "../../../src/app/acts/act.ts";
import { applyUnsigned, tickDue } from "../../../src/app/confirmation/apply-unsigned.ts";
import { inboxOf } from "../../../src/app/decision/read-inbox.ts";
import { requestRevocation } from "../../../src/app/directory/revoke.ts";
import type { Runtime } from "../../../src/app/runtime.ts";
import type { Policy } from "../../../src/core/policy/policy.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { audience, people, votes } from "../../../src/store/schema.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { changedBy, insertRow, rows } from "../support/database-rows.ts";
import { receiptVerdict } from "../support/http-audit.ts";
import {
  insertActivePasskey,
  personNamed,
  presign,
  submit,
  type Presigned,
  type Signer,
} from "../support/signed-decisions.ts";
import { auditConfirmation } from "../support/stream-audit.ts";
import { freshPlatform, idOf, newCompany, runtimeOf, type Company } from "../support/worker-fixture.ts";
import { needOf, requestUnder, staged } from "./support/frozen-policies.ts";
import { requestUnderSealed } from "./support/sealed-policies.ts";

// Requests that are signed in stages, in a real database: who is asked when, and what races and lost rights change.

const NAMES = ["alex", "ana", "ben", "cy", "dee", "eli"] as const;
type Name = (typeof NAMES)[number];
const MINUTE_MILLISECONDS = 60_000;
const COMPANY_MAX_MILLISECONDS = 120_000;
const TEST_MAX_MILLISECONDS = 60_000;

let company: Company;
let store: TenantStore;
let runtime: Runtime;
const signers = {} as Record<Name, Signer>;
afterAll(() => reset());
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  ({ store } = company);
  runtime = runtimeOf(store);
  for (const name of NAMES) {
    const { passkey } = name === "alex" ? company.alex : await company.enrolled(name);
    signers[name] = { person: await personNamed(store, name), passkey };
    const channel = { kind: "chat", name: "", address: name, created_at: 0, verified_at: 0, use: "always" };
    await insertRow(store.tenantId, "channels", {
      id: `n_${name}`,
      person_id: signers[name].person.id,
      ...channel,
    });
  }
}, COMPANY_MAX_MILLISECONDS);

const of = (names: readonly Name[]) => names.map((name) => signers[name]);
const need = (count: number, names: readonly Name[]) => needOf(count, of(names));
/** One of ana and ben, then one of cy and dee. */
const twoStages = (more: Partial<Policy> = {}) =>
  staged([[need(1, ["ana", "ben"])], [need(1, ["cy", "dee"])]], more);

const asked = (policy: Policy) => requestUnderSealed(runtime, store, signers.alex, policy);
const signed = (id: string, name: Name, using = runtime) => presign(using, store, id, signers[name]);
async function answerOf(vote: Presigned, using = runtime): Promise<string> {
  const result = await submit(using, store, vote);
  return result.ok ? "decided" : result.refusal.code;
}
const sign = async (id: string, name: Name, using = runtime) =>
  answerOf(await signed(id, name, using), using);

/** The list of the inbox in which each person has the request. */
async function placesOf(id: string): Promise<Readonly<Partial<Record<Name, string>>>> {
  const places: Partial<Record<Name, string>> = {};
  for (const name of NAMES) {
    const inbox = await inboxOf(runtime, store, signers[name].person);
    const has = (items: readonly { readonly id: string }[]) => items.some((item) => item.id === id);
    if (has(inbox.open.items)) places[name] = "open";
    if (has(inbox.signed.items)) places[name] = "signed";
  }
  return places;
}

const noticesOf = async (id: string) => {
  const found = await rows(
    "SELECT channel_id, kind, at FROM notices WHERE confirmation_id = ?1 AND kind <> 'reminder' ORDER BY channel_id",
    id,
  );
  return found.map((row) => `${String(row["channel_id"]).slice("n_".length)} ${String(row["kind"])}`);
};
const countedOf = async (id: string) => {
  const found = await store.select(votes, eq(votes.confirmationId, id));
  const nameOf = new Map(NAMES.map((name) => [signers[name].person.id, name]));
  const counted = found.filter(({ endedSeq }) => endedSeq === null);
  return counted.map(({ personId, stage }) => `${nameOf.get(personId)} ${stage}`).toSorted();
};
const statusOf = async (id: string) => (await auditConfirmation(store, id)).status;

describe("a request in two stages", () => {
  it(
    "asks the people of the second one when the first is met, in the same transaction",
    async () => {
      const id = await asked(twoStages());
      expect(await placesOf(id)).toEqual({ ana: "open", ben: "open" });
      expect(await noticesOf(id)).toEqual(["ana asked", "ben asked"]);
      expect(await sign(id, "cy")).toBe("not_an_approver");

      expect(await sign(id, "ana")).toBe("decided");
      expect(await placesOf(id)).toEqual({ ana: "signed", cy: "open", dee: "open" });
      expect(await noticesOf(id)).toEqual(["ana asked", "ben asked", "cy asked", "dee asked"]);
      const times = await rows(
        `SELECT (SELECT at FROM steps WHERE confirmation_id = ?1 AND type = 'approve') AS step,
        (SELECT asked_at FROM audience WHERE confirmation_id = ?1 AND person_id = ?2) AS asked,
        (SELECT over_at FROM audience WHERE confirmation_id = ?1 AND person_id = ?3) AS over,
        (SELECT at FROM notices WHERE confirmation_id = ?1 AND channel_id = 'n_cy' AND kind = 'asked') AS notice`,
        id,
        signers.cy.person.id,
        signers.ben.person.id,
      );
      const [{ step } = { step: null }] = times;
      expect(times).toEqual([{ step, asked: step, over: step, notice: step }]);
      const { signed: list } = await inboxOf(runtime, store, signers.ana.person);
      expect(list.items.find((item) => item.id === id)).toMatchObject({
        progress: { have: 1, need: 2 },
        needed: [{ name: "cy or dee", count: 1 }],
      });

      expect(await sign(id, "ben")).toBe("not_an_approver");
      expect(await sign(id, "cy")).toBe("decided");
      expect(await statusOf(id)).toBe("approved");
      expect(await placesOf(id)).toEqual({});
      expect(await receiptVerdict(company, id)).toEqual(["", true]);
    },
    TEST_MAX_MILLISECONDS,
  );

  it(
    "takes no signature for a stage that was over, and changes nothing then",
    async () => {
      const id = await asked(twoStages());
      const early = await signed(id, "cy");
      expect(await sign(id, "ana")).toBe("decided");
      const before = await store.select(audience, eq(audience.confirmationId, id));
      expect(await changedBy(async () => expect(await answerOf(early)).toBe("stage_over"))).toEqual([
        "ceremonies",
      ]);
      expect(await store.select(audience, eq(audience.confirmationId, id))).toEqual(before);
      expect(await countedOf(id)).toEqual(["ana 1"]);
      // A new page asks for the stage that is open.
      expect(await sign(id, "cy")).toBe("decided");
      expect(await statusOf(id)).toBe("approved");
    },
    TEST_MAX_MILLISECONDS,
  );

  it(
    "takes no signature of the second stage over a page from before the first one's, which no verifier takes",
    async () => {
      const id = await asked(twoStages());
      const ahead: Runtime = { ...runtime, now: () => Date.now() + 60_000 };
      expect(await sign(id, "ana", ahead)).toBe("decided");
      expect(await sign(id, "cy")).toBe("challenge_expired");
      expect(await sign(id, "cy", ahead)).toBe("decided");
      expect(await receiptVerdict(company, id)).toEqual(["", true]);
    },
    TEST_MAX_MILLISECONDS,
  );

  it(
    "is escalated to more people in the second stage, also if that was due before it opened",
    async () => {
      const policy = staged([[need(1, ["ana"])], [need(1, ["cy"])]], {
        escalations: [{ afterSeconds: 300, stage: 2, needs: [need(1, ["cy", "dee"])] }],
      });
      const id = await asked(policy);
      const later: Runtime = { ...runtime, now: () => Date.now() + 5 * MINUTE_MILLISECONDS };
      await tickDue(later, store);
      expect([await placesOf(id), await noticesOf(id)]).toEqual([{ ana: "open" }, ["ana asked"]]);
      expect(await sign(id, "ana", later)).toBe("decided");
      expect(await placesOf(id)).toEqual({ ana: "signed", cy: "open", dee: "open" });
      expect(await sign(id, "dee", later)).toBe("decided");
      expect(await statusOf(id)).toBe("approved");
      expect(await receiptVerdict(company, id)).toEqual(["", true]);
    },
    TEST_MAX_MILLISECONDS,
  );

  it(
    "asks more people by an escalation of the open stage",
    async () => {
      const policy = staged([[need(1, ["ana"])], [need(1, ["cy"])]], {
        escalations: [{ afterSeconds: 300, stage: 2, needs: [need(1, ["cy", "dee"])] }],
      });
      const id = await asked(policy);
      expect(await sign(id, "ana")).toBe("decided");
      expect(await placesOf(id)).toEqual({ ana: "signed", cy: "open" });
      const later: Runtime = { ...runtime, now: () => Date.now() + 5 * MINUTE_MILLISECONDS };
      await tickDue(later, store);
      expect(await placesOf(id)).toEqual({ ana: "signed", cy: "open", dee: "open" });
      expect(await noticesOf(id)).toEqual(["ana asked", "cy asked", "dee escalated"]);
      expectOk(await applyUnsigned(runtime, store, id, { kind: "cancel" }));
    },
    TEST_MAX_MILLISECONDS,
  );
});

describe("at the same millisecond", () => {
  interface Race {
    readonly policy: () => Policy;
    /** They sign at once, after `before` have signed. */
    readonly before?: readonly Name[];
    readonly racers: readonly Name[];
    /** The answers in alphabetical order. */
    readonly answers: readonly string[];
    readonly status: string;
    readonly counted: number;
  }
  const both = () => staged([[need(2, ["ana", "ben"])], [need(1, ["cy"])]]);
  const RACES: Readonly<Record<string, Race>> = {
    "two people fill the only seat of a stage": {
      policy: twoStages,
      racers: ["ana", "ben"],
      answers: ["decided", "stage_over"],
      status: "pending",
      counted: 1,
    },
    "two people complete a stage of two": {
      policy: both,
      racers: ["ana", "ben"],
      answers: ["decided", "decided"],
      status: "pending",
      counted: 2,
    },
    "two people fill the only seat of the last stage": {
      policy: twoStages,
      before: ["ana"],
      racers: ["cy", "dee"],
      answers: ["already_decided", "decided"],
      status: "approved",
      counted: 2,
    },
    "two people complete the last stage": {
      policy: () => staged([[need(1, ["ana"])], [need(2, ["cy", "dee"])]]),
      before: ["ana"],
      racers: ["cy", "dee"],
      answers: ["decided", "decided"],
      status: "approved",
      counted: 3,
    },
    "everybody who may ever sign does": {
      policy: both,
      racers: ["ana", "ben", "cy"],
      answers: ["decided", "decided", "refused"],
      status: "pending",
      counted: 2,
    },
  };

  it.each(Object.entries(RACES))(
    "%s",
    async (_name, race) => {
      const id = await asked(race.policy());
      for (const name of race.before ?? []) expect(await sign(id, name)).toBe("decided");
      const ready = await Promise.all(race.racers.map((name) => signed(id, name)));
      const now = Date.now();
      const answers = await Promise.all(ready.map((vote) => answerOf(vote, { ...runtime, now: () => now })));
      // Whether the stage or the person is named depends on who was first.
      const isStranger = (answer: string, place: number) =>
        race.racers[place] === "cy" && race.status === "pending" && answer !== "decided";
      const named = answers.map((answer, place) => (isStranger(answer, place) ? "refused" : answer));
      expect(named.toSorted()).toEqual(race.answers);
      expect([await statusOf(id), (await countedOf(id)).length]).toEqual([race.status, race.counted]);
      if (race.status === "approved") expect(await receiptVerdict(company, id)).toEqual(["", true]);
    },
    TEST_MAX_MILLISECONDS,
  );

  it(
    "64 people sign a request for two of them",
    async () => {
      const crowd: Signer[] = [];
      for (let n = 0; n < 64; n++) {
        await insertRow(store.tenantId, "people", {
          id: `p_crowd${n}`,
          username: `crowd${n}`,
          role: "approver",
          user_handle: `crowd${n}`,
          created_at: 1,
        });
        const [person] = await store.select(people, eq(people.id, `p_crowd${n}`));
        if (person === undefined) throw new RangeError("nobody was inserted");
        crowd.push({ person, passkey: await insertActivePasskey(runtime, store, person) });
      }
      const id = await requestUnder(runtime, store, staged([[needOf(2, crowd, "Crowd")]]));
      const ready = await Promise.all(crowd.map((signer) => presign(runtime, store, id, signer)));
      const answers = await Promise.all(ready.map((vote) => answerOf(vote)));
      expect(answers.filter((answer) => answer === "decided")).toHaveLength(2);
      expect(new Set(answers)).toEqual(new Set(["decided", "already_decided"]));
      expect(await statusOf(id)).toBe("approved");
    },
    TEST_MAX_MILLISECONDS,
  );
});

describe("a signer who loses the right between two signatures", () => {
  const revoked = async (name: Name): Promise<string> => {
    const { person, passkey } = signers[name];
    const by = requesterOf(signers.alex.person, "");
    return idOf(expectOk(await requestRevocation(runtime, store, by, person, passkey.credential.id)));
  };
  const madeAuditor = async (username: Name): Promise<string> =>
    idOf((await company.people("POST", "/api/roles", { username, role: "auditor" })).body.url);

  const removed = async (name: Name): Promise<string> =>
    idOf((await company.people("POST", `/api/people/${name}/remove`)).body.url);

  it.each([
    ["whose passkey is revoked", "ben", revoked],
    ["who becomes an auditor", "dee", madeAuditor],
    ["who is removed", "eli", removed],
  ] as const)(
    "%s does not count, and the stage is open again",
    async (_what, name, lose) => {
      const other = "ana";
      const id = await asked(staged([[need(1, [other, name])], [need(1, ["cy"])]]));
      expect(await sign(id, name)).toBe("decided");
      expect((await placesOf(id))[other]).toBeUndefined();
      const early = await signed(id, "cy");
      expect(await sign(await lose(name), "alex")).toBe("decided");

      expect(await countedOf(id)).toEqual([]);
      expect((await placesOf(id))[other]).toBe("open");
      expect(await answerOf(early)).toBe("stage_over");
      expect(await sign(id, other)).toBe("decided");
      expect(await sign(id, "cy")).toBe("decided");
      expect(await countedOf(id)).toEqual([`${other} 1`, "cy 2"]);
      expect(await statusOf(id)).toBe("approved");
      expect(await receiptVerdict(company, id)).toEqual(["", true]);
    },
    TEST_MAX_MILLISECONDS,
  );
});
