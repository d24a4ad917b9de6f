import { challengeOf } from "../core/confirmation/challenge.ts";
import { statementNonce } from "../core/confirmation/statement.ts";
import { base64urlBytes, hexBytes, toHex, utf8Text, type Bytes } from "../core/encoding/bytes.ts";
import { sha256 } from "../core/encoding/hash.ts";
import { canonicalText, hashOfJson } from "../core/encoding/jcs.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../core/encoding/strict-json.ts";
import { commitOf } from "../core/evidence/directory-replay.ts";
import type { DirectoryLink, Evidence, Receipt, Signer } from "../core/evidence/receipt.ts";
import { pathOf } from "../core/evidence/record-chain.ts";
import type { ReceiptReport } from "../core/evidence/verify.ts";
import { payloadCommit, recordLabel, streamId, streamKeyHash } from "../core/stream/record.ts";
import { FLAG, hasFlag, signCountOf } from "../core/webauthn/authenticator-data.ts";
import { assertionHash } from "../core/webauthn/assertion.ts";
import { provenOutcome } from "./verify-report.ts";

// Every value that a verifier computes on its way, so that a person who writes another verifier finds the first one
// that differs.

/** One object, for JSON and for lines. The order of the fields is the order of the lines. */
export function explainReceipt(report: ReceiptReport, streamKey: Bytes | undefined): JsonObject {
  const { receipt, checks, verified } = report;
  return {
    ...(receipt === null ? {} : valuesOf(receipt, streamKey)),
    checks: Object.fromEntries(checks.map(({ name, status }) => [name, status])),
    ...provenOutcome(report),
    verified,
  };
}

/** One line for each value: its path and, after a space, the value. Only ASCII; other characters are escaped. */
export function explanationLines(value: JsonValue, path = ""): readonly string[] {
  const below = (name: string | number, member: JsonValue | undefined) =>
    explanationLines(member ?? null, path === "" ? `${name}` : `${path}.${name}`);
  if (Array.isArray(value)) {
    const items: readonly JsonValue[] = value;
    return items.length === 0 ? [`${path} none`] : items.flatMap((item, at) => below(at, item));
  }
  if (isJsonObject(value)) return Object.entries(value).flatMap(([name, member]) => below(name, member));
  if (value === null) return [`${path} none`];
  return [`${path} ${typeof value === "string" ? escaped(value) : JSON.stringify(value)}`];
}

/** As in JSON, by UTF-16 code units. A line break would start another line. */
function escaped(text: string): string {
  return text.replace(
    /[^\u0020-\u007e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function valuesOf(receipt: Receipt, streamKey: Bytes | undefined): JsonObject {
  const { created, directory } = receipt;
  const { genesis } = created.record.body;
  return {
    genesis: { canonical: canonicalText(genesis), stream: streamId(genesis) },
    created: recordValues(created),
    directory: directory.map(linkValues),
    decision: decisionValues(receipt, streamKey),
  };
}

function recordValues({ record, entrySalt }: Parameters<typeof commitOf>[0]): JsonObject {
  return {
    canonical: canonicalText(record),
    canonicalHash: toHex(hashOfJson(record)),
    entrySalt: toHex(base64urlBytes(entrySalt)),
    commit: commitOf({ record, entrySalt }),
  };
}

function linkValues(link: DirectoryLink): JsonObject {
  const { seq, type, body } = link.record;
  return {
    seq,
    type,
    ...recordValues(link),
    effect: body.change === null ? null : canonicalText(body.change),
    evidence: link.evidence === null ? null : evidenceValues(link.evidence),
  };
}

function decisionValues({ decision }: Receipt, streamKey: Bytes | undefined): JsonObject {
  const { record } = decision;
  return {
    seq: record.seq,
    type: record.type,
    evidence: evidenceValues(decision.evidence),
    ...recordValues(decision),
    ...(streamKey === undefined
      ? {}
      : {
          streamKeyHash: streamKeyHash(streamKey),
          streamKeyLabel: toHex(recordLabel(streamKey, record.seq)),
        }),
    label: decision.label,
    proof: proofValues(decision),
  };
}

function evidenceValues({
  signers,
  policy,
  template,
  payload,
  payloadHash,
  payloadSalt,
}: Evidence): JsonObject {
  const salt = base64urlBytes(payloadSalt);
  return {
    payload: payload === null ? null : canonicalText(payload),
    payloadHash: payload === null ? payloadHash : toHex(hashOfJson(payload)),
    payloadSalt: toHex(salt),
    payloadCommit: toHex(payloadCommit(salt, hexBytes(payloadHash))),
    policy: policy === null ? null : canonicalText(policy),
    policyHash: policy === null ? null : toHex(hashOfJson(policy)),
    template: template === null ? null : canonicalText(template),
    templateHash: template === null ? null : toHex(hashOfJson(template)),
    signers: signers.map((signer) => signerValues(signer, payloadHash)),
  };
}

function signerValues({ statement, assertion }: Signer, payloadHash: string): JsonObject {
  const nonce = statementNonce(statement);
  const clientData = base64urlBytes(assertion.clientDataJSON);
  const data = base64urlBytes(assertion.authenticatorData);
  const flags = Object.entries(FLAG).map(([name, flag]) => [name, hasFlag(data, flag)] as const);
  return {
    statement: canonicalText(statement),
    nonce: toHex(nonce),
    challenge: toHex(challengeOf(nonce, hexBytes(payloadHash))),
    credential: assertion.id,
    clientDataJSON: utf8Text(clientData) ?? null,
    clientDataHash: toHex(sha256(clientData)),
    authenticatorData: {
      bytes: toHex(data),
      rpIdHash: toHex(data.subarray(0, 32)),
      ...Object.fromEntries(flags),
      signCount: signCountOf(data),
    },
    signature: toHex(base64urlBytes(assertion.signature)),
    assertionHash: toHex(assertionHash(assertion)),
  };
}

function proofValues(decision: Receipt["decision"]): JsonObject | null {
  const path = pathOf(decision);
  if (path === undefined) return null;
  const { entry, leaf, index, steps, checkpoint, note } = path;
  return {
    entry,
    leafHash: leaf,
    index,
    size: checkpoint.size,
    path: steps.map(({ sibling, side, hash }) => ({ [side]: sibling, hash })),
    root: steps.at(-1)?.hash ?? leaf,
    signedRoot: toHex(checkpoint.root),
    checkpoint: note,
  };
}
