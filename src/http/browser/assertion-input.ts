import { assertionShape, type Assertion } from "../../core/webauthn/assertion.ts";
import { isJsonObject } from "../../core/encoding/strict-json.ts";
import * as shape from "../../core/encoding/shape.ts";

/** WebAuthn's own bound. */
const USER_HANDLE_MAX_BYTES = 64;

export interface Presented {
  readonly assertion: Assertion;
  /** Some authenticators send none where they were told the credential. */
  readonly userHandle: string | null;
}

/** An assertion as a page sends it: the four values that are signed and kept, and the user handle beside them. */
export const presented: shape.Shape<Presented> = (value, path) => {
  if (!isJsonObject(value)) return { assertion: assertionShape(value, path), userHandle: null };
  const { userHandle = null, ...signed } = value;
  return {
    assertion: assertionShape(signed, path),
    userHandle: shape.nullable(shape.base64url(1, USER_HANDLE_MAX_BYTES))(userHandle, [
      ...path,
      "userHandle",
    ]),
  };
};
