import type { TrailItem, TrailPage } from "../../src/core/pages/trail-page-data.ts";
import type { View } from "./layout.tsx";
import { TimeOrText, ZoneTime } from "./zone-time.tsx";
import { Exact } from "./drawn.tsx";
import type { Html } from "./html-text.ts";

/** Who did what, when, from where. */
export const TrailView: View<TrailPage> = ({ data: { items, next }, shell }) => (
  <>
    <p class="quiet">Each administrative act and each sign-in, newest first. Nothing here is ever changed.</p>
    {items.length === 0 && <p class="empty">Nothing has been done yet.</p>}
    <ul class="rows" role="list">
      {items.map((item) => (
        <Entry item={item} zone={shell.timeZone} />
      ))}
    </ul>
    {next !== null && (
      <p>
        <a class="button small" href={`/console/trail?before=${encodeURIComponent(next)}`}>
          Older entries
        </a>
      </p>
    )}
  </>
);

const ACTORS = { person: "", key: "API key ", service: "", operator: "" } as const;

function Entry({ item, zone }: { readonly item: TrailItem; readonly zone: string }): Html {
  const { actor, act, subject, detail, place, at } = item;
  return (
    <li>
      <p>
        <b>{act}</b> {subject !== "" && <Exact text={subject} />}
      </p>
      {detail.map(([name, value]) => (
        <p class="quiet">
          {name}: <TimeOrText value={value} zone={zone} />
        </p>
      ))}
      <p class="quiet">
        {ACTORS[actor.kind]}
        <Exact text={actor.name} /> · <ZoneTime at={at} zone={zone} />
        {place !== "" && ` · ${place}`}
      </p>
    </li>
  );
}
