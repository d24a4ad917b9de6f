import { assertionHash } from "../../core/webauthn/assertion.ts";
import { toHex } from "../../core/encoding/bytes.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { activePasskeysOf } from "../../store/account/passkeys.ts";
import { findPerson } from "../../store/account/people.ts";
import { findCeremony, readCeremonyAndVote, useCeremony } from "../../store/confirmation/ceremonies.ts";
import { readForVote } from "../../store/confirmation/confirmations.ts";
import { ATTEMPTS_MAX, commitStep, type StepAttempt } from "../../store/confirmation/steps.ts";
import type { CeremonyRow, PersonRow, VoteRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { reportEvent } from "../account/security-events.ts";
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
import { prepareStep, type SubmittedVote, type VoteContext } from "./signed-step.ts";

// One chain of statements commits a vote. If the vote decides the request, the outcome is sealed, and only after that
// the requester sees it.

/** Commits the vote, or refuses it. An identical repetition gets the first answer. */
export async function decide(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
  submitted: SubmittedVote,
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
  if (ceremony.usedBy !== null)
    return refuse("challenge_consumed", "this page's challenge was used already; load the page again");
  const stepId = newId(runtime, "s");
  const context = { id, tenant, person, submitted, ceremony, passkey, assertionHash: hash, stepId };
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
