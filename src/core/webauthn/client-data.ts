import { toBase64url, type Bytes } from "../encoding/bytes.ts";
import { parseJsonObject, type JsonLimits } from "../encoding/strict-json.ts";
import { refuse } from "../refusal.ts";

// The browser's client data, which the passkey signs. The checks are the same for a new passkey and its use.

/** Origin 280, challenge 86, names some 100; browsers may add fields. */
export const CLIENT_DATA_MAX_BYTES = 4_096;
const CLIENT_DATA_LIMITS: JsonLimits = { maxBytes: CLIENT_DATA_MAX_BYTES, maxDepth: 8, maxNodes: 256 };
/** WebAuthn's recommendation; this service uses 64. A shorter one is a bug of the caller. */
const CHALLENGE_MIN_BYTES = 16;

interface ClientDataExpectation {
  readonly type: "webauthn.get" | "webauthn.create";
  readonly challenge: Bytes;
  readonly origin: string;
}

export function clientDataProblem(
  bytes: Bytes,
  expected: ClientDataExpectation,
): ReturnType<typeof refuse> | undefined {
  // Unknown fields are allowed, but not duplicate ones, because parsers differ in which of them they keep.
  const parsed = parseJsonObject(bytes, CLIENT_DATA_LIMITS);
  if (!parsed.ok) {
    const { detail, at } = parsed.refusal;
    return refuse("client_data_malformed", `the client data is refused: ${detail}`, at);
  }
  const { type, challenge, origin, crossOrigin, topOrigin } = parsed.value;
  if (type !== expected.type) {
    const purpose = expected.type === "webauthn.get" ? "using" : "creating";
    return refuse("assertion_type_mismatch", `the answer is not for ${purpose} a passkey`, "/type");
  }
  if (expected.challenge.length < CHALLENGE_MIN_BYTES || challenge !== toBase64url(expected.challenge)) {
    return refuse("challenge_mismatch", "the passkey signed another challenge", "/challenge");
  }
  if (origin !== expected.origin) {
    return refuse(
      "origin_mismatch",
      `the passkey was used at another origin than ${expected.origin}`,
      "/origin",
    );
  }
  // A page that frames this one could also cover what it shows, so any framing is refused.
  if ((crossOrigin !== undefined && crossOrigin !== false) || topOrigin !== undefined) {
    return refuse("cross_origin", "the passkey was used inside a frame of another origin");
  }
  return undefined;
}
