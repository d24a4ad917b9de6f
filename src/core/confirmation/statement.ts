import { orderShape } from "./member-order.ts";
import { PROJECT_MODES } from "./project-mode.ts";
import { utf8, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES, taggedHash } from "../encoding/hash.ts";
import { canonicalText } from "../encoding/jcs.ts";
import * as shape from "../encoding/shape.ts";

// What a person signs, besides the payload's hash: everything that could change the meaning of a signature.

export const ACTION_MAX_CHARACTERS = 200;
export const REASON_MAX_CHARACTERS = 1_000;
export const NAME_MAX_CHARACTERS = 200;
/** A host name has at most 253 characters; scheme and port are added to it. */
export const ORIGIN_MAX_CHARACTERS = 280;
export const ID_MAX_CHARACTERS = 128;
/** How long a request may be open. */
export const EXPIRES_MIN_SECONDS = 30;
export const EXPIRES_MAX_SECONDS = 30 * 24 * 3_600;
/** As long as a request may be open. */
export const EXECUTE_WITHIN_MAX_SECONDS = 30 * 24 * 3_600;
export const SALT_BYTES = 32;

export const id = shape.text(ID_MAX_CHARACTERS, 1);
const named = shape.object({ id, name: shape.text(NAME_MAX_CHARACTERS) });
export const username = shape.text(32, 1);
export const person = shape.object({ id, username });
export const projectMode = shape.oneOf(...PROJECT_MODES);

export const statementShape = shape.object({
  v: shape.literal(1),
  kind: shape.literal("countersign/statement"),
  /** The full origin of the page where the person signs. */
  rp: shape.text(ORIGIN_MAX_CHARACTERS, 1),
  /** `id` is the stream id, not the database's row id, which exists before the first passkey does. */
  tenant: named,
  /** `mode` says whether the request is real or a test, so that an approval of a test never passes as a real one. */
  project: shape.object({ id, name: shape.text(NAME_MAX_CHARACTERS), mode: projectMode }),
  confirmation: id,
  action: shape.text(ACTION_MAX_CHARACTERS, 1),
  /** How the content is drawn. */
  display: shape.object({
    /** The payload's outermost members that come first, as positions among the sorted names. */
    order: orderShape,
    /** Hash of the organisation's template for this action, or null. */
    template: shape.nullable(shape.hex(HASH_BYTES)),
  }),
  /** Who asked, as the service states it. */
  requester: shape.object({
    kind: shape.oneOf("key", "oauth", "person", "service"),
    id,
    name: shape.text(NAME_MAX_CHARACTERS),
    /** The person behind the key, or the person who asked. A policy may say that this person can't sign. */
    person: shape.nullable(id),
  }),
  approver: person,
  vote: shape.oneOf("approve", "reject", "break-glass"),
  reason: shape.text(REASON_MAX_CHARACTERS),
  /** Hash of the policy, or null if one named person decides alone. */
  policyHash: shape.nullable(shape.hex(32)),
  /** The stage of the policy that was open when the person was asked, counted from 1. */
  stage: shape.integer(1),
  created: shape.time,
  expires: shape.time,
  /** How long after the decision an approval may be used; null for no limit. */
  executeWithinSeconds: shape.nullable(shape.integer(1, EXECUTE_WITHIN_MAX_SECONDS)),
  issued: shape.time,
  /** New for each ceremony, so that the nonce is unpredictable and used once. */
  salt: shape.base64url(SALT_BYTES),
});

export type Statement = shape.ShapeOf<typeof statementShape>;
export type Person = shape.ShapeOf<typeof person>;

export function statementNonce(statement: Statement): Bytes {
  return nonceOfText(canonicalText(statement));
}

/** The nonce of a statement that is stored as its canonical text. */
export function nonceOfText(canonical: string): Bytes {
  return taggedHash("countersign/statement/v1", utf8(canonical));
}
