import { verify } from "node:crypto";

// Who sends a push message: VAPID, RFC 8292.

const EXPIRY_MAX_SECONDS = 24 * 3_600;
const PUBLIC_KEY_BYTES = 65;
/** The fixed start of a P-256 public key in DER. */
const SPKI = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex");

export interface VapidToken {
  /** The public key in base64url. */
  readonly key: string;
  readonly subject: string;
  /** In seconds. */
  readonly expires: number;
}

/** The token of the header Authorization, or what is wrong with it. `now` is in milliseconds. */
export function readVapid(authorization: string, audience: string, now: number): VapidToken | string {
  const [, token = "", key = ""] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization) ?? [];
  const [header = "", claims = "", signature = ""] = token.split(".");
  const bytes = Buffer.from(key, "base64url");
  if (bytes.length !== PUBLIC_KEY_BYTES || bytes[0] !== 4) return "no VAPID token with its public key";
  if (jsonOf(header)["alg"] !== "ES256") return "not signed with ES256";
  const isSigned = verify(
    "sha256",
    Buffer.from(`${header}.${claims}`),
    { key: Buffer.concat([SPKI, bytes]), format: "der", type: "spki", dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  if (!isSigned) return "a wrong signature";
  const { aud, exp, sub } = jsonOf(claims);
  if (aud !== audience) return `meant for ${String(aud)}`;
  const seconds = Number(exp) - now / 1_000;
  if (!(seconds > 0 && seconds <= EXPIRY_MAX_SECONDS)) return `expires in ${seconds} s`;
  if (typeof sub !== "string" || !/^(mailto:.+@|https:\/\/)./.test(sub)) return "names no contact";
  return { key, subject: sub, expires: Number(exp) };
}

function jsonOf(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}
