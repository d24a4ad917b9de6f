import { expectOk } from "../../src/core/refusal.ts";
import { fromBase64url, toHex, type Bytes } from "../../src/core/encoding/bytes.ts";
import { readCoseKey } from "../../src/core/webauthn/cose.ts";
import { readCborMap } from "../../src/core/webauthn/cbor.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import type { RegistrationInput } from "../../src/core/pages/account.ts";
import { base64urlOf } from "./passkey-client.ts";

// Creates a passkey, and reads its public key on the device itself.

export interface NewPasskey {
  readonly registration: RegistrationInput;
  readonly credentialId: string;
  /** COSE_Key. */
  readonly publicKey: Bytes;
}

export interface PasskeyOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly username: string;
  readonly tenant: string;
  readonly exclude: readonly string[];
}

const ALGORITHMS = [-7, -8, -257];

/** No `await` before the browser's call: older Safari would no longer connect it with the tap. */
export async function createPasskey(options: PasskeyOptions): Promise<NewPasskey> {
  // The device lists passkeys under this name: it must differ for a person of two tenants.
  const name = `${options.username} at ${options.tenant}`;
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: expectOk(fromBase64url(options.challenge)),
    rp: { id: options.rpId, name: "Countersign" },
    user: { id: expectOk(fromBase64url(options.userHandle)), name, displayName: name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
    attestation: "none",
    excludeCredentials: options.exclude.map((id) => ({
      type: "public-key",
      id: expectOk(fromBase64url(id)),
    })),
  };
  const created = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = created.response as AuthenticatorAttestationResponse;
  return {
    registration: {
      id: base64urlOf(created.rawId),
      clientDataJSON: base64urlOf(response.clientDataJSON),
      attestationObject: base64urlOf(response.attestationObject),
      transports: response.getTransports(),
    },
    credentialId: base64urlOf(created.rawId),
    publicKey: publicKeyIn(new Uint8Array(response.getAuthenticatorData())),
  };
}

/** After the RP ID hash, flags and counter (32 + 1 + 4), the AAGUID (16) and the length of the id (2). */
const CREDENTIAL_ID_AT = 37 + 16 + 2;

function publicKeyIn(data: Bytes): Bytes {
  const idLength = new DataView(data.buffer).getUint16(CREDENTIAL_ID_AT - 2);
  const rest = data.slice(CREDENTIAL_ID_AT + idLength);
  // Extensions may follow the key. No CBOR map is a prefix of another one, so the first that parses is the key.
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
  return groupedDigits(toHex(sha256(publicKey)).slice(0, 16));
}

export function groupedDigits(digits: string): string {
  return digits.match(/.{1,4}/g)?.join(" ") ?? "";
}

/** A first name for this device; the person can change it. */
export function deviceName(): string {
  const match = /iPhone|iPad|Android|Macintosh|Windows|CrOS|Linux/.exec(navigator.userAgent)?.[0];
  const names: Readonly<Record<string, string>> = {
    Android: "Android device",
    Macintosh: "Mac",
    Windows: "Windows PC",
    CrOS: "Chromebook",
    Linux: "Linux computer",
  };
  return match === undefined ? "This device" : (names[match] ?? match);
}
