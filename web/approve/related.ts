import { differencesOf, wordsFor, type Difference } from "../../src/core/display/differences.ts";
import {
  isJsonObject,
  parseJsonText,
  type JsonObject,
  type JsonValue,
} from "../../src/core/encoding/strict-json.ts";
import type { ApprovalData, RelatedRequest } from "../../src/core/pages/approval.ts";
import { link, make } from "../common/dom.ts";
import { requestPath } from "../common/request-path.ts";
import { drawShort } from "../values/short-values.ts";

// How a request differs from others of its action. The other requests come from the service and are not signed.

/** Names take less space than names with both values. */
const NAMES_MAX = 4;
const VALUES_MAX = 3;

/** A line for each request to compare with; none if there is none. `payload` is the verified content. */
export function drawRelated({ related }: ApprovalData, payload: string): readonly HTMLElement[] {
  const own = objectOf(payload);
  const { open, approved } = related;
  const lines = own === undefined ? [] : [...drawOpen(open, own), ...drawApproved(approved, own)];
  if (lines.length === 0) return [];
  const origin = make("p", "origin", "From this service’s records, not part of what you sign.");
  const drawn = make("section", "related", ...lines, origin);
  drawn.ariaLabel = "Compared with other requests";
  return [drawn];
}

function drawOpen(open: RelatedRequest | null, own: JsonObject): readonly HTMLElement[] {
  const other = open && objectOf(open.payload);
  if (!open || !other) return [];
  const to = link(requestPath(open.id), "", "another open request");
  const { first, more } = differencesOf(other, own, NAMES_MAX);
  if (first.length === 0) return [drawSame("Exactly the same content as ", to, ".")];
  const names = first.flatMap(({ name }, place) => [
    place > 0 ? ", " : "",
    make("b", "", make("bdi", "", name)),
  ]);
  return [make("p", "", "Differs from ", to, ": ", ...names, moreText(more))];
}

function drawApproved(approved: RelatedRequest | null, own: JsonObject): readonly HTMLElement[] {
  const other = approved && objectOf(approved.payload);
  if (!approved || !other) return [];
  const to = link(requestPath(approved.id), "", "the last approved request");
  to.title = new Date(approved.at).toLocaleString(undefined, { dateStyle: "full", timeStyle: "short" });
  const { first, more } = differencesOf(other, own, VALUES_MAX);
  if (first.length === 0) return [drawSame("Exactly the same content as ", to, " of this action.")];
  const changes = first.flatMap((one, place) => [place > 0 ? ", " : "", drawChange(one)]);
  return [make("p", "", "Compared with ", to, " of this action: ", ...changes, moreText(more))];
}

/** It may be the same request a second time, so it is emphasised. */
function drawSame(...text: readonly (Node | string)[]): HTMLElement {
  return make("p", "same", ...text);
}

function drawChange({ name, before, after }: Difference): HTMLElement {
  const ofTypes = isScalar(before) && isScalar(after) && typeof before !== typeof after;
  const draw = (value: JsonValue | undefined) => drawSide(value, ofTypes);
  return make("span", "", make("bdi", "", name), " ", draw(before), " → ", draw(after));
}

/** With its type, where the other side has another one: the text "1" and the number 1 look the same. */
function drawSide(value: JsonValue | undefined, withType: boolean): HTMLElement {
  const words = wordsFor(value);
  if (words !== undefined || !isScalar(value)) return make("span", "quiet", words ?? "");
  const exact = make("b", "", value === null ? "null" : drawShort(value));
  const type = typeof value === "string" ? "text " : typeof value === "number" ? "number " : "";
  return withType ? make("span", "", type, exact) : exact;
}

function isScalar(value: JsonValue | undefined): value is string | number | boolean | null {
  return value !== undefined && (typeof value !== "object" || value === null);
}

function moreText(more: number): string {
  return more > 0 ? ` and ${more.toLocaleString("en")} more.` : ".";
}

function objectOf(text: string): JsonObject | undefined {
  const parsed = parseJsonText(text);
  return parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined;
}
