import { startRegistration } from "@simplewebauthn/browser";
import { expectOk } from "../../src/core/refusal.ts";
import { fromBase64url, type Bytes } from "../../src/core/encoding/bytes.ts";
import { readCoseKey } from "../../src/core/webauthn/cose.ts";
import { readCborMap } from "../../src/core/webauthn/cbor.ts";
import type { RegistrationInput } from "../../src/core/pages/account.ts";
import { passkeyErrorText } from "./passkey-client.ts";

// Creates a passkey, and reads its public key on the device itself.

export interface NewPasskey {
  readonly registration: RegistrationInput;
  readonly credentialId: string;
  /** COSE_Key. */
  readonly publicKey: Bytes;
}

interface PasskeyOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly username: string;
  readonly tenant: string;
  readonly exclude: readonly string[];
  /** Another device by a QR code, or a security key. Left out: anything that the browser offers. */
  readonly elsewhere?: boolean;
}

const ALGORITHMS = [-7, -8, -257];

/** The library calls the browser before its first `await`: older Safari would no longer connect it with the tap. */
export async function createPasskey(options: PasskeyOptions): Promise<NewPasskey> {
  // The device lists passkeys under this name: it must differ for a person of two tenants.
  const name = `${options.username} at ${options.tenant}`;
  const { id, response } = await startRegistration({
    optionsJSON: {
      challenge: options.challenge,
      rp: { id: options.rpId, name: "Countersign" },
      user: { id: options.userHandle, name, displayName: name },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: {
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
        ...(options.elsewhere === true ? { authenticatorAttachment: "cross-platform" } : {}),
      },
      attestation: "none",
      excludeCredentials: options.exclude.map((excluded) => ({ type: "public-key", id: excluded })),
    },
  });
  const { clientDataJSON, attestationObject, transports = [], authenticatorData = "" } = response;
  return {
    registration: { id, clientDataJSON, attestationObject, transports },
    credentialId: id,
    publicKey: publicKeyIn(expectOk(fromBase64url(authenticatorData))),
  };
}

/** Why the browser created no passkey, as a text to show. */
export function creationErrorText(problem: unknown): string {
  const isEnded = problem instanceof Error && /^(NotAllowed|Abort)Error$/.test(problem.name);
  return isEnded
    ? "No passkey was created: the prompt was closed, or it took too long. You can try again."
    : passkeyErrorText(problem);
}

/** After the RP ID hash, flags and counter (32 + 1 + 4), the AAGUID (16) and the length of the id (2). */
const CREDENTIAL_ID_AT = 37 + 16 + 2;

function publicKeyIn(data: Bytes): Bytes {
  const idLength = new DataView(data.buffer, data.byteOffset).getUint16(CREDENTIAL_ID_AT - 2);
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
