import { and, eq, sql } from "drizzle-orm";
import { assertionHash } from "../core/assertion.ts";
import { toHex } from "../core/bytes.ts";
import { accept, refuse, type Result } from "../core/refusal.ts";
import { storeOfRemembered } from "../store/lookup.ts";
import {
  ceremonies,
  credentials,
  people,
  votes,
  type CeremonyRow,
  type PersonRow,
  type VoteRow,
} from "../store/schema.ts";
import { ATTEMPTS_MAX, burn, makeStep, type StepAttempt } from "../store/steps.ts";
import { ownTenant, prepared, type TenantStore } from "../store/tenant.ts";
import type { Begun } from "./begun.ts";
import { sealedChange } from "./change.ts";
import { ring } from "./clerkcalls.ts";
import { loadConfirmation, loadedFrom, rowsOf, type Loaded } from "./loaded.ts";
import { activePasskeys } from "./passkeys.ts";
import { settle } from "./settle.ts";
import type { Visitor } from "./signin.ts";
import { countedApprovals, stepOf, type Attempt, type Decision } from "./step.ts";
import { newId, type World } from "./world.ts";

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
  world: World,
  store: TenantStore,
  id: string,
  person: PersonRow,
  given: Decision,
  stepId = newId(world, "s"),
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
  if (ceremony.burntBy !== null && ceremony.burntBy !== stepId)
    return refuse("challenge_consumed", "this page's challenge was used already; load the page again");
  const attempt = { id, tenant, person, given, ceremony, passkey, hash, stepId, session: null };
  const refused = await tryToDecide(world, store, attempt, loaded);
  if (refused.ok) return refused;
  // Whoever meets time that has passed writes it down.
  if (refused.refusal.code === "expired") await settle(world, store, id, { kind: "tick" });
  // Whatever was presented with a challenge uses it up, also what was refused.
  await burn(store, ceremony.id, stepId, world.now());
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
  world: World,
  { session, tenant, person, passkeys, ceremony, loaded }: Begun,
  given: Decision,
  stepId: string,
): Promise<Visitor | undefined> {
  const passkey = passkeys.find((one) => one.id === given.assertion.id);
  // A change of the directory is judged by what it finds there.
  if (ceremony.id !== given.ceremonyId || passkey === undefined || loaded.row.type !== "decision")
    return undefined;
  const { id } = loaded.row;
  const store = storeOfRemembered(world.database, person);
  const hash = toHex(assertionHash(given.assertion));
  const attempt = { id, tenant, person, given, ceremony, passkey, hash, stepId, session };
  const step = await stepOf(world, store, attempt, loaded);
  return step.ok && (await made(world, store, step.value)) ? { store, person } : undefined;
}

/** Whether this very assertion has made its step before. */
function isRepeated(ceremony: CeremonyRow | undefined, vote: VoteRow | undefined, hash: string): boolean {
  return vote !== undefined && vote.stepId === ceremony?.burntBy && vote.assertionHash === hash;
}

async function tryToDecide(
  world: World,
  store: TenantStore,
  attempt: Attempt,
  first: Loaded,
): Promise<Result<"decided">> {
  for (let round = 0; round < ATTEMPTS_MAX; round++) {
    const loaded = round === 0 ? first : await loadConfirmation(store, attempt.id);
    if (loaded === undefined) return refuse("not_found", "there is no such request");
    const step = await stepOf(world, store, attempt, loaded);
    if (!step.ok) return step;
    if (await made(world, store, step.value)) return accept("decided");
    const after = await loadConfirmation(store, attempt.id);
    const sameCount = after !== undefined && countedApprovals(after) === countedApprovals(loaded);
    const directory = step.value.signature?.directory ?? null;
    const sameDirectory = directory === null || directory === (await sealedChange(world, store));
    if (after?.row.version === loaded.row.version && sameCount && sameDirectory)
      return refuse(...(await lostFact(world, store, attempt, after)));
  }
  return refuse("already_decided", "others were deciding at the same moment; load the page again");
}

/** The point of no return; what is to be sealed is sealed when this returns, if the log is up. */
async function made(world: World, store: TenantStore, step: StepAttempt): Promise<boolean> {
  const done = await makeStep(store, step);
  if (done?.sealed) await ring(world, store.tenantId, done.sealed);
  return done !== undefined;
}

/** Same version and no step: one of the facts was no longer true at that moment. */
async function lostFact(
  world: World,
  store: TenantStore,
  { person, passkey, ceremony, stepId }: Attempt,
  { state }: Loaded,
): Promise<Parameters<typeof refuse>> {
  const active = await activePasskeys(store, person.id);
  if (!active.some(({ id }) => id === passkey?.id))
    return ["unknown_credential", "this passkey was revoked a moment ago"];
  if (world.now() >= state.expiresAt) return ["expired", "the request has expired"];
  const row = await store.first(ceremonies, eq(ceremonies.id, ceremony.id));
  // This attempt has burnt it itself, unless another was first.
  if (row?.burntBy !== stepId)
    return ["challenge_consumed", "this page's challenge was used already; load the page again"];
  const member = await store.first(people, eq(people.id, person.id));
  if (member?.role !== person.role) return ["not_an_approver", "your role changed a moment ago"];
  return ["challenge_expired", "this page stood open too long; load it again"];
}
