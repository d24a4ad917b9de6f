import { eq } from "drizzle-orm";
import type { Assertion } from "../../core/webauthn/assertion.ts";
import { fromBase64url, toBase64url } from "../../core/encoding/bytes.ts";
import type { SignInChallenge } from "../../core/pages/account.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import {
  burnChallenge,
  credentialById,
  rememberChallenge,
  sessionByHash,
} from "../../store/tenant-lookup.ts";
import { credentials, people, sessions, type PersonRow } from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { remindOfEndorsement } from "../directory/endorse.ts";
import { secretHash } from "./enrol.ts";
import { verifyUse } from "./passkeys.ts";
import { newId, type Runtime } from "../runtime.ts";

// A session only reads. Whoever steals one sees requests and can decide none of them.

export const SESSION_DAYS = 30;
const DAY_MILLISECONDS = 24 * 3_600_000;
const SESSION_SECRET_BYTES = 32;
const SIGN_IN_CHALLENGE_BYTES = 32;
const SIGN_IN_SECONDS = 5 * 60;

export interface Session {
  readonly store: TenantStore;
  readonly person: PersonRow;
}

export async function beginSignIn(runtime: Runtime): Promise<SignInChallenge> {
  const challenge = toBase64url(runtime.random(SIGN_IN_CHALLENGE_BYTES));
  await rememberChallenge(runtime.database, challenge, "sign-in", runtime.now(), SIGN_IN_SECONDS);
  return { challenge, rpId: rpIdOf(runtime.origin) };
}

/** The passkey itself says who it is: nobody is asked for a name, and none is confirmed to anybody. */
export async function finishSignIn(
  runtime: Runtime,
  given: { readonly challenge: string; readonly assertion: Assertion; readonly userHandle: string | null },
): Promise<Result<Session>> {
  const unknown = refuse("unknown_credential", "this passkey is not known here");
  const challenge = fromBase64url(given.challenge);
  if (!challenge.ok) return refuse("challenge_unknown", "the sign-in was not begun here; try again");
  const fresh = await burnChallenge(
    runtime.database,
    given.challenge,
    "sign-in",
    runtime.now(),
    given.assertion.id,
  );
  if (!fresh) return refuse("challenge_consumed", "the sign-in took too long or was repeated; try again");
  const found = await credentialById(runtime.database, given.assertion.id);
  if (found === undefined || found.value.revokedAt !== null) return unknown;
  const { store, value: passkey } = found;
  const person = await store.first(people, eq(people.id, passkey.personId));
  if (person === undefined) return unknown;
  const verified = await verifyUse(runtime, person, passkey, given, challenge.value, "discoverable");
  if (!verified.ok) return verified;
  const signCount = Math.max(verified.value.signCount, passkey.signCount);
  await store.update(
    credentials,
    { signCount, backedUp: verified.value.backedUp, lastUsedAt: runtime.now() },
    eq(credentials.id, passkey.id),
  );
  if (passkey.endorsedSeq === null) await remindOfEndorsement(runtime, store, passkey, person);
  return accept({ store, person });
}

/** A new session; its secret goes into the cookie and nowhere else. */
export async function openSession(runtime: Runtime, { store, person }: Session): Promise<string> {
  const secret = toBase64url(runtime.random(SESSION_SECRET_BYTES));
  const now = runtime.now();
  await store.insert(sessions, {
    id: newId(runtime, "t"),
    hash: secretHash(secret),
    personId: person.id,
    createdAt: now,
    expiresAt: now + SESSION_DAYS * DAY_MILLISECONDS,
  });
  return secret;
}

/** Who holds this session. Used, it lasts on; `renewed` says that the cookie is to last on as well. */
export async function readSession(
  runtime: Runtime,
  secret: string,
): Promise<(Session & { readonly renewed: boolean }) | undefined> {
  const now = runtime.now();
  const found = await sessionByHash(runtime.database, secretHash(secret), now);
  if (found === undefined) return undefined;
  const { store } = found;
  const { session, person } = found.value;
  const expiresAt = now + SESSION_DAYS * DAY_MILLISECONDS;
  // Once a day is enough, and spares a write for each request.
  const renewed = expiresAt - session.expiresAt > DAY_MILLISECONDS;
  if (renewed) await store.update(sessions, { expiresAt }, eq(sessions.id, session.id));
  return { store, person, renewed };
}

export async function closeSession(runtime: Runtime, secret: string): Promise<void> {
  const found = await sessionByHash(runtime.database, secretHash(secret), runtime.now());
  await found?.store.update(sessions, { revokedAt: runtime.now() }, eq(sessions.hash, secretHash(secret)));
}
