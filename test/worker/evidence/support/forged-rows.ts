import { makeUserHandle, USER_HANDLE_RANDOM_BYTES } from "../../../../src/core/confirmation/user-handle.ts";
import { fixedStatement } from "../../../../src/app/decision/ceremony.ts";
import { requestSealing } from "../../../../src/app/sealing/request-sealing.ts";
import { newConfirmationId, newId, isoTime, type Runtime } from "../../../../src/app/runtime.ts";
import { assertionHash } from "../../../../src/core/webauthn/assertion.ts";
import { fromHex, toBase64url, toHex } from "../../../../src/core/encoding/bytes.ts";
import { challengeOf } from "../../../../src/core/confirmation/challenge.ts";
import type { Change } from "../../../../src/core/stream/change-format.ts";
import { canonicalText, hashOfJson } from "../../../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import { policyHash, type Policy } from "../../../../src/core/policy/policy.ts";
import type { Outcome, Role } from "../../../../src/core/stream/record.ts";
import { expectOk } from "../../../../src/core/refusal.ts";
import {
  statementNonce,
  type Statement as SignedStatement,
} from "../../../../src/core/confirmation/statement.ts";
import { confirmations, credentials, outbox, people, steps, votes } from "../../../../src/store/schema.ts";
import type { PersonRow, Tenant } from "../../../../src/store/rows.ts";
import type { Statement } from "../../../../src/store/tenant-store.ts";
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
  readonly vote?: SignedStatement["vote"];
  /** Changes to the statement before it is signed. */
  readonly changes?: Partial<SignedStatement>;
  /** The row names another person. */
  readonly under?: string;
}

export interface Forged {
  readonly type?: "decision" | Change["change"];
  readonly payload?: JsonObject;
  readonly policy?: Policy;
  /** The user name of the person who asked; by default a service. */
  readonly requester?: string;
  readonly outcome?: Outcome;
  readonly votes: readonly ForgedVote[];
  /** The record's time; by default now. */
  readonly at?: number;
  /** The creation time of the request. */
  readonly created?: number;
  /** The milliseconds from then in which the request is open. */
  readonly lifetime?: number;
  readonly seq?: number;
  readonly directorySeq?: number;
}

/** Records that do not change the directory. */
const NOT_DIRECTORY = "('decision', 'consumed')";

async function numberOf(sql: string, ...values: (string | number)[]): Promise<number> {
  return Number((await rows(sql, ...values))[0]?.["n"] ?? 0);
}

/** What the operator needs to write rows and have them sealed. */
type Target = Pick<AttackedTenant, "store" | "runtime">;

/** Inserts a request and its outcome, and lets the service seal it from the tables. Returns its id. */
export async function forge(target: Target, forged: Forged): Promise<string> {
  const { id, statements } = await forgedStatements(target, await readFacts(target, forged.seq), forged);
  await target.store.batch(statements);
  await requestSealing(target.runtime);
  return id;
}

/** Inserts changes of the directory, one after the other, and has them sealed. */
export async function forgeChanges(target: Target, changes: readonly Forged[]): Promise<void> {
  const facts = await readFacts(target);
  const statements = [];
  for (const change of changes) {
    statements.push(...(await forgedStatements(target, facts, change)).statements);
    facts.directorySeq = facts.seq++;
  }
  const batchSize = 400;
  for (let start = 0; start < statements.length; start += batchSize)
    await target.store.batch(statements.slice(start, start + batchSize));
  await requestSealing(target.runtime);
}

/** What a forged row is built from, besides its content. */
interface Facts {
  readonly tenant: Tenant;
  readonly project: { readonly id: string; readonly name: string };
  readonly people: ReadonlyMap<string, PersonRow>;
  /** Of the next record, and of the last change of the directory before it. */
  seq: number;
  directorySeq: number;
}

async function readFacts({ store }: Target, fixedSeq?: number): Promise<Facts> {
  const { tenantId } = store;
  const next = await numberOf("SELECT max(seq) + 1 AS n FROM outbox WHERE tenant_id = ?1", tenantId);
  const seq = fixedSeq ?? next;
  const last = `SELECT max(seq) AS n FROM outbox WHERE tenant_id = ?1 AND seq < ?2 AND type NOT IN ${NOT_DIRECTORY}`;
  const [project] = await rows("SELECT id, name FROM projects WHERE tenant_id = ?1", tenantId);
  const everybody = await store.select(people);
  return {
    tenant: await store.own(),
    project: { id: String(project?.["id"]), name: String(project?.["name"]) },
    people: new Map(everybody.map((person) => [person.username, person])),
    seq,
    directorySeq: await numberOf(last, tenantId, seq),
  };
}

async function forgedStatements({ store, runtime }: Target, facts: Facts, forged: Forged) {
  const { type = "decision", payload = PAYLOAD, policy = null, outcome = "approved" } = forged;
  const now = Date.now();
  const { at = now, created = at - 1_000, lifetime = 900_000 } = forged;
  const { seq, directorySeq, tenant, project } = facts;
  const id = newConfirmationId(runtime, store.tenantId);
  const row = {
    id,
    type,
    projectId: project.id,
    projectName: project.name,
    requesterKind: "key" as const,
    requesterId: "k_1",
    requesterName: "ci",
    requesterPerson: facts.people.get(forged.requester ?? "")?.id ?? null,
    action: "Deploy to production",
    payload: canonicalText(payload),
    payloadHash: toHex(hashOfJson(payload)),
    displayOrder: "[]",
    templateHash: null,
    policy: policy && canonicalText(policy),
    policyHash: policy && policyHash(policy),
    metadata: null,
    status: outcome === "break-glass" ? ("approved" as const) : outcome,
    version: forged.votes.length + 1,
    escalated: 0,
    createdAt: created,
    expiresAt: created + lifetime,
    dueAt: created + lifetime,
    executeWithinMs: null,
    decidedAt: at,
    decidedSeq: seq,
    overriddenBy: null,
    consumedAt: null,
    lockHash: null,
    dedupeKey: null,
    deliveredAt: null,
    telling: null,
    erasedAt: null,
    approverId: null,
    projectMode: "live" as const,
    policyName: null,
  };
  const statements: Statement[] = [store.insert(confirmations, row)];
  for (const [place, forgedVote] of forged.votes.entries()) {
    const person = facts.people.get(forgedVote.by);
    const under = facts.people.get(forgedVote.under ?? forgedVote.by);
    if (person === undefined || under === undefined) throw new RangeError("there is no such person");
    const { vote = "approve" } = forgedVote;
    const statement: SignedStatement = {
      ...fixedStatement(runtime, tenant, { tenantId: store.tenantId, ...row }, person),
      vote,
      reason: "",
      stage: 1,
      issued: isoTime(at - 1),
      salt: toBase64url(runtime.random(32)),
      ...forgedVote.changes,
    };
    const challenge = challengeOf(statementNonce(statement), expectOk(fromHex(row.payloadHash)));
    const { assertion } = await forgedVote.passkey.assert(challenge);
    const stepId = newId(runtime, "s");
    const step = { confirmationId: id, n: place + 1, id: stepId, type: vote, at, personId: under.id };
    const voteRow = {
      confirmationId: id,
      personId: under.id,
      stepId,
      vote,
      at,
      credentialId: forgedVote.passkey.credential.id,
      statement: canonicalText(statement),
      assertion: canonicalText({ ...assertion }),
      assertionHash: toHex(assertionHash(assertion)),
      stage: statement.stage,
    };
    statements.push(store.insert(steps, step), store.insert(votes, voteRow));
  }
  const record = {
    seq,
    stepId: null,
    confirmationId: id,
    type,
    outcome,
    at,
    directorySeq: forged.directorySeq ?? directorySeq,
    ...salts(runtime),
    body: null,
    index: null,
    commitment: null,
  };
  return { id, statements: [...statements, store.insert(outbox, record)] };
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
    ...salts(runtime),
    body: null,
    index: null,
    commitment: null,
  });
  await requestSealing(runtime);
  return id;
}

function salts(runtime: Runtime) {
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
  client.userHandle = makeUserHandle(tenant.store.tenantId, tenant.runtime.random(USER_HANDLE_RANDOM_BYTES));
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

export async function roleChange(
  { store }: Pick<Target, "store">,
  username: string,
  role: Role,
): Promise<JsonObject> {
  const { id } = await personNamed(store, username);
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
export async function editStatement(id: string, change: Partial<SignedStatement>): Promise<void> {
  for (const { person_id: person, statement } of await rows(
    "SELECT person_id, statement FROM votes WHERE confirmation_id = ?1",
    id,
  )) {
    const after = { ...(JSON.parse(String(statement)) as SignedStatement), ...change };
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
