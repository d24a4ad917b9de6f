import { toBase64url, type Bytes } from "../encoding/bytes.ts";
import { parseJsonObject, type JsonLimits } from "../encoding/strict-json.ts";
import { refuse } from "../refusal.ts";

// What the browser says it did, to the letter that the passkey signed: the same checks for a new passkey
// and for its use.

/** Origin 280, challenge 86 and the names some 100; the rest is for fields that browsers may add. */
export const CLIENT_DATA_MAX_BYTES = 4_096;
const CLIENT_DATA_LIMITS: JsonLimits = { maxBytes: CLIENT_DATA_MAX_BYTES, maxDepth: 8, maxNodes: 256 };
/** WebAuthn's own advice; ours have 64. A shorter one can only be a mistake of the caller. */
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
  // Fields that are not known are tolerated, but none that stands twice: parsers differ on which counts.
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
    return refuse("challenge_mismatch", "the passkey answers another challenge", "/challenge");
  }
  if (origin !== expected.origin) {
    return refuse("origin_mismatch", `made at another origin than ${expected.origin}`, "/origin");
  }
  // Neither is read for its value: whoever could put the page in a frame could also cover what it shows.
  if ((crossOrigin !== undefined && crossOrigin !== false) || topOrigin !== undefined) {
    return refuse("cross_origin", "made inside a frame of another origin");
  }
  return undefined;
}
