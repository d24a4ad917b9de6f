import { z } from "zod";
import { PASSKEY_CHALLENGE_BYTES } from "../../app/account/new-passkey.ts";
import { ID_MAX_CHARACTERS, REASON_MAX_CHARACTERS } from "../../core/confirmation/statement.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import * as shape from "../../core/encoding/shape.ts";
import { PASSKEY_NAME_MAX_CHARACTERS } from "../../core/pages/account.ts";
import { assertionShape } from "../../core/webauthn/assertion.ts";
import { ofShape, organisationName, readShape, text, username } from "../schemas/field-schemas.ts";
import { waitQuery } from "../rest/request-schemas.ts";

// What our pages send.

const SECRET_MAX_CHARACTERS = 100;
const TRANSPORTS_MAX = 8;
const TRANSPORT_MAX_CHARACTERS = 20;
/** For each field. Whether it is a sound registration is decided when the passkey is verified. */
const REGISTRATION_FIELD_MAX_CHARACTERS = 24 * 1024;
/** The limit of WebAuthn. */
const USER_HANDLE_MAX_BYTES = 64;

const challenge = ofShape(shape.base64url(PASSKEY_CHALLENGE_BYTES));
const secret = text(SECRET_MAX_CHARACTERS);
const label = text(PASSKEY_NAME_MAX_CHARACTERS, 0);
const registrationField = text(REGISTRATION_FIELD_MAX_CHARACTERS);
const registration = z.strictObject({
  id: registrationField,
  clientDataJSON: registrationField,
  attestationObject: registrationField,
  transports: z.array(text(TRANSPORT_MAX_CHARACTERS)).max(TRANSPORTS_MAX),
});

/** The four values that are signed and stored, and the user handle, which some authenticators omit. */
const signedAssertion = z
  .looseObject({ userHandle: ofShape(shape.base64url(1, USER_HANDLE_MAX_BYTES)).nullable().default(null) })
  .transform(({ userHandle, ...assertion }, context) => ({
    userHandle,
    assertion: readShape(assertionShape, assertion as JsonObject, context),
  }));

export const emptyBody = z.strictObject({});

export const signInBody = z
  .strictObject({ challenge, assertion: signedAssertion })
  .transform(({ assertion, ...rest }) => ({ ...rest, ...assertion }));

export const signUpBody = z.strictObject({
  organisation: organisationName,
  username,
  code: text(SECRET_MAX_CHARACTERS).optional(),
});
export const enrolmentSecretBody = z.strictObject({ secret });
export const enrolmentBody = z.strictObject({ secret, challenge, label, registration });
/** The signature of an active passkey, for what a session alone may not do. */
export const proofBody = z.strictObject({ proof: signInBody });
/** A new passkey, with the signature of an active one. */
export const newDeviceBody = z.strictObject({ challenge, label, registration, proof: signInBody });
/** Of this session, or of all sessions of its person. */
export const signOutBody = z.strictObject({ everywhere: z.boolean().default(false) });

export const voteBody = z
  .strictObject({
    ceremonyId: text(ID_MAX_CHARACTERS),
    vote: z.enum(["approve", "reject", "break-glass"]),
    reason: text(REASON_MAX_CHARACTERS, 0),
    assertion: signedAssertion,
  })
  .transform(({ assertion, ...rest }) => ({ ...rest, ...assertion }));

/** The page waits until its state differs from the version that it has. */
export const approvalStateQuery = waitQuery.extend({ version: z.string().optional() });
export const inboxQuery = approvalStateQuery.extend({ after: text(ID_MAX_CHARACTERS).optional() });
/** Besides the query of the page itself. */
export const liveQuery = waitQuery.extend({ version: text(ID_MAX_CHARACTERS).optional() }).loose();
export type LiveQuery = z.output<typeof liveQuery>;
