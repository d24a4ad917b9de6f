import { assertionHash } from "../../core/webauthn/assertion.ts";
import { toHex } from "../../core/encoding/bytes.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { activePasskeysOf } from "../../store/account/passkeys.ts";
import { findPerson } from "../../store/account/people.ts";
import { findCeremony, readCeremonyAndVote, useCeremony } from "../../store/confirmation/ceremonies.ts";
import { readForVote } from "../../store/confirmation/confirmations.ts";
import { ATTEMPTS_MAX, commitStep, type StepAttempt } from "../../store/confirmation/steps.ts";
import { storeOfCachedRow } from "../../store/tenant-lookup.ts";
import type { CeremonyRow, PersonRow, VoteRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { reportEvent } from "../account/security-events.ts";
import type { Session } from "../account/passkey-session.ts";
import { applyUnsigned } from "../confirmation/apply-unsigned.ts";
import {
  confirmationFrom,
  countedVotes,
  loadConfirmation,
  type LoadedConfirmation,
} from "../confirmation/load.ts";
import { lastSealedChange, refuseRemovedPasskey } from "../directory/change.ts";
import { renewEndorsement } from "../directory/endorse.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import { newId, type Runtime } from "../runtime.ts";
import type { RememberedCeremony } from "./remembered-ceremonies.ts";
import { isDeviceBound, prepareStep, type SubmittedVote, type VoteContext } from "./signed-step.ts";

// One chain of statements commits a vote. If the vote decides the request, the outcome is sealed, and only after that
// the requester sees it.

/**
 * Commits the vote, or refuses it. An identical repetition gets the first answer. A caller that has already tried
 * with a remembered ceremony passes that attempt's step id, because the attempt may have used the challenge.
 */
export async function decide(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
  submitted: SubmittedVote,
  stepId = newId(runtime, "s"),
): Promise<Result<"decided">> {
  const { tenant, ceremony, passkey, rows } = await readForVote(store, {
    confirmation: id,
    person: person.id,
    ceremony: submitted.ceremonyId,
    passkey: submitted.assertion.id,
  });
  const loaded = rows && confirmationFrom(rows);
  // A request that is absent, another tenant's, or for other people gets the same refusal.
  if (tenant === undefined || loaded === undefined || !(loaded.people.has(person.id) || ceremony))
    return refuse("not_found", "there is no such request");
  const vote = loaded.votes.find(({ personId }) => personId === person.id);
  const hash = toHex(assertionHash(submitted.assertion));
  if (ceremony === undefined)
    return refuse("challenge_unknown", "this page's challenge is not known; load the page again");
  if (isRepeated(ceremony, vote, hash)) return accept("decided");
  if (ceremony.usedBy !== null && ceremony.usedBy !== stepId)
    return refuse("challenge_consumed", "this page's challenge was used already; load the page again");
  const shared = { id, tenant, person, submitted, ceremony, passkey };
  const context = { ...shared, assertionHash: hash, stepId, session: null };
  const result = await commitVote(runtime, store, context, loaded);
  if (result.ok) return result;
  // Time alone may have ended the request, by its expiry or by an escalation.
  if (result.refusal.code === "expired" || result.refusal.code === "already_decided")
    await applyUnsigned(runtime, store, id, { kind: "tick" });
  if (result.refusal.code === "change_outdated") await renewEndorsement(runtime, store, loaded.row);
  // Every assertion uses its challenge, also one that is refused.
  await useCeremony(store, ceremony.id, stepId, runtime.now());
  // The same assertion may have been sent twice at once, and the other one succeeded.
  const after = await readCeremonyAndVote(store, ceremony);
  return isRepeated(after.ceremony, after.vote, hash) ? accept("decided") : result;
}

/**
 * Commits the vote with the facts of a remembered ceremony, without reading first. The statement that commits it
 * also checks the session. Undefined if that failed for any reason: then the caller must use `decide`.
 */
export async function decideWithRememberedCeremony(
  runtime: Runtime,
  { session, tenant, person, passkeys, ceremony, loaded }: RememberedCeremony,
  submitted: SubmittedVote,
  stepId: string,
): Promise<Pick<Session, "store" | "person"> | undefined> {
  const passkey = passkeys.find(({ id }) => id === submitted.assertion.id);
  if (ceremony.id !== submitted.ceremonyId || passkey === undefined) return undefined;
  // A change of the directory is judged by the directory as it is now, a device-bound passkey by its newest counter.
  if (loaded.row.type !== "decision" || isDeviceBound(loaded)) return undefined;
  const store = storeOfCachedRow(runtime.database, person);
  const hash = toHex(assertionHash(submitted.assertion));
  const shared = { id: loaded.row.id, tenant, person, submitted, ceremony, passkey };
  const context = { ...shared, assertionHash: hash, stepId, session };
  const { step, event } = await prepareStep(runtime, store, context, loaded);
  const isCommitted = step.ok && (await commitAndSeal(runtime, store, step.value));
  // Not before the commit: only the commit has checked the session.
  if (isCommitted && event) await reportEvent(runtime, store, stepId, event);
  return isCommitted ? { store, person } : undefined;
}

/** Whether this assertion has already committed its vote. */
function isRepeated(ceremony: CeremonyRow | undefined, vote: VoteRow | undefined, hash: string): boolean {
  return vote !== undefined && vote.stepId === ceremony?.usedBy && vote.assertionHash === hash;
}

async function commitVote(
  runtime: Runtime,
  store: TenantStore,
  context: VoteContext,
  first: LoadedConfirmation,
): Promise<Result<"decided">> {
  for (let round = 0; round < ATTEMPTS_MAX; round++) {
    const loaded = round === 0 ? first : await loadConfirmation(store, context.id);
    if (loaded === undefined) return refuse("not_found", "there is no such request");
    const { step, event } = await prepareStep(runtime, store, context, loaded);
    if (event) await reportEvent(runtime, store, context.stepId, event);
    if (!step.ok) return step;
    if (await commitAndSeal(runtime, store, step.value)) return accept("decided");
    const after = await loadConfirmation(store, context.id);
    const sameCount = after !== undefined && countedVotes(after) === countedVotes(loaded);
    const directory = step.value.signature?.directory ?? null;
    const sameDirectory = directory === null || directory === (await lastSealedChange(runtime, store));
    if (after?.row.version === loaded.row.version && sameCount && sameDirectory)
      return (
        (await refuseRemovedPasskey(store, after.row)) ??
        refuse(...(await changedFact(runtime, store, context, after)))
      );
  }
  return refuse("already_decided", "others were deciding at the same moment; load the page again");
}

/** The point of no return. When this returns, the record is sealed if the log is available. */
async function commitAndSeal(runtime: Runtime, store: TenantStore, step: StepAttempt): Promise<boolean> {
  const committed = await commitStep(store, step);
  if (committed?.record) await requestSealing(runtime, store.tenantId, committed.record);
  return committed !== undefined;
}

/** The confirmation is unchanged and the step was not committed: which other fact has changed. */
async function changedFact(
  runtime: Runtime,
  store: TenantStore,
  { person, passkey, ceremony, stepId }: VoteContext,
  { state }: LoadedConfirmation,
): Promise<Parameters<typeof refuse>> {
  const active = await activePasskeysOf(store, person.id);
  if (!active.some(({ id }) => id === passkey?.id))
    return ["unknown_credential", "this passkey was revoked a moment ago"];
  if (runtime.now() >= state.expiresAt) return ["expired", "the request has expired"];
  const row = await findCeremony(store, ceremony.id);
  // This attempt has used the ceremony itself, unless another one was first.
  if (row?.usedBy !== stepId)
    return ["challenge_consumed", "this page's challenge was used already; load the page again"];
  const member = await findPerson(store, person.id);
  if (member?.role !== person.role) return ["not_an_approver", "your role changed a moment ago"];
  return ["challenge_expired", "this page was open too long; load it again"];
}
