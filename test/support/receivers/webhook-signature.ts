import { createPublicKey, verify } from "node:crypto";
import { Webhook } from "standardwebhooks";

// The two signatures of Standard Webhooks, as a customer checks them: v1 with the standard's own package, and v1a,
// which that package does not have, with node:crypto.

/** The fixed start of an Ed25519 public key in DER. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

export interface WebhookKeys {
  /** `whsec_…` */
  readonly secrets?: readonly string[];
  /** `whpk_…` */
  readonly publicKeys?: readonly string[];
}

export interface SignedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The keys whose signature the message has. `now` is in milliseconds. */
export function keysThatSigned(
  message: SignedMessage,
  { secrets = [], publicKeys = [] }: WebhookKeys,
  now: number,
): readonly string[] {
  return [
    ...secrets.filter((secret) => isSignedWithSecret(message, secret, now)),
    ...publicKeys.filter((key) => isSignedWithPublicKey(message, key)),
  ];
}

function isSignedWithSecret({ headers, body }: SignedMessage, secret: string, now: number): boolean {
  return atTime(now, () => {
    try {
      new Webhook(secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  });
}

function isSignedWithPublicKey({ headers, body }: SignedMessage, key: string): boolean {
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const raw = Buffer.from(key.replace(/^whpk_/, ""), "base64");
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: "der", type: "spki" });
  return (headers["webhook-signature"] ?? "").split(" ").some((entry) => {
    const [version, signature = ""] = entry.split(",");
    return (
      version === "v1a" && verify(null, Buffer.from(signed), publicKey, Buffer.from(signature, "base64"))
    );
  });
}

/** The package compares the timestamp with `Date.now()`. Some tests are at another time. */
function atTime<Result>(now: number, work: () => Result): Result {
  const real = Date.now;
  Date.now = () => now;
  try {
    return work();
  } finally {
    Date.now = real;
  }
}
