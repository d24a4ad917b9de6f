import { toBase64url } from "../../core/encoding/bytes.ts";
import { withRef } from "../../core/confirmation/tenant-secret.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import {
  extendSession,
  findSessionByHash,
  insertSession,
  revokeSession,
  revokeSessionsOf,
} from "../../store/account/sessions.ts";
import type { CredentialRow, PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Actor } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { newId, type Runtime } from "../runtime.ts";
import { secretHash } from "./secret-hash.ts";
import { passkeyState } from "./passkey-state.ts";

// A session belongs to the passkey that opened it and ends with it. It reads, and for some minutes after a touch of the
// passkey it also changes things in the console. With a stolen session one can see requests, and decide none of them.

export const SESSION_DAYS = 30;
const DAY_MILLISECONDS = 24 * 3_600_000;
const SESSION_SECRET_BYTES = 32;

export const NO_SESSION = refuse("session_required", "sign in with your passkey first");

export interface Session {
  readonly id: string;
  readonly person: PersonRow;
  readonly passkey: CredentialRow;
  /**
   * Whether its passkey counts at this moment. Only then it has the rights of its person's role. Until then it sees
   * the state of its own enrolment and nothing else.
   */
  readonly active: boolean;
  /** Until when the session may change things; null if its person has not confirmed with a passkey. */
  readonly elevatedUntil: number | null;
}

/** Returns the secret for the cookie. Only its hash is stored. */
export async function openSession(
  runtime: Runtime,
  store: TenantStore,
  passkey: Pick<CredentialRow, "id" | "label">,
  actor: Extract<Actor, { kind: "person" }>,
): Promise<string> {
  const secret = withRef(store.tenantId, toBase64url(runtime.random(SESSION_SECRET_BYTES)));
  const now = runtime.now();
  const session = {
    id: newId(runtime, "t"),
    hash: secretHash(secret),
    credentialId: passkey.id,
    createdAt: now,
    expiresAt: now + SESSION_DAYS * DAY_MILLISECONDS,
  };
  const signedIn = { act: "session.opened", subject: { id: passkey.id, name: passkey.label } } as const;
  await insertSession(store, session, trailEntry({ runtime, actor }, signedIn));
  return secret;
}

/** A session that is used is extended. `renewed` means that the cookie must be extended, too. */
export async function readSession(
  runtime: Runtime,
  store: TenantStore,
  hash: string,
): Promise<(Session & { readonly renewed: boolean }) | undefined> {
  const now = runtime.now();
  const rows = await findSessionByHash(store, hash, now);
  if (rows === undefined) return undefined;
  const { session, person, passkey } = rows;
  const expiresAt = now + SESSION_DAYS * DAY_MILLISECONDS;
  // Once a day is enough, and avoids a write for each request.
  const renewed = expiresAt - session.expiresAt > DAY_MILLISECONDS;
  if (renewed) await extendSession(store, session.id, expiresAt);
  const active = passkeyState(passkey) === "active";
  return { id: session.id, person, passkey, active, elevatedUntil: session.elevatedUntil, renewed };
}

/**
 * The one place that says who has the rights of a role: somebody with a session whose passkey counts at this moment.
 * Every route that reads or asks for more than one's own enrolment goes through it.
 */
export function requireActive<Some extends Session>(session: Some | undefined): Result<Some> {
  if (session === undefined) return NO_SESSION;
  if (session.active) return accept(session);
  return refuse(
    "passkey_waiting",
    "your passkey is not endorsed yet; open this site in your browser to see who has to sign for it",
  );
}

/** Ends this session; with `everywhere` all sessions of its person, if its passkey counts. */
export async function closeSession(
  runtime: Runtime,
  store: TenantStore,
  hash: string,
  everywhere: boolean,
  place: string,
): Promise<void> {
  const now = runtime.now();
  const rows = await findSessionByHash(store, hash, now);
  if (rows === undefined) return;
  const { session, passkey, person } = rows;
  const all = everywhere && passkeyState(passkey) === "active";
  const entry = trailEntry(
    { runtime, actor: { kind: "person", person, place } },
    {
      act: "session.closed",
      subject: { id: passkey.id, name: passkey.label },
      detail: all ? { everywhere: "yes" } : {},
    },
  );
  if (all) await revokeSessionsOf(store, person.id, now, entry);
  else await revokeSession(store, session.id, now, entry);
}
