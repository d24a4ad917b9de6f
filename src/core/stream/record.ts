import { CREDENTIAL_ID_MAX_BYTES } from "../webauthn/assertion.ts";
import { POLICY_MAX_PEOPLE } from "../policy/policy.ts";
import type { ProjectMode } from "../confirmation/project-mode.ts";
import { concat, equalBytes, toHex, u64be, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES, hmacSha256, sha256, taggedHash } from "../encoding/hash.ts";
import { canonicalBytes, hashOfJson } from "../encoding/jcs.ts";
import { parseJsonObject, PAYLOAD_LIMITS, type JsonObject } from "../encoding/strict-json.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import * as shape from "../encoding/shape.ts";
import {
  id,
  NAME_MAX_CHARACTERS,
  ORIGIN_MAX_CHARACTERS,
  person,
  projectMode,
  SALT_BYTES,
} from "../confirmation/statement.ts";

// Each tenant has one stream of records. The log holds only a salted commitment of each record and a label
// that means nothing without the tenant's key, so outsiders see only how many entries there are, and when.

export const SIGNATURES_MAX = POLICY_MAX_PEOPLE;
/** Passkeys of one person that are active or wait for their endorsement: two for each of 8 devices. */
export const PASSKEYS_MAX = 16;
/** Some 30 bytes each. A run that erases more spans writes several records. */
const ERASURE_MAX_SPANS = 1_000;
/** A COSE key of RSA-4096 has some 520 bytes. */
const PUBLIC_KEY_MAX_BYTES = 1_024;
export const ROLES = ["owner", "admin", "developer", "auditor", "approver"] as const;
/** The first owner is created with the tenant. Nobody is invited as an owner. */
export const INVITED_ROLES = ROLES.filter((one) => one !== "owner");
export const NO_PREVIOUS = "0".repeat(2 * HASH_BYTES);

const hash = shape.hex(HASH_BYTES);
export const role = shape.oneOf(...ROLES);
export const credential = shape.object({
  id: shape.base64url(1, CREDENTIAL_ID_MAX_BYTES),
  publicKey: shape.base64url(1, PUBLIC_KEY_MAX_BYTES),
});

/** The stream id is its hash, so nobody can replace the owner's first passkey without changing the id. */
const genesisShape = shape.object({
  rp: shape.text(ORIGIN_MAX_CHARACTERS, 1),
  logOrigin: shape.text(ORIGIN_MAX_CHARACTERS, 1),
  streamKeyHash: hash,
  credentialId: shape.base64url(1, CREDENTIAL_ID_MAX_BYTES),
  publicKey: shape.base64url(1, PUBLIC_KEY_MAX_BYTES),
  salt: shape.base64url(SALT_BYTES),
});

const creation = shape.object({ genesis: genesisShape, tenant: shape.text(NAME_MAX_CHARACTERS), person });

export const outcome = shape.oneOf("approved", "rejected", "expired", "cancelled", "break-glass");

/** What a record says of a decision, whether of a request or of a change of the directory. */
const decisionFields = {
  confirmation: id,
  outcome,
  /** When the request expired or would have expired, as people signed it. */
  expires: shape.time,
  payloadCommit: hash,
  signatures: shape.list(
    shape.object({
      nonce: hash,
      assertionHash: hash,
      credential: shape.base64url(1, CREDENTIAL_ID_MAX_BYTES),
    }),
    SIGNATURES_MAX,
  ),
  policyHash: shape.nullable(hash),
  /** The last change of the directory before this record. So the changes are a chain, down to record 0. */
  directory: shape.object({ seq: shape.integer(), commit: hash }),
};

/**
 * What a change does to people and passkeys, by ids and hashes only. Everybody who has a receipt of the tenant sees
 * this of every change, so it names nobody.
 */
const changeEffect = shape.object({
  person: id,
  /** The role that the person has afterwards; null if the change sets none. */
  role: shape.nullable(role),
  /** The passkey that becomes active. */
  credential: shape.nullable(
    shape.object({ id: shape.base64url(1, CREDENTIAL_ID_MAX_BYTES), publicKeyHash: hash }),
  ),
  /** The ids of the passkeys that end. */
  revoked: shape.list(shape.base64url(1, CREDENTIAL_ID_MAX_BYTES), PASSKEYS_MAX),
});

/** Which version of a group, a policy or the rules ends and which begins, by their hashes; null is none. */
const documentEffect = shape.object({ replaced: shape.nullable(hash), document: shape.nullable(hash) });

/** With the mode of its project: nothing else says so to a reader to whom the statements are not public. */
const decisionBody = shape.object({ ...decisionFields, mode: projectMode });
const personChangeBody = shape.object({ ...decisionFields, change: changeEffect });
const documentChangeBody = shape.object({ ...decisionFields, change: documentEffect });
/** A change of neither people nor documents. */
const otherChangeBody = shape.object({ ...decisionFields, change: shape.literal(null) });

const envelope = <const Type extends string, Body>(type: Type, body: shape.Shape<Body>) =>
  shape.object({
    v: shape.literal(1),
    stream: hash,
    seq: shape.integer(),
    prev: hash,
    at: shape.time,
    type: shape.literal(type),
    body,
  });

export const createdRecord = envelope("stream.created", creation);
export const decisionRecord = envelope("decision", decisionBody);
/** The records whose payload is a change document. */
export const CHANGES = [
  "credential.endorsed",
  "credential.revoked",
  "role.changed",
  "group.changed",
  "policy.changed",
  "rules.changed",
  "template.changed",
  "key.changed",
  "revealed",
  "recovered",
  "person.removed",
  "tenant.deleted",
] as const;
/** A change of the directory is approved like any other request; its payload is the change document. */
export const changeRecords = {
  "credential.endorsed": envelope("credential.endorsed", personChangeBody),
  "credential.revoked": envelope("credential.revoked", personChangeBody),
  "role.changed": envelope("role.changed", personChangeBody),
  "group.changed": envelope("group.changed", documentChangeBody),
  "policy.changed": envelope("policy.changed", documentChangeBody),
  "rules.changed": envelope("rules.changed", documentChangeBody),
  "template.changed": envelope("template.changed", otherChangeBody),
  "key.changed": envelope("key.changed", otherChangeBody),
  revealed: envelope("revealed", otherChangeBody),
  recovered: envelope("recovered", personChangeBody),
  "person.removed": envelope("person.removed", personChangeBody),
  /** The last record of its stream. */
  "tenant.deleted": envelope("tenant.deleted", otherChangeBody),
};
export const changeRecord = shape.variant("type", changeRecords);
/** Written by the service without a signature: the executor used the approval. */
export const consumedRecord = envelope(
  "consumed",
  shape.object({ confirmation: id, decided: shape.integer() }),
);

/** A span of seqs, both ends included. */
const span = shape.object({ from: shape.integer(), to: shape.integer() });
/** Written by the service without a signature: it erased the salts of these records under this rule. */
export const erasedRecord = envelope(
  "erased",
  shape.object({ rule: shape.text(NAME_MAX_CHARACTERS, 1), spans: shape.list(span, ERASURE_MAX_SPANS, 1) }),
);

export const recordShape = shape.variant("type", {
  "stream.created": createdRecord,
  decision: decisionRecord,
  ...changeRecords,
  consumed: consumedRecord,
  erased: erasedRecord,
});

export type Genesis = shape.ShapeOf<typeof genesisShape>;
export type CreatedRecord = shape.ShapeOf<typeof createdRecord>;
export type DecisionRecord = shape.ShapeOf<typeof decisionRecord>;
export type ChangeRecord = shape.ShapeOf<typeof changeRecord>;
export type ConsumedRecord = shape.ShapeOf<typeof consumedRecord>;
/** What a change does to a group, a policy or the rules. */
export type DocumentEffect = shape.ShapeOf<typeof documentEffect>;
export type StreamRecord = shape.ShapeOf<typeof recordShape>;
export type Role = shape.ShapeOf<typeof role>;
export type Outcome = shape.ShapeOf<typeof outcome>;

/** Whether the decision is real or a test. A change of the directory is never a test. */
export function modeOf(record: DecisionRecord | ChangeRecord): ProjectMode {
  return record.type === "decision" ? record.body.mode : "live";
}

export function streamId(genesis: Genesis): string {
  return toHex(taggedHash("countersign/stream/v1", canonicalBytes(genesis)));
}

export function streamKeyHash(streamKey: Uint8Array): string {
  return toHex(sha256(streamKey));
}

export function payloadCommit(payloadSalt: Uint8Array, payloadHash: Uint8Array): Bytes {
  return taggedHash("countersign/payload/v1", payloadSalt, payloadHash);
}

export function recordCommit(record: StreamRecord, entrySalt: Uint8Array): Bytes {
  return taggedHash("countersign/entry/v1", entrySalt, hashOfJson(record));
}

export function recordLabel(streamKey: Uint8Array, seq: number): Bytes {
  return hmacSha256(streamKey, u64be(seq));
}

const SEALED_ENTRY = 0x01;
const PUBLIC_ENTRY = 0x02;
const SEALED_ENTRY_BYTES = 1 + 2 * HASH_BYTES;

/** What the log holds: the 65 bytes of a tenant's record, or one of the few public records. */
export type Entry =
  | { readonly kind: "sealed"; readonly label: Bytes; readonly commit: Bytes }
  | { readonly kind: "public"; readonly record: JsonObject };

export function encodeEntry(entry: Entry): Bytes {
  return entry.kind === "sealed"
    ? concat(Uint8Array.of(SEALED_ENTRY), entry.label, entry.commit)
    : concat(Uint8Array.of(PUBLIC_ENTRY), canonicalBytes(entry.record));
}

export function parseEntry(bytes: Bytes): Result<Entry> {
  if (bytes[0] === SEALED_ENTRY) {
    if (bytes.length !== SEALED_ENTRY_BYTES) {
      return refuse(
        "entry_malformed",
        `a sealed entry has ${SEALED_ENTRY_BYTES} bytes, this one ${bytes.length}`,
      );
    }
    return accept({
      kind: "sealed",
      label: bytes.slice(1, 1 + HASH_BYTES),
      commit: bytes.slice(1 + HASH_BYTES),
    });
  }
  if (bytes[0] !== PUBLIC_ENTRY) return refuse("entry_malformed", "an entry starts with the byte 1 or 2");
  const record = parseJsonObject(bytes.subarray(1), PAYLOAD_LIMITS);
  if (!record.ok)
    return refuse("entry_malformed", `a public record is not strict JSON: ${record.refusal.detail}`);
  const entry: Entry = { kind: "public", record: record.value };
  return equalBytes(encodeEntry(entry), bytes)
    ? accept(entry)
    : refuse("entry_malformed", "a public record is not in canonical form");
}
