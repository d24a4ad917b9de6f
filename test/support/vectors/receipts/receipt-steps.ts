import { fromBase64url, fromHex, toHex, type Bytes } from "../../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../../src/core/encoding/hash.ts";
import { canonicalText, hashOfJson } from "../../../../src/core/encoding/jcs.ts";
import type { JsonValue } from "../../../../src/core/encoding/strict-json.ts";
import type { Receipt, Signer } from "../../../../src/core/evidence/receipt.ts";
import { challengeOf } from "../../../../src/core/confirmation/challenge.ts";
import { policyHash } from "../../../../src/core/confirmation/policy.ts";
import { statementNonce } from "../../../../src/core/confirmation/statement.ts";
import { encodeEntry, payloadCommit, recordCommit, streamId } from "../../../../src/core/stream/record.ts";
import { parseCheckpoint } from "../../../../src/core/tlog/checkpoint.ts";
import { leafHash } from "../../../../src/core/tlog/merkle.ts";
import { parseLogProof } from "../../../../src/core/tlog/log-proof.ts";
import { parseNote } from "../../../../src/core/tlog/signed-note.ts";
import { assertionHash } from "../../../../src/core/webauthn/assertion.ts";
import { expectOk } from "../../../../src/core/refusal.ts";

// Every value between a receipt's fields and the root of the log, in the order in which a verifier computes them.

export function stepsOf(file: string, { created, directory, decision }: Receipt) {
  const { genesis } = created.record.body;
  const stream = { canonical: canonicalText(genesis), id: streamId(genesis) };
  const links = directory.map((link, place) => recordSteps(`/directory/${place}`, link));
  const records = [recordSteps("/created", created), ...links, recordSteps("/decision", decision)];
  return { file, stream, records, log: logSteps(decision) };
}

type Opened = Receipt["created"] | Receipt["directory"][number] | Receipt["decision"];

function recordSteps(at: string, opened: Opened) {
  const { record, entrySalt } = opened;
  const evidence = "evidence" in opened ? opened.evidence : null;
  return {
    at,
    canonical: canonicalText(record),
    canonicalHash: toHex(hashOfJson(record)),
    commit: toHex(recordCommit(record, bytesOf(entrySalt))),
    ...(evidence && {
      payloadHash: evidence.payload && toHex(hashOfJson(evidence.payload)),
      payloadCommit: toHex(
        payloadCommit(bytesOf(evidence.payloadSalt), expectOk(fromHex(evidence.payloadHash))),
      ),
      policyHash: evidence.policy && policyHash(evidence.policy),
      signers: evidence.signers.map((signer) => signerSteps(signer, expectOk(fromHex(evidence.payloadHash)))),
    }),
  };
}

function signerSteps({ statement, assertion }: Signer, payloadHash: Bytes) {
  const nonce = statementNonce(statement);
  return {
    canonical: canonicalText(statement),
    nonce: toHex(nonce),
    challenge: toHex(challengeOf(nonce, payloadHash)),
    clientDataHash: toHex(sha256(bytesOf(assertion.clientDataJSON))),
    authenticatorData: toHex(bytesOf(assertion.authenticatorData)),
    assertionHash: toHex(assertionHash(assertion)),
  };
}

function logSteps({ record, entrySalt, label, proof }: Receipt["decision"]) {
  const commit = recordCommit(record, bytesOf(entrySalt));
  const entry = encodeEntry({ kind: "sealed", label: expectOk(fromHex(label)), commit });
  const { index, path, checkpoint } = expectOk(parseLogProof(proof));
  const { origin, size, root } = expectOk(parseCheckpoint(expectOk(parseNote(checkpoint)).text));
  const leaf = leafHash(entry);
  return {
    label,
    entry: toHex(entry),
    leafHash: toHex(leaf),
    index,
    path: path.map(toHex),
    origin,
    size,
    root: toHex(root),
  } satisfies Record<string, JsonValue>;
}

const bytesOf = (text: string) => expectOk(fromBase64url(text));
