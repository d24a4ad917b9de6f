import { CHANNEL_CALLS } from "./channel-calls.ts";
import { DOCUMENT_CALLS } from "./document-calls.ts";
import { newEvent, SENDING_CALLS } from "./sending-calls.ts";
import { sql } from "drizzle-orm";
import type { Database, Databases } from "../../../../src/store/database.ts";
import type { ConfirmationRow } from "../../../../src/store/rows.ts";
import type { TenantStore } from "../../../../src/store/tenant-store.ts";
import { SHARD_CALLS } from "./shard-calls.ts";
import { FILLED_APPROVERS, FILLED_PROJECTS } from "./filled-tenant.ts";
import { FIRST_RECORD, PEOPLE_CALLS } from "./people-calls.ts";
import { PROJECT_CALLS, trailEntry } from "./project-store-calls.ts";
import { REQUEST_CALLS } from "./request-calls.ts";
import { WEBHOOK_CALLS } from "./webhook-calls.ts";

// Calls of every function of the store that runs a statement, in a tenant with a long history.

export interface Filled {
  readonly store: TenantStore;
  readonly database: Database;
  readonly databases: Databases;
  readonly now: number;
  /** An API key of the tenant. */
  readonly key: string;
  /** The newest requests, and those of them that are pending. */
  readonly newest: readonly ConfirmationRow[];
  readonly pending: readonly ConfirmationRow[];
}

export type Calls = Readonly<Record<string, (filled: Filled) => readonly (readonly unknown[])[]>>;

const [PROJECT] = FILLED_PROJECTS;
const [PERSON = "", OTHER = "", THIRD = ""] = FILLED_APPROVERS;
const passkeyOf = ({ store }: Filled, person: string) => store.tenantId + person;

const session = ({ store }: Filled) => ({
  id: "e_call",
  hash: "session",
  credentialId: store.tenantId + PERSON,
  createdAt: 1,
  expiresAt: 2,
});
const SETTINGS = {
  name: "Acme",
  timeZone: "UTC",
  defaultExpirySeconds: 900,
  retentionDays: null,
  securityContact: "",
};
/** Where erasing is not, so that nothing is erased. */
const batchOf = (filled: Filled, seqs: readonly number[]) => ({
  id: "e_call",
  from: 7,
  end: 8,
  seqs,
  now: filled.now,
  entrySalt: "",
  body: "{}",
  done: trailEntry(filled),
});

/** A signed step of the newest pending request, with everything that a vote can change. */
function attempts(filled: Filled): readonly (readonly unknown[])[] {
  const { store, now, pending, newest, key } = filled;
  const step = (id: string, confirmation: ConfirmationRow | undefined, more: object) => [
    store,
    {
      confirmation,
      id,
      now,
      latest: now,
      escalated: 0,
      dueAt: now,
      countedVotes: 0,
      reader: key,
      person: null,
      entry: null,
      seal: null,
      signature: null,
      notify: null,
      ...more,
    },
  ];
  const seal = { type: "decision", outcome: "approved", entrySalt: "", payloadSalt: "" };
  const [signed, cancelled, escalated] = pending;
  const person = signed?.approverId ?? "";
  const others = FILLED_APPROVERS.filter((one) => one !== person);
  const signature = {
    ceremony: signed?.id,
    stage: 1,
    person,
    role: "approver",
    credential: passkeyOf(filled, person),
    directory: null,
    statement: "{}",
    assertion: "{}",
    assertionHash: "",
    authenticator: { signCount: 1, backedUp: false },
    endorses: null,
    revokes: [passkeyOf(filled, others[0] ?? "")],
    makesAuditor: others[1],
    makesMember: others[1],
    removes: others[3],
    rejects: { passkey: passkeyOf(filled, others[2] ?? ""), person: others[2] },
  };
  const used = newest.find(({ status }) => status === "approved");
  return [
    step("s_signed", signed, { type: "approve", next: "approved", seal, signature }),
    step("s_cancelled", cancelled, {
      type: "cancel",
      next: "cancelled",
      seal: { ...seal, outcome: "cancelled" },
    }),
    step("s_escalated", escalated, {
      type: "escalate",
      next: "pending",
      notify: { people: [PERSON], signers: [PERSON], project: PROJECT, event: newEvent("s_escalated") },
    }),
    step("s_expired", escalated, { type: "expire", next: "expired" }),
    step("s_used", used, {
      type: "consume",
      next: "approved",
      seal: { ...seal, type: "consumed", outcome: null },
    }),
  ];
}

/** For one person who must be able to sign, for two people, and for both in one batch. */
function newGroups({ store, newest, key }: Filled): readonly (readonly unknown[])[] {
  const draft = (id: string, signer: string | null, audience: readonly string[]) => ({
    row: {
      ...newest[0],
      id,
      status: "pending",
      version: 0,
      decidedAt: null,
      decidedSeq: null,
      approverId: signer,
    },
    audience,
    asked: audience,
    signer,
    key,
    directory: 1,
    isWithoutRules: signer !== null,
    idempotency: { key, name: id, requestHash: "" },
  });
  const one = (id: string) => draft(id, PERSON, [PERSON]);
  const two = (id: string) => draft(id, null, [PERSON, OTHER]);
  return [
    [store, [one("c_one")], 200],
    [store, [two("c_two")], 200],
    [store, [one("c_both_one"), two("c_both_two")], 200],
  ];
}

/** By the function's name: the arguments of each call. */
export const CALLS: Calls = {
  ...PEOPLE_CALLS,
  ...SENDING_CALLS,
  ...CHANNEL_CALLS,
  ...WEBHOOK_CALLS,

  // account
  isKeyActive: ({ store, key, now }) => [[store, key, now]],
  findKey: ({ store }) => [[store, "k_1"]],
  findRetention: ({ store }) => [[store]],
  saveRetention: ({ store }) => [[store, { days: 7, erasesAt: 1, month: null, dueAt: 1 }]],
  removeRetention: ({ store }) => [[store]],
  recordsFrom: ({ store }) => [
    [store, 0, 200],
    [store, 50_000, 200],
  ],
  eraseBatch: (filled) => [
    [filled.store, batchOf(filled, [])],
    [filled.store, batchOf(filled, [40_000, 40_001])],
  ],
  findKeyByHash: ({ store, now }) => [[store, "hash", now]],
  updateKeyLastUse: ({ store, now }) => [[store, { hash: "hash" }, now]],
  insertKey: ({ store }) => [
    [
      store,
      { id: "k_call", hash: "call", redacted: "", name: "", projectId: PROJECT, scopes: "", createdAt: 1 },
    ],
  ],
  insertEvent: ({ store }) => [
    [
      store,
      {
        id: "v_call",
        type: "verifier_disagreement",
        at: 1,
        personId: PERSON,
        credentialId: "",
        detail: "{}",
        confirmationId: null,
      },
    ],
  ],
  activePasskeysOf: ({ store }) => [[store, PERSON]],
  passkeysOf: ({ store }) => [[store, PERSON]],
  endorsedPasskeysOf: ({ store }) => [[store, PERSON]],
  personsWithEndorsedPasskey: ({ store }) => [[store, FILLED_APPROVERS]],
  findPasskey: (filled) => [[filled.store, passkeyOf(filled, PERSON)]],
  findPasskeyByKey: ({ store }) => [[store, PERSON]],
  findPasskeys: (filled) => [[filled.store, [passkeyOf(filled, PERSON)]]],
  findPasskeyOf: (filled) => [[filled.store, PERSON, passkeyOf(filled, PERSON)]],
  updatePasskeyUse: (filled) => [
    [filled.store, { id: passkeyOf(filled, PERSON), signCount: 0 }, { signCount: 1, backedUp: false }, 1],
  ],
  markCounterRegressed: (filled) => [[filled.store, passkeyOf(filled, THIRD), 1]],
  hasAllPasskeys: ({ store }) => [
    [store, PERSON, { max: 16, countsRevoked: false }],
    [store, PERSON, { max: 4, countsRevoked: true }],
  ],
  findSessionByHash: ({ store, now }) => [[store, "session", now]],
  insertSession: (filled) => [[filled.store, session(filled), trailEntry(filled)]],
  elevateSession: ({ store }) => [[store, "e_call", 1]],
  changeSettings: (filled) => [[filled.store, SETTINGS, SETTINGS, trailEntry(filled)]],
  changePlan: (filled) => [[filled.store, { from: "enterprise", to: "team" }, trailEntry(filled)]],
  readMonthUse: ({ store }) => [[store, "2026-11"]],
  readUsage: ({ store }) => [[store]],
  figureRows: ({ store, now }) => [[store, now - 30 * 24 * 3_600_000, 10_001]],
  tableRows: ({ store }) => [
    [store, "", 500],
    [store, "c_", 500],
  ],
  insertUsageNotice: ({ now }) => [[{ id: "y_80", at: now, month: "2026-11", monthName: "" }]],
  readTrail: ({ store }) => [
    [store, { before: null, limit: 50 }],
    [store, { before: "y_x", limit: 50 }],
  ],
  readTrailOf: ({ store }) => [[store, "k_new", 20]],
  extendSession: ({ store }) => [[store, "e_call", 1]],
  revokeSession: (filled) => [[filled.store, "e_call", 1, trailEntry(filled)]],
  revokeSessionsOf: (filled) => [[filled.store, PERSON, 1, trailEntry(filled)]],

  ...PROJECT_CALLS,

  // confirmation
  insertCeremony: ({ store, newest }) => [
    [
      store,
      {
        tenantId: "",
        id: "h_call",
        confirmationId: newest[0]?.id,
        personId: PERSON,
        salt: "",
        issuedAt: 1,
        expiresAt: 2,
        stage: 1,
      },
    ],
  ],
  useCeremony: ({ store, newest }) => [[store, newest[0]?.id, "attempt", 1]],
  readConfirmation: ({ store, newest }) => [[store, newest[0]?.id]],
  readForPage: ({ store, newest, now }) => [
    [store, { confirmation: newest[0]?.id, person: PERSON }, now],
    [store, { confirmation: newest[0]?.id, person: "p_nobody" }, now],
  ],
  readForVote: (filled) => [
    [
      filled.store,
      {
        confirmation: filled.newest[0]?.id,
        person: PERSON,
        ceremony: filled.newest[0]?.id,
        passkey: passkeyOf(filled, PERSON),
      },
    ],
  ],
  findConfirmation: ({ store, newest }) => [[store, newest[0]?.id]],
  sealedAmong: ({ store, newest }) => [[store, newest]],
  isInAudience: ({ store, newest }) => [[store, newest[0]?.id, PERSON]],
  audienceOf: ({ store, newest }) => [[store, newest.map(({ id }) => id), PERSON]],
  findSameRequests: ({ store }) => [[store, { type: "recovered", payload: "{}" }, ["pending", "approved"]]],
  countPendingChanges: ({ store, now }) => [[store, "recovered", now, 50]],
  findRecoveries: ({ store }) => [[store]],
  findPendingEndorsements: ({ store }) => [[store]],
  findDue: ({ store, now }) => [[store, now, 100]],
  nextDue: ({ store }) => [[store]],
  findUndelivered: ({ store }) => [[store, "call"]],
  findEarlier: ({ store, now }) => [
    [store, { dedupeKey: "call", lockHash: "lock" }, now - 900_000],
    [store, { dedupeKey: null, lockHash: "lock" }, now],
  ],
  markDelivered: ({ store, newest }) => [[store, { id: newest[1]?.id, at: 1 }]],
  revertDelivery: ({ store, newest }) => [[store, { id: newest[1]?.id, at: 1, dedupeKey: "call" }]],
  findCreateKey: ({ store, key, newest, now }) => [[store, { key, name: newest[0]?.id }, now]],
  claimIdempotencyKey: ({ store, key, newest, now }) => [
    [store, { key, name: "again", requestHash: "" }, newest[0]?.id, now],
  ],
  ...REQUEST_CALLS,
  insertConfirmations: newGroups,
  commitStep: attempts,
  countedVotesOf: ({ store, newest }) => [[store, newest.map(({ id }) => id)]],
  newestVotes: (filled) => [[filled.store, [passkeyOf(filled, PERSON)]]],

  // stream
  markSealed: (filled) => [
    [
      filled.store,
      [
        {
          row: { seq: 1_001, at: 1, index: 1, commitment: "", confirmationId: filled.newest[0]?.id },
          event: null,
          closes: { confirmation: filled.newest[0]?.id, project: filled.newest[0]?.projectId, people: null },
          effects: [
            { kind: "endorse", credential: passkeyOf(filled, THIRD) },
            { kind: "set-role", person: THIRD, role: "approver" },
            { kind: "replace-devices", person: THIRD, credential: passkeyOf(filled, THIRD) },
            { kind: "set-template", action: "Action", template: { hash: "", document: "{}" } },
            { kind: "set-document", type: "policy", name: "refunds", version: { hash: "", document: "{}" } },
            { kind: "reveal", confirmation: filled.newest[0]?.id },
            { kind: "withdraw-reveal", confirmation: filled.newest[0]?.id },
          ],
        },
      ],
    ],
  ],
  findRecord: ({ store }) => [[store, 1_001]],
  findLastDirectoryChange: ({ store }) => [[store]],
  directoryRecordsBefore: ({ store }) => [[store, 1_000_000]],
  recoveriesSince: ({ store, now }) => [[store, now - 86_400_000]],
  recordsBetween: ({ store }) => [[store, 1_000, 1_100]],
  findLastSealedWithin: ({ store }) => [[store, 1_000_000]],
  commitmentsOf: ({ store }) => [[store, [1_001, 1_002]]],
  readUnsealed: ({ store }) => [[store, 100]],
  insertFirstRecordIf: ({ store }) => [[store, FIRST_RECORD, sql`TRUE`]],
  recordSourcesOf: ({ store, newest }) => [
    [store, newest.map(({ id }, seq) => ({ seq, confirmationId: id, type: "decision" }))],
  ],
  sealedRecords: ({ store }) => [[store, [1_001, 1_002]]],
  templatesInForce: ({ store }) => [[store]],
  countTemplatesInForce: ({ store }) => [[store, 200]],
  findTemplateOf: ({ store }) => [[store, "Action"]],
  documentWithHash: ({ store }) => [[store, "hash 1001"]],
  templateDocuments: ({ store }) => [[store, ["hash 1001", "hash 1002"]]],
  ...DOCUMENT_CALLS,
  isRevealed: ({ store, newest }) => [[store, newest[0]?.id]],

  ...SHARD_CALLS,
};
