import { reset } from "cloudflare:test";
import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeCeremony, type RememberedCeremony } from "../../../src/app/decision/remembered-ceremonies.ts";
import { beginCeremony } from "../../../src/app/decision/ceremony.ts";
import { decideWithRememberedCeremony } from "../../../src/app/decision/decide.ts";
import { loadConfirmation } from "../../../src/app/confirmation/load.ts";
import { applyUnsigned } from "../../../src/app/confirmation/apply-unsigned.ts";
import { openSession } from "../../../src/app/account/session.ts";
import type { Decision } from "../../../src/app/decision/signed-step.ts";
import { secretHash } from "../../../src/app/account/enrol.ts";
import { newId, type Runtime } from "../../../src/app/runtime.ts";
import { openDatabase } from "../../../src/store/database.ts";
import {
  ceremonies,
  confirmations,
  credentials,
  people,
  sessions,
  votes,
} from "../../../src/store/schema.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { newPasskey } from "../../support/browser-client.ts";
import { freshRuntime, observedDatabase, idOf, newCompany, type Company } from "../support/worker-fixture.ts";
import { changedBy } from "../support/database-rows.ts";
import { insertActivePasskey, personNamed, signWith, type Signer } from "../support/signed-decisions.ts";
import { auditConfirmation } from "../support/stream-audit.ts";

// A decision that is judged by what its page began with. Whatever has changed since, the statement that makes the
// step has to see: then nothing is made, and the call is looked at whole.

let runtime: Runtime;
let company: Company;
let store: TenantStore;
afterAll(() => reset());
beforeAll(async () => {
  runtime = await freshRuntime();
  company = await newCompany(runtime);
  store = company.store;
}, 30_000);

interface Page {
  readonly id: string;
  readonly begun: RememberedCeremony;
  readonly signer: Signer;
  readonly given: Decision;
}

/** A page that stands open with its decision signed; with a passkey and a session of its own. */
async function opened(id: string, decision: Decision["decision"] = "approve"): Promise<Page> {
  const person = await personNamed(store, "alex");
  const signer = { person, passkey: await insertActivePasskey(runtime, store, person) };
  const session = secretHash(await openSession(runtime, { store, passkey: signer.passkey.credential }));
  const loaded = await loadConfirmation(store, id);
  if (loaded === undefined) throw new RangeError("nothing was asked");
  await beginCeremony(runtime, store, id, person, { session, loaded });
  const begun = takeCeremony(session, id);
  if (begun === undefined) throw new RangeError("nothing was remembered");
  const given = await signWith(runtime, store, id, signer, begun.ceremony.id, decision);
  return { id, begun, signer, given };
}

const decided = async ({ begun, given }: Page, by = runtime) =>
  (await decideWithRememberedCeremony(by, begun, given, newId(runtime, "s"))) !== undefined;

describe("a decision as its page began", () => {
  it("waits for the database once before it is sealed", async () => {
    const page = await opened(await company.asked());
    const batches: string[] = [];
    const database = openDatabase({ DB: observedDatabase({ batch: () => batches.push("batch") }) });
    const requestSealing = async () => void batches.push("requestSealing");
    const desk = () => ({ ...runtime.desk(store.tenantId), requestSealing });
    expect(await decided(page, { ...runtime, database, desk })).toBe(true);
    expect(batches).toEqual(["batch", "requestSealing"]);
    expect((await auditConfirmation(store, page.id)).status).toBe("approved");
  });

  it("is remembered for its own session and confirmation, once", async () => {
    const id = await company.asked();
    const { begun } = await opened(id);
    const person = await personNamed(store, "alex");
    await beginCeremony(runtime, store, id, person, begun);
    expect(takeCeremony("another session", id)).toBeUndefined();
    expect(takeCeremony(begun.session, "c_another")).toBeUndefined();
    expect(takeCeremony(begun.session, id)).toMatchObject({ session: begun.session });
    expect(takeCeremony(begun.session, id)).toBeUndefined();
  });

  it("is forgotten, the oldest first, before too many are kept", async () => {
    const id = await company.asked();
    const { begun } = await opened(id);
    const person = await personNamed(store, "alex");
    const sessionNames = Array.from({ length: 201 }, (_unused, place) => `session ${place}`);
    for (const session of sessionNames)
      await beginCeremony(runtime, store, id, person, { ...begun, session });
    const kept = sessionNames.filter((session) => takeCeremony(session, id) !== undefined);
    expect(kept).toEqual(sessionNames.slice(1));
  });
});

const set = (given: Page, row: Partial<RememberedCeremony["ceremony"]>) =>
  store.update(ceremonies, row, eq(ceremonies.id, given.begun.ceremony.id));
const ofSession = ({ begun }: Page) => eq(sessions.hash, begun.session);

/** The session is that of another passkey of the same person, in this state. */
async function moveToPasskey(page: Page, state: object): Promise<void> {
  const { id } = (await insertActivePasskey(runtime, store, page.signer.person)).credential;
  await store.update(credentials, state, eq(credentials.id, id));
  await store.update(sessions, { credentialId: id }, ofSession(page));
}

/** What has happened since the page began, and what the table of steps must not hold because of it. */
const SINCE: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  "the session ended": async (page) => store.update(sessions, { revokedAt: 1 }, ofSession(page)),
  "the session ran out": async (page) => store.update(sessions, { expiresAt: 1 }, ofSession(page)),
  "the session is somebody else's": async (page) => {
    const maria = await company.enrolled("maria");
    await store.update(sessions, { credentialId: maria.passkey.credential.id }, ofSession(page));
  },
  "the passkey of its session was revoked": async (page) => moveToPasskey(page, { revokedAt: 1 }),
  "the passkey of its session no longer counts": async (page) => moveToPasskey(page, { endorsedSeq: null }),
  "the passkey was revoked": async ({ signer }) =>
    store.update(credentials, { revokedAt: 1 }, eq(credentials.id, signer.passkey.credential.id)),
  "the passkey no longer counts": async ({ signer }) =>
    store.update(credentials, { endorsedSeq: null }, eq(credentials.id, signer.passkey.credential.id)),
  "the role changed": async ({ signer }) =>
    store.update(people, { role: "auditor" }, eq(people.id, signer.person.id)),
  "the request was cancelled": async ({ id }) => applyUnsigned(runtime, store, id, { kind: "cancel" }),
  "the request expired": async ({ id }) =>
    store.update(confirmations, { expiresAt: 1 }, eq(confirmations.id, id)),
  "the challenge ran out": async (page) => set(page, { expiresAt: 1 }),
  "the challenge was used up": async (page) => set(page, { usedBy: "s_other" }),
  "the same was signed elsewhere": async ({ id }) => decided(await opened(id, "reject")),
};

describe("is not made, and leaves no step, if since then", () => {
  it.each(Object.entries(SINCE))("%s", async (_name, happens) => {
    const page = await opened(await company.asked());
    await happens(page);
    const before = await store.select(votes, eq(votes.confirmationId, page.id));
    expect(await decided(page)).toBe(false);
    expect(await store.select(votes, eq(votes.confirmationId, page.id))).toEqual(before);
    await store.update(people, { role: "owner" }, eq(people.id, page.signer.person.id));
    await auditConfirmation(store, page.id);
  });
});

describe("is not even tried", () => {
  const LIES: Readonly<Record<string, (page: Page) => Page>> = {
    "for another ceremony": (page) => ({ ...page, given: { ...page.given, ceremonyId: "y_other" } }),
    "with a passkey that the page was not given": (page) => ({
      ...page,
      begun: { ...page.begun, passkeys: [] },
    }),
    "for another decision than was signed": (page) => ({
      ...page,
      given: { ...page.given, decision: "reject" },
    }),
    "for another reason than was signed": (page) => ({ ...page, given: { ...page.given, reason: "no" } }),
    "of another confirmation": (page) => {
      const { loaded } = page.begun;
      const begun = {
        ...page.begun,
        loaded: { ...loaded, row: { ...loaded.row, action: "Delete everything" } },
      };
      return { ...page, begun };
    },
  };
  it.each(Object.entries(LIES))("%s", async (_name, lie) => {
    const page = await opened(await company.asked());
    expect(await changedBy(async () => expect(await decided(lie(page))).toBe(false))).toEqual([]);
    expect(await decided(page)).toBe(true);
  });

  it("for a change of who may sign, which is judged by what stands then", async () => {
    const page = await opened(
      idOf((await company.alex.addDevice(await newPasskey(runtime.origin))).body.approval),
    );
    expect(await changedBy(async () => expect(await decided(page)).toBe(false))).toEqual([]);
  });
});

it("is made once, however often and from wherever it is sent", async () => {
  const page = await opened(await company.asked());
  const sent = await Promise.all(Array.from({ length: 20 }, () => decided(page)));
  expect(sent.filter(Boolean)).toHaveLength(1);
  const cast = await store.select(
    votes,
    and(eq(votes.confirmationId, page.id), eq(votes.personId, page.signer.person.id)),
  );
  expect(cast).toHaveLength(1);
});
