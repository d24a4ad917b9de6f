import type { Verification } from "../../core/evidence/public-record.ts";
import { parseReceipt } from "../../core/evidence/receipt.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { storeOfConfirmation } from "../../store/tenant-lookup.ts";
import { loadConfirmation } from "../confirmation/load.ts";
import { receiptOf } from "./build-receipt.ts";
import { isRevealed } from "./reveal.ts";
import type { Runtime } from "../runtime.ts";

// What anybody who has the link may see of one approval. The id is a link of at least 128 random bits, so
// "anybody" is whoever was given it; still nothing may be in the answer from which the content could be
// guessed, however few contents there could be. Field by field, for an approval that was not revealed:
//
// - payloadCommit: under a salt of 32 bytes that stays here. Payload, its hash, action, names, statements,
//   assertions and the payload's salt are not in the answer at all.
// - nonce: the hash of a statement with a salt of 32 bytes, which stays here, too.
// - assertionHash: over a signature. Whoever guesses the content still can't make that signature, and
//   without it nothing can be compared, also where the algorithm is deterministic.
// - credential: the passkey's id, chosen by the authenticator. It names nobody and opens nothing: signing
//   in lists no ids to anybody. Who holds two links can see that the same passkey was used.
// - policy: the hash of a document that names people by random ids.
// - stream, seq, prev, directory: which tenant, as a salted hash, and its record of which number. That is more
//   than a stranger to the log knows, namely which entries are neighbours and how busy the tenant is. It is
//   accepted: without these fields the record does not hash to its entry, and outcome and time would have
//   to be believed. Who was given the link knows the tenant anyway.
// - entrySalt: opens this one entry, which is the point; every entry has its own. label: is in the log.

export async function verificationOf(runtime: Runtime, confirmation: string): Promise<Result<Verification>> {
  // Pending, unsealed, of another kind and never there are told alike, and looking changes nothing.
  const absent = refuse("not_found", "there is no such approval");
  const store = await storeOfConfirmation(runtime.database, confirmation);
  const loaded = store && (await loadConfirmation(store, confirmation));
  if (store === undefined || loaded === undefined) return absent;
  const { row, state, decided } = loaded;
  if (row.type !== "decision" || !state.sealed || decided === undefined || decided.index === null)
    return absent;
  const file = await receiptOf(runtime, store, loaded);
  if (!file.ok) return file;
  const receipt = expectOk(parseReceipt(file.value));
  const { record, entrySalt, label, proof } = receipt.decision;
  return accept({
    v: 1,
    kind: "countersign/verification",
    confirmation,
    outcome: record.body.outcome,
    at: record.at,
    log: { origin: runtime.logOrigin, index: decided.index },
    opening: { record, entrySalt, label, proof },
    anchor: receipt.anchor,
    receipt: (await isRevealed(store, confirmation)) ? (receipt as unknown as JsonObject) : null,
  });
}
