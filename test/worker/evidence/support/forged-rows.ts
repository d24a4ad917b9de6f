import { fixedStatement } from "../../../../src/app/decision/ceremony.ts";
import { requestSealing } from "../../../../src/app/sealing/request-sealing.ts";
import { newId, isoTime } from "../../../../src/app/runtime.ts";
import { assertionHash } from "../../../../src/core/webauthn/assertion.ts";
import { fromHex, toBase64url, toHex } from "../../../../src/core/encoding/bytes.ts";
import { challengeOf } from "../../../../src/core/confirmation/challenge.ts";
import type { Change } from "../../../../src/core/stream/change-format.ts";
import { canonicalText, hashOfJson } from "../../../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import { policyHash, type Policy } from "../../../../src/core/confirmation/policy.ts";
import type { Outcome, Role } from "../../../../src/core/stream/record.ts";
import { expectOk } from "../../../../src/core/refusal.ts";
import { statementNonce, type Statement } from "../../../../src/core/confirmation/statement.ts";
import { confirmations, credentials, outbox, people, steps, votes } from "../../../../src/store/schema.ts";
import type { Authenticator } from "../../../support/authenticator.ts";
import { newPasskey, BrowserClient } from "../../../support/browser-client.ts";
import { PAYLOAD } from "../../support/rest-calls.ts";
import { fetchWorker, ORIGIN } from "../../support/worker-fixture.ts";
import { SEQ, type AttackedTenant } from "./attack-fixture.ts";
import { rows } from "../../support/database-rows.ts";
import { personNamed } from "../../support/signed-decisions.ts";

// Rows that the service would not write. The operator can write any.

/** A signature by a key that the operator controls: the operator's own, or that of a helper. */
export interface ForgedVote {
  readonly by: string;
  readonly passkey: Authenticator;
  readonly vote?: Statement["vote"];
  /** Changes to the statement before it is signed. */
  readonly changes?: Partial<Statement>;
  /** The row names another person. */
  readonly under?: string;
}

export interface Forged {
  readonly type?: "decision" | Change["change"];
  readonly payload?: JsonObject;
  readonly policy?: Policy;
  readonly outcome?: Outcome;
  readonly votes: readonly ForgedVote[];
  /** The record's time; by default now. */
  readonly at?: number;
  /** The creation time of the request. */
  readonly created?: number;
  readonly seq?: number;
  readonly directorySeq?: number;
}

/** Records that do not change the directory. */
const NOT_DIRECTORY = "('decision', 'consumed')";

async function numberOf(sql: string, ...values: (string | number)[]): Promise<number> {
  return Number((await rows(sql, ...values))[0]?.["n"] ?? 0);
}

/** Inserts a request and its outcome, and lets the service seal it from the tables. Returns its id. */
export async function forge(tenant: AttackedTenant, forged: Forged): Promise<string> {
  const { store, runtime } = tenant;
  const { type = "decision", payload = PAYLOAD, policy = null, outcome = "approved" } = forged;
  const now = Date.now();
  const { at = now, created = at - 1_000 } = forged;
  const next = await numberOf("SELECT max(seq) + 1 AS n FROM outbox WHERE tenant_id = ?1", store.tenantId);
  const seq = forged.seq ?? next;
  const last = await numberOf(
    `SELECT max(seq) AS n FROM outbox WHERE tenant_id = ?1 AND seq < ?2 AND type NOT IN ${NOT_DIRECTORY}`,
    store.tenantId,
    seq,
  );
  const [project] = await rows("SELECT id, name FROM projects WHERE tenant_id = ?1", store.tenantId);
  const id = newId(runtime, "c");
  const row = {
    id,
    type,
    projectId: String(project?.["id"]),
    projectName: String(project?.["name"]),
    requesterKind: "key" as const,
    requesterId: "k_1",
    requesterName: "ci",
    requesterPerson: null,
    action: "Deploy to production",
    payload: canonicalText(payload),
    payloadHash: toHex(hashOfJson(payload)),
    policy: policy && canonicalText(policy),
    policyHash: policy && policyHash(policy),
    metadata: null,
    status: outcome === "break-glass" ? ("approved" as const) : outcome,
    version: forged.votes.length + 1,
    escalated: 0,
    createdAt: created,
    expiresAt: created + 900_000,
    dueAt: created + 900_000,
    executeWithinMs: null,
    decidedAt: at,
    decidedSeq: seq,
    overriddenBy: null,
    consumedAt: null,
    callHash: null,
    dedupeKey: null,
    deliveredAt: null,
    approverId: null,
  };
  await store.insert(confirmations, row);
  for (const [place, forgedVote] of forged.votes.entries()) {
    const person = await personNamed(store, forgedVote.by);
    const under = await personNamed(store, forgedVote.under ?? forgedVote.by);
    const { vote = "approve" } = forgedVote;
    const statement: Statement = {
      ...fixedStatement(runtime, await store.own(), { tenantId: store.tenantId, ...row }, person),
      vote,
      reason: "",
      issued: isoTime(at - 1),
      salt: toBase64url(runtime.random(32)),
      ...forgedVote.changes,
    };
    const challenge = challengeOf(statementNonce(statement), expectOk(fromHex(row.payloadHash)));
    const { assertion } = await forgedVote.passkey.assert(challenge);
    const stepId = newId(runtime, "s");
    await store.insert(steps, {
      confirmationId: id,
      n: place + 1,
      id: stepId,
      type: vote,
      at,
      personId: under.id,
    });
    await store.insert(votes, {
      confirmationId: id,
      personId: under.id,
      stepId,
      vote,
      at,
      credentialId: forgedVote.passkey.credential.id,
      statement: canonicalText(statement),
      assertion: canonicalText({ ...assertion }),
      assertionHash: toHex(assertionHash(assertion)),
    });
  }
  await store.insert(outbox, {
    seq,
    stepId: null,
    confirmationId: id,
    type,
    outcome,
    at,
    directorySeq: forged.directorySeq ?? last,
    ...salts(tenant),
    body: null,
    index: null,
    commitment: null,
  });
  await requestSealing(runtime, store.tenantId);
  return id;
}

/** Inserts a use of this request, and lets the service seal it. */
export async function forgeUse(tenant: AttackedTenant, id: string): Promise<string> {
  const { store, runtime } = tenant;
  const next = await numberOf("SELECT max(seq) + 1 AS n FROM outbox WHERE tenant_id = ?1", store.tenantId);
  await store.insert(outbox, {
    seq: next,
    stepId: null,
    confirmationId: id,
    type: "consumed",
    outcome: null,
    at: Date.now(),
    directorySeq: SEQ.revoked,
    ...salts(tenant),
    body: null,
    index: null,
    commitment: null,
  });
  await requestSealing(runtime, store.tenantId);
  return id;
}

function salts({ runtime }: AttackedTenant) {
  return { entrySalt: toBase64url(runtime.random(32)), payloadSalt: toBase64url(runtime.random(32)) };
}

/** Inserts an active passkey for this person. */
export async function plantPasskey(
  tenant: AttackedTenant,
  username: string,
  passkey: Authenticator,
  endorsedSeq = 0,
): Promise<void> {
  const { id, publicKey, algorithm } = passkey.credential;
  await tenant.store.insert(credentials, {
    id,
    personId: (await personNamed(tenant.store, username)).id,
    label: "Phone",
    publicKey: toBase64url(publicKey),
    algorithm,
    signCount: 0,
    backupEligible: true,
    backedUp: true,
    transports: "",
    createdAt: Date.now(),
    endorsedSeq,
  });
}

/** Inserts an unknown person with the operator's own passkey. */
export async function plantPerson(
  tenant: AttackedTenant,
  username = "mallory",
  role: Role = "approver",
): Promise<BrowserClient> {
  const client = await BrowserClient.create(fetchWorker, ORIGIN);
  client.userHandle = toBase64url(tenant.runtime.random(32));
  const person = { id: newId(tenant.runtime, "p"), username, role, userHandle: client.userHandle };
  await tenant.store.insert(people, { ...person, createdAt: Date.now() });
  await plantPasskey(tenant, username, client.passkey);
  return client;
}

/** The change that would activate this person's passkey. */
export async function endorsementChange(
  tenant: AttackedTenant,
  username: string,
  passkey: Authenticator,
): Promise<JsonObject> {
  const { id, role } = await personNamed(tenant.store, username);
  const { id: key, publicKey } = passkey.credential;
  const credential = { id: key, publicKey: toBase64url(publicKey) };
  const head = { v: 1, kind: "countersign/change", change: "credential.endorsed" };
  return { ...head, person: { id, username }, role, credential };
}

export async function roleChange(tenant: AttackedTenant, username: string, role: Role): Promise<JsonObject> {
  const { id } = await personNamed(tenant.store, username);
  const head = { v: 1, kind: "countersign/change", change: "role.changed" };
  return { ...head, person: { id, username }, role };
}

/** Signs in and approves a new request through the usual routes. */
export async function approveAs(
  tenant: AttackedTenant,
  username: string,
  client: BrowserClient,
  passkey = client.passkey,
): Promise<string> {
  await client.signIn(passkey);
  const id = await tenant.asked(username);
  await client.decide(id, { passkey });
  return id;
}

/** A passkey of the operator with the id of another passkey. */
export async function withIdOf({ passkey }: BrowserClient): Promise<Authenticator> {
  const fake = await newPasskey(ORIGIN);
  const { id } = passkey.credential;
  return {
    ...fake,
    credential: { ...fake.credential, id },
    assert: (challenge, lies = {}) => fake.assert(challenge, { id, ...lies }),
  };
}

/** Makes room in the stream, or closes a gap: moves the numbers of this record and all later ones. */
export async function shiftRecords({ store }: AttackedTenant, from: number, by: number): Promise<void> {
  const { tenantId } = store;
  await rows("UPDATE outbox SET seq = -(seq + ?1) WHERE tenant_id = ?2 AND seq >= ?3", by, tenantId, from);
  await rows("UPDATE outbox SET seq = -seq WHERE tenant_id = ?1 AND seq < 0", tenantId);
  await rows(
    "UPDATE confirmations SET decided_seq = decided_seq + ?1 WHERE tenant_id = ?2 AND decided_seq >= ?3",
    by,
    tenantId,
    from,
  );
  await rows(
    "UPDATE outbox SET directory_seq = directory_seq + ?1 WHERE tenant_id = ?2 AND directory_seq >= ?3",
    by,
    tenantId,
    from,
  );
}

/** Changes a signed statement, without a new signature. */
export async function editStatement(id: string, change: Partial<Statement>): Promise<void> {
  for (const { person_id: person, statement } of await rows(
    "SELECT person_id, statement FROM votes WHERE confirmation_id = ?1",
    id,
  )) {
    const after = { ...(JSON.parse(String(statement)) as Statement), ...change };
    await rows(
      "UPDATE votes SET statement = ?1 WHERE confirmation_id = ?2 AND person_id = ?3",
      canonicalText(after),
      id,
      String(person),
    );
  }
}

/** Triggers bind the service, but not the owner of the database. */
export async function dropTriggers(): Promise<void> {
  for (const { name } of await rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    await rows(`DROP TRIGGER ${name}`);
}
