import { fromBase64url, fromHex, toHex, type Bytes } from "../../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../../src/core/encoding/hash.ts";
import { canonicalText, hashOfJson } from "../../../../src/core/encoding/jcs.ts";
import type { Evidence, Receipt, Signer } from "../../../../src/core/evidence/receipt.ts";
import { challengeOf } from "../../../../src/core/confirmation/challenge.ts";
import { templateHash } from "../../../../src/core/display/template.ts";
import { policyHash } from "../../../../src/core/policy/policy.ts";
import { statementNonce } from "../../../../src/core/confirmation/statement.ts";
import { encodeEntry, payloadCommit, recordCommit, streamId } from "../../../../src/core/stream/record.ts";
import { parseCheckpoint } from "../../../../src/core/tlog/checkpoint.ts";
import { leafHash } from "../../../../src/core/tlog/merkle.ts";
import { parseLogProof } from "../../../../src/core/tlog/log-proof.ts";
import { parseNote } from "../../../../src/core/tlog/signed-note.ts";
import { assertionHash } from "../../../../src/core/webauthn/assertion.ts";
import { expectOk } from "../../../../src/core/refusal.ts";

// Every value between a receipt's fields and the root of the log, by the paths of `countersign verify --explain`.

export function stepsOf({ created, directory, decision }: Receipt) {
  const { genesis } = created.record.body;
  return {
    genesis: { canonical: canonicalText(genesis), stream: streamId(genesis) },
    created: recordSteps(created),
    directory: directory.map((link) => ({
      ...recordSteps(link),
      evidence: link.evidence && evidenceSteps(link.evidence),
    })),
    decision: {
      ...recordSteps(decision),
      evidence: evidenceSteps(decision.evidence),
      label: decision.label,
      proof: proofSteps(decision),
    },
  };
}

type Opened = Receipt["created"] | Receipt["directory"][number] | Receipt["decision"];

function recordSteps({ record, entrySalt }: Opened) {
  return {
    canonical: canonicalText(record),
    canonicalHash: toHex(hashOfJson(record)),
    entrySalt: toHex(bytesOf(entrySalt)),
    commit: toHex(recordCommit(record, bytesOf(entrySalt))),
  };
}

function evidenceSteps({ signers, policy, template, payload, payloadHash, payloadSalt }: Evidence) {
  const hash = expectOk(fromHex(payloadHash));
  return {
    payload: payload && canonicalText(payload),
    payloadHash: payload === null ? payloadHash : toHex(hashOfJson(payload)),
    payloadSalt: toHex(bytesOf(payloadSalt)),
    payloadCommit: toHex(payloadCommit(bytesOf(payloadSalt), hash)),
    policyHash: policy && policyHash(policy),
    templateHash: template && templateHash(template),
    signers: signers.map((signer) => signerSteps(signer, hash)),
  };
}

function signerSteps({ statement, assertion }: Signer, payloadHash: Bytes) {
  const nonce = statementNonce(statement);
  return {
    statement: canonicalText(statement),
    nonce: toHex(nonce),
    challenge: toHex(challengeOf(nonce, payloadHash)),
    clientDataHash: toHex(sha256(bytesOf(assertion.clientDataJSON))),
    authenticatorData: { bytes: toHex(bytesOf(assertion.authenticatorData)) },
    signature: toHex(bytesOf(assertion.signature)),
    assertionHash: toHex(assertionHash(assertion)),
  };
}

function proofSteps({ record, entrySalt, label, proof }: Receipt["decision"]) {
  const commit = recordCommit(record, bytesOf(entrySalt));
  const entry = encodeEntry({ kind: "sealed", label: expectOk(fromHex(label)), commit });
  const { index, checkpoint } = expectOk(parseLogProof(proof));
  const { size, root } = expectOk(parseCheckpoint(expectOk(parseNote(checkpoint)).text));
  return { entry: toHex(entry), leafHash: toHex(leafHash(entry)), index, size, root: toHex(root) };
}

const bytesOf = (text: string) => expectOk(fromBase64url(text));
