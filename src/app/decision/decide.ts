import { and, eq, sql } from "drizzle-orm";
import { assertionHash } from "../../core/webauthn/assertion.ts";
import { toHex } from "../../core/encoding/bytes.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { storeOfRemembered } from "../../store/tenant-lookup.ts";
import {
  ceremonies,
  credentials,
  people,
  votes,
  type CeremonyRow,
  type PersonRow,
  type VoteRow,
} from "../../store/schema.ts";
import { ATTEMPTS_MAX, burn, makeStep, type StepAttempt } from "../../store/steps.ts";
import { ownTenant, prepared, type TenantStore } from "../../store/tenant-store.ts";
import type { Begun } from "./ceremony-cache.ts";
import { sealedChange } from "../directory/change.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import { loadConfirmation, loadedFrom, rowsOf, type Loaded } from "../confirmation/load.ts";
import { activePasskeys } from "../account/passkeys.ts";
import { settle } from "../confirmation/settle.ts";
import type { Session } from "../account/sign-in.ts";
import { countedApprovals, stepOf, type Attempt, type Decision } from "./signed-step.ts";
import { newId, type Runtime } from "../runtime.ts";

// Decide: what step.ts makes of the decision is committed in one guarded chain. Only then is it sealed, and only
// then does anyone but the approver hear of it.

const CEREMONY = prepared(ceremonies, (scope) =>
  scope.select(
    ceremonies,
    and(
      eq(ceremonies.id, sql.placeholder("ceremony")),
      eq(ceremonies.confirmationId, sql.placeholder("confirmation")),
      eq(ceremonies.personId, sql.placeholder("person")),
    ),
  ),
);
const PASSKEY = prepared(credentials, (scope) =>
  scope.select(
    credentials,
    and(eq(credentials.id, sql.placeholder("passkey")), eq(credentials.personId, sql.placeholder("person"))),
  ),
);

/**
 * Commits the decision, or says why not. An identical repetition is answered like the first. A caller that has
 * tried before, by what was remembered, names that try's step: it may have used the challenge up.
 */
export async function decide(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
  given: Decision,
  stepId = newId(runtime, "s"),
): Promise<Result<"decided">> {
  const mine = { ceremony: given.ceremonyId, confirmation: id, person: person.id };
  const [[tenant], [ceremony], [passkey], ...rows] = await store.run([
    ownTenant,
    CEREMONY.with(mine),
    PASSKEY.with({ passkey: given.assertion.id, person: person.id }),
    ...rowsOf(id),
  ]);
  const loaded = loadedFrom(rows);
  // Absent, another tenant's and not theirs look the same.
  if (tenant === undefined || loaded === undefined || !(loaded.people.has(person.id) || ceremony))
    return refuse("not_found", "there is no such request");
  const vote = loaded.votes.find(({ personId }) => personId === person.id);
  const hash = toHex(assertionHash(given.assertion));
  if (ceremony === undefined)
    return refuse("challenge_unknown", "this page's challenge is not known; load the page again");
  if (isRepeated(ceremony, vote, hash)) return accept("decided");
  if (ceremony.usedBy !== null && ceremony.usedBy !== stepId)
    return refuse("challenge_consumed", "this page's challenge was used already; load the page again");
  const attempt = { id, tenant, person, given, ceremony, passkey, hash, stepId, session: null };
  const refused = await tryToDecide(runtime, store, attempt, loaded);
  if (refused.ok) return refused;
  // Whoever meets time that has passed writes it down.
  if (refused.refusal.code === "expired") await settle(runtime, store, id, { kind: "tick" });
  // Whatever was presented with a challenge uses it up, also what was refused.
  await burn(store, ceremony.id, stepId, runtime.now());
  // It may have lost against itself: the same assertion, sent twice at once.
  const [[burnt], [own]] = await store.read([
    store.select(ceremonies, eq(ceremonies.id, ceremony.id)),
    store.select(votes, and(eq(votes.confirmationId, id), eq(votes.personId, person.id))),
  ]);
  return isRepeated(burnt, own, hash) ? accept("decided") : refused;
}

/**
 * Commits the decision by what its page began with, without reading anything before; the session, too, is looked
 * at by the statement that makes the step. Undefined: that didn't do, for whatever reason, and the call is to be looked
 * at whole.
 */
export async function decideAsBegun(
  runtime: Runtime,
  { session, tenant, person, passkeys, ceremony, loaded }: Begun,
  given: Decision,
  stepId: string,
): Promise<Session | undefined> {
  const passkey = passkeys.find((one) => one.id === given.assertion.id);
  // A change of the directory is judged by what it finds there.
  if (ceremony.id !== given.ceremonyId || passkey === undefined || loaded.row.type !== "decision")
    return undefined;
  const { id } = loaded.row;
  const store = storeOfRemembered(runtime.database, person);
  const hash = toHex(assertionHash(given.assertion));
  const attempt = { id, tenant, person, given, ceremony, passkey, hash, stepId, session };
  const step = await stepOf(runtime, store, attempt, loaded);
  return step.ok && (await made(runtime, store, step.value)) ? { store, person } : undefined;
}

/** Whether this very assertion has made its step before. */
function isRepeated(ceremony: CeremonyRow | undefined, vote: VoteRow | undefined, hash: string): boolean {
  return vote !== undefined && vote.stepId === ceremony?.usedBy && vote.assertionHash === hash;
}

async function tryToDecide(
  runtime: Runtime,
  store: TenantStore,
  attempt: Attempt,
  first: Loaded,
): Promise<Result<"decided">> {
  for (let round = 0; round < ATTEMPTS_MAX; round++) {
    const loaded = round === 0 ? first : await loadConfirmation(store, attempt.id);
    if (loaded === undefined) return refuse("not_found", "there is no such request");
    const step = await stepOf(runtime, store, attempt, loaded);
    if (!step.ok) return step;
    if (await made(runtime, store, step.value)) return accept("decided");
    const after = await loadConfirmation(store, attempt.id);
    const sameCount = after !== undefined && countedApprovals(after) === countedApprovals(loaded);
    const directory = step.value.signature?.directory ?? null;
    const sameDirectory = directory === null || directory === (await sealedChange(runtime, store));
    if (after?.row.version === loaded.row.version && sameCount && sameDirectory)
      return refuse(...(await lostFact(runtime, store, attempt, after)));
  }
  return refuse("already_decided", "others were deciding at the same moment; load the page again");
}

/** The point of no return; what is to be sealed is sealed when this returns, if the log is up. */
async function made(runtime: Runtime, store: TenantStore, step: StepAttempt): Promise<boolean> {
  const done = await makeStep(store, step);
  if (done?.sealed) await requestSealing(runtime, store.tenantId, done.sealed);
  return done !== undefined;
}

/** Same version and no step: one of the facts was no longer true at that moment. */
async function lostFact(
  runtime: Runtime,
  store: TenantStore,
  { person, passkey, ceremony, stepId }: Attempt,
  { state }: Loaded,
): Promise<Parameters<typeof refuse>> {
  const active = await activePasskeys(store, person.id);
  if (!active.some(({ id }) => id === passkey?.id))
    return ["unknown_credential", "this passkey was revoked a moment ago"];
  if (runtime.now() >= state.expiresAt) return ["expired", "the request has expired"];
  const row = await store.first(ceremonies, eq(ceremonies.id, ceremony.id));
  // This attempt has burnt it itself, unless another was first.
  if (row?.usedBy !== stepId)
    return ["challenge_consumed", "this page's challenge was used already; load the page again"];
  const member = await store.first(people, eq(people.id, person.id));
  if (member?.role !== person.role) return ["not_an_approver", "your role changed a moment ago"];
  return ["challenge_expired", "this page stood open too long; load it again"];
}
