import { expectOk } from "../../src/core/refusal.ts";
import { fromBase64url, toHex, type Bytes } from "../../src/core/encoding/bytes.ts";
import { readCoseKey } from "../../src/core/webauthn/cose.ts";
import { readCborMap } from "../../src/core/webauthn/cbor.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import type { RegistrationInput } from "../../src/core/pages/account.ts";
import { encoded } from "./passkey-client.ts";

// Making a passkey, and reading its public key on the device that made it.

export interface NewPasskey {
  readonly registration: RegistrationInput;
  readonly credentialId: string;
  /** COSE_Key. */
  readonly publicKey: Bytes;
}

export interface Wish {
  readonly challenge: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly username: string;
  readonly tenant: string;
  readonly exclude: readonly string[];
}

const ALGORITHMS = [-7, -8, -257];

/** No `await` stands before the browser's call: older Safari would no longer see the tap in it. */
export async function createPasskey(wish: Wish): Promise<NewPasskey> {
  // A person of two tenants tells them apart in the device's own list by this name.
  const name = `${wish.username} at ${wish.tenant}`;
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: expectOk(fromBase64url(wish.challenge)),
    rp: { id: wish.rpId, name: "Countersign" },
    user: { id: expectOk(fromBase64url(wish.userHandle)), name, displayName: name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
    attestation: "none",
    excludeCredentials: wish.exclude.map((id) => ({
      type: "public-key",
      id: expectOk(fromBase64url(id)),
    })),
  };
  const created = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = created.response as AuthenticatorAttestationResponse;
  return {
    registration: {
      id: encoded(created.rawId),
      clientDataJSON: encoded(response.clientDataJSON),
      attestationObject: encoded(response.attestationObject),
      transports: response.getTransports(),
    },
    credentialId: encoded(created.rawId),
    publicKey: publicKeyIn(new Uint8Array(response.getAuthenticatorData())),
  };
}

/** Behind the hash of the site, flags and counter: 32 + 1 + 4; then the model's id, 16, and a length, 2. */
const CREDENTIAL_ID_AT = 37 + 16 + 2;

function publicKeyIn(data: Bytes): Bytes {
  const idLength = new DataView(data.buffer).getUint16(CREDENTIAL_ID_AT - 2);
  const rest = data.slice(CREDENTIAL_ID_AT + idLength);
  // Extensions may follow the key. No CBOR map begins with another one, so the first that fits is the key.
  for (let end = 1; end <= rest.length; end++) {
    const key = rest.slice(0, end);
    if (!readCborMap(key).ok) continue;
    expectOk(readCoseKey(key));
    return key;
  }
  throw new DOMException("no public key", "DataError");
}

/** For two people to compare: the first 16 hexadecimal digits of the key's SHA-256. */
export function fingerprintOf(publicKey: Bytes): string {
  return inFours(toHex(sha256(publicKey)).slice(0, 16));
}

export function inFours(digits: string): string {
  return digits.match(/.{1,4}/g)?.join(" ") ?? "";
}

/** What a person would call this device, to begin with. */
export function deviceName(): string {
  const found = /iPhone|iPad|Android|Macintosh|Windows|CrOS|Linux/.exec(navigator.userAgent)?.[0];
  const names: Readonly<Record<string, string>> = {
    Android: "Android device",
    Macintosh: "Mac",
    Windows: "Windows PC",
    CrOS: "Chromebook",
    Linux: "Linux computer",
  };
  return found === undefined ? "This device" : (names[found] ?? found);
}
