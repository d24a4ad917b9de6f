import { toHex } from "../../core/encoding/bytes.ts";
import { accept, refuse, type Refusal, type Result } from "../../core/refusal.ts";
import { assertionHash } from "../../core/webauthn/assertion.ts";
import { useCeremony } from "../../store/confirmation/ceremonies.ts";
import { readForVote } from "../../store/confirmation/confirmations.ts";
import { ATTEMPTS_MAX } from "../../store/confirmation/steps.ts";
import type { PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { applyUnsigned } from "../confirmation/apply-unsigned.ts";
import { confirmationFrom, UNKNOWN_REQUEST, type LoadedConfirmation } from "../confirmation/load.ts";
import { cancelChangesAbout } from "../directory/cancel-endorsements.ts";
import { renewEndorsement } from "../directory/endorse.ts";
import { commit } from "../confirmation/commit.ts";
import { newId, type Runtime } from "../runtime.ts";
import {
  judgeVote,
  verifyVote,
  type SubmittedVote,
  type VerifiedVote,
  type VoteFacts,
} from "./signed-step.ts";

/**
 * Commits the vote and seals the outcome, or refuses the vote. The requester sees an outcome only once it is sealed.
 *
 *     read the facts ── verify the signature ── judge ── commit ── seal
 *           ▲                                              │
 *           └────── a fact has changed since it was read ──┘
 */
export async function decide(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
  submitted: SubmittedVote,
  place: string,
): Promise<Result<"decided">> {
  const attempt = { stepId: newId(runtime, "s"), role: person.role, place };
  let verified: Result<VerifiedVote> | undefined;
  for (let round = 0; round < ATTEMPTS_MAX; round++) {
    const known = await readFacts(store, id, person, submitted);
    if (!known.ok) return known;
    const { ceremony, loaded } = known.value;
    // An identical repetition gets the first answer.
    if (isCommitted(known.value, submitted)) return accept("decided");
    if (ceremony.usedBy !== null && ceremony.usedBy !== attempt.stepId)
      return refuse("challenge_consumed", "this page's challenge was used already; load the page again");

    verified ??= await verifyVote(runtime, store, known.value, submitted, attempt.stepId);
    const step = verified.ok
      ? await judgeVote(runtime, store, known.value, verified.value, attempt)
      : verified;
    if (!step.ok) {
      // Every assertion uses its challenge. If another call has just used it, that may have been for this same vote.
      if (!(await useCeremony(store, ceremony.id, attempt.stepId, runtime.now()))) continue;
      await updateRefused(runtime, store, loaded, step.refusal);
      return step;
    }

    // The point of no return.
    if ((await commit(runtime, store, step.value)).isCommitted) {
      const removed = step.value.signature?.removes ?? null;
      if (removed !== null) await cancelChangesAbout(runtime, store, removed);
      return accept("decided");
    }
  }
  return refuse("already_decided", "others were deciding at the same moment; load the page again");
}

async function readFacts(
  store: TenantStore,
  id: string,
  { id: personId }: PersonRow,
  { ceremonyId, assertion }: SubmittedVote,
): Promise<Result<VoteFacts>> {
  const ids = { confirmation: id, person: personId, ceremony: ceremonyId, passkey: assertion.id };
  const { tenant, person, ceremony, passkey, rows } = await readForVote(store, ids);
  const mayRead = rows?.audience.some((member) => member.id === personId) === true || ceremony !== undefined;
  if (!mayRead || rows === undefined || tenant === undefined || person === undefined) return UNKNOWN_REQUEST;
  if (ceremony === undefined)
    return refuse("challenge_unknown", "this page's challenge is not known; load the page again");
  return accept({ tenant, person, ceremony, passkey, loaded: confirmationFrom(rows) });
}

/** Whether this assertion has already committed its vote. */
function isCommitted({ person, ceremony, loaded }: VoteFacts, { assertion }: SubmittedVote): boolean {
  const vote = loaded.votes.find(({ personId }) => personId === person.id);
  return vote?.stepId === ceremony.usedBy && vote?.assertionHash === toHex(assertionHash(assertion));
}

/** Does what this refusal says is due: time alone may have ended the request, or a new one takes its place. */
async function updateRefused(
  runtime: Runtime,
  store: TenantStore,
  { row }: LoadedConfirmation,
  { code }: Refusal,
): Promise<void> {
  if (code === "expired" || code === "already_decided")
    await applyUnsigned(runtime, store, row.id, { kind: "tick" });
  if (code === "change_outdated") await renewEndorsement(runtime, store, row);
}
