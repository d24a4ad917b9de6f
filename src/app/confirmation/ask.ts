import { eq } from "drizzle-orm";
import { toHex } from "../../core/encoding/bytes.ts";
import type { CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { visibleStatus } from "../../core/confirmation/decision.ts";
import { isChange } from "../../core/stream/directory.ts";
import { ID_RANDOM_BYTES, makeId } from "../../core/encoding/identifier.ts";
import { hashOfJson } from "../../core/encoding/jcs.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Idempotency } from "../../store/new-confirmations.ts";
import { idempotency, steps } from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { WrittenRows } from "../../store/steps.ts";
import { GOOD_KEY, UNAUTHORIZED, type Principal } from "../account/api-keys.ts";
import { decidedBy, loadedFrom, rowsOf, type Loaded } from "./load.ts";
import { namedCall, createConfirmation, replayed, type CreatedConfirmation } from "./create.ts";
import { deliver, rejectedLately, undelivered, type Call } from "./deduplicate.ts";
import { waitFor } from "../sealing/request-sealing.ts";
import { settle } from "./settle.ts";
import { upToDate } from "./view.ts";
import type { Caller, Runtime } from "../runtime.ts";

// What a key can do with a confirmation, whichever door it came through.

export interface Question {
  readonly username: string | null;
  readonly action: string;
  readonly payload: CanonicalPayload;
  readonly expiresInSeconds: number;
  readonly executeWithinSeconds: number | null;
  readonly metadata: JsonObject | null;
  readonly policy: string | null;
}

export async function ask(
  runtime: Runtime,
  principal: Principal,
  question: Question,
  once: string | null,
  call?: Call,
): Promise<Result<CreatedConfirmation>> {
  const { store, key, project, requester } = principal;
  if (question.policy !== null || question.username === null) {
    return refuse("validation_failed", "there is no policy of this name", "/policy");
  }
  // Sealed as a decision it would change nobody's passkeys, and every verifier would take it for a lie.
  if (isChange(question.payload.value)) {
    return refuse("validation_failed", "a change of who may sign is not for a key to ask for", "/payload");
  }
  const idempotent =
    once === null ? undefined : { key: key.id, name: once, requestHash: requestHashOf(question) };
  const repeated = call && (await repeatedCall(runtime, store, call, idempotent));
  if (repeated) return repeated;
  return createConfirmation(
    runtime,
    store,
    {
      type: "decision",
      project,
      requester,
      action: question.action,
      payload: question.payload,
      approver: { username: question.username },
      expiresInMilliseconds: question.expiresInSeconds * 1_000,
      executeWithinMilliseconds:
        question.executeWithinSeconds === null ? null : question.executeWithinSeconds * 1_000,
      metadata: question.metadata,
      call,
    },
    idempotent,
  );
}

function requestHashOf(question: Question): string {
  return toHex(hashOfJson({ ...question, payload: question.payload.hash }));
}

/** A call that was made before: its own confirmation, or the rejection that it has to rest for. */
async function repeatedCall(
  runtime: Runtime,
  store: TenantStore,
  call: Call,
  once: Idempotency | undefined,
): Promise<Result<CreatedConfirmation> | undefined> {
  const earlier = once && (await replayed(store, once, runtime.now()));
  if (earlier) return earlier;
  const [same, locked] = await Promise.all([undelivered(store, call), rejectedLately(runtime, store, call)]);
  return same ? accept({ row: same, replayed: true }) : locked;
}

/** A confirmation of the key's own project, if the key is good at this moment; another one is not there. */
export async function read(
  runtime: Runtime,
  principal: Principal,
  id: string,
  told: WrittenRows | null = null,
): Promise<Result<Loaded>> {
  const { store, key } = principal;
  const now = runtime.now();
  const [keys, ...rows] = await store.run([GOOD_KEY.with({ id: key.id, now }), ...rowsOf(id)]);
  if (keys.length === 0) return UNAUTHORIZED;
  const loaded = loadedFrom(rows);
  return ofProject(runtime, principal, loaded && outcomeOf(loaded, told));
}

async function ofProject(
  runtime: Runtime,
  { store, project }: Principal,
  loaded: Loaded | undefined,
): Promise<Result<Loaded>> {
  if (loaded?.row.projectId !== project.id || loaded.row.type !== "decision")
    return refuse("not_found", "there is no such request");
  return upToDate(runtime, store, loaded);
}

export interface Waited extends Loaded {
  /** False if the caller has hung up or asked again while it waited: then nobody reads this answer. */
  readonly attended: boolean;
}

/** For so long after a decision the key that asked counts as good, if the decision's transaction found it so. */
const KEY_FRESH_MILLISECONDS = 1_000;

/** Waits for an outcome to show, and reads unless it is told that very outcome and its key is known to be good. */
export async function wait(
  runtime: Runtime,
  principal: Principal,
  id: string,
  seconds: number,
  caller?: Caller,
): Promise<Result<Waited>> {
  const before = await read(runtime, principal, id);
  if (!before.ok) return before;
  if (seconds === 0 || visibleStatus(before.value.state) !== "pending")
    return accept({ ...before.value, attended: true });
  const { attended, told } = await waitFor(runtime, principal.store.tenantId, id, seconds, caller);
  const isKeyKnown =
    told?.isKeyGood === true &&
    told.confirmation?.requesterId === principal.key.id &&
    runtime.now() < told.row.at + KEY_FRESH_MILLISECONDS;
  if (isKeyKnown) return accept({ ...outcomeOf(before.value, told), attended });
  // A key may be revoked while its holder waits, and learns nothing after that.
  const after = await read(runtime, principal, id, told);
  return after.ok ? accept({ ...after.value, attended }) : after;
}

/** With the outcome that was told, unless the rows know as much by now. */
function outcomeOf(loaded: Loaded, told: WrittenRows | null): Loaded {
  const confirmation = told?.confirmation;
  if (loaded.state.sealed || confirmation === undefined || told?.row.seq !== confirmation.decidedSeq)
    return loaded;
  return decidedBy(loaded, { ...told, confirmation });
}

export async function cancel(runtime: Runtime, principal: Principal, id: string): Promise<Result<Loaded>> {
  const found = await read(runtime, principal, id);
  return found.ok ? settle(runtime, principal.store, id, { kind: "cancel" }) : found;
}

/** Once. With a name, a repetition of the same call gets the first success, so a lost answer strands nobody. */
export async function consume(
  runtime: Runtime,
  principal: Principal,
  id: string,
  payload: CanonicalPayload,
  once: string | null,
): Promise<Result<Loaded>> {
  const { store, key } = principal;
  const found = await read(runtime, principal, id);
  if (!found.ok) return found;
  const payloadHash = payload.hash;
  const requestHash = toHex(hashOfJson({ confirmation: id, payloadHash }));
  const stepId = once === null ? undefined : useNamed(key.id, once, id);
  const mismatch = refuse("idempotency_mismatch", "this Idempotency-Key was used for another call");
  if (once !== null) {
    const earlier = await namedCall(store, "consume", { key: key.id, name: once }, runtime.now());
    if (earlier !== undefined && earlier.requestHash !== requestHash) {
      return mismatch;
    }
    // Used, and by this call: a name that came too late must not be answered like the one that won.
    if (earlier !== undefined && stepId !== undefined && (await store.first(steps, eq(steps.id, stepId))))
      return found;
    // Written first: if the use succeeds and its answer is lost, the name is there to ask again with.
    if (earlier === undefined) {
      const row = {
        keyId: key.id,
        name: once,
        operation: "consume",
        requestHash,
        confirmationId: id,
        createdAt: runtime.now(),
      };
      await store.insert(idempotency, row).onConflictDoNothing();
      // Two calls under one name at once: the row says which of them has it.
      const kept = await namedCall(store, "consume", { key: key.id, name: once }, runtime.now());
      if (kept !== undefined && kept.requestHash !== requestHash) return mismatch;
    }
  }
  const used = await settle(runtime, store, id, { kind: "consume", payloadHash }, stepId);
  if (used.ok) await deliver(runtime, principal, used.value.row);
  if (used.ok || stepId === undefined || used.refusal.code !== "already_consumed") return used;
  // It may have lost against itself: the same call, sent twice at once.
  const kept =
    once === null ? undefined : await namedCall(store, "consume", { key: key.id, name: once }, runtime.now());
  const own = kept?.requestHash === requestHash && (await store.first(steps, eq(steps.id, stepId)));
  return own ? read(runtime, principal, id) : used;
}

/** The step of this key's use under this name: the same however often it is tried. */
function useNamed(keyId: string, once: string, confirmation: string): string {
  const hash = hashOfJson({ keyId, once, confirmation });
  return makeId("s", 0, hash.slice(0, ID_RANDOM_BYTES));
}
