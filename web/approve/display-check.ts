import { toBase64url, toHex, utf8, type Bytes } from "../../src/core/encoding/bytes.ts";
import { comparisonCode } from "../../src/core/confirmation/challenge.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import type { JsonValue } from "../../src/core/encoding/strict-json.ts";
import { matchShape } from "../../src/core/encoding/shape.ts";
import { show, type Line } from "../../src/core/display/show.ts";
import { SALT_BYTES, statementShape, type Statement } from "../../src/core/confirmation/statement.ts";
import type { ApprovalData } from "../../src/core/pages/approval.ts";

// Whether what will be drawn is what will be signed. Nothing here takes the server's word for it.

export interface Verified {
  readonly ok: true;
  /** Complete but for the fields of the tap, which stand here as placeholders. */
  readonly statement: Statement;
  readonly payloadHash: Bytes;
  readonly lines: readonly Line[];
}

export interface Failed {
  readonly ok: false;
  readonly why: string;
}

export function verifyDisplay(
  data: ApprovalData,
  place: { readonly origin: string; readonly pathname: string },
): Verified | Failed {
  const bytes = utf8(data.payload);
  const payloadHash = sha256(bytes);
  if (toHex(payloadHash) !== data.payloadHash) {
    return failed("The content that arrived does not have the SHA-256 that would be signed.");
  }
  const shown = show(bytes);
  if (!shown.ok) return failed(`The content can't be shown exactly: ${shown.refusal.detail}.`);
  const shaped = matchShape(statementShape, withPlaceholders(data.statement));
  if (!shaped.ok) {
    const { at = "", detail } = shaped.refusal;
    return failed(`What would be signed is not in its one form: ${at} ${detail}.`);
  }
  const statement = shaped.value;
  if (statement.rp !== place.origin) return failed(`It is to be signed at ${statement.rp}, not here.`);
  if (place.pathname !== `/approve/${statement.confirmation}`) {
    return failed("It is another request than the one that the address names.");
  }
  if (comparisonCode(statement.confirmation, payloadHash, statement.action) !== data.code) {
    return failed("The comparison code does not belong to this content.");
  }
  return { ok: true, statement, payloadHash, lines: shown.value };
}

function withPlaceholders(fixed: ApprovalData["statement"]): JsonValue {
  const tap = { decision: "approve", reason: "", issued: fixed.created, salt: NO_SALT };
  return { ...fixed, ...tap };
}

const NO_SALT = toBase64url(new Uint8Array(SALT_BYTES));

function failed(why: string): Failed {
  return { ok: false, why };
}
