import { and, eq, inArray } from "drizzle-orm";
import { fromBase64url } from "../core/bytes.ts";
import { mayDecide } from "../core/directory.ts";
import { canonicalText } from "../core/jcs.ts";
import type { JsonObject } from "../core/json.ts";
import { soleApprover, type Policy } from "../core/policy.ts";
import { expectOk, refuse, accept, type Result } from "../core/refusal.ts";
import {
  confirmations,
  credentials,
  outbox,
  people,
  projects,
  type CredentialRow,
  type PersonRow,
} from "../store/schema.ts";
import type { TenantStore } from "../store/tenant.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { open } from "./open.ts";
import { activePasskeys } from "./passkeys.ts";
import type { World } from "./world.ts";

// Asking for a change of the directory: a confirmation like any other, signed on the same page.

/** People look at such a request when they next come by, not within minutes. */
const CHANGE_EXPIRES_DAYS = 7;

/** Asks that this passkey may count; returns the address of the request. Asked twice, it is one request. */
export async function askEndorsement(
  world: World,
  store: TenantStore,
  passkey: CredentialRow,
  person: PersonRow,
): Promise<string> {
  const change = endorsementOf(passkey, person);
  const key = fingerprintOf(expectOk(fromBase64url(passkey.publicKey)));
  const action = `Let ${person.username} (${person.role}) decide with the passkey ${key}`;
  return ask(world, store, { type: "credential.endorsed", change, action, person });
}

/** Asks unless it was asked and answered: a crash after a passkey was stored must not leave it waiting for ever. */
export async function remindOfEndorsement(
  world: World,
  store: TenantStore,
  passkey: CredentialRow,
  person: PersonRow,
): Promise<void> {
  // The owner's first passkey counts by the stream's beginning, and before that nobody could endorse it.
  const beginning = await store.first(outbox, eq(outbox.seq, 0));
  if (beginning === undefined || beginning.index === null) return;
  const answered = and(
    eq(confirmations.type, "credential.endorsed"),
    eq(confirmations.payload, canonicalText(endorsementOf(passkey, person))),
    inArray(confirmations.status, ["pending", "approved", "rejected"]),
  );
  if ((await store.first(confirmations, answered)) === undefined) {
    await askEndorsement(world, store, passkey, person);
  }
}

function endorsementOf({ id, publicKey }: CredentialRow, { id: person, username, role }: PersonRow) {
  return {
    v: 1,
    kind: "countersign/change",
    change: "credential.endorsed",
    person: { id: person, username },
    role,
    credential: { id, publicKey },
  };
}

/** Asks that this passkey no longer counts; its own person, or somebody entitled, signs. */
export async function askRevocation(
  world: World,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<string>> {
  const passkey = await store.first(
    credentials,
    and(eq(credentials.id, id), eq(credentials.personId, person.id)),
  );
  // One that never counted is not taken back: its endorsement is rejected, or never asked for.
  if (passkey === undefined || passkey.revokedAt !== null || passkey.endorsedSeq === null) {
    return refuse("not_found", "there is no such passkey");
  }
  const change = {
    v: 1,
    kind: "countersign/change",
    change: "credential.revoked",
    person: { id: person.id, username: person.username },
    credential: { id: passkey.id },
  };
  const action = `Take back ${person.username}'s passkey "${passkey.label}"`;
  return accept(await ask(world, store, { type: "credential.revoked", change, action, person }));
}

interface Wanted {
  readonly type: "credential.endorsed" | "credential.revoked";
  readonly change: JsonObject;
  readonly action: string;
  readonly person: PersonRow;
}

async function ask(
  world: World,
  store: TenantStore,
  { type, change, action, person }: Wanted,
): Promise<string> {
  const same = and(
    eq(confirmations.type, type),
    eq(confirmations.payload, canonicalText(change)),
    eq(confirmations.status, "pending"),
  );
  const pending = await store.first(confirmations, same);
  if (pending !== undefined) return `${world.origin}/approve/${pending.id}`;
  const project = await store.first(projects);
  const opened = await open(world, store, {
    type,
    project: { id: project?.id ?? "", name: project?.name ?? "" },
    requester: { kind: "person", id: person.id, name: person.username, person: person.id },
    action,
    payload: change,
    approver: await whoMayGrant(store, person),
    expiresInMilliseconds: CHANGE_EXPIRES_DAYS * 24 * 3_600_000,
    executeWithinMilliseconds: null,
    metadata: null,
  });
  return `${world.origin}/approve/${expectOk(opened).row.id}`;
}

/** The person alone where a passkey of theirs counts already; else any one of those who manage people. */
async function whoMayGrant(store: TenantStore, person: PersonRow): Promise<string | Policy> {
  const own = await activePasskeys(store, person.id);
  // Whoever only reads signs nothing, not even this.
  if (own.length > 0 && mayDecide(person)) return person.id;
  const managers = await store.select(
    people,
    inArray(people.role, person.role === "owner" ? ["owner"] : ["owner", "admin"]),
  );
  const others = managers.filter(({ id }) => id !== person.id);
  const [only] = others;
  if (only !== undefined && others.length === 1) return only.id;
  return {
    ...soleApprover(""),
    name: "Any one who manages people",
    require: {
      kind: "quorum",
      name: "Managers",
      threshold: 1,
      of: others.map(({ id }) => ({ kind: "person", person: id })),
    },
  };
}
