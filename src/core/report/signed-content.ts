import { applyTemplate, type SentencePiece } from "../display/apply-template.ts";
import { show, type Line } from "../display/show.ts";
import { parseTemplate } from "../display/template.ts";
import type { TextWarning } from "../display/text/scripts.ts";
import { canonicalBytes } from "../encoding/jcs.ts";
import type { JsonValue } from "../encoding/strict-json.ts";
import type { Evidence } from "../evidence/receipt.ts";

/** The content of a decision as its signers saw it. */
export interface SignedContent {
  /** Empty without a template. */
  readonly sentence: readonly SentencePiece[];
  readonly lines: readonly Line[];
  /** Where the content is not as the template expects. */
  readonly notes: readonly TextWarning[];
}

/**
 * In the signed order and by the signed template. Undefined if the content is withheld. An altered file can name an
 * order or a template that can't be used; then the content is drawn without, and the check of the statements fails.
 */
export function signedContent({ payload, template, signers }: Evidence): SignedContent | undefined {
  if (payload === null) return undefined;
  return drawnContent(canonicalBytes(payload), signers[0]?.statement.display.order, template);
}

/** The lines of a payload in this order and by this template, as far as they can be used. */
export function drawnContent(
  payload: Uint8Array,
  order: readonly number[] | undefined,
  template: JsonValue | null,
): SignedContent {
  const ordered = show(payload, order);
  const shown = ordered.ok ? ordered : show(payload);
  const lines = shown.ok ? shown.value : [];
  const usable = template === null ? undefined : parseTemplate(template);
  return usable?.ok ? applyTemplate(usable.value, lines) : { sentence: [], lines, notes: [] };
}
