import { trailText } from "../../core/account/trail-texts.ts";
import { TRAIL_PAGE_ITEMS, type TrailItem, type TrailPage } from "../../core/pages/trail-page-data.ts";
import { parseJsonText, type JsonValue } from "../../core/encoding/strict-json.ts";
import { accept, expectOk, type Result } from "../../core/refusal.ts";
import { readTrail } from "../../store/account/trail.ts";
import type { TrailRow } from "../../store/rows.ts";
import { isoTime } from "../runtime.ts";
import { act, type ActCall } from "./act.ts";

export const TRAIL_ACTS = { "trail.read": act("trail.read", trailPage) };

async function trailPage(
  { store }: ActCall,
  { before }: { readonly before: string | null },
): Promise<Result<TrailPage>> {
  const rows = await readTrail(store, { before, limit: TRAIL_PAGE_ITEMS + 1 });
  const shown = rows.slice(0, TRAIL_PAGE_ITEMS);
  const next = rows.length > TRAIL_PAGE_ITEMS ? (shown.at(-1)?.id ?? null) : null;
  return accept({ items: shown.map(trailItem), next, version: shown[0]?.id ?? "none" });
}

export function trailItem({
  at,
  actorKind,
  actorName,
  act: done,
  subjectName,
  detail,
  place,
}: TrailRow): TrailItem {
  const members = expectOk(parseJsonText(detail)) as Readonly<Record<string, JsonValue>>;
  return {
    at: isoTime(at),
    actor: { kind: actorKind, name: actorName },
    act: trailText(done),
    subject: subjectName,
    detail: Object.entries(members).map(([name, value]) => [name, textOf(value)] as const),
    place,
  };
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
