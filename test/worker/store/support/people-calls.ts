import { sql } from "drizzle-orm";
import { FILLED_APPROVERS } from "./filled-tenant.ts";
import { trailEntry } from "./project-store-calls.ts";
import type { Calls, Filled } from "./store-calls.ts";

const [PERSON = "", OTHER = ""] = FILLED_APPROVERS;
const passkeyOf = ({ store }: Filled, person: string) => store.tenantId + person;
const newPasskey = (id: string) => ({
  id,
  personId: PERSON,
  label: "",
  publicKey: id,
  algorithm: -7,
  signCount: 0,
  backupEligible: false,
  backedUp: false,
  transports: "",
  createdAt: 1,
});
const newEnrolment = (id: string) => ({
  id,
  secretHash: id,
  personId: PERSON,
  createdAt: 1,
  expiresAt: 2,
  recovers: false,
  senderKind: "person",
  senderName: "alex",
});
export const FIRST_RECORD = { stream: "stream", at: 1, entrySalt: "", payloadSalt: "", body: "{}" };

/** Calls of the functions about people, their links and their passkeys. */
export const PEOPLE_CALLS: Calls = {
  insertEnrolment: (filled) => [
    [filled.store, newEnrolment("n_call"), { role: "admin", newest: "n_1", entry: trailEntry(filled) }],
    [filled.store, newEnrolment("n_again"), { role: null, newest: undefined, entry: trailEntry(filled) }],
  ],
  revokeLinkOf: (filled) => [[filled.store, PERSON, 1, trailEntry(filled)]],
  linksOf: ({ store }) => [[store, PERSON, 10]],
  readPeoplePage: ({ store }) => [
    [store, { after: null, removed: false, limit: 101 }],
    [store, { after: OTHER, removed: true, limit: 101 }],
  ],
  removeUnsigned: (filled) => [[filled.store, PERSON, 1, trailEntry(filled)]],
  readMembers: ({ store }) => [[store]],
  findEnrolmentByHash: ({ store }) => [[store, "hash"]],
  insertInvitedPerson: (filled) => [
    [
      filled.store,
      { id: "p_call", username: "call", role: "admin", userHandle: "call", createdAt: 1 },
      { ...newEnrolment("n_invited"), personId: "p_call" },
      trailEntry(filled),
    ],
  ],
  enrolPasskey: (filled) => [
    [
      filled.store,
      { enrolment: "n_call", attempt: "attempt", now: 1 },
      newPasskey("k_enrolled"),
      FIRST_RECORD,
      trailEntry(filled),
    ],
  ],
  hasUsedRecoveryLink: ({ store }) => [[store, PERSON, 1]],
  findPerson: ({ store }) => [[store, PERSON]],
  findPersonByName: ({ store }) => [[store, PERSON]],
  findManagers: ({ store }) => [[store]],
  usernamesOf: ({ store }) => [[store, FILLED_APPROVERS]],
  readPeople: ({ store }) => [[store]],
  readDirectory: ({ store }) => [[store]],
  pendingChangesAbout: ({ store, now }) => [[store, PERSON, now]],
  askedPeople: ({ store, newest }) => [[store, newest.map(({ id }) => id)]],
  endWaitingPasskey: (filled) => [
    [filled.store, { person: PERSON, id: passkeyOf(filled, PERSON), now: 1 }, trailEntry(filled)],
  ],
  insertPasskey: (filled) => [
    [
      filled.store,
      newPasskey("k_added"),
      { active: passkeyOf(filled, PERSON), limit: { max: 16, countsRevoked: false } },
      trailEntry(filled),
    ],
  ],
  insertPasskeyIf: ({ store }) => [[store, newPasskey("k_if"), sql`TRUE`]],
};
