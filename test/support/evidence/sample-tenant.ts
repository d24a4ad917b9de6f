import { assertionHash } from "../../../src/core/webauthn/assertion.ts";
import { fromBase64url, toBase64url, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { challengeOf } from "../../../src/core/confirmation/challenge.ts";
import type { Change } from "../../../src/core/stream/change-format.ts";
import { rowKind } from "../../../src/core/evidence/export.ts";
import type { HistoryRow } from "../../../src/core/evidence/history.ts";
import { hashOfJson } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { policyHash, singleApproverPolicy, type Policy } from "../../../src/core/confirmation/policy.ts";
import type {
  Receipt,
  SealedChange,
  SealedCreation,
  SealedDecision,
} from "../../../src/core/evidence/receipt.ts";
import {
  encodeEntry,
  NO_PREVIOUS,
  payloadCommit,
  recordCommit,
  recordLabel,
  streamId,
  streamKeyHash,
  type Genesis,
  type Outcome,
  type Role,
  type StreamRecord,
} from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { statementNonce, type Person, type Statement } from "../../../src/core/confirmation/statement.ts";
import {
  createAuthenticator,
  type Authenticator,
  type AuthenticatorSettings,
  type Lies,
} from "../authenticator.ts";
import type { TestLog } from "../log/memory-log.ts";

// A tenant with people, passkeys and a sealed history, as the service would create it. A dishonest operator can
// change records: `alter` changes one before it is sealed, so that the log holds the changed record.

export const RP = "https://approve.example";
const START = Date.parse("2026-11-01T12:00:00.000Z");

export interface TestPerson extends Person {
  readonly passkey: Authenticator;
}

export interface TestVote {
  readonly by: TestPerson;
  readonly vote?: Statement["vote"];
  readonly reason?: string;
  readonly passkey?: Authenticator;
  readonly statement?: Partial<Statement>;
  readonly lies?: Lies;
}

export interface SampleRequest {
  readonly type?: "decision" | Change["change"];
  readonly action?: string;
  readonly payload?: JsonObject;
  readonly policy?: Policy | null;
  readonly outcome?: Outcome;
  readonly requester?: Statement["requester"];
  readonly executeWithinSeconds?: number;
  readonly votes: readonly TestVote[];
  readonly alter?: (record: JsonObject & { body: JsonObject }) => JsonObject;
}

type TestRecord = Omit<SealedCreation, "proof"> | Omit<SealedChange, "proof"> | Omit<SealedDecision, "proof">;

export function randomBytes(count: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(count));
}

export async function createPerson(
  username: string,
  settings: Partial<AuthenticatorSettings> = {},
): Promise<TestPerson> {
  const passkey = await createAuthenticator({ rpId: new URL(RP).hostname, origin: RP, ...settings });
  return { id: `person-${username}`, username, passkey };
}

export class TestTenant {
  readonly log: TestLog;
  readonly owner: TestPerson;
  readonly streamKey: Bytes;
  readonly genesis: Genesis;
  readonly stream: string;
  readonly records: { readonly sealed: TestRecord; readonly index: number }[] = [];
  #now = START;
  #directorySeq = 0;
  readonly #draw: typeof randomBytes;

  /** `draw` gives the bytes of salts and ids. A test that needs the same stream each time gives fixed ones. */
  constructor(log: TestLog, owner: TestPerson, draw = randomBytes) {
    this.log = log;
    this.owner = owner;
    this.#draw = draw;
    this.streamKey = draw(32);
    this.genesis = {
      rp: RP,
      logOrigin: log.origin,
      streamKeyHash: streamKeyHash(this.streamKey),
      credentialId: owner.passkey.credential.id,
      publicKey: toBase64url(owner.passkey.credential.publicKey),
      salt: toBase64url(draw(32)),
    };
    this.stream = streamId(this.genesis);
    const person = { id: owner.id, username: owner.username };
    this.#seal("stream.created", { genesis: this.genesis, tenant: "Acme", person }, {});
  }

  async endorse(
    person: TestPerson,
    role: Role,
    by: TestPerson,
    more: Partial<SampleRequest> = {},
    passkey = person.passkey,
  ) {
    const { id, publicKey } = passkey.credential;
    const credential = { id, publicKey: toBase64url(publicKey) };
    return this.#change({ change: "credential.endorsed", person: named(person), role, credential }, by, more);
  }

  async revoke(person: TestPerson, by: TestPerson, passkey = person.passkey) {
    const credential = { id: passkey.credential.id };
    return this.#change({ change: "credential.revoked", person: named(person), credential }, by, {});
  }

  async changeRole(person: TestPerson, role: Role, by: TestPerson, more: Partial<SampleRequest> = {}) {
    return this.#change({ change: "role.changed", person: named(person), role }, by, more);
  }

  /** The new passkey replaces the person's active one, or those in `revoked`. */
  async recover(
    person: TestPerson,
    passkey: Authenticator,
    signers: readonly TestPerson[],
    more: Partial<SampleRequest> & { readonly revoked?: readonly string[] } = {},
  ) {
    const { id, publicKey } = passkey.credential;
    const credential = { id, publicKey: toBase64url(publicKey) };
    const { revoked = [person.passkey.credential.id], ...request } = more;
    const change = { change: "recovered", person: named(person), credential, revoked } as const;
    const [first, ...others] = signers;
    const votes = signers.map((by) => ({ by }));
    const policy = others.length === 0 ? null : allOf(signers);
    return this.#change(change, first ?? person, { votes, policy, ...request });
  }

  /** Creates a request, has the votes signed and seals the outcome. Returns the record's seq. */
  async decide(request: SampleRequest): Promise<number> {
    const { type = "decision", payload = { service: "api", sha: "abc123" }, policy = null } = request;
    const created = this.#tick();
    const confirmation = `c_${toHex(this.#draw(16))}`;
    const payloadHash = hashOfJson(payload);
    const statements: Statement[] = [];
    const assertions = [];
    for (const vote of request.votes) {
      const statement = this.#statement(request, vote, confirmation, created);
      const challenge = challengeOf(statementNonce(statement), payloadHash);
      const signed = await (vote.passkey ?? vote.by.passkey).assert(challenge, vote.lies);
      statements.push(statement);
      assertions.push(signed.assertion);
    }
    const payloadSalt = this.#draw(32);
    const body = {
      confirmation,
      outcome: request.outcome ?? "approved",
      payloadCommit: toHex(payloadCommit(payloadSalt, payloadHash)),
      signatures: assertions.map((assertion, index) => ({
        nonce: toHex(statementNonce(statements[index] as Statement)),
        assertionHash: toHex(assertionHash(assertion)),
        credential: assertion.id,
      })),
      policyHash: policy === null ? null : policyHash(policy),
      directory: { seq: this.#directorySeq, commit: this.commitAt(this.#directorySeq) },
    };
    const evidence = {
      statements,
      assertions,
      policy,
      payload,
      payloadHash: toHex(payloadHash),
      payloadSalt: toBase64url(payloadSalt),
    };
    const seq = this.#seal(type, body, evidence, request.alter);
    if (type !== "decision" && body.outcome === "approved") this.#directorySeq = seq;
    return seq;
  }

  /** Seals a record that nobody signs. Returns its seq. */
  sealUnsigned(type: "consumed" | "erased", body: JsonObject, alter?: SampleRequest["alter"]): number {
    return this.#seal(type, body, {}, alter);
  }

  /** The receipt of the decision at `seq`, with all earlier changes of the directory or only these. */
  async receipt(seq: number, changes?: readonly number[]): Promise<Receipt> {
    const checkpoint = await this.log.checkpoint();
    const withProof = (at: number) => {
      const record = this.records[at];
      if (record === undefined) throw new RangeError(`no record ${at}`);
      return { ...record.sealed, proof: this.log.proof(record.index, checkpoint) };
    };
    const earlier = this.records
      .slice(1, seq)
      .flatMap(({ sealed }) => (isChange(sealed) ? [sealed.record.seq] : []));
    return {
      v: 1,
      kind: "countersign/receipt",
      created: withProof(0) as SealedCreation,
      changes: (changes ?? earlier).map((at) => withProof(at) as SealedChange),
      decision: withProof(seq) as SealedDecision,
      anchor: null,
    };
  }

  history(): readonly HistoryRow[] {
    return this.records.map(({ sealed }): HistoryRow => {
      if (sealed.record.type === "stream.created")
        return { kind: "created", sealed: sealed as SealedCreation };
      if (isChange(sealed)) return { kind: "change", sealed: sealed as SealedChange };
      return { kind: "record", sealed };
    });
  }

  commitAt(seq: number): string {
    const sealed = this.records[seq]?.sealed;
    return sealed === undefined
      ? NO_PREVIOUS
      : toHex(recordCommit(sealed.record, expectOk(fromBase64url(sealed.entrySalt))));
  }

  #statement(request: SampleRequest, vote: TestVote, confirmation: string, created: string): Statement {
    return {
      v: 1,
      kind: "countersign/statement",
      rp: RP,
      tenant: { id: this.stream, name: "Acme" },
      project: { id: "p_default", name: "Default" },
      confirmation,
      action: request.action ?? "Deploy to production",
      requester: request.requester ?? { kind: "key", id: "k_1", name: "ci", person: null },
      approver: named(vote.by),
      vote: vote.vote ?? "approve",
      reason: vote.reason ?? "",
      policyHash: request.policy ? policyHash(request.policy) : null,
      created,
      expires: new Date(Date.parse(created) + 15 * 60_000).toISOString(),
      executeWithinSeconds: request.executeWithinSeconds ?? null,
      issued: this.#tick(),
      salt: toBase64url(this.#draw(32)),
      ...vote.statement,
    };
  }

  async #change(change: DistributedChange, by: TestPerson, more: Partial<SampleRequest>): Promise<number> {
    const payload = { v: 1, kind: "countersign/change", ...change };
    const action = `Change the directory: ${change.change}`;
    return this.decide({ type: change.change, action, payload, votes: [{ by }], ...more });
  }

  #seal(type: string, body: JsonObject, evidence: object, alter?: SampleRequest["alter"]): number {
    const seq = this.records.length;
    const honest = {
      v: 1,
      stream: this.stream,
      seq,
      prev: this.commitAt(seq - 1),
      at: this.#tick(),
      type,
      body,
    };
    const record = (alter?.(honest) ?? honest) as unknown as StreamRecord;
    const entrySalt = this.#draw(32);
    const label = recordLabel(this.streamKey, seq);
    const index = this.log.append(
      encodeEntry({ kind: "sealed", label, commit: recordCommit(record, entrySalt) }),
    );
    const sealed = { record, entrySalt: toBase64url(entrySalt), label: toHex(label), ...evidence };
    this.records.push({ sealed: sealed as TestRecord, index });
    return seq;
  }

  #tick(): string {
    this.#now += 1_000;
    return new Date(this.#now).toISOString();
  }
}

/** A policy that all of them must sign. */
export function allOf(signers: readonly TestPerson[]): Policy {
  const of = signers.map(({ id }) => ({ kind: "person" as const, person: id }));
  return {
    ...singleApproverPolicy("unused"),
    name: "All of them",
    require: { kind: "quorum", name: "Signers", threshold: of.length, of },
  };
}

type WithoutHead<Any> = Any extends Change ? Omit<Any, "v" | "kind"> : never;
type DistributedChange = WithoutHead<Change>;

function named({ id, username }: Person): Person {
  return { id, username };
}

function isChange(sealed: TestRecord): boolean {
  return rowKind(sealed.record) === "change";
}
