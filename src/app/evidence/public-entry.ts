import type { Verification } from "../../core/evidence/public-record.ts";
import { RECEIPT_LIMITS } from "../../core/evidence/receipt.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { parseJsonObject } from "../../core/encoding/strict-json.ts";
import { storeOfConfirmation } from "../../store/tenant-lookup.ts";
import { ERASED_REQUEST, loadConfirmation } from "../confirmation/load.ts";
import { receiptOf } from "./build-receipt.ts";
import { isRevealed } from "../../store/stream/reveals.ts";
import type { Platform } from "../runtime.ts";
import { openedRecordsOf } from "./opened-record.ts";

// What everybody who has the link may see of one approval. The link's id has 128 random bits, so only people who were
// given the link have it. Even they must not be able to guess the content from the answer, however few contents are
// possible. Field by field, for an approval that is not revealed:
//
// - payloadCommit: has a salt of 32 bytes that is not in the answer. Nor are the payload, its hash and its salt, the
//   action, names, statements and assertions.
// - nonce: the hash of a statement with a salt of 32 bytes that is not in the answer.
// - assertionHash: a hash over a signature. Somebody who guesses the content can't compute the signature, and without
//   it there is nothing to compare, even if the algorithm is deterministic.
// - credential: the passkey's id, chosen by the authenticator. It names nobody and gives no access. Somebody with two
//   links can see that the same passkey was used.
// - policyHash: of a document that names people by random ids.
// - mode: whether it was real or a test. People with the link must know.
// - expires: until when the request waited. It says nothing of the content.
// - stream, seq, prev, directory: which tenant, as a salted hash, and the number of its record. They show which entries
//   are neighbours and how many records the tenant has. That is accepted: without these fields the record does not hash
//   to its entry, and outcome and time would be unproven. People with the link know the tenant anyway.
// - entrySalt: opens this entry and no other. label: is in the log.

export async function verificationOf(
  platform: Platform,
  confirmation: string,
): Promise<Result<Verification>> {
  // Pending, unsealed, of another kind and nonexistent ones get the same refusal, and reading changes nothing.
  const absent = refuse("not_found", "there is no such approval");
  const store = await storeOfConfirmation(platform.databases, confirmation);
  const loaded = store && (await loadConfirmation(store, confirmation));
  if (store === undefined || loaded === undefined) return absent;
  const { row, state, decided } = loaded;
  if (row.type !== "decision" || !state.sealed || decided === undefined || decided.index === null)
    return absent;
  if (row.erasedAt !== null) return ERASED_REQUEST;
  const [sealed] = await openedRecordsOf(store, await store.own(), [decided]);
  if (sealed?.record.type !== "decision") return absent;
  const { record, entrySalt, label } = sealed;
  const receipt = (await isRevealed(store, confirmation)) ? await receiptOf(platform, store, loaded) : null;
  if (receipt?.ok === false) return receipt;
  const proof = await platform.log.proof(decided.index);
  return accept({
    v: 1,
    kind: "countersign/verification",
    confirmation,
    outcome: record.body.outcome,
    mode: record.body.mode,
    at: record.at,
    log: { origin: platform.logOrigin, index: decided.index },
    opening: { record, entrySalt, label, proof },
    anchor: null,
    receipt: receipt && expectOk(parseJsonObject(receipt.value, RECEIPT_LIMITS)),
  });
}
