import type { TimelineEntry } from "../../../src/core/pages/request-page-data.ts";
import { VOTE_WORDS } from "../../common/vote-words.ts";
import { Exact } from "../drawn.tsx";
import type { Html } from "../html-text.ts";
import { ZoneTime } from "../zone-time.tsx";

/** After the name of who did it; the service itself has none. */
const WORDS: Readonly<Record<TimelineEntry["what"], string>> = {
  ...VOTE_WORDS,
  asked: "asked",
  notified: "got a notice",
  reminded: "got a reminder",
  informed: "got a notice of the outcome",
  opened: "opened the page",
  escalated: "Too much time has passed, and the next people were asked",
  cancelled: "cancelled it",
  expired: "It expired: nobody decided in time",
  sealed: "The outcome is in the log",
  delivered: "got the outcome",
  used: "The approval was used",
};

/** What happened, in order. */
export function TimelineSection({
  entries,
  zone,
}: {
  readonly entries: readonly TimelineEntry[];
  readonly zone: string;
}): Html {
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">What happened</h2>
      <ol class="timeline">
        {entries.map(({ at, what, who, stage, index }) => (
          <li class={what}>
            <p>
              {who !== "" && (
                <>
                  <Exact text={who} />{" "}
                </>
              )}
              {WORDS[what]}
              {stage !== undefined && ` in stage ${stage}`}
              {index !== null && (
                <>
                  , entry <code>{index}</code>
                </>
              )}
            </p>
            {at !== null && (
              <p class="quiet">
                <ZoneTime at={at} zone={zone} />
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
