import type { Genesis, Role } from "../stream/record.ts";

// What the server and the pages for signing in, enrolment and devices send each other.

/** An assertion as a page posts it. */
export interface AssertionInput {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  /** Some authenticators send none when the page named the credential. */
  readonly userHandle?: string | null | undefined;
}

/** A new credential as a page posts it. */
export interface RegistrationInput {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports: readonly string[];
}

/** A passkey that a page may ask for. */
export interface CredentialDescriptor {
  readonly id: string;
  readonly transports: readonly string[];
}

export interface SignInChallenge {
  readonly challenge: string;
  readonly rpId: string;
}

/** Who is signed in. */
export interface SignedInPerson {
  readonly username: string;
  readonly tenant: string;
  /** Whether the organisation is a demo. For the public pages such a visitor is not signed in. */
  readonly sandbox: boolean;
}

/** For an address at which there is nothing that this person may see. */
export interface NotFoundData extends SignedInPerson {
  /** Whether somebody else may see something at this address. */
  readonly forOthers: boolean;
}

/** Of the name that a person gives to a passkey: UTF-16 units, as the server counts every text. */
export const PASSKEY_NAME_MAX_CHARACTERS = 60;

/** What an enrolment link is for. */
export interface Invitation {
  readonly tenant: string;
  readonly username: string;
  readonly rp: string;
  readonly rpId: string;
  readonly challenge: string;
  readonly userHandle: string;
  /** Ids of the credentials that the person already has: then this is for a further one. */
  readonly exclude: readonly string[];
  /** Whether this enrolment starts the tenant's stream. */
  readonly owner: boolean;
  readonly genesis: Omit<Genesis, "credentialId" | "publicKey"> | null;
}

/** Who may create an organisation here: everybody, those with the code, or only the operator. */
export const SIGN_UP_MODES = ["open", "code", "closed"] as const;
export type SignUpMode = (typeof SIGN_UP_MODES)[number];

export interface SignUpData {
  readonly mode: SignUpMode;
  /** Who is signed in already; null if nobody is. */
  readonly person: SignedInPerson | null;
}

/** An organisation that waits for its owner's first passkey. */
export interface SignUpStarted extends Invitation {
  /** Of the owner's enrolment link. */
  readonly secret: string;
}

/** A sandbox that waits for its visitor's passkey. Then the page calls the API with this key, as a backend does. */
export interface DemoStarted extends SignUpStarted {
  readonly apiKey: string;
  /** When everything of it is deleted. */
  readonly deletedAt: string;
}

/** What the live demo asks its visitor to approve. */
export const DEMO_REQUEST = {
  action: "Try Countersign",
  payload: { action: "demo", amount: "$0" },
} as const;

export interface EnrolmentResult {
  /** The new stream's id, if this enrolment started it. */
  readonly stream: string | null;
  readonly fingerprint: string;
  readonly active: boolean;
  /** The address of the request to endorse the passkey. */
  readonly approval: string | null;
}

/** What a person sees until their new passkey is active. */
export interface EnrolmentState {
  readonly tenant: string;
  readonly username: string;
  readonly fingerprint: string;
  /** A passkey that was rejected or replaced has no session, and so no state. */
  readonly state: "waiting" | "active";
  /** Who has to sign for it: an owner, one who manages people, the person with an earlier passkey, or several managers. */
  readonly signer: "owner" | "manager" | "self" | "managers";
}

export interface DevicesData {
  readonly person: { readonly username: string; readonly role: Role };
  readonly tenant: {
    readonly name: string;
    readonly stream: string | null;
    /** Whom to contact about a lost device; empty: nobody. */
    readonly securityContact: string;
  };
  readonly passkeys: readonly Passkey[];
}

export interface Passkey {
  readonly id: string;
  readonly label: string;
  readonly fingerprint: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly state: "active" | "waiting" | "revoked";
  /** When its signature counter went back last, which means that it may have been copied. */
  readonly counterRegressedAt: string | null;
  /** Why it can't be revoked now, with what to do first; null if it can. */
  readonly lastWayIn: string | null;
}

export interface DeviceChallenge {
  readonly challenge: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly username: string;
  /** Ids of the credentials that the person already has. */
  readonly exclude: readonly string[];
  /** An active passkey signs this challenge before the new one is created. */
  readonly proof: { readonly challenge: string; readonly allowCredentials: readonly CredentialDescriptor[] };
}

/** Where the person creates a passkey on another device. It works once. */
export interface DeviceLink {
  readonly enrolUrl: string;
}

/** A change that takes effect once the request at this address is approved. */
export interface ChangeRequested {
  readonly approval: string;
}
