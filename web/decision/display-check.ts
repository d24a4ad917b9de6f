import { toBase64url, toHex, utf8, type Bytes } from "../../src/core/encoding/bytes.ts";
import { CHANGE_KIND } from "../../src/core/confirmation/change-kind.ts";
import { comparisonCode } from "../../src/core/confirmation/challenge.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { parseJsonText, type JsonValue } from "../../src/core/encoding/strict-json.ts";
import { matchShape } from "../../src/core/encoding/shape.ts";
import { applyTemplate, type SentencePiece } from "../../src/core/display/apply-template.ts";
import { show, type Line } from "../../src/core/display/show.ts";
import { parseTemplate, templateHash } from "../../src/core/display/template.ts";
import type { TextWarning } from "../../src/core/display/text/scripts.ts";
import { textOf } from "../../src/core/display/text/segments.ts";
import { SALT_BYTES, statementShape, type Statement } from "../../src/core/confirmation/statement.ts";
import type { Policy } from "../../src/core/policy/policy.ts";
import type { ApprovalData } from "../../src/core/pages/approval.ts";

// Checks that what the page draws is what the person signs. Nothing here trusts the server.

export interface Verified {
  readonly ok: true;
  /** Complete, with placeholders in the fields that are known only when the person signs. */
  readonly statement: Statement;
  readonly payloadHash: Bytes;
  /** In the order in which they are drawn. */
  readonly lines: readonly Line[];
  /** What is asked in one sentence, in the words of the organisation's template; empty without one. */
  readonly sentence: readonly SentencePiece[];
  /** Where the content is not as the template expects. */
  readonly templateNotes: readonly TextWarning[];
  /** Who must sign; null if the one person who reads this. */
  readonly policy: Policy | null;
}

export interface Failed {
  readonly ok: false;
  readonly why: string;
}

export function verifyDisplay(
  data: ApprovalData,
  address: { readonly origin: string; readonly pathname: string },
): Verified | Failed {
  const bytes = utf8(data.payload);
  const payloadHash = sha256(bytes);
  if (toHex(payloadHash) !== data.payloadHash) {
    return failed("The content does not match the SHA-256 that you would sign.");
  }
  const shaped = matchShape(statementShape, withPlaceholders(data.statement));
  if (!shaped.ok) {
    const { at = "", detail } = shaped.refusal;
    return failed(`The statement that you would sign is malformed: ${at} ${detail}.`);
  }
  const statement = shaped.value;
  const shown = show(bytes, statement.display.order);
  if (!shown.ok) return failed(`This page can't show the content exactly: ${shown.refusal.detail}.`);
  if (statement.rp !== address.origin)
    return failed(`This request must be signed at ${statement.rp}, not here.`);
  if (address.pathname !== `/approve/${statement.confirmation}`) {
    return failed("The content is of another request than the one in the address.");
  }
  if (comparisonCode(statement.confirmation, payloadHash, statement.action) !== data.code) {
    return failed("The comparison code does not belong to this content.");
  }
  if (statement.project.mode !== "live" && isOfChange(shown.value))
    return failed("A change of who may sign is never a test.");
  const policy = policyIn(data.policy, statement);
  if (policy === undefined) return failed("The policy is not the one that you would sign.");
  const drawn = drawnBy(data.template, statement, shown.value);
  return "why" in drawn ? drawn : { ok: true, statement, payloadHash, policy, ...drawn };
}

/** Undefined if it is another one. Its hash is signed, so what it contains needs no further check: nobody could use it. */
function policyIn(text: string | null, { policyHash }: Statement): Policy | null | undefined {
  if (text === null) return policyHash === null ? null : undefined;
  const value = parseJsonText(text);
  const isSigned = value.ok && toHex(sha256(utf8(text))) === policyHash;
  return isSigned ? (value.value as unknown as Policy) : undefined;
}

type Drawn = Pick<Verified, "lines" | "sentence" | "templateNotes">;

/** The lines as the signed template draws them. */
function drawnBy(
  text: string | null,
  { action, display }: Statement,
  lines: readonly Line[],
): Drawn | Failed {
  if (text === null && display.template === null) return { lines, sentence: [], templateNotes: [] };
  if (text === null) return failed("The template that you would sign is missing.");
  const value = parseJsonText(text);
  const template = value.ok ? parseTemplate(value.value) : value;
  if (!template.ok) return failed(`This page can't read the template: ${template.refusal.detail}.`);
  if (templateHash(template.value) !== display.template || template.value.action !== action)
    return failed("The template is not the one that you would sign.");
  // A change of who may sign has words of its own.
  if (isOfChange(lines)) return failed("A change of who may sign is never drawn by a template.");
  const { sentence, lines: ordered, notes } = applyTemplate(template.value, lines);
  return { lines: ordered, sentence, templateNotes: notes };
}

/** Whether the content is a change of who may sign, or calls itself one. */
export function isOfChange(lines: readonly Line[]): boolean {
  return lines.some(({ pointer, value }) => pointer === "/kind" && textOf(value) === CHANGE_KIND);
}

function withPlaceholders(fixed: ApprovalData["statement"]): JsonValue {
  const tap = { vote: "approve", reason: "", stage: 1, issued: fixed.created, salt: NO_SALT };
  return { ...fixed, ...tap };
}

const NO_SALT = toBase64url(new Uint8Array(SALT_BYTES));

function failed(why: string): Failed {
  return { ok: false, why };
}
