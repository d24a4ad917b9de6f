import { reset } from "cloudflare:test";
import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeCeremony, type RememberedCeremony } from "../../../src/app/decision/remembered-ceremonies.ts";
import { beginCeremony } from "../../../src/app/decision/ceremony.ts";
import { decideWithRememberedCeremony } from "../../../src/app/decision/decide.ts";
import { loadConfirmation } from "../../../src/app/confirmation/load.ts";
import { applyUnsigned } from "../../../src/app/confirmation/apply-unsigned.ts";
import { openSession } from "../../../src/app/account/passkey-session.ts";
import type { SubmittedVote } from "../../../src/app/decision/signed-step.ts";
import { secretHash } from "../../../src/app/account/secret-hash.ts";
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
import { freshRuntime, observedDatabase, idOf, newCompany, type Company } from "../support/worker-fixture.ts";
import { changedBy } from "../support/database-rows.ts";
import { insertActivePasskey, personNamed, signWith, type Signer } from "../support/signed-decisions.ts";
import { auditConfirmation } from "../support/stream-audit.ts";

// A vote that is judged by a remembered ceremony, without reading. If a fact has changed since, the statement that
// commits the step notices: nothing is committed, and the caller decides with a full read.

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
  readonly remembered: RememberedCeremony;
  readonly signer: Signer;
  readonly submitted: SubmittedVote;
}

/** An open page with its vote signed, with a passkey and a session of its own. */
async function openPage(id: string, vote: SubmittedVote["vote"] = "approve"): Promise<Page> {
  const person = await personNamed(store, "alex");
  const signer = { person, passkey: await insertActivePasskey(runtime, store, person) };
  const session = secretHash(await openSession(runtime, { store, passkey: signer.passkey.credential }));
  const loaded = await loadConfirmation(store, id);
  if (loaded === undefined) throw new RangeError("nothing was asked");
  await beginCeremony(runtime, store, id, person, { session, loaded });
  const remembered = takeCeremony(session, id);
  if (remembered === undefined) throw new RangeError("nothing was remembered");
  const submitted = await signWith(runtime, store, id, signer, remembered.ceremony.id, vote);
  return { id, remembered, signer, submitted };
}

const decided = async ({ remembered, submitted }: Page, by = runtime) =>
  (await decideWithRememberedCeremony(by, remembered, submitted, newId(runtime, "s"))) !== undefined;

describe("a vote with a remembered ceremony", () => {
  it("waits for the database once before it is sealed", async () => {
    const page = await openPage(await company.asked());
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
    const { remembered } = await openPage(id);
    const person = await personNamed(store, "alex");
    await beginCeremony(runtime, store, id, person, remembered);
    expect(takeCeremony("another session", id)).toBeUndefined();
    expect(takeCeremony(remembered.session, "c_another")).toBeUndefined();
    expect(takeCeremony(remembered.session, id)).toMatchObject({ session: remembered.session });
    expect(takeCeremony(remembered.session, id)).toBeUndefined();
  });

  it("is forgotten, the oldest first, before too many are kept", async () => {
    const id = await company.asked();
    const { remembered } = await openPage(id);
    const person = await personNamed(store, "alex");
    const sessionNames = Array.from({ length: 201 }, (_unused, place) => `session ${place}`);
    for (const session of sessionNames)
      await beginCeremony(runtime, store, id, person, { ...remembered, session });
    const kept = sessionNames.filter((session) => takeCeremony(session, id) !== undefined);
    expect(kept).toEqual(sessionNames.slice(1));
  });
});

const setCeremony = ({ remembered }: Page, row: Partial<RememberedCeremony["ceremony"]>) =>
  store.update(ceremonies, row, eq(ceremonies.id, remembered.ceremony.id));
const ofSession = ({ remembered }: Page) => eq(sessions.hash, remembered.session);

/** Moves the session to another passkey of the same person, in this state. */
async function moveToPasskey(page: Page, state: object): Promise<void> {
  const { id } = (await insertActivePasskey(runtime, store, page.signer.person)).credential;
  await store.update(credentials, state, eq(credentials.id, id));
  await store.update(sessions, { credentialId: id }, ofSession(page));
}

/** Changes since the page opened, each of which must prevent the step. */
const SINCE: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  "the session ended": async (page) => store.update(sessions, { revokedAt: 1 }, ofSession(page)),
  "the session expired": async (page) => store.update(sessions, { expiresAt: 1 }, ofSession(page)),
  "the session belongs to somebody else": async (page) => {
    const maria = await company.enrolled("maria");
    await store.update(sessions, { credentialId: maria.passkey.credential.id }, ofSession(page));
  },
  "the passkey of its session was revoked": async (page) => moveToPasskey(page, { revokedAt: 1 }),
  "the passkey of its session is no longer endorsed": async (page) =>
    moveToPasskey(page, { endorsedSeq: null }),
  "the passkey was revoked": async ({ signer }) =>
    store.update(credentials, { revokedAt: 1 }, eq(credentials.id, signer.passkey.credential.id)),
  "the passkey is no longer endorsed": async ({ signer }) =>
    store.update(credentials, { endorsedSeq: null }, eq(credentials.id, signer.passkey.credential.id)),
  "the role changed": async ({ signer }) =>
    store.update(people, { role: "auditor" }, eq(people.id, signer.person.id)),
  "the request was cancelled": async ({ id }) => applyUnsigned(runtime, store, id, { kind: "cancel" }),
  "the request expired": async ({ id }) =>
    store.update(confirmations, { expiresAt: 1 }, eq(confirmations.id, id)),
  "the challenge expired": async (page) => setCeremony(page, { expiresAt: 1 }),
  "the challenge was used": async (page) => setCeremony(page, { usedBy: "s_other" }),
  "the person signed on another page": async ({ id }) => decided(await openPage(id, "reject")),
};

describe("is not committed, and adds no step, if since then", () => {
  it.each(Object.entries(SINCE))("%s", async (_name, happens) => {
    const page = await openPage(await company.asked());
    await happens(page);
    const before = await store.select(votes, eq(votes.confirmationId, page.id));
    expect(await decided(page)).toBe(false);
    expect(await store.select(votes, eq(votes.confirmationId, page.id))).toEqual(before);
    await store.update(people, { role: "owner" }, eq(people.id, page.signer.person.id));
    await auditConfirmation(store, page.id);
  });
});

describe("is refused without a write", () => {
  const CHANGES: Readonly<Record<string, (page: Page) => Page>> = {
    "for another ceremony": (page) => ({ ...page, submitted: { ...page.submitted, ceremonyId: "y_other" } }),
    "with a passkey that the ceremony does not allow": (page) => ({
      ...page,
      remembered: { ...page.remembered, passkeys: [] },
    }),
    "for another vote than was signed": (page) => ({
      ...page,
      submitted: { ...page.submitted, vote: "reject" },
    }),
    "for another reason than was signed": (page) => ({
      ...page,
      submitted: { ...page.submitted, reason: "no" },
    }),
    "of another confirmation": (page) => {
      const { loaded } = page.remembered;
      const remembered = {
        ...page.remembered,
        loaded: { ...loaded, row: { ...loaded.row, action: "Delete everything" } },
      };
      return { ...page, remembered };
    },
  };
  it.each(Object.entries(CHANGES))("%s", async (_name, change) => {
    const page = await openPage(await company.asked());
    expect(await changedBy(async () => expect(await decided(change(page))).toBe(false))).toEqual([]);
    expect(await decided(page)).toBe(true);
  });

  it("for a change of who may sign, which needs the current directory", async () => {
    const { credential } = await insertActivePasskey(runtime, store, await personNamed(store, "alex"));
    const { body } = await company.alex.post(`/devices/${credential.id}/revoke`, {});
    const page = await openPage(idOf(body.approval));
    expect(await changedBy(async () => expect(await decided(page)).toBe(false))).toEqual([]);
  });
});

it("is committed once, however often it is sent", async () => {
  const page = await openPage(await company.asked());
  const sent = await Promise.all(Array.from({ length: 20 }, () => decided(page)));
  expect(sent.filter(Boolean)).toHaveLength(1);
  const voteRows = await store.select(
    votes,
    and(eq(votes.confirmationId, page.id), eq(votes.personId, page.signer.person.id)),
  );
  expect(voteRows).toHaveLength(1);
});
