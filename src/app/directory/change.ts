import { desc, isNotNull } from "drizzle-orm";
import { applyChange, parseChange, type Change, type Directory } from "../../core/stream/directory.ts";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import { isSatisfied } from "../../core/confirmation/policy.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { CHANGES_THE_DIRECTORY } from "../../store/decision-chain.ts";
import { credentials, outbox, people, type ConfirmationRow, type PersonRow } from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import type { Loaded } from "../confirmation/load.ts";
import type { Runtime } from "../runtime.ts";

// Changes of the directory: confirmations whose payload is the change document. Whether a signer is
// entitled to one is core's rule, the same that a stranger applies to the sealed stream.

export type ChangeOf<Kind extends Change["change"]> = Extract<Change, { change: Kind }>;

export function changeOf({ type, payload }: ConfirmationRow): Change | undefined {
  return type === "decision" ? undefined : expectOk(parseChange(expectOk(parseJsonText(payload))));
}

/**
 * Whether this person may approve this change, and the seq of the last change that this rests on; null where
 * nothing of the kind is judged. Rejecting needs no right of its own.
 */
export async function judgeChange(
  runtime: Runtime,
  store: TenantStore,
  { row, state, policy }: Loaded,
  decision: string,
  person: PersonRow,
): Promise<Result<number | null>> {
  const change = changeOf(row);
  if (change === undefined || decision === "reject") return accept(null);
  const last = await sealedChange(runtime, store);
  const directory = await directoryOf(store);
  // The very check that a stranger makes later, so that nothing is ever sealed which would not replay.
  const own = applyChange(directory, change, [person.id], 0);
  if (own.ok) return accept(last);
  if (own.refusal.code !== "quorum_missing") return refuse("not_an_approver", own.refusal.detail);
  const earlier = state.votes.filter((vote) => vote.decision === "approve" && vote.credentialActive);
  const signers = [...earlier.map((vote) => vote.person), person.id];
  const together = applyChange(directory, change, signers, 0);
  // More managers may have come since the request was made, and with them a second signature is due.
  const ends = isSatisfied(policy.require, new Set(signers));
  return together.ok || !ends ? accept(last) : refuse("not_an_approver", together.refusal.detail);
}

/** The seq of the last change of the directory. What it changes is in the tables only once it is sealed. */
export async function sealedChange(runtime: Runtime, store: TenantStore): Promise<number> {
  const last = () => store.select(outbox, CHANGES_THE_DIRECTORY).orderBy(desc(outbox.seq)).limit(1);
  let [found] = await last();
  if (found?.index === null) {
    await requestSealing(runtime, store.tenantId);
    [found] = await last();
  }
  // Nothing is refused and no ceremony burnt: the same signature can be sent again when the log is back.
  if (found === undefined || found.index === null)
    throw new Error("a change of the directory is not sealed yet");
  return found.seq;
}

/** The passkeys that this confirmation takes away, if it is of that kind. */
export function revokedBy(row: ConfirmationRow): readonly string[] {
  const change = changeOf(row);
  if (change?.change === "recovered") return change.revoked;
  return change?.change === "credential.revoked" ? [change.credential.id] : [];
}

/** The directory as the database has it: a view for speed, of what follows from the stream. */
export async function directoryOf(store: TenantStore): Promise<Directory> {
  const [members, keys] = await store.read([
    store.select(people),
    store.select(credentials, isNotNull(credentials.endorsedSeq)),
  ]);
  // Whoever was only invited is nobody yet: the stream knows people by their first passkey that counts.
  const known = new Set(keys.map(({ personId }) => personId));
  const enrolled = members.filter(({ id }) => known.has(id));
  return {
    members: new Map(enrolled.map(({ id, username, role }) => [id, { id, username, role }])),
    passkeys: new Map(
      keys.map(({ id, publicKey, personId, endorsedSeq, revokedAt }) => [
        id,
        { id, publicKey, person: personId, endorsedAt: endorsedSeq ?? 0, revokedAt },
      ]),
    ),
  };
}
