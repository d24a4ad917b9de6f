import { templateHash, type Template } from "../../../src/core/display/template.ts";
import { assertionHash } from "../../../src/core/webauthn/assertion.ts";
import { fromBase64url, toBase64url, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { challengeOf } from "../../../src/core/confirmation/challenge.ts";
import type { ProjectMode } from "../../../src/core/confirmation/project-mode.ts";
import { rowKind, type ExportRow } from "../../../src/core/evidence/export.ts";
import { historyRow, type HistoryRow } from "../../../src/core/evidence/history.ts";
import { hashOfJson } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { groupHash, type GroupDocument } from "../../../src/core/policy/group-document.ts";
import {
  parsePolicyDocument,
  policyDocumentHash,
  type PolicyDocument,
} from "../../../src/core/policy/policy-document.ts";
import { policyHash, singleApproverPolicy, type Policy } from "../../../src/core/policy/policy.ts";
import { resolvePolicy } from "../../../src/core/policy/resolve-policy.ts";
import type { RulesDocument } from "../../../src/core/rules/rules-document.ts";
import type {
  Creation,
  DirectoryLink,
  Evidence,
  ProvenDecision,
  Receipt,
  Signer,
} from "../../../src/core/evidence/receipt.ts";
import { effectOf } from "../../../src/core/stream/change-effect.ts";
import { isChange, parseChange, type Change } from "../../../src/core/stream/change-format.ts";
import { firstDirectory, type Directory } from "../../../src/core/stream/directory.ts";
import { groupsByName } from "../../../src/core/stream/rulebook.ts";
import {
  encodeEntry,
  NO_PREVIOUS,
  payloadCommit,
  recordCommit,
  recordLabel,
  streamId,
  streamKeyHash,
  type CreatedRecord,
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
import { directoryAfter, documentsOf, hashNamed } from "./adopted-policies.ts";

// A tenant with people, passkeys and a sealed history, as the service would create it. A dishonest operator can
// change records: `alter` changes one before it is sealed, so that the log holds the changed record.

export const RP = "https://approve.example";
const START = Date.parse("2026-11-01T12:00:00.000Z");
const TICK = 1_000;

export interface TestPerson extends Person {
  readonly passkey: Authenticator;
}

export interface TestVote {
  readonly by: TestPerson;
  readonly vote?: Statement["vote"];
  readonly reason?: string;
  /** The stage that they sign for; 1 if absent. */
  readonly stage?: number;
  readonly passkey?: Authenticator;
  readonly statement?: Partial<Statement>;
  readonly lies?: Lies;
}

export interface SampleRequest {
  readonly type?: "decision" | Change["change"];
  readonly action?: string;
  readonly payload?: JsonObject;
  /** One that no document led to yet is chosen by a document that means the same. */
  readonly policy?: Policy | null;
  /** Keep the policy as it is. */
  readonly isForged?: boolean;
  readonly outcome?: Outcome;
  readonly mode?: ProjectMode;
  readonly requester?: Statement["requester"];
  readonly executeWithinSeconds?: number;
  /** Of the payload's outermost members. */
  readonly order?: readonly number[];
  readonly template?: Template;
  readonly votes: readonly TestVote[];
  /** Seconds from the request to its record; without it a few seconds, or the whole time if it expires. */
  readonly sealedAfter?: number;
  readonly alter?: (record: JsonObject & { body: JsonObject }) => JsonObject;
}

interface TestRecord {
  readonly record: StreamRecord;
  readonly entrySalt: string;
  readonly label: string;
  readonly evidence?: Evidence;
}

/** Seconds that a request is open. */
export const OPEN_SECONDS = 15 * 60;

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
  #directory: Directory;
  readonly #draw: typeof randomBytes;

  /** `draw` gives the bytes of salts and ids. A test that needs the same stream each time gives fixed ones. */
  constructor(log: TestLog, owner: TestPerson, draw = randomBytes, name = "Acme") {
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
    this.#seal("stream.created", { genesis: this.genesis, tenant: name, person }, undefined);
    this.#directory = firstDirectory(this.records[0]?.sealed.record as CreatedRecord);
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

  async remove(person: TestPerson, by: TestPerson, revoked = [person.passkey.credential.id]) {
    return this.#change({ change: "person.removed", person: named(person), revoked }, by, {});
  }

  async setTemplate(action: string, template: Template | null, by: TestPerson) {
    return this.#change({ change: "template.changed", action, template }, by, {});
  }

  /** `null` ends it. */
  async setGroup(
    name: string,
    members: readonly TestPerson[] | null,
    by: TestPerson,
    more: Partial<SampleRequest> = {},
  ) {
    const group: GroupDocument | null = members && {
      v: 1,
      kind: "countersign/group",
      name,
      members: members.map(named),
    };
    return this.#setGroup(name, group, by, more);
  }

  async #setGroup(name: string, group: GroupDocument | null, by: TestPerson, more: Partial<SampleRequest>) {
    const replaces = hashNamed(this.rulebook.groups, name);
    return this.#change({ change: "group.changed", name, replaces, group }, by, more);
  }

  async setPolicy(policy: PolicyDocument, by: TestPerson, more: Partial<SampleRequest> = {}) {
    const replaces = hashNamed(this.rulebook.policies, policy.name);
    return this.#change({ change: "policy.changed", name: policy.name, replaces, policy }, by, more);
  }

  async setRules(rules: RulesDocument | null, by: TestPerson, more: Partial<SampleRequest> = {}) {
    const [replaces = null] = this.rulebook.rules.keys();
    return this.#change({ change: "rules.changed", replaces, rules }, by, more);
  }

  /** Signs for an API key that manages people. */
  async activateKey(by: TestPerson, more: Partial<SampleRequest> = {}) {
    const key = {
      id: "k_people",
      name: "Directory sync",
      hash: "ab".repeat(32),
      project: { id: "p_default", name: "Default" },
      scopes: ["people"],
      expires: null,
    } as const;
    return this.#change({ change: "key.changed", key }, by, more);
  }

  async deleteOrganisation(by: TestPerson, stream = this.stream) {
    return this.#change({ change: "tenant.deleted", tenant: { name: "Acme", stream } }, by, {});
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
    const { type = "decision", payload = { service: "api", sha: "abc123" } } = request;
    const isChosen = type === "decision" && request.isForged !== true && !isChange(payload);
    const adopted =
      request.policy?.chosen === null && isChosen
        ? await this.#adopt(request.policy, request)
        : request.policy;
    return this.#decide({ ...request, type, payload, policy: adopted ?? null });
  }

  /** The same policy, as a document of the organisation leads to it. */
  async #adopt(policy: Policy, { requester }: SampleRequest): Promise<Policy> {
    const { members } = this.#directory;
    const { groups, document } = documentsOf(policy, (id) => members.get(id)?.username ?? id);
    // No service would sign it, and no verifier takes it.
    if (!parsePolicyDocument(document).ok) return policy;
    for (const group of groups)
      if (!this.rulebook.groups.has(groupHash(group)))
        await this.#setGroup(group.name, group, this.owner, {});
    const hash = policyDocumentHash(document);
    if (!this.rulebook.policies.has(hash)) await this.setPolicy(document, this.owner);
    return this.resolved(document, requester?.person ?? null) ?? policy;
  }

  /** The policy that a request would keep now; undefined if nobody could meet it. */
  resolved(document: PolicyDocument, requester: string | null = null, rule = ""): Policy | undefined {
    const [rules = null] = this.rulebook.rules.keys();
    const organisation = { groups: groupsByName(this.rulebook), members: this.#directory.members };
    const choice = { seq: this.#directorySeq, rules, rule };
    const resolved = resolvePolicy(document, organisation, requester, choice);
    return resolved.ok ? resolved.value : undefined;
  }

  get rulebook() {
    return this.#directory.rulebook;
  }

  async #decide(
    request: SampleRequest & {
      readonly type: string;
      readonly payload: JsonObject;
      readonly policy: Policy | null;
    },
  ): Promise<number> {
    const { type, payload, policy } = request;
    const created = this.#tick();
    const confirmation = `c_${toHex(this.#draw(16))}`;
    const payloadHash = hashOfJson(payload);
    const signers: Signer[] = [];
    for (const vote of request.votes) {
      const statement = this.#statement(request, vote, confirmation, created);
      const challenge = challengeOf(statementNonce(statement), payloadHash);
      const { assertion } = await (vote.passkey ?? vote.by.passkey).assert(challenge, vote.lies);
      signers.push({ statement, assertion });
    }
    const outcome = request.outcome ?? "approved";
    const after = request.sealedAfter ?? (outcome === "expired" ? OPEN_SECONDS : undefined);
    if (after !== undefined) this.#now = Date.parse(created) + Math.round(after * 1_000) - TICK;
    const payloadSalt = this.#draw(32);
    const change = parseChange(payload);
    const body = {
      confirmation,
      outcome,
      expires: expiryOf(created),
      payloadCommit: toHex(payloadCommit(payloadSalt, payloadHash)),
      signatures: signers.map(({ statement, assertion }) => ({
        nonce: toHex(statementNonce(statement)),
        assertionHash: toHex(assertionHash(assertion)),
        credential: assertion.id,
      })),
      policyHash: policy === null ? null : policyHash(policy),
      directory: { seq: this.#directorySeq, commit: this.commitAt(this.#directorySeq) },
      ...(type === "decision"
        ? { mode: request.mode ?? "live" }
        : { change: change.ok ? effectOf(change.value) : null }),
    };
    const evidence = {
      signers,
      policy,
      template: (signers.length > 0 && request.template) || null,
      payload,
      payloadHash: toHex(payloadHash),
      payloadSalt: toBase64url(payloadSalt),
    };
    const seq = this.#seal(type, body, evidence, request.alter);
    if (type !== "decision") this.#directorySeq = seq;
    if (type !== "decision" && change.ok)
      this.#directory = directoryAfter(this.#directory, change.value, seq);
    return seq;
  }

  /** Seals what people signed for record `seq` a second time. Returns the new seq. */
  sealAgain(seq: number): number {
    const { record, evidence } = this.records[seq]?.sealed ?? {};
    if (record === undefined || !("directory" in record.body)) throw new RangeError(`nobody signed ${seq}`);
    const directory = { seq: this.#directorySeq, commit: this.commitAt(this.#directorySeq) };
    const again = this.#seal(record.type, { ...record.body, directory }, evidence);
    if (record.type !== "decision") this.#directorySeq = again;
    return again;
  }

  /** Seals a record that nobody signs. Returns its seq. */
  sealUnsigned(type: "consumed" | "erased", body: JsonObject, alter?: SampleRequest["alter"]): number {
    return this.#seal(type, body, undefined, alter);
  }

  /**
   * The receipt of the record at `seq`, with all earlier changes of the directory or only these, and without the
   * evidence of those that are `bare`.
   */
  async receipt(
    seq: number,
    { changes, bare = [] }: { changes?: readonly number[]; bare?: readonly number[] } = {},
  ): Promise<Receipt> {
    const decided = this.records[seq];
    if (decided === undefined) throw new RangeError(`no record ${seq}`);
    const earlier = this.records
      .slice(1, seq)
      .flatMap(({ sealed }) => (rowKind(sealed.record) === "change" ? [sealed.record.seq] : []));
    return {
      v: 3,
      kind: "countersign/receipt",
      created: openedAt(this.records, 0) as Creation,
      directory: (changes ?? earlier).map((at) => {
        const link = openedAt(this.records, at);
        return { ...link, evidence: bare.includes(at) ? null : (link.evidence ?? null) } as DirectoryLink;
      }),
      decision: {
        ...decided.sealed,
        proof: this.log.proof(decided.index, await this.log.checkpoint()),
      } as ProvenDecision,
      anchor: null,
    };
  }

  history(): readonly HistoryRow[] {
    return this.records.map(({ sealed }) =>
      historyRow({ kind: rowKind(sealed.record), sealed } as ExportRow),
    );
  }

  wait(seconds: number): void {
    this.#now += seconds * 1_000;
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
      project: { id: "p_default", name: "Default", mode: request.mode ?? "live" },
      confirmation,
      action: request.action ?? "Deploy to production",
      display: {
        order: request.order ?? [],
        template: request.template ? templateHash(request.template) : null,
      },
      requester: request.requester ?? { kind: "key", id: "k_1", name: "ci", person: null },
      approver: named(vote.by),
      vote: vote.vote ?? "approve",
      reason: vote.reason ?? "",
      policyHash: request.policy ? policyHash(request.policy) : null,
      stage: vote.stage ?? 1,
      created,
      expires: expiryOf(created),
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

  #seal(
    type: string,
    body: JsonObject,
    evidence: Evidence | undefined,
    alter?: SampleRequest["alter"],
  ): number {
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
    const sealed = {
      record,
      entrySalt: toBase64url(entrySalt),
      label: toHex(label),
      ...(evidence && { evidence }),
    };
    this.records.push({ sealed, index });
    return seq;
  }

  #tick(): string {
    this.#now += TICK;
    return new Date(this.#now).toISOString();
  }
}

/** A policy that all of them must sign. */
export function allOf(signers: readonly TestPerson[]): Policy {
  const of = signers.map(({ id }) => id);
  return {
    ...singleApproverPolicy("unused"),
    name: "All of them",
    stages: [{ name: "", needs: [{ name: "Signers", count: of.length, of }] }],
  };
}

type WithoutHead<Any> = Any extends Change ? Omit<Any, "v" | "kind"> : never;
type DistributedChange = WithoutHead<Change>;

function named({ id, username }: Person): Person {
  return { id, username };
}

function expiryOf(created: string): string {
  return new Date(Date.parse(created) + OPEN_SECONDS * 1_000).toISOString();
}

/** The parts of a record that a receipt holds. */
function openedAt(records: TestTenant["records"], seq: number) {
  const sealed = records[seq]?.sealed;
  if (sealed === undefined) throw new RangeError(`no record ${seq}`);
  const { record, entrySalt, evidence } = sealed;
  return { record, entrySalt, ...(evidence && { evidence }) };
}
