import { toHex } from "../../src/core/encoding/bytes.ts";
import { commitOf } from "../../src/core/evidence/directory-replay.ts";
import { pathOf, type ProvenRecord } from "../../src/core/evidence/record-chain.ts";
import type { ProofPath } from "../../src/core/tlog/proof-path.ts";
import type { Receipt } from "../../src/core/evidence/receipt.ts";
import { statementNonce } from "../../src/core/confirmation/statement.ts";
import type { CheckLine } from "./check-texts.ts";
import type { CheckedEvidence } from "./verdict.ts";

// The content of the diagram: rows of boxes with their values, from the action down to the log.

export interface Box {
  readonly title: string;
  readonly value: string;
  /** The result of the checks; null if no check covers it, such as other entries of the log. */
  readonly status: CheckLine["status"] | null;
}

export interface Row {
  /** One box, or two side by side. */
  readonly boxes: readonly Box[];
  /** How this row is computed from the row above. */
  readonly by: string;
  /** The boxes that lines from above lead to, and the boxes that lines to the next row start from. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** The right box supports the left one. */
  readonly supported?: true;
}

const ONE = [0] as const;
const BOTH = [0, 1] as const;
/** A log of a million entries has twenty levels: the diagram shows the lowest ones and the top one. */
const LEVELS_MAX = 4;

export function rowsOf(checked: CheckedEvidence): readonly Row[] {
  const { receipt, verification } = checked;
  const sealed = receipt?.decision ?? verification?.opening;
  const path = sealed && pathOf(sealed);
  if (sealed === undefined || path === undefined) return [];
  return [
    ...(receipt === null ? notPublicRows() : signedRows(checked, receipt)),
    recordRow(checked, sealed),
    ...logRows(checked, commitOf(sealed), path),
  ];
}

function signedRows(checked: CheckedEvidence, { decision, created }: Receipt): readonly Row[] {
  const { signers, payloadHash } = decision.evidence;
  const first = signers[0]?.statement;
  // Without a signature, the checks of signatures have no result.
  const status = (...names: readonly string[]) => (first === undefined ? null : statusOf(checked, ...names));
  const nonces = signers.map(({ statement }) => toHex(statementNonce(statement)));
  const signatures = signers.map(({ assertion }) => assertion.signature);
  const whose = signers.length === 1 ? `Passkey of ${first?.approver.username ?? ""}` : "Passkeys";
  const content = box("Content", payloadHash, statusOf(checked, "payload"));
  const statement = box("Statement", nonces.join(" ") || "none", status("statement"));
  const signed = box(
    signatures.length > 1 ? `${signatures.length} signatures` : "Signature",
    signatures.join(" ") || "none",
    status("signature"),
  );
  const from = `organisation ${created.record.stream}`;
  const passkey = box(whose, from, status("credential", "endorsement", "revocation", "order", "tenant"));
  const action = box("Action and content", first?.action ?? "not signed", statusOf(checked, "payload"));
  return [
    { boxes: [action], by: "", from: [], to: ONE },
    { boxes: [content, statement], by: "SHA-256 of each", from: BOTH, to: BOTH },
    { boxes: [signed, passkey], by: "signed together", from: ONE, to: ONE, supported: true },
  ];
}

function notPublicRows(): readonly Row[] {
  const hidden = (title: string) => box(title, "not public", "absent");
  return [
    { boxes: [hidden("Action and content")], by: "", from: [], to: ONE },
    { boxes: [hidden("Content"), hidden("Statement")], by: "SHA-256 of each", from: BOTH, to: BOTH },
    {
      boxes: [hidden("Signature"), hidden("Passkey")],
      by: "signed together",
      from: ONE,
      to: ONE,
      supported: true,
    },
  ];
}

function recordRow(checked: CheckedEvidence, { record }: ProvenRecord): Row {
  const what = `${record.body.outcome}, ${record.at}`;
  return row(
    box("Record", what, statusOf(checked, "request", "policy", "outcome")),
    "sealed with outcome and time",
  );
}

function logRows(checked: CheckedEvidence, commit: string, path: ProofPath): readonly Row[] {
  const { leaf, index, steps, checkpoint } = path;
  const status = statusOf(checked, "inclusion");
  const levels = steps.map((step, level) =>
    levelRow(step, level === 0 ? leaf : (steps[level - 1]?.hash ?? ""), level, index, status),
  );
  const cut = levels.length > LEVELS_MAX;
  const more = row(box(`${levels.length - LEVELS_MAX + 1} more levels`, "of the same kind", status), "");
  const alone = row(box(`Leaf ${index}`, leaf, status), "SHA-256");
  const climbed = cut ? [...levels.slice(0, LEVELS_MAX - 2), more, ...levels.slice(-1)] : levels;
  const seen = (name: "witnesses" | "anchor") =>
    ({ passed: "seen", failed: "failed", absent: "none yet" })[statusOf(checked, name) ?? "absent"];
  return [
    row(box("Entry in the log", commit, status), "salted SHA-256"),
    ...(levels.length === 0 ? [alone] : climbed),
    row(box(`Root of ${checkpoint.size} entries`, toHex(checkpoint.root), status), ""),
    row(box("Signed by the log", checkpoint.origin, statusOf(checked, "log")), "Ed25519"),
    {
      boxes: [
        box("Witnesses", seen("witnesses"), statusOf(checked, "witnesses")),
        box("Bitcoin", seen("anchor"), statusOf(checked, "anchor")),
      ],
      by: "",
      from: BOTH,
      to: [],
    },
  ];
}

function levelRow(
  { sibling, side }: ProofPath["steps"][number],
  hash: string,
  level: number,
  index: number,
  status: Box["status"],
): Row {
  const own = box(level === 0 ? `Leaf ${index}` : `Level ${level}`, hash, status);
  const other = box("Neighbour", sibling, null);
  const at = side === "left" ? [1] : ONE;
  return {
    boxes: side === "left" ? [other, own] : [own, other],
    by: level === 0 ? "SHA-256" : "",
    from: at,
    to: BOTH,
  };
}

function row(only: Box, by: string): Row {
  return { boxes: [only], by, from: ONE, to: ONE };
}

function box(title: string, value: string, status: Box["status"]): Box {
  return { title, value, status };
}

/** The worst result of these checks. */
function statusOf({ lines }: CheckedEvidence, ...names: readonly string[]): Box["status"] {
  const statuses = lines.filter(({ name }) => names.includes(name)).map(({ status }) => status);
  return (["failed", "absent", "passed"] as const).find((status) => statuses.includes(status)) ?? null;
}
