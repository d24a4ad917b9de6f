import { eq } from "drizzle-orm";
import { loadConfirmation } from "../../../src/app/confirmation/load.ts";
import { beginCeremony, statementOf } from "../../../src/app/decision/ceremony.ts";
import { decide } from "../../../src/app/decision/decide.ts";
import type { SubmittedVote } from "../../../src/app/decision/signed-step.ts";
import type { Runtime } from "../../../src/app/runtime.ts";
import { fromHex, toBase64url } from "../../../src/core/encoding/bytes.ts";
import { challengeOf } from "../../../src/core/confirmation/challenge.ts";
import { expectOk, type Result } from "../../../src/core/refusal.ts";
import { statementNonce } from "../../../src/core/confirmation/statement.ts";
import { ceremonies, confirmations, credentials, people, votes } from "../../../src/store/schema.ts";
import type { PersonRow } from "../../../src/store/rows.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import type { Authenticator } from "../../support/authenticator.ts";
import { newPasskey } from "../../support/browser-client.ts";
import { ORIGIN } from "./worker-fixture.ts";

// Votes that are signed in advance, below HTTP, so that many can be submitted at one moment.

export interface Signer {
  readonly person: PersonRow;
  readonly passkey: Authenticator;
}

export interface Presigned {
  readonly id: string;
  readonly person: PersonRow;
  readonly submitted: SubmittedVote;
}

export async function presign(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  { person, passkey }: Signer,
  vote: SubmittedVote["vote"] = "approve",
  reason = "",
): Promise<Presigned> {
  const loaded = await loadConfirmation(store, id);
  if (loaded === undefined) throw new RangeError("nothing to sign");
  const { ceremonyId } = expectOk(await beginCeremony(runtime, store, loaded, person));
  const submitted = await signWith(runtime, store, id, { person, passkey }, ceremonyId, vote, reason);
  return { id, person, submitted };
}

/** The vote signed over the challenge of this ceremony. */
export async function signWith(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  { person, passkey }: Signer,
  ceremonyId: string,
  vote: SubmittedVote["vote"],
  reason = "",
): Promise<SubmittedVote> {
  const [[row], [ceremony]] = await store.read([
    store.select(confirmations, eq(confirmations.id, id)),
    store.select(ceremonies, eq(ceremonies.id, ceremonyId)),
  ]);
  if (row === undefined || ceremony === undefined) throw new RangeError("nothing to sign");
  const statement = statementOf(runtime, await store.own(), row, person, ceremony, {
    vote,
    reason,
  });
  const challenge = challengeOf(statementNonce(statement), expectOk(fromHex(row.payloadHash)));
  const { assertion } = await passkey.assert(challenge);
  return { ceremonyId, vote, reason, assertion, userHandle: null };
}

export function submit(
  runtime: Runtime,
  store: TenantStore,
  { id, person, submitted }: Presigned,
): Promise<Result<unknown>> {
  return decide(runtime, store, id, person, submitted, "");
}

export async function personNamed(store: TenantStore, username: string): Promise<PersonRow> {
  const person = await store.first(people, eq(people.username, username));
  if (person === undefined) throw new RangeError(`nobody is called ${username}`);
  return person;
}

/** Revokes a passkey, as the commit of a revocation does. */
export async function revokePasskey(
  runtime: Runtime,
  store: TenantStore,
  { credential: { id } }: Authenticator,
): Promise<void> {
  await store.update(credentials, { revokedAt: runtime.now() }, eq(credentials.id, id));
  await store.update(votes, { endedSeq: 0 }, eq(votes.credentialId, id));
}

/** A passkey that is active at once: its row is inserted, and no record endorses it. */
export async function insertActivePasskey(
  runtime: Runtime,
  store: TenantStore,
  { id: personId }: PersonRow,
  signCount = 0,
): Promise<Authenticator> {
  const passkey = await newPasskey(ORIGIN, signCount);
  const { id, publicKey, algorithm } = passkey.credential;
  await store.insert(credentials, {
    id,
    personId,
    label: "Inserted",
    publicKey: toBase64url(publicKey),
    algorithm,
    signCount,
    backupEligible: true,
    backedUp: true,
    transports: "",
    createdAt: runtime.now(),
    endorsedSeq: 0,
  });
  return passkey;
}
