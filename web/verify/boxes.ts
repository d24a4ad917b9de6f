import { toHex } from "../../src/core/encoding/bytes.ts";
import type { Verification } from "../../src/core/evidence/public-record.ts";
import type { Receipt } from "../../src/core/evidence/receipt.ts";
import { statementNonce } from "../../src/core/confirmation/statement.ts";
import type { CheckLine, Judgement } from "./judge.ts";
import { wayToRoot, type Step, type WayToRoot } from "./way.ts";

// What stands in the picture: rows of boxes with their values, from the action down to the log.

export interface Box {
  readonly title: string;
  readonly value: string;
  /** What the checks say of it; null where there is nothing to say, as of other people's entries. */
  readonly status: CheckLine["status"] | null;
}

export interface Row {
  /** One, or two side by side. */
  readonly boxes: readonly Box[];
  /** What makes this row of the one above. */
  readonly by: string;
  /** The boxes that the row above leads to, and those that lead on. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** The box on the right bears out the one on the left. */
  readonly borne?: true;
}

const ONE = [0] as const;
const BOTH = [0, 1] as const;
/** A log of a million entries has twenty levels; the picture shows the lowest and the topmost. */
const LEVELS_MAX = 4;

export function rowsOf(judged: Judgement): readonly Row[] {
  const { receipt, verification } = judged;
  const sealed = receipt?.decision ?? verification?.opening;
  const way = sealed && wayToRoot(sealed);
  if (sealed === undefined || way === undefined) return [];
  return [
    ...(receipt === null ? hiddenRows() : signedRows(judged, receipt)),
    recordRow(judged, sealed),
    ...logRows(judged, way),
  ];
}

function signedRows(judged: Judgement, { decision, created }: Receipt): readonly Row[] {
  const { statements, assertions, payloadHash } = decision;
  const [first] = statements;
  // Where nobody signed there is nothing to say of signatures.
  const status = (...names: readonly string[]) => (first === undefined ? null : statusOf(judged, ...names));
  const nonces = statements.map((statement) => toHex(statementNonce(statement)));
  const signatures = assertions.map(({ signature }) => signature);
  const whose = statements.length === 1 ? `Passkey of ${first?.approver.username ?? ""}` : "Passkeys";
  const content = box("Content", payloadHash, statusOf(judged, "payload"));
  const statement = box("Statement", nonces.join(" ") || "none", status("statement"));
  const signed = box(
    signatures.length > 1 ? `${signatures.length} signatures` : "Signature",
    signatures.join(" ") || "none",
    status("signature"),
  );
  const from = `tenant ${created.record.stream}`;
  const passkey = box(whose, from, status("credential", "endorsement", "order", "tenant"));
  const action = box("Action and content", first?.action ?? "not signed", statusOf(judged, "payload"));
  return [
    { boxes: [action], by: "", from: [], to: ONE },
    { boxes: [content, statement], by: "SHA-256 of each", from: BOTH, to: BOTH },
    { boxes: [signed, passkey], by: "signed together", from: ONE, to: ONE, borne: true },
  ];
}

function hiddenRows(): readonly Row[] {
  const hidden = (title: string) => box(title, "not public", "absent");
  return [
    { boxes: [hidden("Action and content")], by: "", from: [], to: ONE },
    { boxes: [hidden("Content"), hidden("Statement")], by: "SHA-256 of each", from: BOTH, to: BOTH },
    {
      boxes: [hidden("Signature"), hidden("Passkey")],
      by: "signed together",
      from: ONE,
      to: ONE,
      borne: true,
    },
  ];
}

function recordRow(judged: Judgement, { record }: Verification["opening"]): Row {
  const what = `${record.body.outcome}, ${record.at}`;
  return row(
    box("Record", what, statusOf(judged, "request", "policy", "outcome")),
    "sealed with outcome and time",
  );
}

function logRows(judged: Judgement, way: WayToRoot): readonly Row[] {
  const { commit, leaf, index, steps, checkpoint } = way;
  const status = statusOf(judged, "inclusion");
  const levels = steps.map((step, level) =>
    levelRow(step, level === 0 ? leaf : (steps[level - 1]?.hash ?? ""), level, index, status),
  );
  const cut = levels.length > LEVELS_MAX;
  const more = row(box(`${levels.length - LEVELS_MAX + 1} more levels`, "of the same kind", status), "");
  const alone = row(box(`Leaf ${index}`, leaf, status), "SHA-256");
  const climbed = cut ? [...levels.slice(0, LEVELS_MAX - 2), more, ...levels.slice(-1)] : levels;
  const seen = (name: "witnesses" | "anchor") =>
    ({ passed: "seen", failed: "failed", absent: "none yet" })[statusOf(judged, name) ?? "absent"];
  return [
    row(box("Entry in the log", commit, status), "salted SHA-256"),
    ...(levels.length === 0 ? [alone] : climbed),
    row(box(`Root of ${checkpoint.size} entries`, toHex(checkpoint.root), status), ""),
    row(box("Signed by the log", checkpoint.origin, statusOf(judged, "log")), "Ed25519"),
    {
      boxes: [
        box("Witnesses", seen("witnesses"), statusOf(judged, "witnesses")),
        box("Bitcoin", seen("anchor"), statusOf(judged, "anchor")),
      ],
      by: "",
      from: BOTH,
      to: [],
    },
  ];
}

function levelRow(
  { sibling, side }: Step,
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

/** The worst of what these checks say. */
function statusOf({ lines }: Judgement, ...names: readonly string[]): Box["status"] {
  const found = lines.filter(({ name }) => names.includes(name)).map(({ status }) => status);
  return (["failed", "absent", "passed"] as const).find((status) => found.includes(status)) ?? null;
}
