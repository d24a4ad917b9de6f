import { challengeOf } from "../../src/core/confirmation/challenge.ts";
import { hexBytes, fromBase64url, toHex, utf8Text } from "../../src/core/encoding/bytes.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { canonicalText } from "../../src/core/encoding/jcs.ts";
import type { JsonValue } from "../../src/core/encoding/strict-json.ts";
import { pathOf, type ProvenRecord } from "../../src/core/evidence/record-chain.ts";
import { commitOf } from "../../src/core/evidence/directory-replay.ts";
import type { DirectoryLink, Receipt, Signer } from "../../src/core/evidence/receipt.ts";
import { statementNonce } from "../../src/core/confirmation/statement.ts";
import type { Trust } from "./evidence-input.ts";

// The raw values behind each check, so that a reader can compute them with other tools.

export type Value = readonly [name: string, value: string];

interface Inputs {
  readonly file: Uint8Array;
  /** As the reader entered it. */
  readonly organisation: string;
  readonly trust: Trust | undefined;
}

export function valuesOf(
  check: string,
  receipt: Receipt | null,
  opening: ProvenRecord | undefined,
  inputs: Inputs,
): readonly Value[] {
  switch (check) {
    case "form":
      return [
        ["Bytes", String(inputs.file.length)],
        ["SHA-256 of the file", toHex(sha256(inputs.file))],
      ];
    case "request":
      return opening ? [["Record", jsonText(opening.record)]] : [];
    case "inclusion":
      return opening ? placeValues(opening) : [];
    case "log":
    case "witnesses":
      return [
        ["State of the log, as signed", (opening && pathOf(opening)?.note) ?? ""],
        [inputs.trust?.from === "you" ? "Your trust policy" : "Trust policy", inputs.trust?.text ?? "none"],
      ];
    case "tenant":
      return [
        ["In the record", opening?.record.stream ?? ""],
        ["As you entered it", inputs.organisation === "" ? "nothing" : inputs.organisation],
      ];
    default:
      return receipt === null ? [] : receiptValues(check, receipt);
  }
}

function receiptValues(check: string, { decision, created, directory, anchor }: Receipt): readonly Value[] {
  const { record, evidence } = decision;
  const { signers, policy, payload, payloadHash, payloadSalt } = evidence;
  const { body } = record;
  switch (check) {
    case "payload":
      return [
        ["Content, canonical JSON", payload === null ? "withheld" : jsonText(payload)],
        ["SHA-256 of the content, as signed", payloadHash],
        ["Salt", payloadSalt],
        ["Salted commitment in the record", body.payloadCommit],
      ];
    case "statement":
      return signers.flatMap(({ statement }): readonly Value[] => [
        [`Statement of ${statement.approver.username}`, jsonText(statement)],
        ["Its nonce", toHex(statementNonce(statement))],
      ]);
    case "signature":
      return signers.flatMap(({ statement, assertion }) =>
        signatureValues(assertion, statementNonce(statement), payloadHash),
      );
    case "credential":
      return signers.map(({ statement: { approver }, assertion }) => [
        `Passkey of ${approver.username} (${approver.id})`,
        assertion.id,
      ]);
    case "endorsement":
      return [["First record of the stream", jsonText(created.record)], ...directory.flatMap(proofOfLink)];
    case "revocation":
      return directory.map(effectOfLink);
    case "order":
      return [created, ...directory, decision].map(({ record: { seq, at, type, prev } }) => [
        `Record ${seq}, ${type}, ${at}`,
        `follows ${prev}`,
      ]);
    case "policy":
      return [
        ["The rule", policy === null ? "One named person decides alone." : jsonText(policy)],
        ["Its SHA-256, as signed", body.policyHash ?? "none"],
      ];
    case "outcome":
      return [
        ["In the record", body.outcome],
        ...signers.map(({ statement: { approver, vote } }): Value => [
          `Signed by ${approver.username}`,
          vote,
        ]),
      ];
    case "anchor":
      return anchor === null ? [] : [["OpenTimestamps file", anchor.timestamp]];
    case "label":
      return [["Label in the log", decision.label]];
    default:
      return [];
  }
}

function proofOfLink({ record, evidence }: DirectoryLink): readonly Value[] {
  if (evidence === null) return [];
  const names = evidence.signers.map(({ statement }) => statement.approver.username).join(", ");
  const content = evidence.payload === null ? "withheld" : jsonText(evidence.payload);
  return [[`Record ${record.seq}, signed by ${names}`, content]];
}

function effectOfLink({ record: { seq, type, body } }: DirectoryLink): Value {
  return [`Record ${seq}, ${type}`, body.change === null ? "affects no passkey" : jsonText(body.change)];
}

function signatureValues(
  assertion: Signer["assertion"],
  nonce: Uint8Array,
  payloadHash: string,
): readonly Value[] {
  const client = fromBase64url(assertion.clientDataJSON);
  return [
    ["Challenge: nonce, then SHA-256 of the content", toHex(challengeOf(nonce, hexBytes(payloadHash)))],
    ["Passkey", assertion.id],
    [
      "Client data from the browser",
      (client.ok ? utf8Text(client.value) : undefined) ?? assertion.clientDataJSON,
    ],
    ["Authenticator data", assertion.authenticatorData],
    ["Signature", assertion.signature],
  ];
}

function placeValues(opening: ProvenRecord): readonly Value[] {
  const path = pathOf(opening);
  const values: readonly Value[] = [
    ["Record", jsonText(opening.record)],
    ["Salt", opening.entrySalt],
    ["Label", opening.label],
  ];
  if (path === undefined) return values;
  return [
    ...values,
    ["Commitment: salted hash of the record", commitOf(opening)],
    ["Entry: 01, label, commitment", path.entry],
    [`Leaf ${path.index}`, path.leaf],
    ...path.steps.map(({ sibling, side, hash }): Value => [`With ${sibling} on its ${side}`, hash]),
    [`Root of ${path.checkpoint.size} entries, as signed`, toHex(path.checkpoint.root)],
  ];
}

function jsonText(value: object): string {
  return canonicalText(value as JsonValue);
}
