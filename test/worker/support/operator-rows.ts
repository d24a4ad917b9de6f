import { fixedStatement } from "../../../src/app/decision/ceremony.ts";
import { requestSealing } from "../../../src/app/sealing/request-sealing.ts";
import { newId, isoTime } from "../../../src/app/runtime.ts";
import { assertionHash } from "../../../src/core/webauthn/assertion.ts";
import { fromHex, toBase64url, toHex } from "../../../src/core/encoding/bytes.ts";
import { challengeOf } from "../../../src/core/confirmation/challenge.ts";
import type { Change } from "../../../src/core/stream/directory.ts";
import { canonicalText, hashOfJson } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { policyHash, type Policy } from "../../../src/core/confirmation/policy.ts";
import type { Outcome, Role } from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { statementNonce, type Statement } from "../../../src/core/confirmation/statement.ts";
import { confirmations, credentials, outbox, people, steps, votes } from "../../../src/store/schema.ts";
import type { Authenticator } from "../../support/authenticator.ts";
import { newPasskey, BrowserClient } from "../../support/browser-client.ts";
import { PAYLOAD } from "./rest-calls.ts";
import { fetchWorker, ORIGIN } from "./worker-fixture.ts";
import { SEQ, type Victim } from "./operator.ts";
import { rows } from "./database-rows.ts";
import { personNamed } from "./signed-decisions.ts";

// Rows that the service would not write, written by somebody who can write any.

/** A signature, by a key that the operator has: his own, or that of somebody who helps him. */
export interface ForgedVote {
  readonly by: string;
  readonly passkey: Authenticator;
  readonly decision?: Statement["decision"];
  /** Changed before it is signed. */
  readonly says?: Partial<Statement>;
  /** The row is under another person's name. */
  readonly under?: string;
}

export interface Forged {
  readonly type?: "decision" | Change["change"];
  readonly payload?: JsonObject;
  readonly policy?: Policy;
  readonly outcome?: Outcome;
  readonly votes: readonly ForgedVote[];
  /** The record's time; now, unless said otherwise. */
  readonly at?: number;
  /** When the request is said to have been made. */
  readonly created?: number;
  readonly seq?: number;
  readonly directorySeq?: number;
}

/** Records that change nothing about who counts. */
const OTHERS = "('decision', 'consumed')";

async function numberOf(sql: string, ...values: (string | number)[]): Promise<number> {
  return Number((await rows(sql, ...values))[0]?.["n"] ?? 0);
}

/** A request and its outcome, sealed by the service, which believes the tables; returns its id. */
export async function forge(own: Victim, forged: Forged): Promise<string> {
  const { store, runtime } = own;
  const { type = "decision", payload = PAYLOAD, policy = null, outcome = "approved" } = forged;
  const now = Date.now();
  const { at = now, created = at - 1_000 } = forged;
  const next = await numberOf("SELECT max(seq) + 1 AS n FROM outbox WHERE tenant_id = ?1", store.tenantId);
  const seq = forged.seq ?? next;
  const last = await numberOf(
    `SELECT max(seq) AS n FROM outbox WHERE tenant_id = ?1 AND seq < ?2 AND type NOT IN ${OTHERS}`,
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
  for (const [place, vote] of forged.votes.entries()) {
    const person = await personNamed(store, vote.by);
    const under = await personNamed(store, vote.under ?? vote.by);
    const { decision = "approve" } = vote;
    const statement: Statement = {
      ...fixedStatement(runtime, await store.own(), { tenantId: store.tenantId, ...row }, person),
      decision,
      reason: "",
      issued: isoTime(at - 1),
      salt: toBase64url(runtime.random(32)),
      ...vote.says,
    };
    const challenge = challengeOf(statementNonce(statement), expectOk(fromHex(row.payloadHash)));
    const { assertion } = await vote.passkey.assert(challenge);
    const stepId = newId(runtime, "s");
    await store.insert(steps, {
      confirmationId: id,
      n: place + 1,
      id: stepId,
      type: decision,
      at,
      personId: under.id,
    });
    await store.insert(votes, {
      confirmationId: id,
      personId: under.id,
      stepId,
      decision,
      at,
      credentialId: vote.passkey.credential.id,
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
    ...salts(own),
    body: null,
    index: null,
    commitment: null,
  });
  await requestSealing(runtime, store.tenantId);
  return id;
}

/** A use of this request, sealed by the service. */
export async function forgeUse(own: Victim, id: string): Promise<string> {
  const { store, runtime } = own;
  const next = await numberOf("SELECT max(seq) + 1 AS n FROM outbox WHERE tenant_id = ?1", store.tenantId);
  await store.insert(outbox, {
    seq: next,
    stepId: null,
    confirmationId: id,
    type: "consumed",
    outcome: null,
    at: Date.now(),
    directorySeq: SEQ.revoked,
    ...salts(own),
    body: null,
    index: null,
    commitment: null,
  });
  await requestSealing(runtime, store.tenantId);
  return id;
}

function salts({ runtime }: Victim) {
  return { entrySalt: toBase64url(runtime.random(32)), payloadSalt: toBase64url(runtime.random(32)) };
}

/** A passkey in the tables that counts for this person. */
export async function plant(
  own: Victim,
  username: string,
  passkey: Authenticator,
  endorsedSeq = 0,
): Promise<void> {
  const { id, publicKey, algorithm } = passkey.credential;
  await own.store.insert(credentials, {
    id,
    personId: (await personNamed(own.store, username)).id,
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

/** Somebody whom the tenant has never heard of, with the operator's own passkey. */
export async function plantPerson(
  own: Victim,
  username = "mallory",
  role: Role = "approver",
): Promise<BrowserClient> {
  const client = await BrowserClient.create(fetchWorker, ORIGIN);
  client.userHandle = toBase64url(own.runtime.random(32));
  const person = { id: newId(own.runtime, "p"), username, role, userHandle: client.userHandle };
  await own.store.insert(people, { ...person, createdAt: Date.now() });
  await plant(own, username, client.passkey);
  return client;
}

/** The change by which this person's passkey would come to count. */
export async function endorsementOf(
  own: Victim,
  username: string,
  passkey: Authenticator,
): Promise<JsonObject> {
  const { id, role } = await personNamed(own.store, username);
  const { id: key, publicKey } = passkey.credential;
  const credential = { id: key, publicKey: toBase64url(publicKey) };
  const head = { v: 1, kind: "countersign/change", change: "credential.endorsed" };
  return { ...head, person: { id, username }, role, credential };
}

export async function roleOf(own: Victim, username: string, role: Role): Promise<JsonObject> {
  const { id } = await personNamed(own.store, username);
  const head = { v: 1, kind: "countersign/change", change: "role.changed" };
  return { ...head, person: { id, username }, role };
}

/** Approved through the doors, by the page, like any other. */
export async function decidedBy(
  own: Victim,
  username: string,
  client: BrowserClient,
  passkey = client.passkey,
): Promise<string> {
  await client.signIn(passkey);
  const id = await own.asked(username);
  await client.decide(id, { passkey });
  return id;
}

/** A passkey whose private key the operator has, under the id of another. */
export async function impostorOf({ passkey }: BrowserClient): Promise<Authenticator> {
  const fake = await newPasskey(ORIGIN);
  const { id } = passkey.credential;
  return {
    ...fake,
    credential: { ...fake.credential, id },
    assert: (challenge, lies = {}) => fake.assert(challenge, { id, ...lies }),
  };
}

/** Makes room in the stream, or closes a gap: everything from this record on is so much later. */
export async function shift({ store }: Victim, from: number, by: number): Promise<void> {
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

/** The statement that somebody signed, with other words in it. */
export async function reword(id: string, change: Partial<Statement>): Promise<void> {
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

/** Rules of the database are rules for the service, not for whoever owns it. */
export async function dropTriggers(): Promise<void> {
  for (const { name } of await rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    await rows(`DROP TRIGGER ${name}`);
}
