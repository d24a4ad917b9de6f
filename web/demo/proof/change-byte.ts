import { base64urlBytes, toBase64url, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import type { Receipt } from "../../../src/core/evidence/receipt.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { encodeLogProof, parseLogProof } from "../../../src/core/tlog/log-proof.ts";

// The same receipt with one other byte, as somebody would have to forge it.

export const CHANGED_PARTS = ["content", "signature", "proof"] as const;
export type ChangedPart = (typeof CHANGED_PARTS)[number];

interface Change {
  readonly receipt: Receipt;
  /** What the byte is part of, before and after. */
  readonly before: string;
  readonly after: string;
}

export function changeOneByte(receipt: Receipt, part: ChangedPart): Change {
  switch (part) {
    case "content":
      return changeContent(receipt);
    case "signature":
      return changeSignature(receipt);
    case "proof":
      return changeProof(receipt);
  }
}

/** A zero that becomes a nine, as in an amount. */
function changeContent(receipt: Receipt): Change {
  const { decision } = receipt;
  const payload = decision.evidence.payload ?? {};
  const { amount } = payload;
  if (typeof amount !== "string") throw new RangeError("the content has no amount");
  const changed = { ...payload, amount: amount.replace(/0$/, "9") };
  return {
    receipt: { ...receipt, decision: { ...decision, evidence: { ...decision.evidence, payload: changed } } },
    before: canonicalText(payload),
    after: canonicalText(changed),
  };
}

function changeSignature(receipt: Receipt): Change {
  const { decision } = receipt;
  const { evidence } = decision;
  const [signer, ...others] = evidence.signers;
  if (signer === undefined) throw new RangeError("nobody signed this receipt");
  const bytes = base64urlBytes(signer.assertion.signature);
  const changed = flipLastBit(bytes);
  const assertion = { ...signer.assertion, signature: toBase64url(changed) };
  const signers = [{ ...signer, assertion }, ...others];
  return {
    receipt: { ...receipt, decision: { ...decision, evidence: { ...evidence, signers } } },
    before: toHex(bytes),
    after: toHex(changed),
  };
}

/** The first hash of the path, which is the one next to the entry. */
function changeProof(receipt: Receipt): Change {
  const { decision } = receipt;
  const proof = expectOk(parseLogProof(decision.proof));
  const [first, ...rest] = proof.path;
  if (first === undefined) throw new RangeError("the log has one entry only");
  const changed = flipLastBit(first);
  return {
    receipt: {
      ...receipt,
      decision: { ...decision, proof: encodeLogProof({ ...proof, path: [changed, ...rest] }) },
    },
    before: toHex(first),
    after: toHex(changed),
  };
}

function flipLastBit(bytes: Bytes): Bytes {
  const changed = bytes.slice();
  const last = changed.length - 1;
  changed[last] = (changed[last] ?? 0) ^ 1;
  return changed;
}
