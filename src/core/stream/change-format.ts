import { CHANGE_KIND } from "../confirmation/change-kind.ts";
import { SCOPES } from "../confirmation/scopes.ts";
import { ACTION_MAX_CHARACTERS, id, NAME_MAX_CHARACTERS, person } from "../confirmation/statement.ts";
import { DOCUMENT_NAME_MAX_CHARACTERS } from "../policy/document-name.ts";
import { groupShape } from "../policy/group-document.ts";
import { policyDocumentShape } from "../policy/policy-document.ts";
import { rulesShape } from "../rules/rules-document.ts";
import { templateShape } from "../display/template.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import * as shape from "../encoding/shape.ts";
import type { JsonObject, JsonValue } from "../encoding/strict-json.ts";
import type { Result } from "../refusal.ts";
import { CREDENTIAL_ID_MAX_BYTES } from "../webauthn/assertion.ts";
import { credential, PASSKEYS_MAX, role } from "./record.ts";

// The payload of a request to change the directory. Each kind of change has a record type of the same name.

const change = <const Name extends string, Fields extends { readonly [field: string]: shape.Shape<unknown> }>(
  name: Name,
  fields: Fields,
) =>
  shape.object({
    v: shape.literal(1),
    kind: shape.literal(CHANGE_KIND),
    change: shape.literal(name),
    ...fields,
  });

const documentName = shape.text(DOCUMENT_NAME_MAX_CHARACTERS, 1);
const hashOrNone = shape.nullable(shape.hex(HASH_BYTES));

export const changeShape = shape.variant("change", {
  "credential.endorsed": change("credential.endorsed", { person, role, credential }),
  "credential.revoked": change("credential.revoked", {
    person,
    credential: shape.object({ id: shape.base64url(1, CREDENTIAL_ID_MAX_BYTES) }),
  }),
  "role.changed": change("role.changed", { person, role }),
  // Each replaces the version that is named by its hash, so that people know what they change. Null is none.
  "group.changed": change("group.changed", {
    name: documentName,
    replaces: hashOrNone,
    group: shape.nullable(groupShape),
  }),
  "policy.changed": change("policy.changed", {
    name: documentName,
    replaces: hashOrNone,
    policy: shape.nullable(policyDocumentShape),
  }),
  "rules.changed": change("rules.changed", { replaces: hashOrNone, rules: shape.nullable(rulesShape) }),
  /** Sets how the requests of one action are drawn, or ends that. */
  "template.changed": change("template.changed", {
    action: shape.text(ACTION_MAX_CHARACTERS, 1),
    template: shape.nullable(templateShape),
  }),
  /** Lets an API key do what its scopes say. Revoking a key takes a right away and needs no signature. */
  "key.changed": change("key.changed", {
    key: shape.object({
      id,
      name: shape.text(NAME_MAX_CHARACTERS, 1),
      /** SHA-256 of the key's text, so people sign for this very key. */
      hash: shape.hex(HASH_BYTES),
      project: shape.object({ id, name: shape.text(NAME_MAX_CHARACTERS) }),
      scopes: shape.list(shape.oneOf(...SCOPES), SCOPES.length, 1),
      /** From when on it no longer works; null if it works until it is revoked. */
      expires: shape.nullable(shape.time),
    }),
  }),
  /** Replaces every passkey of a person who lost them. */
  recovered: change("recovered", {
    person,
    credential,
    /** Every passkey of the person that was active until now. */
    revoked: shape.list(shape.base64url(1, CREDENTIAL_ID_MAX_BYTES), PASSKEYS_MAX),
  }),
  /** Ends a person's place in the organisation, for good. */
  "person.removed": change("person.removed", {
    person,
    /** Every passkey of the person that was active until now. */
    revoked: shape.list(shape.base64url(1, CREDENTIAL_ID_MAX_BYTES), PASSKEYS_MAX),
  }),
  /** Makes action and content of one decision public, or stops showing them. */
  revealed: change("revealed", {
    confirmation: id,
    /** The decision's record, identified by its commitment in the log. */
    decided: shape.object({ seq: shape.integer(), commit: shape.hex(HASH_BYTES) }),
    action: shape.text(ACTION_MAX_CHARACTERS, 1),
    payloadHash: shape.hex(HASH_BYTES),
    shown: shape.boolean,
  }),
  /** Ends the organisation and its stream. */
  "tenant.deleted": change("tenant.deleted", {
    tenant: shape.object({ name: shape.text(NAME_MAX_CHARACTERS), stream: shape.hex(HASH_BYTES) }),
  }),
});

export type Change = shape.ShapeOf<typeof changeShape>;

export function parseChange(payload: JsonValue): Result<Change> {
  return shape.matchShape(changeShape, payload);
}

/** Looks at `kind` first, because most payloads are something else. */
export function isChange(payload: JsonObject): boolean {
  return claimsChange(payload) && parseChange(payload).ok;
}

/** Whether it calls itself a change, even if it is none that we know. */
export function claimsChange(payload: JsonObject): boolean {
  return payload["kind"] === CHANGE_KIND;
}
